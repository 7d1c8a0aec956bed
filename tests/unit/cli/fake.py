"""An assessor that needs no model: its answers can be told from the text at a glance."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

from tppo_watch.types import Assessment, Entity, Match

SIGNS = {"poipet": ("compound_place_mentioned", "context"), "visa turis": ("visitor_visa_for_work", "means")}


class FakeAssessor:
    """Medium risk for one sign, high for two, none without."""

    name = "fake-1"
    digest = "0" * 64

    def __init__(self) -> None:
        self.jobs: int | None = None

    def assess(self, text: str) -> Assessment:
        """The same answer for the same text."""
        found = tuple(
            Match(id, m.start(), m.end(), m.group(), element, "asserted", 2.5)
            for sign, (id, element) in SIGNS.items()
            for m in re.finditer(re.escape(sign), text, re.IGNORECASE)
        )
        denied = tuple(
            Match("passport_retention", m.start(), m.end(), m.group(), "means", "negated")
            for m in re.finditer("paspor tidak ditahan", text, re.IGNORECASE)
        )
        pay = tuple(
            Entity("salary", m.start(), m.end(), m.group(), {"min": 12_000_000, "currency": "IDR"})
            for m in re.finditer("gaji 12jt", text, re.IGNORECASE)
        )
        reasons = (
            ("base", -2.0),
            *((match.id, match.weight) for match in found),
            ("missing:contract", 0.25),
            ("calibration", -0.25),
        )
        risk = 1 / (1 + math.exp(-math.fsum(value for _, value in reasons)))
        return Assessment(
            risk=risk,
            level="none" if not found else "medium" if len(found) == 1 else "high",
            label="trafficking" if found else "benign",
            stance="offer",
            assistance="tolong" in text.lower(),
            interval=(risk * 0.9, min(1.0, risk * 1.1)),
            exploitation={"scam_compound": 0.91} if found else {},
            indicators=found + denied,
            counter=(),
            entities=pay,
            reasons=reasons,
            missing=("contract",),
            lang="id",
            model=self.name,
            text=text,
        )

    def assess_many(self, texts: Iterable[str], jobs: int = 1) -> Iterator[Assessment]:
        """As `assess`, lazily."""
        self.jobs = jobs
        return map(self.assess, texts)
