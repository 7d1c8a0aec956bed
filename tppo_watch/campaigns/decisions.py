"""What people decided about campaigns, as a log: nothing is overwritten, undoing is an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["together", "apart", "undo"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of the log. Its number is its place in it, from 1."""

    kind: Kind
    left: tuple[str, ...] = ()  #: ids of posts
    right: tuple[str, ...] = ()  #: ids of the posts they belong, or do not belong, with
    undone: int = 0  #: number of the entry that an ``undo`` takes back; it may be an undo itself


def standing(log: Sequence[Decision]) -> list[tuple[int, Decision]]:
    """The decisions that hold, with their numbers, in order.

    Taken back ones do not; of two that contradict each other the later holds.
    """
    undone: set[int] = set()
    for number in range(len(log), 0, -1):
        decision = log[number - 1]
        if decision.kind == "undo" and number not in undone:
            undone.add(decision.undone)
    held: list[tuple[int, Decision, frozenset[str], frozenset[str]]] = []
    for number, decision in enumerate(log, start=1):
        if decision.kind == "undo" or number in undone:
            continue
        left, right = frozenset(decision.left), frozenset(decision.right)
        held = [
            entry
            for entry in held
            if entry[1].kind == decision.kind or not _contradicts(entry[2], entry[3], left, right)
        ]
        held.append((number, decision, left, right))
    return [(number, decision) for number, decision, _, _ in held]


def _contradicts(
    left: frozenset[str], right: frozenset[str], other_left: frozenset[str], other_right: frozenset[str]
) -> bool:
    """Whether two pairs of groups speak of the same posts, one keeping them together and one apart."""
    straight = not left.isdisjoint(other_left) and not right.isdisjoint(other_right)
    return straight or (not left.isdisjoint(other_right) and not right.isdisjoint(other_left))
