"""``explain``: everything a reviewer needs of one post, in words, JSON and a picture."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET

import pytest
from rich.console import Console

from tests.unit.cli.fake import FakeAssessor
from tests.unit.io.naughty import NAUGHTY
from tppo_watch import assessor as real_assessor
from tppo_watch.cli import explain
from tppo_watch.types import Entity
from tppo_watch.wording import SHOWN_REASONS, Words

AD = "Loker admin Poipet, gaji 12jt, berangkat visa turis, paspor tidak ditahan"


def drawn(text: str, lang: str = "id", **options) -> str:
    """The explanation as it is drawn on a console with those options."""
    out = io.StringIO()
    console = Console(file=out, width=100, highlight=False, **options)
    explain.draw(console, FakeAssessor().assess(text), Words(lang))
    return out.getvalue()


def test_sections_come_in_the_order_of_a_review(tppo):
    """Text, indicators, reasons, what is missing and advice stand before the score."""
    out = tppo("explain", AD).out
    titles = [
        "Teks",
        "Petunjuk",
        "Alasan",
        "Keterangan",
        "Yang tidak disebut",
        "Yang perlu diperiksa",
        "Penilaian",
    ]
    places = [out.index(f"\n{title}") if title != "Teks" else out.index(title) for title in titles]
    assert places == sorted(places)
    assert "\nYang meringankan" not in out  # there is nothing to say


def test_the_indicators_stand_out_without_colour(tppo):
    """In a pipe each match is followed by a number that the list below explains."""
    out = tppo("explain", AD).out
    assert "Loker admin Poipet[1], gaji 12jt, berangkat visa turis[2], paspor tidak ditahan[3]" in out
    assert "[2] " in out
    assert "“visa turis”" in out
    assert "disangkal" in out
    assert "\x1b" not in out


def test_the_indicators_are_coloured_on_a_terminal():
    """Colours follow the element, and what is negated is struck out."""
    out = drawn(AD, force_terminal=True, color_system="standard")
    assert "\x1b[1;36mPoipet\x1b[0m" in out
    assert "\x1b[1;31mvisa turis\x1b[0m" in out
    assert "\x1b[2;9mpaspor tidak ditahan\x1b[0m" in out
    assert "\x1b[4mgaji 12jt\x1b[0m" in out


def test_reasons_are_signed_bars_that_sum_to_the_risk():
    """What lowers the risk stands left of the line, what raises it right, in proportion."""
    lines = drawn(AD).splitlines()
    base = next(line for line in lines if "titik awal" in line)
    sign = next(line for line in lines if "+2.50" in line)
    assert base.index("█") < base.index("│")
    assert sign.index("█") > sign.index("│")
    assert base.count("█") / sign.count("█") == pytest.approx(2.0 / 2.5, abs=0.1)
    assert any("+3.00 → risiko 0,95" in line for line in lines)


def test_small_reasons_are_summed_in_one_line():
    """However many parts there are, the lines shown still sum to the risk."""
    assessment = FakeAssessor().assess(AD)
    parts = [("base", -1.0), *((f"missing:{i}", 0.1 + i / 100) for i in range(30)), ("calibration", 0.5)]
    object.__setattr__(assessment, "reasons", tuple(parts))
    rows = Words("id").ranked_reasons(assessment)
    assert len(rows) == SHOWN_REASONS + 3
    assert [rows[0][0], rows[-2][0], rows[-1][0]] == ["titik awal", "lainnya (16)", "kalibrasi"]
    assert sum(value for _, value in rows) == pytest.approx(sum(value for _, value in parts))


def test_the_statement_says_that_a_score_is_no_accusation(tppo):
    """Every explanation ends with it, in both languages."""
    assert "Skor bukan tuduhan" in tppo("explain", AD).out
    assert "A score is not an accusation" in tppo("explain", AD, "--lang", "en").out


def test_english_is_there_when_asked_for(tppo):
    """Titles, names and advice are English then."""
    out = tppo("explain", AD, "--lang", "en").out
    assert "What to check" in out
    assert "negated" in out
    assert "Petunjuk" not in out


def test_somebody_in_need_is_no_suspect(tppo):
    """A plea for help is marked, and the first advice is safety."""
    out = tppo("explain", "tolong saya di Poipet").out
    assert out.startswith("MUNGKIN BUTUH PERTOLONGAN SEKARANG\n")
    verdict = out.split("Penilaian\n")[1]
    assert verdict.lstrip().startswith("MUNGKIN BUTUH PERTOLONGAN SEKARANG")
    assert "tidak perlu ditinjau" not in verdict
    assert "terduga" not in verdict
    assert out.split("Yang perlu diperiksa\n")[1].lstrip().startswith("- Orang ini mungkin butuh pertolongan")


@pytest.mark.parametrize(
    ("kind", "value", "indonesian", "english"),
    [
        ("salary", {"min": 12e6, "max": 15e6, "currency": "IDR", "period": "month"},
         "12.000.000–15.000.000 IDR / bulan", "12,000,000–15,000,000 IDR / month"),
        ("fee", {"min": 1700, "currency": "MYR"}, "≥ 1.700 MYR", "≥ 1,700 MYR"),
        ("salary", {"min": 2.5, "max": 2.5, "currency": "USD", "period": "hour"},
         "2,50 USD / jam", "2.50 USD / hour"),
        ("age", {"max": 35}, "≤ 35", "≤ 35"),
        ("destination", {"country": "KH", "place": "Poipet"}, "Poipet, Kamboja", "Poipet, Cambodia"),
        ("origin", {"country": "ID"}, "Indonesia", "Indonesia"),
        ("contact", {"type": "phone", "normalized": "+6281200000123"},
         "+6281200000123 telepon", "+6281200000123 phone"),
        ("date", {"start": "2026-11-24", "end": "2026-11-30"},
         "2026-11-24 2026-11-30", "2026-11-24 2026-11-30"),
    ],
)  # fmt: skip
def test_values_are_written_as_people_write_them(kind, value, indonesian, english):
    """Sums have separators and a unit, places their country; no names of fields."""
    entity = Entity(kind, 0, 1, "x", value)
    assert [Words(lang).value(entity) for lang in ("id", "en")] == [indonesian, english]


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.0, "> 0,99"), (0.9951, "> 0,99"), (0.99, "0,99"), (0.5, "0,50"), (0.0001, "< 0,01")],
)
def test_no_risk_is_shown_as_certain(value, written):
    """Neither 1,00 nor 0,00 is ever claimed."""
    assert Words("id").share(value) == written.replace(" ", "\u00a0")


def test_a_post_of_nothing_but_signs_is_drawn_in_bounded_length():
    """The first matches are shown and the rest counted: colouring all of them would take minutes."""
    out = drawn("Poipet gaji 12jt " * 30_000)
    assert out.count("“Poipet”") == explain.SHOWN_MATCHES
    assert "… (+29.800)" in out
    assert len(out) < 100_000


def test_json_holds_the_assessment_and_the_advice(tppo):
    """The machine form is that of score, with the text and the advice."""
    found = json.loads(tppo("explain", AD, "--json").out)
    assert found.pop("text") == AD
    assert found.pop("advice") == list(Words("id").advice(FakeAssessor().assess(AD)))
    assert found == FakeAssessor().assess(AD).to_dict()


def test_standard_input_is_one_post(tppo):
    """``-`` reads the post from a pipe, line breaks and all, without the last one."""
    found = json.loads(tppo("explain", "-", "--json", stdin=b"\xef\xbb\xbfLoker\nPoipet\r\n").out)
    assert found["text"] == "Loker\nPoipet"


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "complaint"),
    [
        (["-"], b"caf\xe9", 1, "standard input: not UTF-8 at byte 3"),
        (["-"], b"x" * 200, 1, "standard input: longer than 120 bytes"),
        (["x" * 31], b"", 1, "longer than 30 characters"),
        ([], b"", 2, "Missing argument"),
        (["a", "b"], b"", 2, "unexpected extra argument"),
        (["a", "--lang", "jv"], b"", 2, "--lang is id or en"),
        (["a", "--svg", "nowhere/a.svg"], b"", 1, "nowhere/a.svg: cannot be written"),
    ],
)
def test_what_cannot_be_explained_is_said_in_one_line(
    tppo, tmp_path, monkeypatch, arguments, stdin, code, complaint
):
    """One line, and nothing on standard output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(real_assessor, "MAX_CHARACTERS", 30)
    result = tppo("explain", *arguments, stdin=stdin)
    assert (result.code, result.out) == (code, "")
    assert complaint in result.complaint


def test_no_post_steers_the_terminal():
    """Control characters and reversing marks of any post are shown, not obeyed; markup is text."""
    for text in NAUGHTY:
        assessment = FakeAssessor().assess(text)
        out = io.StringIO()
        explain.draw(Console(file=out, width=100, highlight=False), assessment, Words("id"))
        printed = out.getvalue()
        assert not {c for c in printed if ord(c) < 32 and c != "\n" or 0x7F <= ord(c) < 0xA0}
        assert not set("\u202e\u202c\u2066\u2069") & set(printed)
        printed.encode()
    assert "[bold]loker[/bold]" in drawn("[bold]loker[/bold]")


def test_the_picture_is_the_explanation(tppo, tmp_path):
    """The SVG is well formed, holds the text, refers to nothing outside, and is the same each time."""
    path = tmp_path / "explain.svg"
    assert tppo("explain", AD, "--svg", path).code == 0
    content = path.read_text()
    shown = "".join(ET.fromstring(content).itertext()).replace("\u00a0", " ")
    assert "Poipet" in shown
    assert "Skor bukan tuduhan" in shown
    assert "http" not in content.replace("http://www.w3.org/", "").replace("https://www.textualize.io", "")
    assert "url(http" not in content
    tppo("explain", AD, "--svg", path)
    assert path.read_text() == content
