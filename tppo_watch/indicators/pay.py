"""Pay as a sign: promised sums judged against what such work pays at such a place, not against a constant."""

from __future__ import annotations

from collections.abc import Sequence

from ..knowledge.wages import judge, role_in
from ..text.document import Document
from ..types import Entity
from .chart import Chart
from .matcher import Hit

#: Multiples of the usual pay of that work at that place (knowledge/data/wages.yaml, `how_to_use`).
UNUSUAL, FAR_TOO_LOW = 2.5, 0.35


def pay_hits(document: Document, chart: Chart) -> list[Hit]:
    """`unrealistic_salary` and `low_or_target_only_pay` where a sum of money says so.

    Sums without a usual pay to hold against (a body part, a trip without length) say nothing.
    """
    pays = [(entity, first, end) for entity, first, end in chart.entities if entity.kind == "salary"]
    if not pays:
        return []
    country, place = _workplace([entity for entity, _, _ in chart.entities])
    role = role_in(document.tokens)
    hits = []
    for entity, first, end in pays:
        ratio = judge(entity.value, country=country, place=place, role=role)
        if ratio is None:
            continue
        if ratio >= UNUSUAL:
            hits.append(Hit("unrealistic_salary", first, end - 1))
        elif ratio < FAR_TOO_LOW:
            hits.append(Hit("low_or_target_only_pay", first, end - 1))
    return hits


def _workplace(entities: Sequence[Entity]) -> tuple[str | None, str | None]:
    """Country and place of the first destination that is named; a place abroad before one at home."""
    named = [entity.value for entity in entities if entity.kind == "destination"]
    abroad = [value for value in named if value.get("country") not in (None, "ID")]
    for value in (*abroad, *named):
        return value.get("country"), value.get("place")
    return None, None
