"""Which sources to read now, in which order, and when each is due again. Pure: the caller brings the time."""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..config import SourceSettings
from ..storage.sources import SourceState
from . import rhythm

#: However often a source failed, it is asked again within this time.
LONGEST_BACKOFF = timedelta(hours=24)
#: How often a file is looked at whose settings do not say: a look costs nothing while it stays the same.
FILE_EVERY = timedelta(minutes=15)
_FIRST_BACKOFF = timedelta(minutes=15)
_FAILURES_AT_NEW_ADDRESS = 3  # in a row, then the old one is tried again
_GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source gave when it was read to its end."""

    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  #: where its address has moved for good, by this answer
    times: tuple[datetime | None, ...] = ()  #: of the items that are new; None for one without a time


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a source could not be read."""

    error: str
    status: int | None = None  #: of HTTP
    retry_after_s: float | None = None


def current(source: SourceSettings, state: SourceState | None) -> SourceState:
    """What is known of `source` as it is configured now: nothing, once it has another address."""
    if state is None or state.url != source.url:
        return SourceState(source.id, url=source.url)
    return state


def after_answer(source: SourceSettings, state: SourceState, answer: Answer, now: datetime) -> SourceState:
    """The state of a source that was read at `now`, with the time to look again."""
    is_agreed = answer.moved_to is not None and answer.moved_to == state.moved_to
    before = rhythm.Rhythm.from_dict(state.rhythm) if state.rhythm else None
    after = rhythm.learned(before, answer.times, now)
    return replace(
        state,
        etag=answer.etag,
        last_modified=answer.last_modified,
        last_attempt=now,
        last_success=now,
        last_error=None,
        failures_in_row=0,
        # One answer may be a slip of whoever runs the server; two that agree are a move.
        address=answer.moved_to if is_agreed else state.address,
        moved_to=None if is_agreed else answer.moved_to,
        next_at=now + _wait(source, after, now),
        stopped_at=None,
        last_item=after.last_item,
        rhythm=after.to_dict(),
    )


def after_trouble(source: SourceSettings, state: SourceState, trouble: Trouble, now: datetime) -> SourceState:
    """The state of a source that could not be read at `now`; what it was asked with stays."""
    failures = state.failures_in_row + 1
    is_lost = state.address is not None and failures % _FAILURES_AT_NEW_ADDRESS == 0
    return replace(
        state,
        last_attempt=now,
        last_error=trouble.error,
        last_error_at=now,
        failures_in_row=failures,
        address=None if is_lost else state.address,
        next_at=now + backoff(source, failures, trouble.retry_after_s),
        stopped_at=now if trouble.status == _GONE and not is_lost else None,
    )


def backoff(source: SourceSettings, failures: int, retry_after_s: float | None = None) -> timedelta:
    """How long to leave a source alone after so many failures in a row: longer each time, a day at most.

    Sources that failed together come back apart: each waits for between three quarters and all of its time.
    """
    if source.path is not None:
        return source.every or FILE_EVERY
    first = source.every or _FIRST_BACKOFF
    longest = min(first * 2 ** min(failures - 1, 20), LONGEST_BACKOFF)
    digest = hashlib.blake2b(f"{source.id} {failures}".encode(), digest_size=4).digest()
    chosen = longest * (0.75 + 0.25 * int.from_bytes(digest) / 2**32)
    asked = timedelta(seconds=min(retry_after_s or 0.0, LONGEST_BACKOFF.total_seconds()))
    return max(chosen, asked)


def _wait(source: SourceSettings, known: rhythm.Rhythm, now: datetime) -> timedelta:
    if source.path is not None:
        return source.every or FILE_EVERY
    return rhythm.wait(known, now, longest=source.every or rhythm.LONGEST)


def due_at(source: SourceSettings, state: SourceState | None, now: datetime) -> datetime | None:
    """When `source` is due: in the past where it should have been read; None once its server said goodbye."""
    state = current(source, state)
    if state.stopped_at is not None:
        return None
    # A clock that was set back must not silence a source until it has caught up.
    if state.last_attempt is None or state.last_attempt > now:
        return now
    if state.failures_in_row or source.every is None:
        return state.next_at or now
    return min(state.next_at or now, state.last_attempt + source.every)


def due_sources(
    sources: Sequence[SourceSettings], states: Mapping[str, SourceState], now: datetime
) -> list[SourceSettings]:
    """Those of `sources` that should be read at `now`, in their order."""
    times = ((source, due_at(source, states.get(source.id), now)) for source in sources)
    return [source for source, at in times if at is not None and at <= now]


def next_due(
    sources: Sequence[SourceSettings], states: Mapping[str, SourceState], now: datetime
) -> datetime | None:
    """When the first of `sources` is due, `now` at the earliest; None where none ever will be."""
    times = (due_at(source, states.get(source.id), now) for source in sources)
    return min((max(at, now) for at in times if at is not None), default=None)


def in_turn(
    sources: Iterable[SourceSettings],
    host: Callable[[SourceSettings], str | None],
    clock: Callable[[], datetime],
    pause: timedelta,
) -> Iterator[SourceSettings]:
    """`sources` in an order that waits for no host while another could be asked.

    `host` names the server of a source, None for a file. Between two sources of one host others come, as
    long as there are any, until `pause` has passed.
    """
    waiting: dict[str | None, deque[SourceSettings]] = defaultdict(deque)
    for source in sources:
        waiting[host(source)].append(source)
    begun = clock()
    turns = [(begun, number, name) for number, name in enumerate(waiting)]  # a heap from the start
    while turns:
        _, number, name = heapq.heappop(turns)
        yield waiting[name].popleft()
        if waiting[name]:
            heapq.heappush(turns, (clock() + pause if name else begun, number, name))
