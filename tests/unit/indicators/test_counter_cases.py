"""Counter-evidence is found in the wordings written for it, and in none of the others."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tppo_watch.entities import find_entities
from tppo_watch.indicators.finder import default_finder
from tppo_watch.knowledge import rules
from tppo_watch.text.document import read

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "counter.yaml").read_text(encoding="utf-8"))


def _asserted(text: str, id: str) -> bool:
    document = read(text)
    signs = default_finder().find(document, find_entities(document))
    return any(match.id == id and match.scope == "asserted" for match in signs.counter)


def test_every_kind_of_counter_evidence_has_cases() -> None:
    """A kind without cases could break unseen; a case for a misspelt kind would test nothing."""
    assert set(CASES) == {counter.id for counter in rules.counters()}


def test_no_rule_bears_the_name_of_another() -> None:
    """Signs, counter-evidence and cues are told apart by their ids."""
    ids = [rule.id for rule in (*rules.indicators(), *rules.counters(), *rules.cues())]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("id", sorted(CASES))
def test_found_in_its_wordings(id: str) -> None:
    """The reassurance is found in every register and language written for it."""
    assert [text for text in CASES[id]["match"] if not _asserted(text, id)] == []


@pytest.mark.parametrize("id", sorted(CASES))
def test_not_found_in_other_wordings(id: str) -> None:
    """Its denial, look-alike words and ordinary adverts reassure nobody."""
    assert [text for text in CASES[id]["no_match"] if _asserted(text, id)] == []
