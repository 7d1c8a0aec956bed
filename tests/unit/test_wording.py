"""Results in words: nothing a reviewer sees is an id, and every fact that advice waits for can happen."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
import yaml

from tests.scanning import NOW
from tests.unit.cli.fake import FakeAssessor
from tppo_watch.assess.evidence import EvidenceSpace
from tppo_watch.knowledge import rules
from tppo_watch.storage.notices import Notice
from tppo_watch.types import LABELS, LEVELS, SCOPES, STANCES, Element, Entity
from tppo_watch.wording import Words, facts

DATA = yaml.safe_load((rules.data_folder() / "wording.yaml").read_text(encoding="utf-8"))
ENTITY_KINDS = {
    "salary", "fee", "debt", "contact", "destination", "origin", "age", "gender", "employer", "agency",
    "licence", "document", "date",
}  # fmt: skip
DOCUMENTS = {"passport", "ktp", "kk", "diploma", "visa", "birth_certificate", "other"}
CONTACTS = {"phone", "whatsapp", "telegram", "instagram", "line", "facebook", "email", "url"}
GENDERS = {"female", "male", "any"}


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("levels", LEVELS),
        ("promises", LEVELS),
        ("labels", LABELS),
        ("stances", STANCES),
        ("scopes", SCOPES),
        ("elements", get_args(Element)),
        ("entities", ENTITY_KINDS),
        ("documents", DOCUMENTS),
        ("contacts", CONTACTS),
        ("genders", GENDERS),
        ("cues", [cue.id for cue in rules.cues()]),
    ],
)
def test_every_value_has_a_word_in_both_languages(table, keys):
    """The tables are complete, and hold nothing that does not exist."""
    assert set(DATA[table]) == set(keys)
    assert all(
        len(pair) == 2 and all(isinstance(word, str) and word for word in pair)
        for pair in DATA[table].values()
    )


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_part_of_the_sum_has_a_name(lang):
    """No reason is shown by its id, whatever the evidence."""
    words = Words(lang)
    names = [*EvidenceSpace().names, "base", "calibration", *(f"stance:{stance}" for stance in STANCES)]
    bare = [name for name in names if words.reason(name) == name]
    assert bare == []
    assert not any("{" in words.reason(name) for name in names)


def test_values_are_said_in_words():
    """No reviewer reads an id of a document, a contact, a gender or a country."""
    said = {
        entity.kind: Words("id").value(entity)
        for entity in (
            Entity("document", 0, 1, "x", {"name": "diploma"}),
            Entity("contact", 0, 1, "x", {"type": "email", "normalized": "a@b.example"}),
            Entity("gender", 0, 1, "x", {"value": "female"}),
            Entity("destination", 0, 1, "x", {"country": "MM", "place": "Myawaddy"}),
            Entity("origin", 0, 1, "x", {"country": "ID"}),
            Entity("licence", 0, 1, "x", {"type": "SIP3MI", "number": "12/2026"}),
        )
    }
    assert said == {
        "document": "ijazah",
        "contact": "a@b.example surel",
        "gender": "perempuan",
        "destination": "Myawaddy, Myanmar",
        "origin": "Indonesia",
        "licence": "SIP3MI 12/2026",
    }


def test_languages_differ():
    """Each language has its own words."""
    indonesian, english = Words("id"), Words("en")
    assert indonesian.reason("act+means") != english.reason("act+means")
    assert indonesian.reason("missing:contract") == "tidak disebut: kontrak tertulis"
    assert english.reason("stance:offer") == "kind of writing: offer"
    assert english.reason("two_signs") == "at least two signs"
    assert indonesian.question("employer") != english.question("employer")


def test_advice_waits_only_for_what_can_happen():
    """A misspelt condition would keep an advice from ever being given."""
    groups = {indicator.group for indicator in rules.indicators()}
    possible = {"always", "assistance", "counter"}
    possible |= {f"group:{group}" for group in groups}
    possible |= {f"entity:{kind}" for kind in ENTITY_KINDS}
    possible |= {f"stance:{stance}" for stance in STANCES} | {f"label:{label}" for label in LABELS}
    possible |= {f"reason:{name}" for name in EvidenceSpace().names}
    waited = {fact for entry in DATA["advice"] for fact in entry["when"]}
    assert waited - possible == set()
    assert groups - {fact.removeprefix("group:") for fact in waited} == set()


def test_a_sign_that_is_not_asserted_gives_no_advice():
    """What the text denies is not what a reviewer is sent to check."""
    assessment = FakeAssessor().assess("Poipet")
    asserted = set(facts(assessment))
    denied = replace(assessment, indicators=tuple(replace(m, scope="negated") for m in assessment.indicators))
    gone = asserted - set(facts(denied))
    assert len(gone) == 1
    assert gone.pop().startswith("group:")


def test_there_is_always_something_to_check():
    """Even a text without any sign gets the standing advice, last."""
    plain = Words("id").advice(FakeAssessor().assess(""))
    urgent = Words("id").advice(FakeAssessor().assess("tolong, Poipet"))
    assert plain[-1] == urgent[-1]
    assert "pertolongan" in urgent[0]


def test_a_notice_is_told_in_both_languages():
    """Reminders say that they are, and what is not known is said to be so."""
    detail = {"last_item": "2026-11-20T03:00:00+00:00", "usual_gap_s": 9000}
    quiet = Notice("loker", "quiet", NOW, 3, detail)
    said = Words("id").notice(quiet)
    assert said.startswith("Pengingat 2: Sumber loker tidak memberi hal baru sejak 2026-11-20 10:00 WIB")
    assert "2.50 hours" in Words("en").notice(quiet)
    for kind in ("failing", "quiet", "stopped", "recovered", "moved"):
        for lang in ("id", "en"):
            said = Words(lang).notice(Notice("loker", kind, NOW))
            assert "loker" in said and "None" not in said and "{" not in said


def test_every_alert_says_why():
    """Asserted indicators first; where the model alone found it, what weighs most; of a plea, that it is."""
    words, signed = Words("en"), FakeAssessor().assess("Poipet, visa turis")
    strongest = max(signed.indicators, key=lambda match: match.weight)
    assert words.why(signed, is_plea=False)[0] == words.rule(strongest.id)
    bare = replace(signed, indicators=(), reasons=(("base", -4.0), ("text", 2.5), ("missing:pay", -0.1)))
    assert words.why(bare, is_plea=False) == (words.reason("text"),)
    assert words.why(bare, is_plea=True) == ("reads as a call for help",)
    assert words.why(replace(bare, reasons=()), is_plea=False) == (words.reason("text"),)
