"""Which posts belong together: contacts and wordings as a graph, decisions of people above both.

The answer is a function of the evidence, in its order of arrival, and of the decisions that stand. It is
worked out again where something was added and nowhere else, so that a link that proves wrong, such as a
number that turns out to be a portal's, comes apart by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .common import is_common
from .wordings import OWN_WORDS

#: Different contacts under one wording from which it may be one recruiter who changes his number.
_ROTATES_FROM = 3
_ROTATES_POSTS = 1.5  # posts a contact at most, of whoever changes it
_PECULIAR = 25  # shingles: nobody hits on so long a wording by chance
_FRAMED = 1 / 3  # of what has a wording, with words of its own, from which it is the frame of a portal
_SETTLED = 64  # contacts under one wording after which it is not judged again
#: Bundles with a contact at which it is judged: at every one it would cost the square of their number.
_JUDGED_AT = frozenset((4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 48, 64))
_LARGE = 2_000  # bundles: a campaign beyond only grows


@dataclass(frozen=True, slots=True)
class Evidence:
    """What links one post, worked out when it arrived."""

    id: str
    is_own: bool
    is_recruitment: bool
    contacts: tuple[tuple[int, int, str], ...]  #: key, line and kind of each
    passing: tuple[int, ...]  #: keys of contacts it names and that are not its own
    wording: int  #: the post that founded its wording, by order of arrival; -1 without one
    similarity: float
    size: int  #: shingles
    near: int = -1  #: of a pair with and without a contact: the post it is plainly nearest to
    novel: int = 0  #: shingles nobody used before
    alike: int = -1  #: another wording, close enough to ask
    alike_similarity: float = 0.0
    stance: str = "offer"


@dataclass(slots=True)
class Bundle:
    """Posts with the same evidence: they stand or fall together."""

    wording: int
    contacts: tuple[int, ...]
    near: int  #: a bundle, or -1
    marks: frozenset[tuple[int, int]]  #: sides of decisions that keep posts apart
    is_recruitment: bool
    is_framed: bool  #: has words of its own in the frame of a wording, as ads of one portal have
    posts: list[int] = field(default_factory=list)
    beside: list[int] = field(default_factory=list)  #: bundles without contact that are nearest to this one
    root: int = -1  #: the first post of its group
    told: int = -1  #: the first post of its campaign, as it was last told


@dataclass(slots=True)
class ContactNode:
    """A contact, and where it stands."""

    kind: str
    bundles: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  #: what stands beside it in each of them
    is_common: bool = False


@dataclass(slots=True)
class WordingNode:
    """A wording, and who uses it."""

    size: int
    bundles: list[int] = field(default_factory=list)  #: that name a contact
    bare: list[int] = field(default_factory=list)
    is_rotating: bool = False
    is_settled: bool = False

    @property
    def may_turn(self) -> bool:
        """Whether one more post can change who uses it."""
        return not self.is_settled and len(self.bundles) >= _ROTATES_FROM


class Graph:
    """Posts, by order of arrival, and their campaigns."""

    def __init__(self) -> None:
        self.bundles: list[Bundle] = []
        self.bundle_of: list[int] = []  # post -> bundle; -1 for one that links nothing
        self.contacts: list[ContactNode] = []
        self.contact_of: dict[int, int] = {}
        self.wordings: dict[int, WordingNode] = {}
        self._by_evidence: dict[tuple[object, ...], int] = {}
        self._together: dict[int, list[tuple[int, int]]] = {}  # bundle -> bundles, and the decision
        self._dirty: dict[int, None] = {}
        self._changed: dict[int, None] = {}  # posts whose campaign is another than was told
        self._members: dict[int, set[int]] = defaultdict(set)  # first post -> bundles
        self._large: dict[tuple[str, int], int] = {}  # link of a large campaign -> a bundle

    def add(
        self, evidence: Evidence, marks: frozenset[tuple[int, int]] = frozenset(), *, is_held: bool = False
    ) -> None:
        """Take in the next post, with its sides in decisions; `is_held`: one of them joins it to others."""
        post = len(self.bundle_of)
        links = evidence.is_own and (bool(evidence.contacts) or evidence.wording >= 0)
        if not links and not is_held:
            self.bundle_of.append(-1)
            return
        contacts = tuple(self._contact(key, kind) for key, _, kind in evidence.contacts)
        near = self.bundle_of[evidence.near] if evidence.near >= 0 else -1
        is_framed = evidence.novel >= OWN_WORDS
        key: tuple[object, ...] = (post,)
        if links:
            key = (evidence.wording, contacts, near, marks, evidence.is_recruitment, is_framed)
        index = self._by_evidence.get(key, -1)
        if index < 0:
            index = self._by_evidence[key] = len(self.bundles)
            self._connect(index, evidence, contacts, near, marks)
        bundle = self.bundles[index]
        bundle.posts.append(post)
        self.bundle_of.append(index)
        wording = self.wordings.get(bundle.wording)
        if bundle.root < 0 or len(bundle.posts) == 2 or (wording is not None and wording.may_turn):
            self._dirty[index] = None
        if wording is not None and not wording.is_settled and len(wording.bundles) >= _SETTLED:
            self._solve(self._region(index))  # here, so that it is the same whenever anybody asks
            wording.is_settled = True

    def hold(self, number: int, posts: Sequence[int]) -> None:
        """Let a decision hold that `posts` belong together."""
        ends = [self.bundle_of[post] for post in posts if self.bundle_of[post] >= 0]
        for first, second in pairwise(ends):
            self._together.setdefault(first, []).append((second, number))
            self._together.setdefault(second, []).append((first, number))
            self._dirty[first] = None

    def campaign(self, post: int) -> int:
        """The first post of the campaign of `post`; -1 where it belongs to none."""
        self.settle()
        index = self.bundle_of[post]
        if index < 0:
            return -1
        root = self.bundles[index].root
        return root if root >= 0 and self._is_several(root) else -1

    def campaigns(self) -> Iterator[int]:
        """First posts of all campaigns, in order."""
        self.settle()
        for root in sorted(self._members):
            if root >= 0 and self._is_several(root):
                yield root

    def _is_several(self, root: int) -> bool:
        members = self._members[root]
        return len(members) > 1 or any(len(self.bundles[index].posts) > 1 for index in members)

    def posts(self, root: int) -> list[int]:
        """The posts of a campaign, in order."""
        self.settle()
        return sorted(post for index in self._members.get(root, ()) for post in self.bundles[index].posts)

    def decisions_at(self, index: int) -> list[int]:
        """Numbers of the decisions that keep a bundle together with others."""
        return sorted({number for _, number in self._together.get(index, ())})

    def linking(self, bundle: Bundle) -> list[int]:
        """The contacts of a bundle that link: not those of everybody."""
        return [contact for contact in bundle.contacts if not self.contacts[contact].is_common]

    def _contact(self, key: int, kind: str) -> int:
        index = self.contact_of.get(key, -1)
        if index < 0:
            index = self.contact_of[key] = len(self.contacts)
            self.contacts.append(ContactNode(kind))
        return index

    def _connect(
        self,
        index: int,
        evidence: Evidence,
        contacts: tuple[int, ...],
        near: int,
        marks: frozenset[tuple[int, int]],
    ) -> None:
        """Put a new bundle into the graph."""
        is_framed = evidence.novel >= OWN_WORDS
        bundle = Bundle(evidence.wording, contacts, near, marks, evidence.is_recruitment, is_framed)
        self.bundles.append(bundle)
        for contact, (_, line, _) in zip(contacts, evidence.contacts, strict=True):
            node = self.contacts[contact]
            node.bundles.append(index)
            node.lines.append(line)
            self._judge(contact)
        if near >= 0:
            self.bundles[near].beside.append(index)
        if evidence.wording >= 0:
            wording = self.wordings.get(evidence.wording)
            if wording is None:
                wording = self.wordings[evidence.wording] = WordingNode(evidence.size)
            (wording.bundles if contacts else wording.bare).append(index)
        self._grow_large(bundle, index)

    def _grow_large(self, bundle: Bundle, index: int) -> None:
        """Add a bundle to the large campaign it belongs to, without looking at that again."""
        ways = [("contact", contact) for contact in self.linking(bundle)]
        if bundle.wording >= 0 and self.wordings[bundle.wording].is_rotating:
            ways.append(("wording", bundle.wording))
        roots = {self.bundles[self._large[way]].root for way in ways if way in self._large}
        if len(roots) != 1 or bundle.marks:
            return
        bundle.root = roots.pop()
        self._members[bundle.root].add(index)
        for way in ways:
            self._large.setdefault(way, index)

    def settle(self) -> None:
        """Work out the campaigns of what changed."""
        while self._dirty:
            index = next(iter(self._dirty))
            self._solve(self._region(index))

    def _region(self, start: int) -> list[int]:
        """All bundles that may depend on one, by their first posts."""
        seen: dict[int, None] = {start: None}
        waiting = [start]
        contacts: set[int] = set()
        wordings: set[int] = {-1}
        for index in waiting:
            bundle = self.bundles[index]
            reached = [bundle.near] if bundle.near >= 0 else []
            reached += bundle.beside
            reached += [other for other, _ in self._together.get(index, ())]
            for contact in bundle.contacts:
                if contact not in contacts and not self.contacts[contact].is_common:
                    contacts.add(contact)
                    reached += self.contacts[contact].bundles
            if bundle.wording not in wordings:
                wordings.add(bundle.wording)
                wording = self.wordings[bundle.wording]
                if wording.is_rotating or not wording.is_settled:
                    reached += wording.bundles
                    reached += wording.bare
            new = [other for other in dict.fromkeys(reached) if other not in seen]
            seen.update(dict.fromkeys(new))
            waiting += new
        return sorted(seen, key=lambda index: self.bundles[index].posts[0])

    def _judge(self, contact: int) -> None:
        """See whether a contact has become everybody's; once it has, it stays so."""
        node = self.contacts[contact]
        count = len(node.bundles)
        if node.is_common or (count not in _JUDGED_AT and (count < 200 or count % 100)):
            return
        node.is_common = is_common(self.bundles, contact, node.bundles, node.lines)
        if node.is_common:  # whatever it held together has to be looked at again
            self._dirty.update(dict.fromkeys(node.bundles))

    def _solve(self, region: list[int]) -> None:
        groups = Groups({index: self.bundles[index].marks for index in region})
        for index in region:
            for other, _ in self._together.get(index, ()):
                groups.join(index, other)
        self._join_contacts(region, groups)
        self._join_wordings(region, groups)
        found = [
            (min(self.bundles[index].posts[0] for index in group) if self._holds(group) else -1, group)
            for group in groups.all(region)
        ]
        for root, group in found:
            for index in group:
                bundle = self.bundles[index]
                if bundle.root != root:
                    self._members[bundle.root].discard(index)
                    bundle.root = root
                self._members[root].add(index)
                self._dirty.pop(index, None)
        for root, group in found:  # once all have left where they were: who stays there may be alone
            self._tell(group, root)
            if len(group) > _LARGE:
                for index in group:
                    bundle = self.bundles[index]
                    ways = [("contact", contact) for contact in self.linking(bundle)]
                    self._large.update(dict.fromkeys([*ways, ("wording", bundle.wording)], index))

    def _tell(self, group: Sequence[int], root: int) -> None:
        campaign = root if root >= 0 and self._is_several(root) else -1
        for index in group:
            bundle = self.bundles[index]
            if bundle.told != campaign:
                bundle.told = campaign
                self._changed.update(dict.fromkeys(bundle.posts))

    def take_changed(self) -> list[int]:
        """Posts, but for new ones, whose campaign changed since this was last asked, in order."""
        self.settle()
        changed = sorted(self._changed)
        self._changed.clear()
        return changed

    def _holds(self, group: Sequence[int]) -> bool:
        """Whether a group is somebody's: chain letters and greetings are copied by everybody."""
        bundles = [self.bundles[index] for index in group]
        return any(bundle.is_recruitment or self.linking(bundle) for bundle in bundles) or any(
            index in self._together for index in group
        )

    def _join_contacts(self, region: Iterable[int], groups: Groups) -> None:
        heads: dict[int, list[int]] = {}
        for index in region:
            for contact in self.linking(self.bundles[index]):
                groups.join_one_of(index, heads.setdefault(contact, []))

    def _join_wordings(self, region: Sequence[int], groups: Groups) -> None:
        sizes: dict[int, int] = defaultdict(int)  # of the groups that contacts made
        by_contact = {index: groups.of(index) for index in region}
        for index in region:
            sizes[by_contact[index]] += len(self.bundles[index].posts)
        wordings = dict.fromkeys(self.bundles[index].wording for index in region)
        for founder in wordings:
            wording = self.wordings.get(founder)
            if wording is None or (wording.is_settled and not wording.is_rotating):
                continue
            users = [index for index in wording.bundles if self.linking(self.bundles[index])]
            bare = [index for index in wording.bundles if not self.linking(self.bundles[index])]
            bare += wording.bare
            framed = sum(self.bundles[index].is_framed for index in users + bare)
            is_frame = framed > _FRAMED * len(users + bare)
            recruiters = dict.fromkeys(by_contact[index] for index in users)
            if not wording.is_settled:
                wording.is_rotating = not is_frame and _rotates(wording, [sizes[root] for root in recruiters])
            if wording.is_rotating or len(recruiters) < 2:
                heads: list[int] = []
                for index in users + bare:
                    if not is_frame or not self.bundles[index].is_framed:
                        groups.join_one_of(index, heads)
        for index in region:
            near = self.bundles[index].near
            if near >= 0 and near in by_contact:
                groups.join(index, near)


class Groups:
    """Sets of bundles that never join what a decision keeps apart."""

    def __init__(self, marks: dict[int, frozenset[tuple[int, int]]]) -> None:
        self._parent = {index: index for index in marks}
        self._marks = {index: own for index, own in marks.items() if own}

    def of(self, index: int) -> int:
        """What stands for the group of a bundle."""
        parent = self._parent
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    def join(self, first: int, second: int) -> bool:
        """Make one group of two; False where a decision is against it."""
        first, second = self.of(first), self.of(second)
        if first == second:
            return True
        ours, theirs = self._marks.get(first, frozenset()), self._marks.get(second, frozenset())
        if ours and any((decision, -side) in ours for decision, side in theirs):
            return False
        self._parent[max(first, second)] = min(first, second)
        if ours or theirs:
            self._marks[min(first, second)] = ours | theirs
        return True

    def join_one_of(self, index: int, heads: list[int]) -> None:
        """Join the first of `heads` that nothing keeps it apart from; be another head where there is none."""
        if not any(self.join(index, head) for head in heads):
            heads.append(index)

    def all(self, indices: Iterable[int]) -> Iterable[list[int]]:
        """The groups, each in the order of `indices`."""
        found: dict[int, list[int]] = {}
        for index in indices:
            found.setdefault(self.of(index), []).append(index)
        return found.values()


def _rotates(wording: WordingNode, sizes: Sequence[int]) -> bool:
    """Whether one recruiter changes the contact under one wording.

    A template that is borrowed is used by each under a number of his own, again and again; whoever changes
    his number uses none for long, and nobody else finds the same long words.
    """
    if len(sizes) < _ROTATES_FROM or wording.size < _PECULIAR:
        return False
    return sum(sizes) <= _ROTATES_POSTS * len(sizes)
