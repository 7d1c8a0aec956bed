"""Every indicator is found in the wordings written for it, and in none of the innocent ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tppo_watch.entities import find_entities
from tppo_watch.indicators.finder import default_finder
from tppo_watch.knowledge import rules
from tppo_watch.text.document import read

FILES = sorted((Path(__file__).parents[2] / "cases" / "indicators").glob("*.yaml"))
CASES = {id: case for path in FILES for id, case in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


# What testimony carries ("katanya … ternyata …") is told as reported or past, and found all the same.
TOLD = {indicator.id for indicator in rules.indicators() if indicator.observed_in != "advert"}


def _scopes(text: str, id: str) -> set[str]:
    document = read(text)
    signs = default_finder().find(document, find_entities(document))
    return {match.scope for match in signs.indicators if match.id == id}


def _found(text: str, id: str) -> bool:
    return bool(_scopes(text, id) & ({"asserted", "reported", "past"} if id in TOLD else {"asserted"}))


def _asserted(text: str, id: str) -> bool:
    return "asserted" in _scopes(text, id)


def test_case_files_name_known_indicators_once() -> None:
    """A case for a misspelt indicator, or one that stands in two files, would test nothing."""
    named = [id for path in FILES for id in yaml.safe_load(path.read_text(encoding="utf-8"))]
    assert len(named) == len(set(named))
    assert set(named) <= {indicator.id for indicator in rules.indicators()}


@pytest.mark.parametrize("id", sorted(CASES))
def test_found_in_its_wordings(id: str) -> None:
    """The sign is found in every register and language written for it."""
    assert [text for text in CASES[id]["match"] if not _found(text, id)] == []


@pytest.mark.parametrize("id", sorted(CASES))
def test_not_found_in_innocent_wordings(id: str) -> None:
    """Look-alike words, other meanings and ordinary ads do not show the sign."""
    assert [text for text in CASES[id]["no_match"] if _asserted(text, id)] == []


@pytest.mark.parametrize("id", sorted(id for id in CASES if CASES[id].get("negated")))
def test_not_found_where_denied(id: str) -> None:
    """What a text denies is not asserted."""
    assert [text for text in CASES[id]["negated"] if _asserted(text, id)] == []
