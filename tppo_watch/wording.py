"""An assessment in words for a reviewer, Indonesian or English: names of its parts and what to check next.

The words are data: ``knowledge/data/wording.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any, Literal

from .assess.evidence import QUESTIONS
from .knowledge import rules
from .types import Assessment

Language = Literal["id", "en"]
_COLUMN = {"id": 0, "en": 1}


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return rules.read_yaml(rules.data_folder() / "wording.yaml")


class Words:
    """Names and advice in one language. What has no entry is called by its id."""

    def __init__(self, lang: Language = "id") -> None:
        self.lang = lang
        self._column = _COLUMN[lang]

    def term(self, table: str, key: str) -> str:
        """The word for `key` in a table of the data file: levels, labels, stances and so on."""
        pair = _data()[table].get(key)
        return pair[self._column] if pair else key

    @cached_property
    def _rule_names(self) -> dict[str, str]:
        records = (*rules.indicators(), *rules.counters(), *rules.exploitation_types())
        return {record.id: getattr(record, f"name_{self.lang}") for record in records}

    def rule(self, id: str) -> str:
        """The name of an indicator, a kind of counter-evidence or an exploitation type."""
        return self._rule_names.get(id, id)

    def reason(self, name: str) -> str:
        """The name of one part of the sum."""
        kind, _, rest = name.partition(":")
        if kind == "counter":
            return self.rule(rest)
        if name in self._rule_names:
            return self.rule(name)
        words = {"missing": "missing", "stance": "stances", "cue": "cues"}
        rest = self.term(words[kind], rest) if kind in words else rest
        pattern = self.term("reasons", kind)
        return pattern.format(rest) if "{0}" in pattern or not rest else f"{pattern}: {rest}"

    def question(self, missing: str) -> str:
        """What to ask where the text does not say it."""
        pair = QUESTIONS.get(missing)
        return pair[self._column] if pair else missing

    def advice(self, assessment: Assessment) -> tuple[str, ...]:
        """What a reviewer should check, the most urgent first."""
        known = set(facts(assessment))
        return tuple(
            entry["say"][self._column] for entry in _data()["advice"] if not known.isdisjoint(entry["when"])
        )

    @property
    def statement(self) -> str:
        """That a score is no accusation."""
        return _data()["statement"][self._column]


def facts(assessment: Assessment) -> Iterator[str]:
    """What advice can depend on.

    ``always``, ``assistance``, ``counter``, and ``group:``, ``entity:``, ``reason:``, ``stance:`` and
    ``label:`` with a name. Only asserted indicators count.
    """
    yield "always"
    if assessment.assistance:
        yield "assistance"
    if assessment.counter:
        yield "counter"
    groups = {indicator.id: indicator.group for indicator in rules.indicators()}
    for match in assessment.indicators:
        if match.scope == "asserted":
            yield f"group:{groups.get(match.id)}"
    for entity in assessment.entities:
        yield f"entity:{entity.kind}"
    for name, value in assessment.reasons:
        if value:
            yield f"reason:{name}"
    yield f"stance:{assessment.stance}"
    yield f"label:{assessment.label}"
