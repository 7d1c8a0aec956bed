"""One pass over the sources that are due."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection

from ..config import FetchSettings, SourceSettings
from ..errors import SourceError, StorageError
from ..sources import CHAT_KINDS, SourceFetcher, read
from ..storage import Store, posts, runs
from ..storage import sources as stored_sources
from ..storage.sources import SourceState
from ..types import Failure, Post
from .ads import Draft, merge_messages, single, split_draft
from .batch import Assesses, Outcome, assess_new, keep, look_up, select_new, to_new_post
from .lock import scan_lock
from .report import LISTED_FAILURES, ScanReport, SourceReport, Status
from .schedule import due_sources

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


def scan(
    store: Store,
    sources: Sequence[SourceSettings],
    assessor: Assesses,
    *,
    fetch: FetchSettings,
    key: bytes,
    clock: Callable[[], datetime],
    options: ScanOptions | None = None,
) -> ScanReport:
    """Read the due ones of `sources`, assess what is new, keep it and raise alerts.

    Reads files and the network, writes to `store` a batch at a time: killed at any point, the next scan goes
    on where this one was, and nothing is kept or raised twice.

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
        this_pass = _Pass(store, assessor, fetch, key, clock, options)
        reports = [this_pass.run(source, states.get(source.id)) for source in due]
        report = ScanReport(
            started=started,
            finished=clock(),
            sources=tuple(reports),
            not_due=len(sources) - len(due),
            is_dry_run=options.is_dry_run,
            alerts_by_lane=dict(this_pass.lanes),
        )
        if not options.is_dry_run:
            with store.write() as connection:
                runs.add(connection, started=started, finished=report.finished, report=report.to_dict())
    return report


@dataclass(slots=True)
class _Tally:
    items: int = 0
    posts: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
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
        fetch: FetchSettings,
        key: bytes,
        clock: Callable[[], datetime],
        options: ScanOptions,
    ) -> None:
        self._store, self._assessor, self._fetch = store, assessor, fetch
        self._clock, self._options = clock, options
        self._author_key = lru_cache(maxsize=4096)(lambda author: posts.author_key(key, author))
        self.lanes: Counter[str] = Counter()

    def run(self, source: SourceSettings, state: SourceState | None) -> SourceReport:
        """Read one source to its end. Whatever it does, the others still get their turn."""
        if self._options.should_stop():
            return SourceReport(source.id, "stopped")
        state = state or SourceState(source.id)
        fetcher = SourceFetcher(self._fetch, etag=state.etag, last_modified=state.last_modified)
        tally = _Tally()
        error: str | None = None
        try:
            self._read(source, fetcher, tally)
        except SourceError as exc:
            error = exc.message
        except StorageError:
            raise
        except Exception as exc:  # the edge of one source
            _log.debug("source failed", exc_info=True, extra={"source": source.id})
            error = f"unexpected {type(exc).__name__} while reading"
        if error is not None:
            tally.fail(Failure(source.id, "read", error))
        status = _status(fetcher, tally, error)
        self._remember(source, fetcher, tally, error)
        _log.info("source read", extra={"source": source.id, "status": status, "new": tally.outcome.new})
        return SourceReport(
            id=source.id,
            status=status,
            items=tally.items,
            posts=tally.posts,
            new=tally.outcome.new,
            copies=tally.outcome.copies,
            alerts=len(tally.outcome.lanes),
            failed_items=tally.failed - (error is not None),
            failures=tuple(tally.failures),
        )

    def _read(self, source: SourceSettings, fetcher: SourceFetcher, tally: _Tally) -> None:
        fetched = self._clock()
        found = _counted(read(source, fetcher), tally)
        drafts = merge_messages(found) if source.kind in CHAT_KINDS else map(_as_draft, found)
        for batch in _batches(_split(drafts, tally), BATCH):
            if self._options.should_stop():
                tally.is_stopped = True
                return
            tally.posts += len(batch)
            self._do(source, batch, fetched, tally)
            self._options.on_progress(source.id, tally.posts)

    def _do(self, source: SourceSettings, batch: list[Draft], fetched: datetime, tally: _Tally) -> None:
        """Assess what is new in a batch, then write all of it in one transaction."""
        prepared = [to_new_post(draft, source, fetched, self._author_key) for draft in batch]
        with self._store.read() as connection:
            known = look_up(connection, source.id, prepared)
        new = select_new(prepared, known)
        if not new:
            return
        assessments, failures = assess_new(new, known, self._assessor)
        for failure in failures:
            tally.is_complete = False
            tally.fail(failure)
        with self._store.write() as connection:
            # Somebody else may have kept some of them while they were assessed.
            known = look_up(connection, source.id, new)
            new = select_new(new, known)
            stored_sources.ensure(connection, source.id)
            outcome = keep(connection, new, known, assessments, self._clock())
            self._finish(connection)
        tally.outcome.new += outcome.new
        tally.outcome.copies += outcome.copies
        tally.outcome.lanes += outcome.lanes
        self.lanes.update(outcome.lanes)

    def _remember(
        self, source: SourceSettings, fetcher: SourceFetcher, tally: _Tally, error: str | None
    ) -> None:
        if self._options.is_dry_run or tally.is_stopped:
            return  # a source that was not read to its end stays due
        now = self._clock()
        # Without validators the next scan reads everything again, and with it the posts that failed.
        etag, last_modified = (fetcher.etag, fetcher.last_modified) if tally.is_complete else (None, None)
        with self._store.write() as connection:
            stored_sources.ensure(connection, source.id)
            if error is not None:
                stored_sources.record_failure(connection, source.id, now=now, error=error)
            else:
                stored_sources.record_success(
                    connection, source.id, now=now, etag=etag, last_modified=last_modified
                )

    def _finish(self, connection: Connection) -> None:
        if self._options.is_dry_run:
            connection.rollback()


def _status(fetcher: SourceFetcher, tally: _Tally, error: str | None) -> Status:
    if error is not None:
        return "failed"
    if tally.is_stopped:
        return "stopped"
    return "unchanged" if fetcher.unchanged else "read"


def _counted(items: Iterable[Post | Failure], tally: _Tally) -> Iterator[Post | Failure]:
    for item in items:
        tally.items += 1
        yield item


def _as_draft(item: Post | Failure) -> Draft | Failure:
    return item if isinstance(item, Failure) else single(item)


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
