"""The groups of posts that are measured apart: a model may be good on the whole and unjust in a part."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import Assessment
from .corpus import Record

#: Languages of the archipelago besides Indonesian and Malay, as records name them.
NATIONAL = frozenset({"id", "ms", "en"})


def slices_of(record: Record, assessment: Assessment) -> Iterator[str]:
    """Names of the groups that a post is in.

    A post is grouped by what it is and says, never by what the model makes of it: only its length, the
    language and channel it was labelled with, its kind, and the entities that hold whoever judges them.
    """
    case = record.label == "trafficking"
    yield record.types[0] if case and record.types else record.stance
    words = len(record.text.split())
    yield "up to 20 words" if words <= 20 else "21 to 100 words" if words <= 100 else "over 100 words"
    yield f"language {record.lang[0]}"
    if not NATIONAL.issuperset(record.lang):
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
