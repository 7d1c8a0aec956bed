"""Indicators of an installation's own: data beside the settings, checked by the same schema."""

from __future__ import annotations

import math
import pickle

import pytest

import tppo_watch
from tppo_watch.config import settings_from
from tppo_watch.errors import KnowledgeError
from tppo_watch.knowledge.rules import indicators, local_indicators
from tppo_watch.watch import open_watch
from tppo_watch.wording import Words

RULE = """
- id: term_paket_senyap
  name_id: "Istilah baru: paket senyap"
  name_en: "New term: paket senyap"
  group: emerging
  palermo_element: means
  ilo_category: none
  ilo_strength: none
  strength_basis: editorial
  standalone_specificity: high
  observed_in: advert
  definition: "…"
  in_ads: "paket senyap"
  patterns: [paket_senyap]
  exploitation_types: []
  sources: []
"""
TEXT = "Loker admin Poipet, gaji 12jt bersih, ikut paket senyap, tanpa potongan, berangkat visa turis"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULE, encoding="utf-8")
    return tmp_path / "rules"


@pytest.mark.parametrize("model", [None, "student"])
def test_an_own_indicator_is_found_and_weighs(folder, model):
    """In the text as it was given, with the weight its specificity says; the reasons sum to the risk."""
    plain, own = tppo_watch.load(model).assess(TEXT), tppo_watch.load(model, rules=folder).assess(TEXT)
    (match,) = [match for match in own.indicators if match.id == "term_paket_senyap"]
    assert TEXT[match.start : match.end] == match.text == "paket senyap"
    assert match.weight == pytest.approx(0.9) and match.element == "means"
    assert own.risk >= plain.risk
    assert math.fsum(value for _, value in own.reasons) == pytest.approx(math.log(own.risk / (1 - own.risk)))
    assert own.interval[0] <= own.risk <= own.interval[1]
    # What knows no such word reads as before.
    other = TEXT.replace("paket senyap", "paket hemat")
    assert tppo_watch.load(model, rules=folder).assess(other) == tppo_watch.load(model).assess(other)


def test_a_denied_one_adds_nothing(folder):
    """Scope holds for rules of one's own as well."""
    own = tppo_watch.load("student", rules=folder).assess("Kami tidak pakai paket senyap")
    assert [match.scope for match in own.indicators if match.id == "term_paket_senyap"] == ["negated"]
    assert "term_paket_senyap" not in dict(own.reasons)


def test_other_processes_know_them(folder):
    """An assessor that goes to another process takes its rules along."""
    own = tppo_watch.load("student", rules=folder)
    assert pickle.loads(pickle.dumps(own)).assess(TEXT) == own.assess(TEXT)


def test_they_have_names(folder):
    """A reviewer reads the name of the record, or at least words."""
    assert Words("en", local_indicators(folder)).rule("term_paket_senyap") == "New term: paket senyap"
    assert Words("id").rule("term_paket_senyap") == "term paket senyap"


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    """It is made when the first term is accepted."""
    assert local_indicators(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- {id: x", "a.yaml: not valid YAML"),
        ("{id: x}", "a.yaml: expected a list"),
        (RULE.replace("high", "loud"), "a.yaml: term_paket_senyap: standalone_specificity"),
        (RULE + RULE, "a.yaml: term_paket_senyap: this id is taken"),
        (RULE.replace("term_paket_senyap", indicators()[0].id), "this id is taken"),
    ],
)
def test_a_bad_file_is_named(folder, content, message):
    """File, record and what is wrong."""
    (folder / "a.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=message):
        local_indicators(folder)


def test_a_bad_pattern_is_named(folder):
    """Also one that only the compiler of patterns notices."""
    (folder / "a.yaml").write_text(RULE.replace("[paket_senyap]", '["{tidak_ada}"]'), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="no concept"):
        tppo_watch.load("student", rules=folder)


def test_the_service_reads_them_and_notices_a_new_one(folder):
    """A running scan works with the rules of its folder as they are now, without a restart."""
    settings = settings_from({"model": {"rules": "rules", "path": None}}, folder=folder.parent)
    with open_watch(settings) as watch:
        first = watch._assessor
        assert watch._assessor is first
        (folder / "b.yaml").write_text(RULE.replace("paket_senyap", "jalur_sunyi"), encoding="utf-8")
        assert {match.id for match in watch._assessor.assess("ikut jalur sunyi").indicators} == {
            "term_jalur_sunyi"
        }
