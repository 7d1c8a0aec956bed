"""Tokens, their canonical form, and sentences."""

from __future__ import annotations

import pytest

from tppo_watch.text.document import read
from tppo_watch.text.vocabulary import SLANG, WORDS, canonical, known, load


def sentences(text: str) -> list[str]:
    """The tokens of each sentence, joined by spaces."""
    document = read(text)
    grouped: dict[int, list[str]] = {}
    for word, number in zip(document.words, document.sentences, strict=True):
        grouped.setdefault(number, []).append(word)
    assert list(grouped) == list(range(len(grouped)))
    return [" ".join(words) for words in grouped.values()]


def test_tokens_are_canonical_and_words_as_written() -> None:
    """Slang is resolved in `tokens`; `words` and `normal` keep what stands there."""
    document = read("Sy gk prnh krm yg tdk jls, brgkt tgl 5 bln dpn")
    assert document.tokens[:6] == ["saya", "tidak", "pernah", "kirim", "yang", "tidak"]
    assert document.tokens[-5:] == ["berangkat", "tanggal", "5", "bulan", "depan"]
    assert document.words[:2] == ["sy", "gk"]
    assert document.normal.startswith("sy gk prnh")
    for word, start, end in zip(document.words, document.starts, document.ends, strict=True):
        assert document.normal[start:end] == word


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("12jt", ["12", "juta"]),
        ("Rp5.000.000,-", ["rp", "5.000.000", ",", "-"]),
        ("anak-anak anak2", ["anak-anak", "anak-anak"]),
        ("jum'at", ["jumat"]),
        ("✔️ gaji", ["✔", "gaji"]),
        ("08.00-17.00", ["08.00", "-", "17.00"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_text_is_cut_into_words_numbers_and_marks(text: str, tokens: list[str]) -> None:
    """A word keeps its hyphens, a number its separators, and joiners of emoji are no tokens."""
    assert read(text).tokens == tokens


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Gaji besar. Kerja ringan!", ["gaji besar .", "kerja ringan !"]),
        ("gaji Rp5.000.000,- per bulan", ["gaji rp 5.000.000 , - per bulan"]),
        ("masuk jam 08.00 pulang 17.00", ["masuk jam 08.00 pulang 17.00"]),
        ("rek a.n. Budi", ["rek a . n . budi"]),
        ("PT. Maju di Jl. Raya No. 5", ["pt . maju di jl . raya no . 5"]),
        ("H. M. Arif, S.Pd. di sini", ["h . m . arif , s . pd . di sini"]),
        ("satu\ndua\r\ntiga", ["satu", "dua", "tiga"]),
        ("mess • makan • tiket", ["mess", "• makan", "• tiket"]),
        ("✅ mess ✅ makan", ["✅ mess", "✅ makan"]),
        ("mess - makan - tiket", ["mess", "- makan", "- tiket"]),
        ("umur 18 - 25 tahun", ["umur 18 - 25 tahun"]),
        ("loker | sopir | batam", ["loker", "| sopir", "| batam"]),
        ("yakin?! ya...", ["yakin ? !", "ya . . ."]),
        ("hrd@toko.example ya", ["hrd @ toko . example ya"]),
        ("", []),
    ],
)
def test_sentences_lines_and_list_items_are_told_apart(text: str, parts: list[str]) -> None:
    """Marks inside sums, times and abbreviations end nothing; lines, marks and bullets do."""
    assert sentences(text) == parts


def test_slang_has_one_canonical_word_each_and_no_chains() -> None:
    """At least 500 variants; none is a number, none leads to another variant, none is written twice."""
    groups = load("slang.yaml").values()
    listed = [variant for group in groups for variants in group.values() for variant in variants]
    assert len(listed) == len(set(listed)) >= 500
    for variant, word in SLANG.items():
        assert variant.replace("-", "").replace("'", "").isalpha()
        assert word not in SLANG
        assert read(variant).tokens == [word]
        assert read(word).tokens == [word]


def test_ordinary_words_are_nobodys_variant() -> None:
    """Words with a meaning of their own are never mapped to another."""
    for word in "aku cuma duit gampang kau kayu tahan min mangkat gua hanya dia sarat umpat medal".split():
        assert canonical(word) == word


def test_watchwords_are_plain_letters() -> None:
    """The vocabulary holds words in a-z, as folding leaves them."""
    for name in ("watch", "words"):
        words = load("watchwords.yaml")[name].split()
        assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
    assert len(WORDS) > 5000


@pytest.mark.parametrize("word", ["kamboja", "disimpan", "gajinya", "memberangkatkan", "menari", "mengirim"])
def test_affixed_words_are_known(word: str) -> None:
    """A known root makes its common inflections known."""
    assert known(word)
