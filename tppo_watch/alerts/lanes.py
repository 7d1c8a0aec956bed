"""The decision whether a post becomes an alert, and in which queue it waits."""

from __future__ import annotations

from typing import Literal

from ..types import Assessment

Lane = Literal["assistance", "high", "medium"]
#: The most urgent first.
LANES: tuple[Lane, ...] = ("assistance", "high", "medium")


def lane_for(assessment: Assessment) -> Lane | None:
    """The lane of a post, or None for one that only stays searchable.

    Somebody who may need help comes first whatever the level: the level says how likely recruitment is, and a
    plea for help is none.
    """
    if assessment.assistance:
        return "assistance"
    return assessment.level if assessment.level in ("high", "medium") else None


def is_more_urgent(lane: str, other: str) -> bool:
    """Whether `lane` comes before `other`."""
    order: tuple[str, ...] = LANES
    return order.index(lane) < order.index(other)
