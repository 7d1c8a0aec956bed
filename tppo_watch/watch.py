"""The front door of the running service: settings, database and assessor joined. No rules of its own."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from . import reports
from .alerts import LANES
from .alerts.channels import Channel, channels
from .alerts.delivery import DeliveryReport, deliver
from .alerts.outbox import note_notice, note_signal
from .alerts.senders import sender
from .config import Settings, SourceSettings, load_settings
from .knowledge.places import Place
from .knowledge.rules import Indicator, local_indicators
from .reports import Bulletin, NewTerm, Rhythm
from .review import (
    Accounts,
    Act,
    Bulk,
    Deliveries,
    Desk,
    Exhibits,
    Exports,
    Lists,
    audit,
    feedback,
    figures,
    note_reminders,
)
from .review.agreement import Agreement
from .review.exhibits import exhibits_of
from .review.feedback import RuleFigure
from .review.figures import Week
from .scan import Health, ScanOptions, ScanReport, health_of, next_due, scan
from .scan.batch import Assesses
from .scan.grouping import Grouping
from .scan.rescore import Change, Tally, rescore
from .scan.service import keep_scanning
from .scan.upkeep import Upkeep
from .storage import (
    Store,
    alerts,
    counting,
    notices,
    open_store,
    pictures,
    posts,
    raised,
    rejects,
    search,
    sources,
    terms,
)
from .storage.alerts import AlertRecord
from .storage.keys import load_key, open_key
from .storage.pictures import KeptPicture
from .storage.posts import KEY_BYTES
from .storage.rejects import Reject
from .storage.sources import SourceState

if TYPE_CHECKING:
    from .review.signals import SignalDesk
    from .review.terms import TermDesk
    from .scan.campaign_desk import CampaignDesk
    from .signals.stored import Explained

#: Whose bulletin is made where none is named.
DEFAULT_PROVINCE = "Kalimantan Timur"
_NEW_FOR = timedelta(weeks=12)  # a term that was accepted is new in the bulletins of this time


def _utc_now() -> datetime:
    return datetime.now(UTC)


def open_watch(
    settings: str | Path | Settings,
    *,
    assessor: Assesses | None = None,
    is_dry_run: bool = False,
    clock: Callable[[], datetime] = _utc_now,
) -> Watch:
    """Open the service that a settings file, or settings, describe.

    Parameters
    ----------
    assessor : optional
        What assesses; the model of the settings without it, loaded when it is first needed.
    is_dry_run : bool
        Keep nothing: no database, key or post is made.
    clock : callable
        Gives the present moment, with a timezone.

    Raises
    ------
    ConfigError, StorageError
    """
    if not isinstance(settings, Settings):
        settings = load_settings(settings)
    url = settings.storage.url
    if (
        is_dry_run
        and url.startswith("sqlite")
        and not Path(url.partition("///")[2].partition("?")[0]).exists()
    ):
        url = "sqlite:///:memory:"
    return Watch(settings, open_store(url), assessor=assessor, is_dry_run=is_dry_run, clock=clock)


class Watch:
    """The service on one database. Use it in a ``with`` block, or call `close`."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        assessor: Assesses | None,
        is_dry_run: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self._store, self._given, self._is_dry_run, self._clock = store, assessor, is_dry_run, clock
        self._loaded: tuple[tuple[Indicator, ...], Assesses] | None = None
        self._groupings = lru_cache(maxsize=1)(partial(Grouping, store))  # of the key that is in use

    @property
    def rules(self) -> tuple[Indicator, ...]:
        """Indicators of the installation's own, as their folder holds them now. Raises `KnowledgeError`."""
        folder = self.settings.model.rules
        return local_indicators(folder) if folder else ()

    @property
    def _assessor(self) -> Assesses:
        if self._given is not None:
            return self._given
        rules = self.rules
        if self._loaded is None or self._loaded[0] != rules:  # a rule was accepted meanwhile
            from .assessor import load  # scikit-learn and the model: of no use to whoever only lists alerts

            model = self.settings.model
            assessor = load(
                model.path, prevalence=model.prevalence, alert_share=model.alert_share, rules=model.rules
            )
            self._loaded = rules, assessor
        return self._loaded[1]

    @property
    def _key(self) -> bytes:
        path = self.settings.privacy.key_file
        if self._is_dry_run:
            return load_key(path) if path.exists() else secrets.token_bytes(KEY_BYTES)
        return open_key(self._store, path)

    @property
    def _grouping(self) -> Grouping:
        return self._groupings(self._key)

    def scan(
        self,
        *,
        is_everything: bool = False,
        should_stop: Callable[[], bool] = lambda: False,
        on_progress: Callable[[str, int], None] = lambda source_id, posts: None,
        pause: Callable[[float], object] = time.sleep,
    ) -> ScanReport:
        """Scan the sources that are due, or everything, once. See :func:`tppo_watch.scan.scan`.

        Then, once a day, what is older than the settings allow is removed.
        """
        report = scan(
            self._store,
            self.settings.sources,
            self._assessor,
            fetch=self.settings.fetch,
            key=self._key,
            clock=self._clock,
            health=self.settings.health,
            grouping=self._grouping,
            options=ScanOptions(
                is_everything, self._is_dry_run, should_stop, on_progress, pause, self._channels
            ),
        )
        if self._is_dry_run:
            return report
        self.upkeep.retain_daily()
        self.find_terms()
        return replace(report, signals=len(self.raise_signals()))

    @cached_property
    def _channels(self) -> tuple[Channel, ...]:
        return channels(self.settings.notify)

    def deliver(self, *, should_stop: Callable[[], bool] = lambda: False) -> DeliveryReport:
        """Bring out what is due to the channels of ``[[notify]]``. See :mod:`tppo_watch.alerts.delivery`."""
        if not self._channels:
            return DeliveryReport()
        now = self._clock()
        with self._store.write() as connection:
            note_reminders(connection, self._channels, self.settings.review, now=now)
            pending = notices.pending(connection)
            for notice in pending:
                body = {"kind": notice.kind, "source_id": notice.source_id, **notice.detail}
                assert notice.id is not None
                note_notice(connection, self._channels, notice.id, body, now=now)
            notices.hand_on(connection, [notice.id for notice in pending if notice.id], now=now)
        return deliver(
            self._store,
            self._channels,
            sender(self.settings.fetch),
            clock=self._clock,
            campaigns_of=alerts.campaigns_of,
            should_stop=should_stop,
            console=self.settings.review.console,
        )

    def keep_scanning(
        self,
        stop: threading.Event,
        *,
        on_progress: Callable[[str, int], None] = lambda source_id, posts: None,
    ) -> Iterator[ScanReport]:
        """Scan until `stop` is set, and yield each report. See :mod:`tppo_watch.scan.service`."""
        yield from keep_scanning(
            self, settings=self.settings.health, clock=self._clock, stop=stop, on_progress=on_progress
        )

    def next_due(self) -> datetime | None:
        """When the first source falls due; None where there are none."""
        with self._store.read() as connection:
            return next_due(self.settings.sources, sources.states(connection), self._clock())

    def health(self) -> list[Health]:
        """How each source fares, in the order of the settings."""
        now = self._clock()
        return [health_of(source, state, now, self.settings.health) for source, state in self.sources()]

    def rescore(
        self, *, is_applied: bool, tally: Tally, should_stop: Callable[[], bool] = lambda: False
    ) -> Iterator[Change]:
        """Assess stored posts anew and yield what changes. See :func:`tppo_watch.scan.rescore.rescore`."""
        return rescore(
            self._store,
            self._assessor,
            is_applied=is_applied,
            now=self._clock(),
            tally=tally,
            should_stop=should_stop,
            channels=self._channels,
        )

    def rejects(self, source_id: str | None = None) -> list[Reject]:
        """What could not be read, of one source or of all, the last seen first; without the bytes."""
        with self._store.read() as connection:
            return rejects.listed(connection, source_id)

    def reject(self, reject_id: int) -> Reject:
        """One of them with its bytes: they are personal data. Raises `NotFoundError`."""
        with self._store.read() as connection:
            return rejects.get(connection, reject_id)

    def clear_rejects(self, source_id: str) -> int:
        """Delete what is kept of a source because it could not be read; how many they were."""
        with self._store.write() as connection:
            return rejects.clear(connection, source_id)

    def sources(self) -> list[tuple[SourceSettings, SourceState | None]]:
        """Each source in the order of the settings, with how it fared; None for one never tried."""
        with self._store.read() as connection:
            states = sources.states(connection)
        return [(source, states.get(source.id)) for source in self.settings.sources]

    def alerts(
        self, *, lane: str | None = None, state: str | None = "open", limit: int | None = None
    ) -> list[AlertRecord]:
        """Alerts, the most urgent lane first, then by risk, then the latest. None for `state` is all."""
        with self._store.read() as connection:
            return alerts.listed(connection, lanes=LANES, lane=lane, state=state, limit=limit)

    def signals(
        self, *, days: int = 7, method: str | None = None, max_q: float | None = None
    ) -> tuple[list[Explained], list[str]]:
        """What rose in the last `days` full days, each with its posts and campaigns, and notes.

        Judged anew from the posts of the last half year or so; writes nothing.
        """
        from .signals.stored import explain  # numpy and scipy: of no use to whoever only lists alerts

        return explain(self._store, now=self._clock(), days=days, method=method, max_q=max_q)

    def raise_signals(self) -> list[int]:
        """Keep what rose of late, unless that was done a little while ago; the ids of signals that are new.

        Every scan does. See :mod:`tppo_watch.signals.raising`.
        """
        from .signals.raising import is_time, keep, told

        now = self._clock()
        with self._store.read() as connection:
            if not is_time(raised.judged_at(connection), now):
                return []
        found, _ = self.signals()
        with self._store.write() as connection:
            new = keep(connection, found, now=now)
            for signal_id in new:
                note_signal(
                    connection, self._channels, signal_id, told(raised.get(connection, signal_id)), now=now
                )
            raised.note_judged(connection, now)
        return new

    def find_terms(self, *, is_forced: bool = False) -> int:
        """Look for terms that rise inside flagged posts, unless that was done today; how many are offered.

        Every scan does. See :mod:`tppo_watch.signals.offers`.
        """
        from .signals.offers import is_time, offers

        now = self._clock()
        with self._store.read() as connection:
            if not is_forced and not is_time(terms.found_at(connection), now):
                return 0
        found = offers(self._store, now=now)
        with self._store.write() as connection:
            for one in found:
                terms.offer(
                    connection, one.term.text, one.term.kind,
                    numbers=one.numbers(), rule=one.rule.model_dump(mode="json"), now=now,
                )  # fmt: skip
            terms.drop_offers(connection, before=now)
            terms.note_found(connection, now)
        return len(found)

    def alert(self, alert_id: int) -> AlertRecord:
        """One alert. Raises `NotFoundError`."""
        with self._store.read() as connection:
            return alerts.get(connection, alert_id)

    def pictures(self, alert: AlertRecord) -> list[KeptPicture]:
        """The pictures of an alert's post, in their order, without their bytes."""
        with self._store.read() as connection:
            return pictures.of_post(connection, alert.post_id)

    def picture(self, sha256: str) -> bytes:
        """The bytes of a picture as they were received. Raises `NotFoundError`."""
        with self._store.read() as connection:
            return pictures.content_of(connection, sha256)

    def bulletin(
        self,
        *,
        province: str = DEFAULT_PROVINCE,
        period: str | None = None,
        rhythm: Rhythm = "week",
    ) -> Bulletin:
        """The bulletin of a province for a period, such as 2026-W47 or 2026-11; the last one over without it.

        `rhythm` says whether that is a week or a month. See :func:`tppo_watch.reports.compose`.

        Raises
        ------
        InputError
            If there is no such province or period, or nothing to report.
        """
        place, now = reports.province(province), self._clock()
        zone = reports.zone_of(place.province)
        asked = reports.read_period(period, now, zone) if period else reports.last_ended(rhythm, now, zone)
        periods = reports.periods_until(asked)
        bounds = [each.bounds(zone)[0] for each in periods] + [asked.bounds(zone)[1]]
        span = bounds[0], bounds[-1]
        with self._store.read() as connection:
            read = dict.fromkeys(periods, 0)
            for (index, name), count in counting.read_counts(connection, bounds).items():
                if reports.code_of(name) == place.province:
                    read[periods[index]] += count
            marked, scans = counting.marked(connection, *span), counting.scan_times(connection, *span)
            new = self._new_terms(connection, asked.bounds(zone), place)
            return reports.compose(marked, province=place, read=read, scans=scans, terms=new)

    def _new_terms(
        self, connection: Connection, bounds: tuple[datetime, datetime], place: Place
    ) -> list[NewTerm]:
        """Terms accepted of late, with how many posts of a span hold them. Firms are not told."""
        since = bounds[1] - _NEW_FOR
        new = [
            record.text
            for record in terms.listed(connection, statuses=("accepted",))
            if record.kind != "employer" and record.decided is not None and record.decided >= since
        ]
        if not new:
            return []
        from .signals.terms import spotter

        return reports.count_terms(counting.spotted(connection, *bounds, spotter(new)), place)

    def now(self) -> datetime:
        """The present moment, as this service knows it."""
        return self._clock()

    @cached_property
    def lists(self) -> Lists:
        """What waits for whom, and what was logged."""
        return Lists(self._store, self.settings.review)

    @cached_property
    def desk(self) -> Desk:
        """What a signed-in person sees and decides of one post."""
        return Desk(self._store, self.settings.review, self.settings.audit.anchor, self._channels)

    @cached_property
    def bulk(self) -> Bulk:
        """What is decided of many posts at once."""
        return Bulk(self._store, self.settings.review, self.settings.audit.anchor, self._channels)

    @cached_property
    def campaign_desk(self) -> CampaignDesk:
        """Campaigns, and what people decide of them."""
        from .scan.campaign_desk import CampaignDesk

        return CampaignDesk(
            self._store, self.settings.audit.anchor, grouping=lambda: self._grouping, clock=self._clock
        )

    @cached_property
    def exports(self) -> Exports:
        """What leaves in files, and is logged."""
        return Exports(self._store, self.settings.review, self.settings.audit.anchor)

    @cached_property
    def exhibits(self) -> Exhibits:
        """The files that reviewers keep with posts."""
        return Exhibits(self._store, self.settings.audit.anchor)

    def evidence(self, alert: AlertRecord, history: Sequence[Act]) -> list[reports.Evidence]:
        """What is kept with an alert as it was received: the pictures of its post, and files of reviewers."""
        found = [
            reports.Evidence(f"{number} {picture.media_type}", picture.sha256, picture.size)
            for number, picture in enumerate(self.pictures(alert), start=1)
        ]
        return found + [
            reports.Evidence(exhibit.name, exhibit.sha256, exhibit.size) for exhibit in exhibits_of(history)
        ]

    @cached_property
    def deliveries(self) -> Deliveries:
        """What was said to whom, and the rules by which less or more is said."""
        return Deliveries(self._store, self.settings.audit.anchor)

    @cached_property
    def signal_desk(self) -> SignalDesk:
        """Signals that were raised, and what people make of them."""
        from .review.signals import SignalDesk

        return SignalDesk(self._store, self.settings.audit.anchor)

    @cached_property
    def term_desk(self) -> TermDesk:
        """Terms that rise, offered as rules, and what people decided of them."""
        from .review.terms import TermDesk

        return TermDesk(self._store, self.settings.audit.anchor, self.settings.model.rules)

    @cached_property
    def accounts(self) -> Accounts:
        """Who may sign in."""
        return Accounts(self._store, self.settings.review, self.settings.audit.anchor)

    def training_records(self) -> list[dict[str, Any]]:
        """Settled decisions in the form the training takes; that they are made is logged."""
        records = list(feedback.training_records(self._store, alerts.campaigns_of))
        ids = [int(record["id"].removeprefix("review-")) for record in records]
        self.exports.note_table("training", ids, now=self._clock())
        return records

    def agreement(self) -> Agreement:
        """How far those agree who gave the two opinions of one post."""
        return figures.agreement_of(self._store)

    def confirmed_by_week(self, *, since: datetime | None = None) -> list[Week]:
        """The share of decided alerts that were confirmed, by week of arrival and level."""
        return figures.confirmed_by_week(self._store, since=since)

    def rules_in_vain(self, *, since: datetime, limit: int) -> list[RuleFigure]:
        """Which indicators fired in how many of the last settled alerts, and in how many of them in vain."""
        return feedback.recent_rule_figures(self._store, since=since, limit=limit)

    def verify_audit(self) -> int:
        """Check the log of who did what; the number of its records. `AuditError` names the first bad one."""
        with self._store.read() as connection:
            return audit.verify(connection, self.settings.audit.anchor)

    def search(self, question: str, *, limit: int = 50) -> list[search.Found]:
        """Posts with these words, the latest first. See :func:`tppo_watch.storage.search.search`."""
        with self._store.read() as connection:
            return search.search(connection, question, limit=limit)

    def history(self, post_id: int) -> list[posts.Version]:
        """All versions of a post, the latest last. Raises `NotFoundError`."""
        with self._store.read() as connection:
            return posts.history(connection, post_id)

    @cached_property
    def upkeep(self) -> Upkeep:
        """What keeps the database in order."""
        return Upkeep(self._store, self.settings, self._clock)

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
