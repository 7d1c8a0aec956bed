"""What one text holds, as named numbers: the parts of the sum, before they are weighed.

Indicators count once each, only where they are asserted. Combinations across act, means and purpose follow
the Palermo Protocol, Art. 3, and the combining guidance of ``knowledge/data/taxonomy.yaml``: one sign is not
a case.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from ..classifiers.features import SIGN, words_of
from ..classifiers.linear import Scores
from ..indicators.finder import Signs
from ..knowledge import rules
from ..text.document import Document
from ..types import STANCES, Entity

#: Bounds of what a model may say before it is weighed, in log-odds: beyond that it is only louder.
TEXT_LIMIT, STANCE_LIMIT = 4.0, 4.0
_OFFER = STANCES.index("offer")

ENDS = 3  # words

COMBINATIONS = ("act+means", "means+purpose", "act+means+purpose", "two_signs")
CIRCUMSTANCES = ("abroad", "minor", "negated")
MISSING = ("employer", "duties", "pay", "contract", "office")

#: What a reviewer should ask where the text does not say it: id -> question, Indonesian first.
QUESTIONS = {
    "employer": (
        "Siapa pemberi kerjanya, dan dapatkah diperiksa?",
        "Who is the employer, and can it be checked?",
    ),
    "duties": (
        "Pekerjaan apa tepatnya, jam berapa sampai berapa?",
        "What exactly is the work, and at what hours?",
    ),
    "pay": (
        "Berapa upahnya, siapa yang membayar, apakah ada potongan?",
        "What is the pay, who pays it, is anything deducted?",
    ),
    "contract": (
        "Adakah kontrak tertulis yang dibaca sebelum berangkat?",
        "Is there a written contract to read before leaving?",
    ),
    "office": (
        "Di mana kantornya, dan terdaftarkah di SISKOP2MI atau dinas?",
        "Where is the office, and is it registered?",
    ),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read by rules and patterns, before any model has seen it."""

    document: Document
    entities: tuple[Entity, ...]
    signs: Signs
    lang: str


def _signs_of(reading: Reading, words: Sequence[str]) -> list[str]:
    """Signs as features for the heads: rules that fired with their scope, kinds of entities, shape.

    `words` are those of :func:`~tppo_watch.classifiers.features.words_of`.
    """
    signs, document = reading.signs, reading.document
    found = {
        f"{SIGN}{match.id}" if match.scope == "asserted" else f"{SIGN}{match.scope}:{match.id}"
        for match in signs.indicators
    }
    found.update(f"{SIGN}counter:{match.id}" for match in signs.counter if match.scope == "asserted")
    found.update(f"{SIGN}cue:{cue}" for cue in signs.cues)
    found.update(f"{SIGN}has:{entity.kind}" for entity in reading.entities)
    size = len(document.tokens)
    found.add(f"{SIGN}size:{(size >= 12) + (size >= 30) + (size >= 80) + (size >= 200)}")
    found.update(f"{SIGN}mark:{mark}" for mark in '?"!:' if mark in document.normal)
    # How a text opens and closes tells a warning from the offer that it repeats.
    found.update(f"{SIGN}opens:{word}" for word in words[:ENDS])
    found.update(f"{SIGN}closes:{word}" for word in words[-ENDS:])
    return sorted(found)


def missing_in(reading: Reading) -> tuple[str, ...]:
    """Ids of what a job offer should say and this text does not; keys of `QUESTIONS`."""
    kinds = {entity.kind for entity in reading.entities}
    counters = {match.id for match in reading.signs.counter}
    asserted = {match.id for match in reading.signs.indicators if match.scope == "asserted"}
    absent = {
        "employer": not kinds & {"employer", "agency"},
        "duties": "vague_job_description" in asserted or len(reading.document.tokens) < 25,
        "pay": "salary" not in kinds,
        "contract": "written_contract" not in counters,
        "office": "office_address" not in counters and "licence" not in kinds,
    }
    return tuple(name for name in MISSING if absent[name])


def inputs_of(reading: Reading) -> tuple[list[str], list[str]]:
    """Words and signs of a text, as the heads read them."""
    words = words_of(reading.document)
    return words, _signs_of(reading, words)


class EvidenceSpace:
    """The names of all parts, in the order of the columns.

    Parameters
    ----------
    local : sequence of str
        Ids of indicators that the model does not know; their columns are the last ones.
    """

    def __init__(self, local: Sequence[str] = ()) -> None:
        self.names: tuple[str, ...] = (
            *(i.id for i in rules.indicators()),
            *(f"counter:{c.id}" for c in rules.counters()),
            *(f"cue:{c.id}" for c in rules.cues()),
            *COMBINATIONS,
            *CIRCUMSTANCES,
            *(f"missing:{name}" for name in MISSING),
            "stance",
            "text",
            "encoder",
            *local,
        )
        self.column = {name: i for i, name in enumerate(self.names)}
        self._modelled = [self.column[name] for name in ("stance", "text", "encoder")]

    def matrix(self, readings: Sequence[Reading], scores: Scores) -> np.ndarray:
        """Evidence of texts, float64 of shape (n, n_names); every value is 0 where the part is absent."""
        values = np.zeros((len(readings), len(self.names)))
        column = self.column
        rows: list[int] = []
        columns: list[int] = []
        for row, reading in enumerate(readings):
            present = self._present(reading)
            columns += map(column.__getitem__, present)
            rows += [row] * len(present)
        values[rows, columns] = 1.0
        offer = _within(scores.stance[:, _OFFER], 1e-6, 1 - 1e-6)
        stance, text, encoder = self._modelled
        values[:, stance] = _within(np.log(offer / (1 - offer)), -STANCE_LIMIT, STANCE_LIMIT)
        values[:, text] = _within(scores.trafficking, -TEXT_LIMIT, TEXT_LIMIT)
        values[:, encoder] = _within(scores.encoder, -TEXT_LIMIT, TEXT_LIMIT)
        return values

    def _present(self, reading: Reading) -> list[str]:
        signs = reading.signs
        asserted = {m.id: m.element for m in signs.indicators if m.scope == "asserted"}
        found: list[str] = list(asserted)
        found.extend({f"counter:{m.id}" for m in signs.counter if m.scope == "asserted"})
        found.extend(f"cue:{cue}" for cue in signs.cues)
        elements = set(asserted.values())
        act, means, purpose = "act" in elements, "means" in elements, "purpose" in elements
        holds = (act and means, means and purpose, act and means and purpose, len(asserted) >= 2)
        found.extend(name for name, there in zip(COMBINATIONS, holds, strict=True) if there)
        found.extend(self._circumstances(reading, asserted))
        # A football chat lacks an employer too: what is missing says something only of what looks an offer.
        if asserted:
            found.extend(f"missing:{name}" for name in missing_in(reading))
        return found

    @staticmethod
    def _circumstances(reading: Reading, asserted: Container[str]) -> list[str]:
        found = []
        entities = reading.entities
        if any(e.kind == "destination" and e.value.get("country") not in (None, "ID") for e in entities):
            found.append("abroad")
        ages = [e.value for e in entities if e.kind == "age"]
        minor = any(
            (a.get("min") is not None and a["min"] < 18) or (a.get("max") is not None and a["max"] < 18)
            for a in ages
        )
        if minor:
            found.append("minor")
        if any(m.scope != "asserted" and m.id not in asserted for m in reading.signs.indicators):
            found.append("negated")
        return found


def _within(values: np.ndarray, least: float, most: float) -> np.ndarray:
    # numpy.clip takes several times as long for a single value.
    return np.minimum(np.maximum(values, least), most)
