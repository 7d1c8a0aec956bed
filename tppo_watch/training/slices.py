"""The groups of posts that are measured apart: a model may be good on the whole and unjust in a part."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import Assessment
from .corpus import Record

#: All others of the archipelago are regional.
NATIONAL = frozenset({"id", "ms", "en"})


def slices_of(record: Record, assessment: Assessment) -> Iterator[str]:
    """Names of the groups that a post is in.

    A post is grouped by what it is and says, never by what a model makes of it: by its labels, its length,
    and the language and entities that rules find, which are the same whichever model judges.
    """
    case = record.label == "trafficking"
    yield record.types[0] if case and record.types else record.stance
    words = len(record.text.split())
    yield "up to 20 words" if words <= 20 else "21 to 100 words" if words <= 100 else "over 100 words"
    yield f"language {assessment.lang}"
    if assessment.lang not in NATIONAL:
        yield "regional languages"
    yield f"channel {record.channel}"
    kinds = {entity.kind for entity in assessment.entities}
    if "gender" in kinds:
        yield "a gender is named"
    if "origin" in kinds:
        yield "an origin is named"
    abroad = any(
        entity.kind == "destination" and entity.value.get("country") not in (None, "ID")
        for entity in assessment.entities
    )
    if abroad and not case and record.stance == "offer":
        yield "lawful work abroad"
