"""Exact maps from normalised text back to the text as given."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """One replaced stretch: ``before[old_start:old_end]`` became ``after[new_start:new_end]``."""

    new_start: int
    new_end: int
    old_start: int
    old_end: int


class OffsetMap:
    """Where stretches of a rewritten text stood before, through any number of rewriting passes.

    A pass is the list of its edits in reading order. Between edits the text only moved; a position inside an
    edit belongs to the whole of it, since no finer answer exists. A text that no pass touched costs nothing.
    """

    __slots__ = ("_passes",)

    def __init__(self, passes: Iterable[list[Edit]] = ()) -> None:
        self._passes = tuple(
            ([edit.new_start for edit in edits], edits) for edits in passes if edits
        )

    @property
    def is_identity(self) -> bool:
        return not self._passes

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the text as given that became ``normalised[start:end]`` (start < end)."""
        for starts, edits in reversed(self._passes):
            i = bisect_right(starts, start) - 1
            if i >= 0:
                edit = edits[i]
                first = edit.old_start if start < edit.new_end else start - edit.new_end + edit.old_end
            else:
                first = start
            i = bisect_right(starts, end - 1) - 1
            if i >= 0:
                edit = edits[i]
                last = edit.old_end if end <= edit.new_end else end - edit.new_end + edit.old_end
            else:
                last = end
            start, end = first, last
        return start, end
