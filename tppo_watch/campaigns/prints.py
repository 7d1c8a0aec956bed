"""What of a post is compared with others: shingles of its wording, hashes of its contacts, its voice."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from ..knowledge.campaign_words import campaign_words
from ..text.document import Document
from ..types import Assessment, Entity

MAX_WORDS = 4_000  # of a post; what follows adds nothing to what it resembles
MAX_CONTACTS = 16  # of a post; a list of more numbers is a directory
# The smallest hashes of a longer post stand for it: a fair sample, since the same shingle has the same hash
# everywhere (bottom-k sketch; Cohen & Kaplan 2007, PODC, 225-234).
MAX_SHINGLES = 128
_LINE_WORDS = 4  # beside a contact; fewer, such as "hubungi WA", stand beside everybody's
_LEAST_HANDLE = 5  # letters and digits; shorter ones are words
_MASKED = frozenset(("contact", "salary", "fee", "debt", "destination", "origin", "age", "date"))
_PHONES = frozenset(("phone", "whatsapp"))
_HANDLES = frozenset(("telegram", "instagram", "line", "facebook"))
_OWN = frozenset(("offer", "other"))  # stances in which whoever writes may be the recruiter


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach somebody, as it is compared: nothing of it can be read back without the key."""

    key: int  #: keyed hash of what is reached, 63 bits
    line: int  #: hash of the words beside it in its sentence; 0 where there are too few
    kind: str  #: ``phone``, ``handle``, ``email`` or ``url``


@dataclass(frozen=True, slots=True)
class Print:
    """What of one post is compared with others. Holds no text and no contact."""

    shingles: bytes  #: uint32 in rising order: three words of a sentence each, slots masked
    slots: frozenset[int]  #: hashes of what stands in the slots
    contacts: tuple[Contact, ...]  #: those of whoever writes, in reading order
    passing: tuple[Contact, ...]  #: those of a portal or a hotline, accused, or named in another voice
    is_own: bool  #: written in the voice of a recruiter, not about one
    is_recruitment: bool  #: something in it points to recruitment worth a look
    stance: str

    def hashes(self) -> np.ndarray:
        """The shingles as numbers."""
        return np.frombuffer(self.shingles, np.uint32)


def print_of(document: Document, assessment: Assessment, key: bytes) -> Print:
    """The print of a post.

    Parameters
    ----------
    document : Document
        The post as :func:`tppo_watch.text.document.read` gives it: the one that was assessed.
    key : bytes
        Keys the hashes of contacts; those of different keys do not compare.
    """
    spans = _token_spans(document, assessment.entities)
    sentences = _Sentences(document)
    is_own = _is_own(assessment, " ".join(document.tokens[:MAX_WORDS]))
    own: list[Contact] = []
    passing: list[Contact] = []
    for entity, first, last in spans:
        if entity.kind != "contact":
            continue
        reached = _reached(entity)
        if reached is None or len(own) + len(passing) == MAX_CONTACTS:
            continue
        kind, name = reached
        said = sentences.around(first, last)
        digest = blake2b(f"{kind}:{name}".encode("utf-8", "replace"), key=key[:64], digest_size=8).digest()
        contact = Contact(int.from_bytes(digest, "big") >> 1, _line(said), kind)
        mine = is_own and not _passes_on(" ".join(said))
        where = own if mine else passing
        if all(contact.key != other.key for other in where):
            where.append(contact)
    return Print(
        shingles=_shingles(document, spans).tobytes(),
        slots=frozenset(_slots(spans)),
        contacts=tuple(own),
        passing=tuple(passing),
        is_own=is_own,
        is_recruitment=assessment.level != "none",
        stance=assessment.stance,
    )


def _is_own(assessment: Assessment, words: str) -> bool:
    """Whether the voice is that of whoever recruits: warnings, questions, pleas name recruiters too."""
    if assessment.assistance:
        return False
    if assessment.stance == "offer":
        return True
    if assessment.stance in _OWN:
        return not _says("about", words)
    if assessment.stance == "testimony":  # good luck that ends in an invitation is an ad
        return _says("invitation", words) and not (_says("distress", words) or _says("about", words))
    return False


def _passes_on(sentence: str) -> bool:
    return any(_says(table, sentence) for table in ("directory", "help", "accused"))


def _says(table: str, words: str) -> bool:
    """Whether a phrase of `table` stands in `words`, which are parted by single spaces."""
    firsts, pattern = _phrases(table)
    # Few texts hold so much as the first word of a phrase: a tenth of the time.
    return not firsts.isdisjoint(words.split()) and pattern.search(words) is not None


@lru_cache(maxsize=8)
def _phrases(table: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """The first words of the phrases of a table, and a pattern for all of them."""
    phrases = sorted(getattr(campaign_words(), table), key=len, reverse=True)
    pattern = re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, phrases))})(?!\S)")
    return frozenset(phrase.split()[0] for phrase in phrases), pattern


def _reached(entity: Entity) -> tuple[str, str] | None:
    """Kind and name of who is reached: one handle on several services is one."""
    kind, name = str(entity.value.get("type")), str(entity.value.get("normalized", ""))
    if kind in _PHONES and name.startswith("+"):
        return "phone", name
    if kind in _HANDLES | _PHONES:  # some are said to be on WhatsApp
        bare = re.sub(r"[\W_]", "", name)
        return ("handle", name) if len(bare) >= _LEAST_HANDLE else None
    if kind == "url" and "/" not in name:
        return None  # the site of a company or of everybody: only an address on it is somebody's
    return (kind, name) if name else None


def _token_spans(document: Document, entities: Iterable[Entity]) -> list[tuple[Entity, int, int]]:
    """Entities that are slots, with the first and last token they touch, in reading order."""
    starts = document.starts
    if not document.offsets.is_identity:
        starts = [document.original(start, end)[0] for start, end in zip(starts, document.ends, strict=True)]
    found = []
    for entity in entities:
        if entity.kind not in _MASKED:
            continue
        first = max(bisect_right(starts, entity.start) - 1, 0)
        last = max(bisect_left(starts, entity.end) - 1, first)
        if starts:
            found.append((entity, first, last))
    return found


class _Sentences:
    """The words of sentences, contacts and punctuation left out."""

    def __init__(self, document: Document) -> None:
        self._tokens, self._numbers = document.tokens, document.sentences

    def around(self, first: int, last: int) -> list[str]:
        """The words of the sentence that holds two tokens, and of the one before where it is bare."""
        start, end = self._border(first, -1), self._border(last, 1)
        words = self._words(start, first) + self._words(last + 1, end)
        if len(words) < _LINE_WORDS and start > 0:
            words = self._words(self._border(start - 1, -1), start) + words
        return words

    def _border(self, at: int, step: int) -> int:
        number, stop = self._numbers[at], at
        for _ in range(MAX_WORDS // 10):
            if not 0 <= stop < len(self._numbers) or self._numbers[stop] != number:
                break
            stop += step
        return stop + 1 if step < 0 else stop

    def _words(self, start: int, end: int) -> list[str]:
        return [word for word in self._tokens[start:end] if word[0].isalpha()]


def _line(words: Sequence[str]) -> int:
    return _hashed(" ".join(words)) if len(words) >= _LINE_WORDS else 0


def _slots(spans: Iterable[tuple[Entity, int, int]]) -> Iterable[int]:
    for entity, _, _ in spans:
        if entity.kind != "contact":
            yield _hashed(f"{entity.kind}:{sorted(entity.value.items())}")


_SENTENCE_END = 0
_MIX = tuple(np.uint64(factor) for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_SHIFT = np.uint64(32)


def _shingles(document: Document, spans: Sequence[tuple[Entity, int, int]]) -> np.ndarray:
    """Hashes of three words each, in rising order: within sentences, so that their order does not count."""
    masks: dict[int, str] = {}
    for entity, first, last in spans:
        for token in range(first, min(last, first + 40) + 1):
            masks[token] = ""  # one sign stands for all words of a slot
        masks[first] = "" if entity.kind == "contact" else f"@{_SLOT_OF[entity.kind]}"
    words: list[int] = []
    sentence = -1
    for token, (word, number) in enumerate(
        zip(document.tokens[:MAX_WORDS], document.sentences[:MAX_WORDS], strict=True)
    ):
        word = masks.get(token, word)
        if not word or not (word[0].isalnum() or word[0] == "@" and len(word) > 1):
            continue
        if number != sentence:
            words.append(_SENTENCE_END)
            sentence = number
        words.append(_hashed("#" if word[0].isdigit() else word))
    words.append(_SENTENCE_END)
    hashes = np.array(words, np.uint64)
    if len(hashes) < 3:
        return np.zeros(0, np.uint32)
    first, second, third = hashes[:-2], hashes[1:-1], hashes[2:]
    kept = (first != _SENTENCE_END) & (second != _SENTENCE_END)
    mixed = first * _MIX[0] + (second ^ (second >> _SHIFT)) * _MIX[1] + third * _MIX[2]
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX[1]
    return np.unique((mixed >> _SHIFT).astype(np.uint32)[kept])[:MAX_SHINGLES]


_SLOT_OF = {"salary": "sum", "fee": "sum", "debt": "sum", "destination": "place", "origin": "place",
            "age": "age", "date": "date"}  # fmt: skip


@lru_cache(maxsize=1 << 17)
def _hashed(word: str) -> int:
    """64 bits of a word, never 0."""
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big") | 1
