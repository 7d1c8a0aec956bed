"""Exact maps from normalised text back to the text as given."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from os.path import commonprefix
from typing import NamedTuple


class Edit(NamedTuple):
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
        self._passes = tuple(([edit.new_start for edit in edits], edits) for edits in passes if edits)

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


Pieces = list[tuple[int, int, str]]  #: start, end and replacement of stretches of a text, in reading order


def apply(text: str, pieces: Pieces, *, aligned: bool = True) -> tuple[str, list[Edit]]:
    """Replace `pieces` of `text`; return the new text and what moved.

    An aligned piece as long as what it replaces is read letter for letter and needs no edit.
    """
    parts: list[str] = []
    edits: list[Edit] = []
    last = shift = 0
    for start, end, new in pieces:
        parts += (text[last:start], new)
        if not aligned or len(new) != end - start:
            edits.append(Edit(start + shift, start + shift + len(new), start, end))
            shift += len(new) - (end - start)
        last = end
    parts.append(text[last:])
    return "".join(parts), edits


def substitute(
    text: str,
    pattern: re.Pattern[str],
    replacement: Callable[[re.Match[str]], str | None],
    *,
    aligned: bool = True,
) -> tuple[str, list[Edit]]:
    """Replace every match of `pattern` for which `replacement` answers something else than None.

    Of each match only what changed is replaced, out to the borders of words.
    """
    pieces: Pieces = []
    for found in pattern.finditer(text):
        old, new = found.group(), replacement(found)
        if new is not None and new != old:
            pieces.append(changed(old, new, found.start()) if aligned else (*found.span(), new))
    return apply(text, pieces, aligned=aligned) if pieces else (text, [])


def changed(old: str, new: str, at: int) -> tuple[int, int, str]:
    """The piece that turns `old`, standing at `at`, into `new`: what changed, out to the borders of words."""
    shorter = min(len(old), len(new))
    left = len(commonprefix((old, new)))
    while left and (old[left - 1].isalnum() or left == shorter):
        left -= 1
    right = min(len(commonprefix((old[::-1], new[::-1]))), shorter - left)
    while right and old[-right].isalnum():
        right -= 1
    return at + left, at + len(old) - right, new[left : len(new) - right]
