"""Campaigns of a database as people see them and decide of them; what is decided is logged.

Get it from `Watch.campaign_desk`. `actor` None is the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from ..campaigns import Grouper, Reason, Suggestion
from ..errors import NotFoundError
from ..review import User, require
from ..review.audit import decision_digest, recording
from ..review.roles import Action
from ..storage import Store, campaign_lists, campaigns
from ..storage.alerts import AlertRecord
from ..storage.campaign_lists import AlikeRecord, CampaignRecord, MemberRecord
from ..storage.campaigns import DecisionRecord
from .grouping import Grouping


class CampaignDesk:
    """Lists and decisions over the campaigns of one database.

    Parameters
    ----------
    grouping : callable
        Gives the campaigns in memory: reading them all is only paid for by what needs their reasons.
    clock : callable
        Gives the present moment, with a timezone.
    """

    def __init__(
        self, store: Store, anchor: Path, *, grouping: Callable[[], Grouping], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._anchor, self._grouping, self._clock = store, anchor, grouping, clock

    def listed(self, *, limit: int | None = None) -> list[CampaignRecord]:
        """Campaigns, those with the most open alerts first, then the largest."""
        with self._store.read() as connection:
            return campaign_lists.listed(connection, limit=limit)

    def opened(
        self, actor: User | None, name: str, *, limit: int | None = None
    ) -> tuple[list[tuple[MemberRecord, tuple[Reason, ...]]], int]:
        """The first posts of a campaign, such as ``c12``, each with why it is in it; and how many it has.

        That it is looked at is logged. Raises `NotFoundError`, `NotAllowedError`.
        """
        _require(actor, "view")
        with self._grouping().current() as (connection, grouper):
            found = grouper.campaign(name)
            members = campaign_lists.members(connection, int(found.id[1:]), limit=limit)
            shown = [(member, grouper.why(str(member.id))) for member in members]
        with recording(self._store, self._anchor) as writing:
            writing.ledger.add(_id(actor), "view", f"campaign:{name}", now=self._clock())
        return shown, len(found.posts)

    def members(self, first: int, *, limit: int) -> list[MemberRecord]:
        """The first posts of the campaign that begins with the post `first`, without why they are in it."""
        with self._store.read() as connection:
            return campaign_lists.members(connection, first, limit=limit)

    def alike(self, alert: AlertRecord, *, limit: int) -> list[AlikeRecord]:
        """Posts worded as that of an alert or nearly so, of other campaigns or of none."""
        with self._store.read() as connection:
            return campaign_lists.alike(connection, alert.post_id, limit=limit)

    def suggestions(self) -> list[Suggestion]:
        """What may be one campaign and waits for a person, the most alike first, each pair once."""
        with self._grouping().current() as (_, grouper):
            found = grouper.suggestions()
        return list({frozenset((one.left, one.right)): one for one in reversed(found)}.values())[::-1]

    def first_posts(self, names: Iterable[str]) -> dict[str, MemberRecord]:
        """The post each campaign (``c12``) is called by, and each post (``12``), where they are grouped."""
        ids = {name: int(name.removeprefix("c")) for name in names}
        with self._store.read() as connection:
            found = campaign_lists.several(connection, sorted(set(ids.values())))
        return {name: found[id] for name, id in ids.items() if id in found}

    def decisions(self) -> list[DecisionRecord]:
        """What people decided of campaigns, in order; the first has number 1."""
        with self._store.read() as connection:
            return campaigns.decisions(connection)

    def merge(self, actor: User | None, left: str, right: str) -> int:
        """Make one campaign of two, or of a campaign and a post. See `tppo_watch.campaigns.Grouper.merge`."""
        return self._decide(actor, lambda grouper: grouper.merge(left, right))

    def split(self, actor: User | None, posts: Sequence[str]) -> int:
        """Make posts a campaign of their own. See `tppo_watch.campaigns.Grouper.split`."""
        return self._decide(actor, lambda grouper: grouper.split(posts))

    def undo(self, actor: User | None, number: int) -> int:
        """Take a decision back: one's own, a lead any. See `tppo_watch.campaigns.Grouper.undo`."""
        made = self.decisions()
        if not 1 <= number <= len(made):
            raise NotFoundError("decision", str(number))
        if made[number - 1].actor != _id(actor):
            _require(actor, "undo_others")
        return self._decide(actor, lambda grouper: grouper.undo(number))

    def _decide(self, actor: User | None, decide: Callable[[Grouper], int]) -> int:
        _require(actor, "decide")
        grouping, now = self._grouping(), self._clock()
        with grouping.changing():
            number = grouping.decide(decide)
            with recording(self._store, self._anchor) as writing:
                grouping.record(writing.connection, actor=_id(actor), now=now)
                made = campaigns.decisions(writing.connection)[number - 1]
                writing.ledger.add(
                    _id(actor),
                    f"campaign_{made.kind}",
                    f"decision:{number}",
                    now=now,
                    digest=decision_digest(made),
                )
        return number


def _require(actor: User | None, action: Action) -> None:
    if actor is not None:
        require(actor, action)


def _id(actor: User | None) -> int | None:
    return None if actor is None else actor.id
