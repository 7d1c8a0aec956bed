"""A term that rises becomes a rule in the form of the knowledge data."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from tppo_watch.assessor import read_text
from tppo_watch.indicators.finder import Finder
from tppo_watch.knowledge.rules import Indicator, exploitation_types
from tppo_watch.signals.candidates import as_yaml, candidate, example, is_known, rule_id
from tppo_watch.signals.emerging import EmergingTerm
from tppo_watch.text.document import read


def term(text: str = "paket senyap", kind: str = "phrase") -> EmergingTerm:
    return EmergingTerm(text, kind, 5, (0,) * 11 + (5,), 1, date(2026, 5, 25), 6.0, (7, 9))  # type: ignore[arg-type]


def test_a_candidate_is_a_valid_indicator():
    """Weak, of the likeliest kinds, and it says where it comes from."""
    kinds = [kind.id for kind in exploitation_types()]
    rule = candidate(term(), [{kinds[3]: 0.9, kinds[0]: 0.2}, {kinds[3]: 0.7}])
    assert rule.id == "term_paket_senyap"
    assert rule.standalone_specificity == "low"
    assert rule.exploitation_types == (kinds[3], kinds[0])
    assert "2026-05-25" in rule.definition and "5 campaigns" in rule.definition


def test_the_yaml_is_read_by_the_same_schema():
    """Back to the same record; examples are comments and cannot become anything else."""
    rule = candidate(term())
    text = as_yaml([(rule, ["ambil paket senyap\nid: jahat\x85 - x", "hari ini"])])
    (read_back,) = yaml.safe_load(text)
    assert Indicator.model_validate(read_back) == rule
    assert text.splitlines()[0] == "# ambil paket senyap id: jahat - x"


@pytest.mark.parametrize("text", ["paket senyap", "pt sinar abadi jaya", "nyi'ur", "anak-anak", "kloter"])
def test_the_rule_finds_the_term(text):
    """And every spelling that reads the same."""
    finder = Finder(local=(candidate(term(text)),))
    for written in (f"Ada {text} di sini", f"ada {text.upper()}!"):
        assert [match.id for match in finder.find(read(written)).indicators] == [rule_id(text)]
    assert finder.find(read("ada yang lain")).indicators == ()


def test_what_a_rule_finds_already_is_not_new():
    """`visa turis` is an indicator, `paket senyap` is not."""
    assert is_known("berangkat visa turis")
    assert not is_known("paket senyap")


@pytest.mark.parametrize("text", ["工作", "é" * 90, "a" * 30 + " " + "b" * 30 + " " + "c" * 30])
def test_any_term_has_an_id(text):
    """One that the schema takes, and another for another term."""
    Indicator.model_validate({**candidate(term(text)).model_dump()})
    assert rule_id(text) != rule_id(text + "x")


def test_an_example_shows_the_words_around_and_nobody():
    """On one line; contacts, long numbers and names are hidden, each once."""
    text = "Loker.\nAyo ikut paket senyap, kode 8812345, hubungi Mbak Sukinah Tarwiyah 0812-0000-0311"
    shown = example(text, read_text(text).entities, "paket senyap")
    assert shown == "Loker. Ayo ikut paket senyap, kode …, hubungi Mbak …"
    assert "\n" not in shown and not any(word in shown for word in ("Sukinah", "Tarwiyah", "0311", "8812"))
