"""Which posts have one wording: MinHash finds candidates, a weighted overlap judges them.

A wording is a text with its slots masked. The first post that has it founds it; later ones join the wording
they overlap with most, in the order in which they come. What is compared is bounded, whatever is read.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from rensa import RMinHash

from .frequency import ShingleCounts
from .prints import MAX_SHINGLES, Print

#: Weighted Jaccard overlap from which two posts have one wording. Chosen on tests/cases/campaigns_dev.jsonl.
SAME = 0.6
#: From here on a person is asked.
ALIKE = 0.4
_PART = 0.7  # what it counts that all of a shorter text is in a longer one
_LEAST_PART = 12  # shingles they share
#: Shingles nobody used before from which a post has a sentence or two of its own.
OWN_WORDS = 8
_COPY = 0.9  # plain overlap from which a post says nothing that was not counted
_LEAST_SHINGLES = 6  # of a post that is compared by its wording; less is a greeting
_MAX_EXAMPLES = 16  # of one wording; half of them at most for other ways to put it
_MAX_FRAMED = 64  # with those that have words of their own in the same frame: they teach what is boilerplate
_COMMON = 32  # wordings with a shingle from which it finds no candidates
_RAREST = 16  # shingles that look for candidates where all are common
_BANDS, _ROWS = 16, 2  # 0.99 of pairs that overlap by half are looked at, 0.06 of those that do by 0.06
_SETS, _WAYS = 1 << 17, 4  # a band remembers about half a million examples; the oldest of a full set goes
_FIRST_SETS = np.arange(_BANDS) * _SETS  # of each band
_SEED = 20261124
_VERIFIED = 6  # candidates, those with most bands in common
_REMEMBERED = 1 << 16  # exact texts
_SAME_SLOTS = 0.5  # share of the slots that hold the same, of a post and what it is plainly near to
_CLEARLY = 0.1  # nearer by so much, in overlap of words and slots, is plainly nearer
_MIX = np.array([[0x9E3779B97F4A7C15], [0xC2B2AE3D27D4EB4F]], np.uint64)


@dataclass(frozen=True, slots=True)
class Example:
    """One post that stands for a wording."""

    post: int  #: which post it is, by order of arrival
    wording: int  #: the post that founded the wording
    print: Print
    is_counted: bool  #: its shingles are in the counts: it puts the wording in another way


@dataclass(frozen=True, slots=True)
class Found:
    """The wording of a post."""

    wording: int  #: the post that founded it; -1 where a post has too few words
    similarity: float  #: with the nearest example, 1 for the founder
    near: int  #: the post it is plainly nearest to, of a pair with and without a contact; or -1
    novel: int = 0  #: shingles that nobody used before, the founder's apart
    alike: int = -1  #: another wording, close enough to ask a person
    alike_similarity: float = 0.0
    example: Example | None = None  #: what this post adds to the memory


Buckets = tuple[np.ndarray, np.ndarray]

_TOO_SHORT = Found(-1, 0.0, -1)


class Wordings:
    """The memory of wordings."""

    def __init__(self) -> None:
        self._counts = ShingleCounts()
        self._examples: list[Example] = []
        self._of_wording: dict[int, list[int]] = {}
        self._tags = np.zeros((_BANDS * _SETS, _WAYS), np.uint32)
        self._ids = np.zeros((_BANDS * _SETS, _WAYS), np.int32)
        self._next = np.zeros(_BANDS * _SETS, np.uint8)
        self._claimed: set[int] = set()
        self._exact: OrderedDict[bytes, Found] = OrderedDict()

    def find(self, post: int, print: Print) -> Found:
        """The wording of a post, which is remembered as far as it is new."""
        if len(print.shingles) < 4 * _LEAST_SHINGLES:
            return _TOO_SHORT
        digest = _exact_key(print)
        known = self._exact.get(digest)
        if known is not None:
            self._exact.move_to_end(digest)
            return known
        buckets = self._buckets(print.hashes())
        found = self._compare(post, print, buckets)
        if found.example is not None:
            self._remember(found.example, buckets)
        self._exact[digest] = Found(
            found.wording, 1.0, found.near, found.novel, found.alike, found.alike_similarity
        )
        if len(self._exact) > _REMEMBERED:
            self._exact.popitem(last=False)
        return found

    def remember(self, example: Example) -> None:
        """Add an example of an earlier run; they come back in their order."""
        self._remember(example, self._buckets(example.print.hashes()))

    def _remember(self, example: Example, buckets: Buckets) -> None:
        sets, tags = buckets
        index = len(self._examples)
        self._examples.append(example)
        self._of_wording.setdefault(example.wording, []).append(index)
        if example.is_counted:
            self._counts.add(example.print.hashes())
        ways = self._next[sets] % _WAYS
        self._tags[sets, ways] = tags
        self._ids[sets, ways] = index
        self._next[sets] = ways + 1

    def overlap(self, first: Print, second: Print) -> float:
        """Weighted overlap of two posts by what is known now."""
        ours, theirs = first.hashes(), second.hashes()
        return _overlap(ours, self._counts.weights(ours), theirs, self._counts.weights(theirs))[0]

    def examples(self, wording: int) -> list[Example]:
        """The posts that stand for a wording, the founder first."""
        return [self._examples[index] for index in self._of_wording.get(wording, ())]

    def _compare(self, post: int, print: Print, buckets: Buckets) -> Found:
        shingles = print.hashes()
        best, best_plain, best_example = 0.0, 0.0, None
        weights = None
        judged: dict[int, float] = {}  # wording -> overlap with its nearest example
        for index in self._candidates(buckets):
            example = self._examples[index]
            weights = self._counts.weights(shingles) if weights is None else weights
            theirs = example.print.hashes()
            weighted, plain = _overlap(shingles, weights, theirs, self._counts.weights(theirs))
            judged[example.wording] = max(judged.get(example.wording, 0.0), weighted)
            if weighted > best:
                best, best_plain, best_example = weighted, plain, example
        if best_example is None or best < SAME:
            alike = best_example.wording if best_example is not None and best >= ALIKE else -1
            founder = Example(post, post, print, is_counted=True)
            return Found(post, 1.0, -1, 0, alike, best if alike >= 0 else 0.0, founder)
        novel = int((self._counts.of(shingles) == 0).sum())
        others = [(value, wording) for wording, value in judged.items() if wording != best_example.wording]
        other, alike = max(others, default=(0.0, -1))
        return Found(
            best_example.wording,
            best,
            self._nearest(post, print, best_example.wording) if novel < OWN_WORDS else -1,
            novel,
            alike if other >= ALIKE else -1,
            other if other >= ALIKE else 0.0,
            self._new_example(post, print, best_example.wording, best_plain, novel),
        )

    def _new_example(self, post: int, print: Print, wording: int, plain: float, novel: int) -> Example | None:
        """What a post adds to the examples: words of its own, another way to put it, a contact."""
        known = self.examples(wording)
        if novel >= OWN_WORDS and len(known) < _MAX_FRAMED:
            return Example(post, wording, print, is_counted=True)
        if len(known) >= _MAX_EXAMPLES:
            return None
        is_counted = plain < _COPY and sum(example.is_counted for example in known) < _MAX_EXAMPLES // 2
        ours = {contact.key for contact in print.contacts}
        is_other = all(
            not ours & {contact.key for contact in example.print.contacts}
            and (ours or example.print.contacts or print.slots != example.print.slots)
            for example in known
        )
        return Example(post, wording, print, is_counted) if is_counted or is_other else None

    def _nearest(self, post: int, print: Print, wording: int) -> int:
        """The example that a post is plainly nearest to, where only one of them names a contact.

        -1 where their slots differ, where two recruiters are as near, and where one without contact was
        claimed by another before.
        """
        judged = []
        for example in self.examples(wording):
            if bool(example.print.contacts) == bool(print.contacts) or example.post in self._claimed:
                continue
            slots = _shared(print.slots, example.print.slots)
            if slots >= _SAME_SLOTS:
                judged.append((self.overlap(print, example.print) + slots, example))
        if not judged:
            return -1
        best, nearest = max(judged, key=lambda pair: pair[0])
        keys = {contact.key for contact in nearest.print.contacts}
        for value, example in judged:
            if keys and value > best - _CLEARLY and keys.isdisjoint(c.key for c in example.print.contacts):
                return -1
        self.claim(post if keys else nearest.post)
        return nearest.post

    def claim(self, post: int) -> None:
        """Note that a post without contact belongs to somebody."""
        self._claimed.add(post)

    def _candidates(self, buckets: Buckets) -> list[int]:
        """Examples that share bands with a post, those that share most first, then the latest."""
        sets, tags = buckets
        hits = self._ids[sets][self._tags[sets] == tags[:, None]].tolist()
        times: dict[int, int] = {}
        for index in hits:
            times[index] = times.get(index, 0) + 1
        return sorted(times, key=lambda index: (-times[index], -index))[:_VERIFIED]

    def _buckets(self, shingles: np.ndarray) -> Buckets:
        """Set and tag of each band, of the shingles that are rare enough to tell something."""
        counts = self._counts.of(shingles)
        rare = shingles[counts <= _COMMON]
        if len(rare) < _LEAST_SHINGLES:
            rare = shingles[np.argsort(counts, kind="stable")[:_RAREST]]
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            rare.astype(np.uint64), [0, len(rare)], _BANDS * _ROWS, _SEED
        )
        digest = np.array(matrix.to_rows()[0], np.uint64).reshape(_BANDS, _ROWS).T
        mixed = (digest * _MIX).sum(axis=0, dtype=np.uint64)
        mixed = (mixed ^ (mixed >> np.uint64(31))) * _MIX[0, 0]
        # An empty place has tag 0, so no tag is 0.
        tags = (mixed >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
        return ((mixed >> np.uint64(8)) % np.uint64(_SETS)).astype(np.int64) + _FIRST_SETS, tags


def _shared(ours: frozenset[int], theirs: frozenset[int]) -> float:
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 1.0


def _overlap(
    ours: np.ndarray, our_weights: np.ndarray, theirs: np.ndarray, their_weights: np.ndarray
) -> tuple[float, float]:
    """Weighted and plain Jaccard overlap of two sets of shingles, each in rising order.

    Of a text that was cut or lengthened the share of the shorter that is in the longer counts, somewhat less.
    """
    # Long posts are cut to their smallest hashes: beyond the smaller of the two borders nothing is known.
    limit = min(
        ours[-1] if len(ours) == MAX_SHINGLES else 0xFFFFFFFF,
        theirs[-1] if len(theirs) == MAX_SHINGLES else 0xFFFFFFFF,
    )
    if limit < 0xFFFFFFFF:
        kept = np.searchsorted(ours, limit, "right")
        ours, our_weights = ours[:kept], our_weights[:kept]
        kept = np.searchsorted(theirs, limit, "right")
        theirs, their_weights = theirs[:kept], their_weights[:kept]
    if not len(ours) or not len(theirs):
        return 0.0, 0.0
    is_shared = theirs.take(theirs.searchsorted(ours), mode="clip") == ours
    both = int(np.count_nonzero(is_shared))
    # `reduce` is what `sum` calls, without what it does before.
    shared = float(np.add.reduce(our_weights[is_shared]))
    our_sum, their_sum = float(np.add.reduce(our_weights)), float(np.add.reduce(their_weights))
    weighted = shared / (our_sum + their_sum - shared)
    if both >= _LEAST_PART:
        weighted = max(weighted, _PART * shared / min(our_sum, their_sum))
    return weighted, both / (len(ours) + len(theirs) - both)


def _exact_key(print: Print) -> bytes:
    said = b"".join(value.to_bytes(8, "big") for value in sorted(print.slots))
    reached = b"".join(contact.key.to_bytes(8, "big") for contact in print.contacts)
    return blake2b(b"\0".join((print.shingles, said, reached)), digest_size=16).digest()
