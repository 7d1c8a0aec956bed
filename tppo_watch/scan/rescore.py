"""Stored posts assessed anew, after a change of model or rules: what would differ, and, if asked, made so.

A decision stays a decision: an alert that somebody closed is not opened again, and one that waits is never
taken from the queue, whatever the new model says. New alerts are raised for posts that have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from ..alerts.channels import Channel
from ..alerts.lanes import is_more_urgent, lane_for
from ..alerts.outbox import note_alert
from ..review.acts import is_found_to_need_help
from ..storage import Store
from ..storage import alerts as stored_alerts
from ..storage import assessments as stored
from ..types import Assessment
from .batch import Assesses

SIZE = 256  # posts in one transaction
#: What follows for the queue: a new alert, another lane, nothing since it waits or was decided, or nothing.
Effect = Literal["raised", "moved", "kept", "decided", "none"]


@dataclass(frozen=True, slots=True)
class Change:
    """A post of which something else is said now: its level, or whether somebody needs help."""

    post_id: int
    source_id: str
    native_id: str
    alert_id: int | None  #: None where it has none, also where one would be raised
    level: tuple[str, str]  #: before and after
    risk: tuple[float, float]
    assistance: tuple[bool, bool]
    effect: Effect


@dataclass(slots=True)
class Tally:
    """How many posts were read so far."""

    posts: int = 0


def rescore(
    store: Store,
    assessor: Assesses,
    *,
    is_applied: bool,
    now: datetime,
    tally: Tally | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    channels: Sequence[Channel] = (),
) -> Iterator[Change]:
    """Assess every stored post anew and yield what changes, in the order of the posts.

    Parameters
    ----------
    is_applied : bool
        Keep the new assessments and raise what follows from them; each batch wholly or not at all.
    tally : Tally, optional
        Is counted up as posts are read.
    should_stop : callable
        Asked before each batch.
    channels : sequence of Channel
        Told of what is raised, or waits in a more urgent lane.

    Raises
    ------
    StorageError
    """
    after = 0
    while not should_stop():
        with store.read() as connection:
            said = stored.page(connection, after=after, size=SIZE)
        if not said:
            return
        found = list(assessor.assess_many([post.text for post in said]))
        changes = [change_of(post, new) for post, new in zip(said, found, strict=True)]
        if is_applied:
            with store.write() as connection:
                stored.replace(connection, [(post.post_id, a) for post, a in zip(said, found, strict=True)])
                for post, new, change in zip(said, found, changes, strict=True):
                    _apply(connection, post, new, change.effect if change else "none", now, channels)
        if tally is not None:
            tally.posts += len(said)
        yield from (change for change in changes if change is not None)
        after = said[-1].post_id


def change_of(post: stored.Said, new: Assessment) -> Change | None:
    """What differs in what is said of a post, None where nothing does that a reviewer would see."""
    if (post.level, post.assistance) == (new.level, new.assistance):
        return None
    lane = lane_for(new)
    effect: Effect
    if post.alert_id is None:
        effect = "none" if lane is None else "raised"
    elif post.state != "open":
        effect = "decided"
    else:
        effect = "kept" if lane in (None, post.lane) else "moved"
    return Change(
        post.post_id,
        post.source_id,
        post.native_id,
        post.alert_id,
        (post.level, new.level),
        (post.risk, new.risk),
        (post.assistance, new.assistance),
        effect,
    )


def _apply(
    connection: Connection,
    post: stored.Said,
    new: Assessment,
    effect: Effect,
    now: datetime,
    channels: Sequence[Channel],
) -> None:
    lane = lane_for(new)
    if effect == "raised" and lane is not None:
        alert_id = stored_alerts.raise_alert(connection, post.post_id, lane, now=now)
        note_alert(connection, channels, alert_id, lane=lane, level=new.level, now=now)
    elif post.alert_id is not None and post.lane is not None and post.state == "open":
        to = lane if effect == "moved" and lane is not None else post.lane
        if is_found_to_need_help(connection, post.alert_id):
            to = "assistance"  # a person said so, and no model takes that back
        stored_alerts.reweigh(connection, post.alert_id, lane=to)
        if is_more_urgent(to, post.lane):
            note_alert(connection, channels, post.alert_id, lane=to, level=new.level, now=now)
