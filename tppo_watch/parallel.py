"""Work on several processes: lazily, in order, and never far ahead of whoever takes the results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from .errors import WorkerError

T = TypeVar("T")
R = TypeVar("R")

# Pieces of work handed out together, for each process. joblib hands out more as soon as one is done, whether
# anybody has taken it or not; so it is given no more than may wait in memory. More gains nothing: at the end
# of a group a process waits for half a piece, 2 % of the time.
_GROUP = 32


def map_in_order(work: Callable[[T], R], items: Iterable[T], jobs: int) -> Iterator[R]:
    """``map(work, items)`` on `jobs` processes, or on the backend of :func:`joblib.parallel_config`.

    Parameters
    ----------
    work : callable
        Can be pickled; it is sent with every item, and should be small.
    jobs : int
        1 works here; -1 is one process a core.

    Raises
    ------
    WorkerError
        If a process was killed; what was yielded before is whole and in order.
    """
    if jobs == 1:
        yield from map(work, items)
        return
    from joblib import Parallel, delayed, effective_n_jobs

    size = _GROUP * effective_n_jobs(jobs)
    source = iter(items)
    with Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="all", batch_size=1) as parallel:
        group, broken = _taken(source, size)
        while group:
            running = parallel(delayed(work)(item) for item in group)
            failure = broken
            group, broken = ([], None) if failure else _taken(source, size)  # read while they work
            try:
                yield from running
            except BrokenProcessPool as exc:
                raise WorkerError(_fate(exc)) from exc
            if failure:
                raise failure
        if broken:
            raise broken


def _taken(source: Iterator[T], size: int) -> tuple[list[T], Exception | None]:
    """The next items, and what went wrong after them."""
    taken: list[T] = []
    try:
        for item in source:
            taken.append(item)
            if len(taken) == size:
                break
    except Exception as exc:
        return taken, exc
    return taken, None


def _fate(exc: BrokenProcessPool) -> str:
    codes = re.search(r"\{(.*)\}", str(exc))
    how = f" ({codes[1]})" if codes else ""
    return f"a worker process was killed{how}, often for want of memory: fewer --jobs take less"
