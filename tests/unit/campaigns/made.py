"""Made posts: assessments that say no more than what grouping reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from tppo_watch.campaigns import Contact, Grouper, Print, print_of
from tppo_watch.text.document import read
from tppo_watch.types import Assessment, Entity

KEY = b"a key of the tests"


def assessed(text: str, *numbers: str, stance: str = "offer", level: str = "medium") -> Assessment:
    """An assessment of `text`, which names the phone numbers given, as they stand in it."""
    entities = []
    for number in numbers:
        start = text.index(number)
        value = {"type": "phone", "normalized": "+62" + number.replace("-", "").removeprefix("0")}
        entities.append(Entity("contact", start, start + len(number), number, value))
    return Assessment(
        risk=0.5, level=level, label="benign", stance=stance, assistance=False, interval=(0.4, 0.6),
        exploitation={}, indicators=(), counter=(), entities=tuple(entities), reasons=(), missing=(),
        lang="id", model="none", text=text,
    )  # fmt: skip


def words(seed: int, count: int = 60) -> np.ndarray:
    """Shingles of a text that shares none with one of another seed."""
    return np.unique(np.random.default_rng(seed).integers(0, 2**32, count, dtype=np.uint32))


def made(
    id: object, shingles: np.ndarray, contacts: Iterable[int] = (), *, slots: Iterable[int] = (),
    lines: Sequence[int] = (), is_own: bool = True, is_recruitment: bool = True,
) -> tuple[str, Print]:  # fmt: skip
    """An id, and a print with these shingles and contacts."""
    keys = list(contacts)
    beside = list(lines) or [0] * len(keys)
    named = tuple(Contact(key, line, "phone") for key, line in zip(keys, beside, strict=True))
    return str(id), Print(
        np.unique(shingles).tobytes(), frozenset(slots), named if is_own else (),
        () if is_own else named, is_own, is_recruitment, "offer" if is_own else "warning",
    )  # fmt: skip


def printed(assessment: Assessment, key: bytes = KEY) -> Print:
    """The print of an assessed text."""
    return print_of(read(assessment.text), assessment, key)


def grouped(posts: Iterable[tuple[str, Print]]) -> Grouper:
    """A grouper of these posts."""
    grouper = Grouper()
    for post in posts:
        grouper.add(*post)
    return grouper


def partition(grouper: Grouper) -> list[tuple[str, ...]]:
    """The campaigns, as the posts they hold."""
    return [campaign.posts for campaign in grouper.campaigns()]
