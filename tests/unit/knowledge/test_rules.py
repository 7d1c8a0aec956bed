"""The domain as checked data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tppo_watch.errors import KnowledgeError
from tppo_watch.indicators.finder import default_finder
from tppo_watch.knowledge import rules
from tppo_watch.text.document import read

SOURCES = (Path(__file__).parents[3] / "docs" / "domain" / "sources.md").read_text(encoding="utf-8")
KNOWN_SOURCES = set(re.findall(r"\bS\d{2,3}\b", SOURCES))


def test_the_seventy_indicators_and_thirteen_kinds_are_there() -> None:
    """No indicator and no kind of exploitation vanishes unnoticed."""
    assert len(rules.indicators()) == 70
    assert len(rules.exploitation_types()) == 13


def test_every_source_that_is_named_is_listed() -> None:
    """A reviewer who asks where an indicator comes from finds its source."""
    records = (*rules.indicators(), *rules.exploitation_types())
    named = {source for record in records for source in record.sources}
    assert named <= KNOWN_SOURCES


def test_kinds_and_indicators_name_each_other_rightly() -> None:
    """What an indicator points to exists, and so do the key indicators of a kind."""
    kinds = {kind.id for kind in rules.exploitation_types()}
    ids = {indicator.id for indicator in rules.indicators()}
    for indicator in rules.indicators():
        assert set(indicator.exploitation_types) <= kinds, indicator.id
    for kind in rules.exploitation_types():
        assert set(kind.key_indicators) <= ids, kind.id


def test_ids_are_unique_over_all_rules() -> None:
    """An indicator, a counter and a cue never share an id: their matches could not be told apart."""
    ids = [r.id for r in (*rules.indicators(), *rules.counters(), *rules.cues())]
    assert len(ids) == len(set(ids))


def test_every_pattern_compiles() -> None:
    """The packaged patterns and concepts are all well formed."""
    found = default_finder().find(read("Sampai sana paspor ditahan bos.")).indicators
    assert [match.id for match in found] == ["document_confiscation"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- {id: x", "not valid YAML"),
        ("id: x", "expected a list"),
        ("- {id: x, scope: loud, direction: forward, reach: 3, stops: true, patterns: [a]}", "x: scope"),
        (
            "- {id: x, scope: past, direction: forward, reach: 3, stops: true, patterns: [a], more: 1}",
            "x: more",
        ),
    ],
)
def test_a_broken_file_is_refused_by_file_record_and_field(
    tmp_path: Path, content: str, message: str
) -> None:
    """Who edits the knowledge is told which file, record and field is wrong."""
    path = tmp_path / "scope.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=message) as caught:
        list(rules._records(path, rules.ScopeCue, rules.read_yaml(path)))
    assert caught.value.file == "scope.yaml"
