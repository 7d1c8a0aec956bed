"""Groups posts into campaigns as they come, and says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import InputError, NotFoundError
from .decisions import Decision, standing
from .graph import Evidence, Graph
from .prints import Print
from .wordings import ALIKE, Example, Wordings

ReasonKind = Literal[
    "contact", "wording", "decision", "voice", "names_contact", "common_contact", "same_wording"
]  # fmt: skip
_ASKED = 1_000  # suggestions shown at once


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a post is in a campaign, or in none.

    ``contact``, ``wording`` and ``decision`` join. The others do not: ``voice`` says that the post speaks
    about recruiters, ``names_contact`` whose contact it names, ``common_contact`` that its contact is
    everybody's, ``same_wording`` that it resembles a campaign too little, or has another's contact: a person
    may decide.
    """

    kind: ReasonKind
    post: str | None = None  #: the first other post that shows it
    campaign: str | None = None
    detail: str | None = None  #: kind of contact, stance, or number of the decision
    similarity: float | None = None  #: weighted overlap of the wordings, in [0, 1]
    posts: int | None = None  #: of the campaign that share it

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, without what is not known."""
        record: dict[str, Any] = {"kind": self.kind}
        for name in ("post", "campaign", "detail", "posts"):
            if (value := getattr(self, name)) is not None:
                record[name] = value
        if self.similarity is not None:
            record["similarity"] = round(self.similarity, 2)
        return record


@dataclass(frozen=True, slots=True)
class Campaign:
    """Posts of one recruiter, as far as evidence and decisions say. No finding about anybody."""

    id: str
    posts: tuple[str, ...]  #: ids, in order of arrival


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two groups that may be one: a person decides."""

    left: str  #: id of a campaign, or of a post that is in none
    right: str
    similarity: float


class Grouper:
    """Campaigns of the posts that were added.

    The same posts in the same order, with the same decisions, give the same campaigns, whenever they are
    asked for; campaigns of more than 2,000 different posts only grow. A campaign is called by its first post:
    ``c`` and the place of that post in the order of arrival, so that one that is made again has its old name.

    Parameters
    ----------
    is_named_by_id : bool
        Call campaigns by the id of their first post instead of its place.
    """

    def __init__(self, *, is_named_by_id: bool = False) -> None:
        self._is_named_by_id = is_named_by_id
        self._wordings = Wordings()
        self._evidence: list[Evidence] = []
        self._place: dict[str, int] = {}
        self._log: list[Decision] = []
        self._graph = Graph()

    def __len__(self) -> int:
        return len(self._evidence)

    def __contains__(self, id: str) -> bool:
        return id in self._place

    def add(self, id: str, print: Print) -> tuple[Evidence, Example | None]:
        """Take in a post; what was found of it, to be kept where its campaigns shall outlive the program.

        Raises
        ------
        InputError
            If a post of that id was added before.
        """
        post = len(self._evidence)
        # Whoever speaks about an ad may quote it whole: such a post founds no wording.
        found = self._wordings.find(post, print) if print.is_own else None
        evidence = Evidence(
            id=id,
            is_own=print.is_own,
            is_recruitment=print.is_recruitment,
            contacts=tuple((contact.key, contact.line, contact.kind) for contact in print.contacts),
            passing=tuple(contact.key for contact in print.passing),
            wording=found.wording if found else -1,
            similarity=found.similarity if found else 0.0,
            size=len(print.shingles) // 4,
            near=found.near if found else -1,
            novel=found.novel if found else 0,
            alike=found.alike if found else -1,
            alike_similarity=found.alike_similarity if found else 0.0,
            stance=print.stance,
        )
        self._take(evidence)
        return evidence, found.example if found else None

    def restore(
        self, found: Iterable[tuple[Evidence, Example | None]], decisions: Sequence[Decision] = ()
    ) -> None:
        """Take in what `add` and the log gave earlier or elsewhere, in the same order."""
        for evidence, example in found:
            self._take(evidence)
            if evidence.near >= 0:
                self._wordings.claim(evidence.near if evidence.contacts else len(self._evidence) - 1)
            if example is not None:
                self._wordings.remember(example)
        if decisions:
            self._log.extend(decisions)
            self._rebuild()

    def place(self, id: str) -> int:
        """The place of a post in the order of arrival, from 0; -1 for one that was not added."""
        return self._place.get(id, -1)

    def campaign_of(self, id: str) -> str | None:
        """Name of the campaign of a post; None where it is in none. Raises `NotFoundError`."""
        return self._name(self._graph.campaign(self._index(id)))

    def campaigns(self) -> Iterator[Campaign]:
        """All campaigns, by their first posts."""
        for root in self._graph.campaigns():
            yield self._campaign(root)

    def campaign(self, name: str) -> Campaign:
        """The campaign of a name. Raises `NotFoundError`."""
        return self._campaign(self._root(name))

    def why(self, id: str) -> tuple[Reason, ...]:
        """Why a post is where it is: what joins it to others, or what kept it out. Raises `NotFoundError`."""
        post = self._index(id)
        root = self._graph.campaign(post)
        if root < 0:
            return tuple(self._why_not(post))
        return tuple(self._joins(post, root))

    def suggestions(self) -> list[Suggestion]:
        """What a person may decide, the most alike first: at most a thousand."""
        found: dict[tuple[str, str], float] = {}
        for post, evidence in enumerate(self._evidence):
            for other, similarity in self._asked(post, evidence):
                pair = (self._called(other), self._called(post))
                if pair[0] != pair[1]:
                    found[pair] = max(found.get(pair, 0.0), similarity)
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:_ASKED]
        return [Suggestion(left, right, value) for (left, right), value in best]

    def merge(self, left: str, right: str) -> int:
        """Make one campaign of two, named each or the id of a post; the number of the decision.

        Raises
        ------
        NotFoundError
        InputError
            If both are one already.
        """
        first, second = self._posts_of(left), self._posts_of(right)
        if self._called(first[0]) == self._called(second[0]):
            raise InputError("belong together already", item=f"{left} and {right}", why="together")
        ids = [self._evidence[posts[0]].id for posts in (first, second)]
        return self.decide(Decision("together", (ids[0],), (ids[1],)))

    def split(self, ids: Iterable[str]) -> int:
        """Make posts a campaign of their own, apart from the rest of theirs; the number of the decision.

        Raises
        ------
        NotFoundError
        InputError
            If they are not of one campaign, or are all of it.
        """
        taken = list(dict.fromkeys(ids))
        roots = {self._graph.campaign(self._index(id)) for id in taken}
        if len(roots) != 1 or -1 in roots:
            raise InputError(
                "are not posts of one campaign", item=", ".join(taken) or "no posts", why="campaigns"
            )
        root = roots.pop()
        every = [self._evidence[post].id for post in self._graph.posts(root)]
        rest = tuple(id for id in every if id not in set(taken))
        if not rest:
            raise InputError("are the whole campaign; there is nothing to keep them apart from",
                             item=self._name(root), why="whole_campaign")  # fmt: skip
        return self.decide(Decision("apart", tuple(taken), rest))

    def undo(self, number: int) -> int:
        """Take back a decision; everything is as though it had not been made. The number of this one.

        Raises
        ------
        NotFoundError
        InputError
            If it was taken back already.
        """
        if not 1 <= number <= len(self._log):
            raise NotFoundError("decision", str(number))
        if any(entry.kind == "undo" and entry.undone == number for entry in self._standing_undos()):
            raise InputError("was taken back already", item=f"decision {number}", why="undone")
        return self.decide(Decision("undo", undone=number))

    def decide(self, decision: Decision) -> int:
        """Add an entry to the log, as `merge`, `split` and `undo` do; its number."""
        self._log.append(decision)
        self._rebuild()
        return len(self._log)

    @property
    def log(self) -> tuple[Decision, ...]:
        """What was decided, in order; the first has number 1."""
        return tuple(self._log)

    def _standing_undos(self) -> list[Decision]:
        undone: set[int] = set()
        found = []
        for number in range(len(self._log), 0, -1):
            entry = self._log[number - 1]
            if entry.kind == "undo" and number not in undone:
                undone.add(entry.undone)
                found.append(entry)
        return found

    def _take(self, evidence: Evidence) -> None:
        if evidence.id in self._place:
            raise InputError("was added before", item=f"post {evidence.id!r}")
        self._place[evidence.id] = len(self._evidence)
        self._evidence.append(evidence)
        self._graph.add(evidence)

    def _rebuild(self) -> None:
        """The campaigns under the decisions that stand, from the evidence: nothing of others remains."""
        held = standing(self._log)
        marks: dict[str, set[tuple[int, int]]] = {}
        for number, decision in held:
            if decision.kind == "apart":
                for side, ids in ((1, decision.left), (-1, decision.right)):
                    for id in ids:
                        marks.setdefault(id, set()).add((number, side))
        joined: list[tuple[int, tuple[str, ...]]] = []
        for number, decision in held:
            if decision.kind == "together":
                joined.append((number, decision.left + decision.right))
            else:  # whoever parts a campaign takes each part for one
                joined += [(number, decision.left), (number, decision.right)]
        named = {id for _, ids in joined for id in ids}
        self._graph = Graph()
        for evidence in self._evidence:
            mark = frozenset(marks.get(evidence.id, ()))
            self._graph.add(evidence, mark, is_held=evidence.id in named)
        for number, ids in joined:
            self._graph.hold(number, [self._place[id] for id in ids if id in self._place])

    def _index(self, id: str) -> int:
        try:
            return self._place[id]
        except KeyError:
            raise NotFoundError("post", id) from None

    def take_changed(self) -> list[str]:
        """Posts whose campaign changed since this was last asked, in order of arrival."""
        return [self._evidence[post].id for post in self._graph.take_changed()]

    def _name(self, root: int) -> str | None:
        if root < 0:
            return None
        return f"c{self._evidence[root].id}" if self._is_named_by_id else f"c{root + 1}"

    def _root(self, name: str) -> int:
        called = name.removeprefix("c") if name.startswith("c") else ""
        if self._is_named_by_id:
            root = self._place.get(called, -1)
        else:
            root = int(called) - 1 if called.isascii() and called.isdigit() and len(called) < 19 else -1
        if not 0 <= root < len(self._evidence) or self._graph.campaign(root) != root:
            raise NotFoundError("campaign", name)
        return root

    def _campaign(self, root: int) -> Campaign:
        return Campaign(
            self._name(root) or "", tuple(self._evidence[post].id for post in self._graph.posts(root))
        )

    def _called(self, post: int) -> str:
        return self._name(self._graph.campaign(post)) or self._evidence[post].id

    def _posts_of(self, what: str) -> list[int]:
        """The posts of a campaign, or one post: an id counts before a name."""
        if what in self._place:
            return [self._place[what]]
        return self._graph.posts(self._root(what))

    def _joins(self, post: int, root: int) -> Iterator[Reason]:
        graph = self._graph
        index = graph.bundle_of[post]
        bundle = graph.bundles[index]
        for contact in graph.linking(bundle):
            node = graph.contacts[contact]
            yield from self._shared("contact", post, root, node.bundles, detail=node.kind)
        wording = graph.wordings.get(bundle.wording)
        if wording is not None:
            similarity = self._evidence[post].similarity
            every = wording.bundles + wording.bare
            yield from self._shared("wording", post, root, every, similarity=similarity)
        for number in graph.decisions_at(index):
            yield Reason("decision", detail=str(number))

    def _shared(
        self,
        kind: ReasonKind,
        post: int,
        root: int,
        bundles: Iterable[int],
        *,
        detail: str | None = None,
        similarity: float | None = None,
    ) -> Iterator[Reason]:
        """The reason that a post shares something with others of its campaign, where there are any."""
        first, count = -1, 0
        for index in bundles:
            bundle = self._graph.bundles[index]
            if bundle.root != root:
                continue
            count += len(bundle.posts)
            for other in bundle.posts[:2]:
                if other != post and (first < 0 or other < first):
                    first = other
        if first >= 0:
            yield Reason(
                kind, self._evidence[first].id, detail=detail, similarity=similarity, posts=count - 1
            )

    def _why_not(self, post: int) -> Iterator[Reason]:
        evidence, graph = self._evidence[post], self._graph
        if not evidence.is_own:
            yield Reason("voice", detail=evidence.stance)
        for key in evidence.passing:
            contact = graph.contact_of.get(key)
            if contact is not None and not graph.contacts[contact].is_common:
                first = graph.bundles[graph.contacts[contact].bundles[0]].posts[0]
                yield Reason("names_contact", self._evidence[first].id, self._name(graph.campaign(first)))
        for key, _, kind in evidence.contacts:
            contact = graph.contact_of.get(key)
            if contact is not None and graph.contacts[contact].is_common:
                yield Reason("common_contact", detail=kind)
        for other, similarity in self._asked(post, evidence):
            yield Reason(
                "same_wording", self._evidence[other].id, self._name(graph.campaign(other)), None, similarity
            )

    def _asked(self, post: int, evidence: Evidence) -> Iterator[tuple[int, float]]:
        """Posts whose campaign may be that of `post` too, with their overlap."""
        if not evidence.is_own:
            return
        for founder, similarity in (
            (evidence.wording, evidence.similarity),
            (evidence.alike, evidence.alike_similarity),
        ):
            if not 0 <= founder < len(self._evidence) or founder == post or similarity < ALIKE:
                continue
            theirs = self._graph.campaign(founder)
            if theirs < 0 or theirs != self._graph.campaign(post):
                yield founder, similarity
