"""The pattern language: what each element matches, and what a wrong pattern is told."""

from __future__ import annotations

import pytest

from tppo_watch.errors import KnowledgeError
from tppo_watch.indicators.matcher import Matcher, entity_types
from tppo_watch.indicators.pattern import Symbols, compile_pattern
from tppo_watch.text.document import read
from tppo_watch.types import Entity

LEXICON = {
    "paper": ["paspor", "buku nikah", "{card}"],
    "card": ["ktp", "kartu keluarga"],
    "hold": ["tahan~", "simpan~"],
}


def found(
    pattern: str, text: str, *, unless: tuple[str, ...] = (), entities: tuple[Entity, ...] = ()
) -> list[str]:
    matcher = Matcher([("rule", (pattern,), unless)], LEXICON)
    document = read(text)
    hits = matcher.find(matcher.chart(document, entities))
    return [document.normal[document.starts[h.first] : document.ends[h.last]] for h in hits]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("paspor ditahan", "paspor kamu nanti ditahan", ["paspor kamu nanti ditahan"]),
        ("paspor ditahan", "paspor kamu nanti semuanya ditahan", []),
        (
            "paspor ... ditahan",
            "paspor kamu nanti semua semuanya ditahan",
            ["paspor kamu nanti semua semuanya ditahan"],
        ),
        ("paspor ditahan", "bawa paspor. ditahan", []),
        ("paspor ditahan", "bawa paspor\nditahan", []),
        (
            "tahan~",
            "ditahan, menahan, ditahanin, penahanannya",
            ["ditahan", "menahan", "ditahanin", "penahanannya"],
        ),
        ("tahan~", "pertahankan tuhan", ["pertahankan"]),
        ("kartu_keluarga", "kartu keluarga asli", ["kartu keluarga"]),
        ("kartu_keluarga", "kartu nama keluarga", []),
        ("{paper} {hold}", "buku nikah disimpan, ktp ditahan", ["buku nikah disimpan", "ktp ditahan"]),
        ("{paper} {hold}", "kartu keluarga menyimpan", ["kartu keluarga menyimpan"]),
        ("(wa|telegram) only", "wa only ya", ["wa only"]),
        ("gaji <n> juta", "gaji 12 juta", ["gaji 12 juta"]),
        ("gaji <n> juta", "gaji dua juta", []),
        ("bayar uang? tiket", "bayar tiket", ["bayar tiket"]),
        ("bayar uang? tiket", "bayar uang jalan dan tiket", ["bayar uang jalan dan tiket"]),
        ("mess + makan!", "mess dan makan", ["mess dan makan"]),
        ("nib", "nibble", []),
    ],
)
def test_elements_match_as_the_language_says(pattern: str, text: str, expected: list[str]) -> None:
    """Words, stems, phrases, concepts, options and gaps match what the table of the language states."""
    assert found(pattern, text) == expected


def test_a_counter_pattern_withdraws_the_match_of_its_sentence_only() -> None:
    """What shows that a match means something else counts in that sentence and in no other."""
    text = "paspor ditahan saat check-in. paspor ditahan bos."
    assert len(found("paspor ditahan", text, unless=("check-in",))) == 1


def test_overlapping_matches_of_one_rule_are_one() -> None:
    """A reviewer sees one stretch where two patterns of a rule overlap."""
    matcher = Matcher([("rule", ("paspor ditahan", "ditahan bos"), ())], {})
    document = read("paspor ditahan bos")
    assert [(h.first, h.last) for h in matcher.find(matcher.chart(document))] == [(0, 2)]


def test_patterns_can_ask_for_entities() -> None:
    """What the entity room found can stand in a pattern by its type."""
    text = "terima umur 15 tahun"
    age = Entity("age", 7, 20, "umur 15 tahun", {"min": 15, "max": 15})
    assert found("terima <minor>", text, entities=(age,)) == [text]
    assert found("terima <minor>", text) == []


@pytest.mark.parametrize(
    ("value", "minor"),
    [
        ({"min": 15, "max": 20}, True),
        ({"max": 35}, False),
        ({"min": 18, "max": 18}, False),
        ({"max": 17}, True),
        ({}, False),
    ],
)
def test_an_age_is_a_minors_only_where_it_takes_one(value: dict, minor: bool) -> None:
    """An upper bound above 18 with no lower bound says nothing of minors."""
    assert ("minor" in entity_types(Entity("age", 0, 1, "x", value))) is minor


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "must be there"),
        ("+ !", "must be there"),
        ("{nobody}", "no concept"),
        ("x? y", "begins with an optional"),
    ],
)
def test_a_wrong_pattern_is_refused_by_name(pattern: str, message: str) -> None:
    """The error names the rule, so that its author finds it."""
    with pytest.raises(KnowledgeError, match=message) as caught:
        compile_pattern(pattern, Symbols({}), "my_rule")
    assert caught.value.file == "my_rule"


def test_a_concept_that_contains_itself_is_refused() -> None:
    """A circle in the lexicon is an error, not a hang."""
    with pytest.raises(KnowledgeError, match="contains itself"):
        Symbols({"a": ("{b}",), "b": ("{a}",)}).symbol("{a}", "rule")


def test_matching_stays_linear_on_hostile_repetition() -> None:
    """Ten times the text takes no more than thirty times as long, whatever repeats."""
    from time import perf_counter

    matcher = Matcher([("rule", ("{paper} {hold} {paper} {hold}",), ())], LEXICON)

    def seconds(times: int) -> float:
        chart, taken = matcher.chart(read("paspor tahan " * times)), []
        for _ in range(3):
            begin = perf_counter()
            matcher.find(chart)
            taken.append(perf_counter() - begin)
        return min(taken)

    seconds(100)
    assert seconds(20_000) < 30 * seconds(2_000)
