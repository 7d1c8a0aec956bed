"""An assessment in words for a reviewer, Indonesian or English: names of its parts and what to check next.

The words are data: ``knowledge/data/wording.yaml``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from .assess.evidence import QUESTIONS
from .knowledge import rules
from .knowledge.places import gazetteer
from .types import Assessment, Entity

if TYPE_CHECKING:  # whoever explains a post pays for no database
    from .storage.notices import Notice

Language = Literal["id", "en"]
_COLUMN = {"id": 0, "en": 1}
#: Parts of the sum that are shown one by one; the smallest of the rest are summed in one.
SHOWN_REASONS = 14
_SMALLEST_REASON = 0.005  # log-odds: less would be written as 0.00
_TO_INDONESIAN = str.maketrans(",.", ".,")


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return rules.read_yaml(rules.data_folder() / "wording.yaml")


#: Values of entities that are ids: of which kind, under which key, and the table of their words.
_VALUE_WORDS = (
    ("document", "name", "documents"),
    ("contact", "type", "contacts"),
    ("gender", "value", "genders"),
)


class Words:
    """Names and advice in one language. What has no entry is called by its id.

    Parameters
    ----------
    local : sequence of Indicator
        Indicators of the installation's own, which have names too.
    """

    def __init__(self, lang: Language = "id", local: Sequence[rules.Indicator] = ()) -> None:
        self.lang, self._local = lang, local
        self._column = _COLUMN[lang]

    def term(self, table: str, key: str) -> str:
        """The word for `key` in a table of the data file: levels, labels, stances and so on."""
        pair = _data()[table].get(key)
        return pair[self._column] if pair else key

    @cached_property
    def _rule_names(self) -> dict[str, str]:
        records = (*rules.indicators(), *rules.counters(), *rules.exploitation_types(), *self._local)
        return {record.id: getattr(record, f"name_{self.lang}") for record in records}

    def rule(self, id: str) -> str:
        """The name of an indicator, a kind of counter-evidence or an exploitation type."""
        return self._rule_names.get(id) or id.replace("_", " ")

    def country(self, code: str) -> str:
        """A country as this language calls it, by its ISO 3166 code; what is none stays as it is."""
        if self.lang == "en" and code in _data()["countries"]:
            return str(_data()["countries"][code])
        found = gazetteer().places.get((code, None))
        return found.name if found else code

    def series(self, name: str) -> str:
        """A series of counts, such as ``destination:KH``."""
        kind, _, rest = name.partition(":")
        if kind == "campaigns":
            rest = self.series(rest)
        elif kind in ("kind", "indicator"):
            rest = self.rule(rest)
        elif kind in ("destination", "origin"):
            rest = self.country(rest)
        pattern = self.term("series", kind)
        return pattern.format(rest) if "{0}" in pattern else name

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

    def notice(self, notice: Notice) -> str:
        """What has to be told of a source, in one or two sentences."""
        known = dict.fromkeys(("failures_in_row", "error", "usual_gap_s", "moved_to"), "?")
        values = known | dict(notice.detail)
        for name in ("last_success", "last_item"):
            values[name] = self._moment(notice.detail.get(name))
        values["usual_gap"] = self._span(notice.detail.get("usual_gap_s"))
        said = self.term("notices", notice.kind).format(source=notice.source_id, **values)
        if notice.number == 1:
            return said
        return f"{self.term('notices', 'reminder').format(notice.number - 1)} {said}"

    def _moment(self, iso: str | None) -> str:
        if iso is None:
            return self.term("notices", "never")
        from .sources.dates import WIB

        return datetime.fromisoformat(iso).astimezone(WIB).strftime("%Y-%m-%d %H:%M WIB")

    def _span(self, seconds: float | None) -> str:
        if seconds is None:
            return self.term("notices", "unknown")
        unit, length = ("days", 86_400) if seconds >= 2 * 86_400 else ("hours", 3600)
        return self.term("notices", unit).format(self.number(round(seconds / length, 1)))

    def ranked_reasons(self, assessment: Assessment) -> list[tuple[str, float]]:
        """The parts of the sum by name: the starting point, then the weightiest first, calibration last."""
        place = {"base": 0, "calibration": 2}
        parts = sorted(
            (part for part in assessment.reasons if abs(part[1]) >= _SMALLEST_REASON),
            key=lambda part: (place.get(part[0], 1), -abs(part[1])),
        )
        middle = [part for part in parts if part[0] not in place]
        dropped = middle[SHOWN_REASONS:]
        rows = [(self.reason(name), value) for name, value in parts if (name, value) not in dropped]
        if dropped:
            name = f"{self.term('reasons', 'rest')} ({len(dropped)})"
            rest = (name, math.fsum(value for _, value in dropped))
            rows.insert(len(rows) - (parts[-1][0] == "calibration"), rest)
        return rows

    def why(self, assessment: Assessment, *, is_plea: bool) -> tuple[str, ...]:
        """Why a post is brought before a person, the strongest first; never nothing.

        Its asserted indicators. Where it has none, the parts that raise the sum most; of a plea, where that
        sum says nothing, that it reads as one.
        """
        asserted = [match for match in assessment.indicators if match.scope == "asserted"]
        asserted.sort(key=lambda match: -match.weight)
        names = [self.rule(match.id) for match in asserted]
        if not names and not is_plea:
            parts = sorted(assessment.reasons, key=lambda part: -part[1])
            always = ("base", "calibration")
            names = [self.reason(name) for name, value in parts if value > 0 and name not in always]
        return tuple(dict.fromkeys(names)) or (self.term("reasons", "plea" if is_plea else "text"),)

    def number(self, value: float) -> str:
        """A number as this language writes it, with two places unless it is whole."""
        written = f"{value:,.2f}".removesuffix(".00")
        return written.translate(_TO_INDONESIAN) if self.lang == "id" else written

    def share(self, value: float) -> str:
        """A probability to two places. None is shown as certain, and none as impossible."""
        written = ">\u00a00.99" if value > 0.99 else "<\u00a00.01" if value < 0.01 else f"{value:.2f}"
        return written.replace(".", ",") if self.lang == "id" else written

    def value(self, entity: Entity) -> str:
        """The normalised value of an entity as a reviewer would write it."""
        value = dict(entity.value)
        parts: list[str] = []
        if "min" in value or "max" in value:
            parts.append(self._range(value.pop("min", None), value.pop("max", None)))
        if "country" in value:
            value["country"] = self.country(value["country"])
            if "place" in value:
                parts.append(f"{value.pop('place')},")
        if "normalized" in value:
            parts.append(value.pop("normalized"))
        for kind, key, table in _VALUE_WORDS:
            if entity.kind == kind and key in value:
                value[key] = self.term(table, value[key])
        if "period" in value:
            value["period"] = f"/ {self.term('periods', value.pop('period'))}"
        return " ".join([*parts, *map(str, value.values())])

    def _range(self, low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return f"≥ {self.number(low)}" if low is not None else f"≤ {self.number(high or 0)}"
        return self.number(low) if low == high else f"{self.number(low)}–{self.number(high)}"

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
