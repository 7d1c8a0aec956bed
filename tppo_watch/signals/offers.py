"""Terms of a database: what rises inside its flagged posts, kept as candidate rules."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ..knowledge.rules import Indicator
from ..storage import Store
from ..storage import terms as stored
from ..storage.terms import SpokenPost
from ..types import Entity
from .candidates import candidate, is_known
from .emerging import WEEKS, Emerging, EmergingTerm, Use
from .series import WIB
from .terms import Terms, terms_of

OFFERED = 20  #: terms kept at once
BACKGROUND_POSTS = 20_000  #: of the posts that are not flagged, the latest
_LATE = timedelta(days=1)  # a post may be fetched the day after it was published


@dataclass(frozen=True, slots=True)
class Offer:
    """A term that rises, with the rule that would find it."""

    term: EmergingTerm
    rule: Indicator

    def numbers(self) -> dict[str, Any]:
        """What is kept of the term, JSON-ready."""
        found = asdict(self.term)
        wanted = ("voices", "weeks", "others", "score", "posts")
        return {name: found[name] for name in wanted} | {"since": self.term.since.isoformat()}


def is_time(last: datetime | None, now: datetime) -> bool:
    """Whether terms are to be looked for: once a day, and when the clock has jumped back."""
    return last is None or last > now or last.astimezone(WIB).date() < now.astimezone(WIB).date()


def offers(store: Store, *, now: datetime) -> list[Offer]:
    """The terms that rise in the `WEEKS` weeks until yesterday, the surest first.

    Reads `store`, writes nothing. What a rule of the knowledge finds by itself is not among them.
    """
    today = now.astimezone(WIB).date()
    start = now - timedelta(weeks=WEEKS) - _LATE
    uses: list[Use] = []
    kinds: dict[int, dict[str, float]] = {}
    names: set[str] = set()
    with store.read() as connection:
        for post in stored.flagged(connection, start):
            found = _terms(post)
            names |= found.names
            uses.append(Use(post.id, _day(post), _voice(post), found.kinds))
            kinds[post.id] = post.assessment["exploitation"]
        emerging = Emerging(uses, today=today, barred=names)
        if emerging.wanted:
            _count_others(emerging, stored.others(connection, start, limit=BACKGROUND_POSTS))
    made = []
    for term in emerging.ranked(limit=4 * OFFERED):
        if len(made) < OFFERED and not is_known(term.text):
            made.append(Offer(term, candidate(term, [kinds[id] for id in term.posts])))
    return made


def _count_others(emerging: Emerging, posts: Iterable[SpokenPost]) -> None:
    for post in posts:
        emerging.add_other(_voice(post), _terms(post).kinds)


def _terms(post: SpokenPost) -> Terms:
    return terms_of(post.text, [Entity(**entity) for entity in post.assessment["entities"]])


def _voice(post: SpokenPost) -> Hashable:
    """Who speaks: the campaign, else the author, else whoever first used these words."""
    if post.campaign is not None:
        return "campaign", post.campaign
    if post.author is not None:
        return "author", post.author
    return "wording", post.id if post.wording is None else post.wording


def _day(post: SpokenPost) -> date:
    return post.at.astimezone(WIB).date()
