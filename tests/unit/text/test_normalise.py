"""What is folded, what is not, and what a span points to."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from tppo_watch.text.document import read
from tppo_watch.text.normalise import normalise

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "normalise.yaml").read_text(encoding="utf-8"))
AD = "Dicari penjaga toko di Bekasi, 2 orang, gaji 3jt/bln, libur hari Minggu. "


@pytest.mark.parametrize(("written", "folded"), CASES["folded"])
def test_a_disguise_folds_to_what_it_hides(written: str, folded: str) -> None:
    """Each disguise gives the stated text, alone and inside an ordinary advertisement."""
    assert normalise(written)[0] == folded
    assert normalise(AD + written + "\n" + AD)[0] == AD.lower() + folded + "\n" + AD.lower()


@pytest.mark.parametrize("text", CASES["kept"])
def test_what_is_not_disguised_is_only_lowered(text: str) -> None:
    """Numbers, addresses, names, acronyms and other scripts come back as they are."""
    assert normalise(text)[0] == text.lower()


def test_the_table_is_large_enough() -> None:
    """The table keeps at least the number of cases it was asked to hold."""
    assert len(CASES["folded"]) >= 120
    assert len(CASES["kept"]) >= 80


@pytest.mark.parametrize(
    ("text", "word", "stretch"),
    [
        ("Loker K4MB0JA, gaji", "kamboja", "K4MB0JA"),
        ("ke k a m b o j a ya", "kamboja", "k a m b o j a"),
        ("(gajiiiii/bulan)", "gaji", "gajiiiii"),
        ("ke 🇰🇭 lewat 🇹🇭.", "thailand", "🇹🇭"),
        ("🇮🇩🇲🇾", "malaysia", "🇲🇾"),
        ("p\u0336a\u0336spor asli", "paspor", "p\u0336a\u0336spor"),
        ("ini g\u200baji", "gaji", "g\u200baji"),
        ("baca \u202eajobmak\u202c dulu", "kamboja", "\u202eajobmak\u202c"),
        ("ｐａｓｐｏｒ aman", "paspor", "ｐａｓｐｏｒ"),
        ("½ hari, раѕpor", "paspor", "раѕpor"),
        ("nol delapan satu dua nol nol nol nol satu dua tiga empat ya", "081200001234",
         "nol delapan satu dua nol nol nol nol satu dua tiga empat"),
    ],
)  # fmt: skip
def test_a_span_points_to_what_was_written(text: str, word: str, stretch: str) -> None:
    """The span of a folded word covers the whole of its disguise and nothing else."""
    document = read(text)
    i = document.words.index(word)
    start, end = document.token_span(i, i)
    assert text[start:end] == stretch


def test_untouched_text_has_no_map() -> None:
    """Ordinary text is mapped letter for letter at no cost."""
    normal, offsets = normalise(AD)
    assert normal == AD.lower()
    assert offsets.is_identity


@pytest.mark.parametrize(
    "piece",
    [
        "a ", "e\u0301", "\u200d", "a\u200d", "a1", "k4m ", "a@b.", "a.", "a-", "1 ", "nol satu ", "🇰", "gа ",
        "\u202ea", "ɐ ", "½", "aaab", "ab*c ", "a🔥 ", "8o ", "٠a", "\x00a", "\ud800", "anak2 ", "0812 ",
        "k a m b o j a ",
    ],
)  # fmt: skip
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    """Four times the text takes about four times as long, whatever it is made of."""
    took = []
    for length in (25_000, 100_000):
        text = (piece * length)[:length]
        started = time.process_time()
        read(text)
        took.append(time.process_time() - started)
    assert took[1] < 12 * took[0] + 1.0


def test_lone_surrogates_and_nul_are_survived() -> None:
    """Text that is no valid Unicode is read like any other."""
    document = read("gaji\ud800 \udfff k4mb\x000ja")
    assert document.words[0] == "gaji"
    assert document.words[-1] == "kamboja"
