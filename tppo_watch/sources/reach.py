"""Which messages of a numbered row were read, where a page shows some of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..types import Failure, Post

_MARK = re.compile(r"(\d{1,12})-(\d{1,12})", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}\Z", re.ASCII)
_KEPT = 10  # stretches; the gaps before them are given up


@dataclass(frozen=True, slots=True)
class Reach:
    """Stretches of numbers that were read, first and last included, the highest first; they never touch."""

    stretches: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, marks: Iterable[str]) -> Reach:
        """What `marks` gave earlier; what is no mark is passed over."""
        found = [_MARK.fullmatch(mark) for mark in marks]
        return _joined([(int(mark[1]), int(mark[2])) for mark in found if mark])

    def marks(self) -> list[str]:
        """Words without spaces, by which `of` makes the same again."""
        return [f"{low}-{high}" for low, high in self.stretches[:_KEPT]]

    @property
    def lowest(self) -> int | None:
        """The lowest number that was read; None where none was, or nothing can be before it."""
        return self.stretches[-1][0] if self.stretches and self.stretches[-1][0] > 1 else None

    @property
    def gap(self) -> int | None:
        """The number after the highest one that is missing between others; None where none is."""
        return self.stretches[0][0] if len(self.stretches) > 1 else None

    def holds(self, page: Sequence[Post | Failure]) -> bool:
        """Whether every message of a page was read before."""
        found = _numbers(page)
        return all(any(low <= number <= high for low, high in self.stretches) for number in found)

    def after_page(self, page: Sequence[Post | Failure], *, before: int | None = None) -> Reach:
        """With a page that was asked for what is `before` a number, or for the newest.

        It shows all there is between its first message and that number; an empty one says that nothing is,
        and one without a message before that number says nothing.
        """
        numbers = [number for number in _numbers(page) if before is None or number < before]
        if page and not numbers:
            return self
        first = min(numbers, default=1)
        last = max(numbers, default=0) if before is None else before
        return _joined([*self.stretches, (first, last)]) if last else self


def _joined(stretches: Iterable[tuple[int, int]]) -> Reach:
    out: list[tuple[int, int]] = []
    for low, high in sorted(stretches, key=lambda stretch: -stretch[1]):
        if out and high >= out[-1][0] - 1:
            out[-1] = (min(low, out[-1][0]), out[-1][1])
        else:
            out.append((low, high))
    return Reach(tuple(out))


def _numbers(page: Sequence[Post | Failure]) -> list[int]:
    posts = (item for item in page if isinstance(item, Post))
    return [int(found[0]) for post in posts if (found := _NUMBER.search(post.native_id))]
