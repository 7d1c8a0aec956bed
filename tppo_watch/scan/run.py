"""One pass over the sources that are due."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, partial
from itertools import islice
from typing import TypeVar

from ..alerts.channels import Channel
from ..alerts.outbox import note_alert
from ..config import FetchSettings, HealthSettings, SourceSettings
from ..errors import FetchError, SourceError, StorageError
from ..sources import Host, SourceFetcher, Stopped, Web, host_of, read
from ..storage import Store, notices, pictures, rejects, runs
from ..storage import posts as stored_posts
from ..storage import sources as stored_sources
from ..storage.notices import Notice
from ..storage.sources import SourceState
from ..types import Failure, Picture, Post
from .ads import Draft, merge_messages, split_draft
from .batch import (
    Assesses,
    Outcome,
    assess_new,
    join_known,
    keep,
    look_up,
    select_new,
    select_reverted,
    to_new_post,
)
from .grouping import Grouping
from .health import look_round, moved_notice
from .joins import JOINABLE, is_id_mark
from .lock import scan_lock
from .report import LISTED_FAILURES, ScanReport, SourceReport, Status
from .schedule import Answer, Trouble, after_answer, after_trouble, current, due_sources, in_turn

BATCH = (
    256  # posts assessed and written together: what a crash can cost, and what a commit costs, are both small
)

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """How to scan."""

    is_everything: bool = False  #: also sources that are not due
    is_dry_run: bool = False  #: read and assess, keep nothing
    should_stop: Callable[[], bool] = lambda: False  #: asked between batches; the one in hand is finished
    on_progress: Callable[[str, int], None] = lambda source_id, posts: None  #: posts done of this source
    pause: Callable[[float], object] = time.sleep  #: waits so many seconds, or until told to stop
    channels: tuple[Channel, ...] = ()  #: that are told of the alerts


def scan(
    store: Store,
    sources: Sequence[SourceSettings],
    assessor: Assesses,
    *,
    fetch: FetchSettings,
    key: bytes,
    clock: Callable[[], datetime],
    health: HealthSettings | None = None,
    grouping: Grouping | None = None,
    options: ScanOptions | None = None,
) -> ScanReport:
    """Read the due ones of `sources`, assess what is new, keep it and raise alerts, say who fares badly.

    Reads files and the network, writes to `store` a batch at a time: killed at any point, the next scan goes
    on where this one was, and nothing is kept or raised twice.

    Parameters
    ----------
    grouping : Grouping, optional
        The campaigns of the database, where they are in memory; else they are read when they are needed.

    Raises
    ------
    StorageBusyError
        If another scan of the same database is running.
    StorageError
    """
    options = options or ScanOptions()
    with scan_lock(store):
        started = clock()
        with store.read() as connection:
            states = stored_sources.states(connection)
        due = list(sources) if options.is_everything else due_sources(sources, states, started)
        web = Web(fetch, clock=clock, pause=options.pause, recall=partial(_recalled, store))
        this_pass = _Pass(store, assessor, web, key, clock, grouping or Grouping(store, key), options)
        turns = in_turn(due, _host, clock, timedelta(seconds=fetch.host_pause_s))
        reports = {source.id: this_pass.run(source, states.get(source.id)) for source in turns}
        told = this_pass.moved
        if not options.is_dry_run:
            with store.write() as connection:
                told += look_round(connection, sources, clock(), health or HealthSettings())
        report = ScanReport(
            started=started,
            finished=clock(),
            sources=tuple(reports[source.id] for source in due),
            not_due=len(sources) - len(due),
            is_dry_run=options.is_dry_run,
            alerts_by_lane=dict(this_pass.lanes),
            notices=tuple(told),
        )
        if not options.is_dry_run:
            with store.write() as connection:
                pictures.drop_orphans(connection)
                runs.add(connection, started=started, finished=report.finished, report=report.to_dict())
    return report


def _recalled(store: Store, name: str) -> Host | None:
    with store.read() as connection:
        row = stored_sources.host(connection, name)
    return Host(**row) if row else None


def _host(source: SourceSettings) -> str | None:
    return host_of(source.url) if source.url else None


@dataclass(slots=True)
class _Tally:
    items: int = 0
    posts: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    times: list[datetime | None] = field(default_factory=list)  #: of the posts that are new
    is_stopped: bool = False
    is_complete: bool = True  #: every post that was read is kept

    def fail(self, failure: Failure) -> None:
        self.failed += 1
        if len(self.failures) < LISTED_FAILURES:
            self.failures.append(failure)


class _Pass:
    """What all sources of one scan share."""

    def __init__(
        self,
        store: Store,
        assessor: Assesses,
        web: Web,
        key: bytes,
        clock: Callable[[], datetime],
        grouping: Grouping,
        options: ScanOptions,
    ) -> None:
        self._store, self._assessor, self._web = store, assessor, web
        self._clock, self._grouping, self._options = clock, grouping, options
        self._author_key = lru_cache(maxsize=4096)(lambda author: stored_posts.author_key(key, author))
        self.lanes: Counter[str] = Counter()
        self.moved: list[Notice] = []

    def run(self, source: SourceSettings, state: SourceState | None) -> SourceReport:
        """Read one source to its end. Whatever it does, the others still get their turn."""
        if self._options.should_stop():
            return SourceReport(source.id, "stopped")
        state = current(source, state)
        fetcher = SourceFetcher(
            self._web.config,
            web=self._web,
            address=state.address,
            etag=state.etag,
            last_modified=state.last_modified,
            now=self._clock(),
            recall=self._recall,
        )
        tally = _Tally()
        trouble: Trouble | None = None
        try:
            self._read(source, fetcher, tally)
        except Stopped:
            tally.is_stopped = True
        except FetchError as exc:
            trouble = Trouble(exc.message, exc.status, exc.retry_after_s)
        except SourceError as exc:
            trouble = Trouble(exc.message)
        except StorageError:
            raise
        except Exception as exc:  # the edge of one source
            _log.debug("source failed", exc_info=True, extra={"source": source.id})
            trouble = Trouble(f"unexpected {type(exc).__name__} while reading")
        if trouble is not None:
            tally.fail(Failure(source.id, "read", trouble.error, fetcher.sample(source)))
        self._remember(source, state, fetcher, tally, trouble)
        status = _status(fetcher, tally, trouble)
        _log.info("source read", extra={"source": source.id, "status": status, "new": tally.outcome.new})
        return SourceReport(
            id=source.id,
            status=status,
            items=tally.items,
            posts=tally.posts,
            new=tally.outcome.new,
            copies=tally.outcome.copies,
            alerts=len(tally.outcome.raised),
            failed_items=tally.failed - (trouble is not None),
            failures=tuple(tally.failures),
        )

    def _read(self, source: SourceSettings, fetcher: SourceFetcher, tally: _Tally) -> None:
        fetched = self._clock()
        found = _counted(read(source, fetcher), tally)
        for batch in _batches(_split(merge_messages(found), tally), BATCH):
            if self._options.should_stop():
                tally.is_stopped = True
                return
            tally.posts += len(batch)
            self._do(source, batch, fetched, tally)
            self._options.on_progress(source.id, tally.posts)

    def _do(self, source: SourceSettings, batch: list[Draft], fetched: datetime, tally: _Tally) -> None:
        """Assess what is new in a batch, then write all of it in one transaction."""
        prepared = [to_new_post(draft, source, fetched, self._author_key) for draft in batch]
        marks: list[tuple[str, str, str]] = []
        with self._store.read() as connection:
            if source.kind in JOINABLE:
                prepared, marks = join_known(connection, source.id, prepared)
            known = look_up(connection, source.id, prepared)
        new = select_new(prepared, known)
        reverted = select_reverted(prepared, known)
        if not new and not reverted and not any(is_id_mark(mark) for mark, _, _ in marks):
            return
        assessed, failures = assess_new(new, known, self._assessor, self._grouping.print_of)
        for failure in failures:
            tally.is_complete = False
            tally.fail(failure)
        is_kept = not self._options.is_dry_run
        if assessed:
            self._grouping.catch_up(is_kept=is_kept)
        with self._grouping.changing(is_kept=is_kept), self._store.write() as connection:
            # Somebody else may have kept some of them while they were assessed.
            known = look_up(connection, source.id, new)
            new = select_new(new, known)
            stored_sources.ensure(connection, source.id)
            now = self._clock()
            outcome = keep(connection, new, known, assessed, now, self._grouping)
            for alert_id, lane, level in outcome.raised:
                note_alert(connection, self._options.channels, alert_id, lane=lane, level=level, now=now)
            stored_posts.add_marks(connection, source.id, marks)
            for post in reverted:
                stored_posts.take_back(connection, source.id, post.native_id, post.content_hash, now=now)
            if not is_kept:
                connection.rollback()
        tally.times += [post.published for post in new]
        tally.outcome.new += outcome.new
        tally.outcome.copies += outcome.copies
        tally.outcome.raised += outcome.raised
        self.lanes.update(lane for _, lane, _ in outcome.raised)

    def _remember(
        self,
        source: SourceSettings,
        state: SourceState,
        fetcher: SourceFetcher,
        tally: _Tally,
        trouble: Trouble | None,
    ) -> None:
        if self._options.is_dry_run or tally.is_stopped:
            return  # a source that was not read to its end stays due
        now = self._clock()
        if trouble is not None:
            after = after_trouble(source, state, trouble, now)
        else:
            # Without validators the next scan reads everything again, and with it the posts that failed.
            etag, last_modified = (fetcher.etag, fetcher.last_modified) if tally.is_complete else (None, None)
            answer = Answer(etag, last_modified, fetcher.moved_to, tuple(tally.times))
            after = after_answer(source, state, answer, now)
        moved = [notice] if (notice := moved_notice(source, state, after)) else []
        with self._store.write() as connection:
            stored_sources.save(connection, after)
            stored_sources.save_hosts(connection, [asdict(host) for host in self._web.take_changed()])
            notices.add(connection, moved)
            rejects.keep(connection, source.id, tally.failures, now=now)
            pictures.note(connection, fetcher.noted, now=now)
        self.moved += moved
        if trouble is None and tally.is_complete:
            fetcher.finish()

    def _recall(self, place: str) -> Picture | None:
        with self._store.read() as connection:
            return pictures.recall(connection, place)


def _status(fetcher: SourceFetcher, tally: _Tally, trouble: Trouble | None) -> Status:
    if trouble is not None:
        return "failed"
    if tally.is_stopped:
        return "stopped"
    return "unchanged" if fetcher.unchanged else "read"


def _counted(items: Iterable[Post | Failure], tally: _Tally) -> Iterator[Post | Failure]:
    for item in items:
        tally.items += 1
        yield item


def _split(drafts: Iterable[Draft | Failure], tally: _Tally) -> Iterator[Draft]:
    """The ads of all drafts; failures go into the tally."""
    for draft in drafts:
        if isinstance(draft, Failure):
            tally.fail(draft)
        else:
            yield from split_draft(draft)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
