"""The decision whether a post becomes an alert, and in which queue it waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..storage.campaigns import CampaignAlert
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


def alert_of_campaign(
    lane: Lane | None, wording: int | None, known: Sequence[CampaignAlert]
) -> CampaignAlert | None:
    """The alert, of those of its campaign, that a new post belongs to; None where it needs its own.

    That is the most urgent open one, the oldest of several. Where all are closed, a post in the same words
    opens nothing, as a copy does not, and one in other words is news. Whoever may need help is never part
    of a campaign.
    """
    if lane == "assistance":
        return None
    recruiting = [alert for alert in known if alert.lane != "assistance"]
    waiting = [alert for alert in recruiting if alert.state == "open"]
    if waiting:
        return min(waiting, key=lambda alert: (LANES.index(alert.lane), alert.id))
    return next((alert for alert in recruiting if wording is not None and alert.wording == wording), None)


def is_more_urgent(lane: str, other: str) -> bool:
    """Whether `lane` comes before `other`."""
    order: tuple[str, ...] = LANES
    return order.index(lane) < order.index(other)
