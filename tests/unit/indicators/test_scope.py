"""Scope of signs, on cases that are data."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tppo_watch.entities import find_entities
from tppo_watch.indicators.finder import default_finder
from tppo_watch.text.document import read

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "scope.yaml").read_text(encoding="utf-8"))


def scopes_of(rule: str, text: str) -> set[str]:
    document = read(text)
    signs = default_finder().find(document, find_entities(document))
    return {match.scope for match in (*signs.indicators, *signs.counter) if match.id == rule}


@pytest.mark.parametrize(("rule", "scope", "text"), CASES)
def test_a_sign_has_the_scope_its_words_give_it(rule: str, scope: str, text: str) -> None:
    """Each case's sign is found, and in no other scope than the one stated."""
    assert scopes_of(rule, text) == {scope}


def test_a_text_quoted_as_a_whole_is_its_writers_own() -> None:
    """Quotation marks around everything quote nobody."""
    assert scopes_of("upfront_fee", '"Biaya pendaftaran 350 ribu dibayar di depan ya kak"') == {"asserted"}
