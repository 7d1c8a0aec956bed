"""Disguises: repeatable, graded, readable, and harmless to what is not plain Latin."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tppo_watch.training.disguise import KINDS, REPORT_KINDS, disguise

AD = (
    "Dibuka lowongan admin di Kamboja, gaji dua belas juta bersih, paspor dan tiket kami urus, usia 18 sampai"
    " 35 tahun, tidak perlu pengalaman dan langsung berangkat. Minat hubungi 0812-0000-1234 sekarang juga."
)
PHONE = "0812-0000-1234"

# What each kind makes of one place it fits: the whole disguise, for any seed.
SHAPES = {
    "leet": ("kamboja", r"k[a4]m[b8][o0]j[a4]"),
    "symbols": ("kamboja", r"k[a@]mboj[a@]"),
    "star": ("kamboja", r"k\*mboja|kamb\*ja"),
    "zero_width": ("kamboja", "[\u200b\u200c\u200d\u2060\ufeff]?".join("kamboja")),
    "soft_hyphen": ("kamboja", "\u00ad?".join("kamboja")),
    "bidi_mark": ("kamboja", "[\u200e\u200f\u061c]?".join("kamboja")),
    "cyrillic": ("kamboja", r"k[aа]mb[oо][jј][aа]"),
    "greek": ("kamboja", r"[kκ][aα]mb[oο]j[aα]"),
    "combining_marks": ("kamboja", "[\u0300-\u036f]?".join("kamboja") + "[\u0300-\u036f]?"),
    "accents": ("kamboja", r"k[aàáâä]mb[oòóôö]j[aàáâä]"),
    "small_capitals": ("kamboja", "ᴋᴀᴍʙᴏᴊᴀ"),
    "math_bold": ("Gaji", "𝐆𝐚𝐣𝐢"),
    "math_italic": ("Gaji", "𝑮𝒂𝒋𝒊"),
    "math_script": ("Gaji", "𝓖𝓪𝓳𝓲"),
    "math_fraktur": ("Gaji", "𝕲𝖆𝖏𝖎"),
    "math_sans": ("Gaji", "𝗚𝗮𝗷𝗶"),
    "math_mono": ("Gaji", "𝙶𝚊𝚓𝚒"),
    "full_width": ("Gaji", "Ｇａｊｉ"),
    "circled": ("Gaji", "Ⓖⓐⓙⓘ"),
    "circled_filled": ("Gaji", "🅖🅐🅙🅘"),
    "squared": ("Gaji", "🄶🄰🄹🄸"),
    "squared_filled": ("Gaji", "🅶🅰🅹🅸"),
    "mixed_case": ("kamboja", r"k(?i:amboja)"),
    "stretched": ("gaji", r"gaji{3,6}"),
    "doubled_consonant": ("kamboja", r"kammboja|kambboja|kambojja"),
    "dropped_vowels": ("kamboja", r"kmboja|kmbja"),
    "slang": ("tidak", r"tdk|gak|ga"),
    "flag": ("Kamboja", "🇰🇭"),
    "phone_words": (PHONE, r"(nol|kosong) delapan satu dua (\1 ){4}satu dua tiga empat"),
    "phone_letters": (PHONE, r"[Oo]8[lI]2-([Oo])\1{3}-[lI]234"),
    "phone_spaced": (PHONE, r"[ ._-]*".join("081200001234")),
    "spaced": ("kamboja", "k a m b o j a"),
    "dotted": ("kamboja", r"k\.a\.m\.b\.o\.j\.a"),
    "dashed": ("kamboja", "k-a-m-b-o-j-a"),
    "underscored": ("kamboja", "k_a_m_b_o_j_a"),
    "syllables": ("tanggungan", "tang-gu-ngan"),
    "joined": ("gaji besar", r"gaji[bB]esar"),
    "emoji_letters": ("gaji", r"g(\W)a\1j\1i"),
    "emoji_words": ("gaji besar", r"gaji \W besar"),
}


def kept(before: str, after: str) -> int:
    """Characters of `before` that stand unchanged in `after`."""
    return sum(
        block.size for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    )


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_a_seed_decides_the_result(strength: int) -> None:
    """The same seed gives the same text, and other seeds give others."""
    results = [disguise(AD, strength=strength, seed=seed) for seed in range(20)]
    assert results == [disguise(AD, strength=strength, seed=seed) for seed in range(20)]
    assert len(set(results)) > 15


def test_more_strength_changes_more() -> None:
    """A word or two at strength 1, about a third at 2, most at 3: fewer characters survive each step."""
    survive = {s: [kept(AD, disguise(AD, strength=s, seed=seed)) for seed in range(60)] for s in (1, 2, 3)}
    mean = {s: sum(counts) / len(counts) / len(AD) for s, counts in survive.items()}
    assert 0.9 < mean[1] < 1
    assert mean[1] - mean[2] > 0.05
    assert mean[2] - mean[3] > 0.05


def test_strength_adds_to_what_a_lower_one_did() -> None:
    """For each seed, a word changed at one strength is changed at the next."""
    words = ["paspor", "usia", "tiket", "admin", "bersih", "urus", "langsung"]
    text = ", ".join(words)
    for seed in range(50):
        lost = [
            {
                word
                for word in words
                if word not in disguise(text, strength=s, seed=seed, kinds=["dotted"]).split(", ")
            }
            for s in (1, 2, 3)
        ]
        assert lost[0] < lost[2]
        assert lost[0] <= lost[1] <= lost[2]
        assert [len(each) for each in lost] == [2, 3, 6]


def test_words_of_recruitment_go_first() -> None:
    """A word worth hiding is hidden more often than one that is not."""
    text = "bunga paspor melati mawar cempaka kenanga"
    results = [disguise(text, strength=1, seed=seed, kinds=["dotted"]) for seed in range(100)]
    hidden = {word: sum(word not in result.split() for result in results) for word in text.split()}
    assert hidden["paspor"] > 60
    assert max(count for word, count in hidden.items() if word != "paspor") < 50


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("strength", [1, 2, 3])
def test_each_kind_makes_its_shape(name: str, strength: int) -> None:
    """Every kind changes a place it fits, always into a form a person recognises."""
    text, shape = SHAPES[name]
    for seed in range(40):
        result = KINDS[name](text, Random(seed), strength)
        assert result != text
        assert re.fullmatch(shape, result), result


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_kind_is_bounded(name: str) -> None:
    """A kind alone at full strength changes the ad and leaves it neither mutilated nor swollen."""
    for seed in range(20):
        result = KINDS[name](AD, Random(seed), 3)
        assert result != AD
        assert 0.7 * len(AD) <= len(result) <= 2.2 * len(AD)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_can_be_asked_for(name: str) -> None:
    """`kinds` limits a disguise to the names given."""
    text, shape = SHAPES[name]
    assert re.fullmatch(shape, disguise(text, strength=3, seed=7, kinds=[name]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "12.500.000",
        "ꦥꦕꦸꦤ꧀ꦝꦸꦏ꧀ ꦏꦂꦗ",
        "مطلوب عمال في ماليزيا",
        "招聘客服 包吃住",
        "требуются рабочие",
        "🇰🇭🔥💰",
        "cafe\u0301 naïve",
        "https://contoh.id/gaji/paspor gaji.paspor@contoh.id @admin_kamboja #lokerkamboja www.contoh.id/visa",
    ],
)
def test_what_is_not_plain_latin_stays(text: str) -> None:
    """Other scripts, accented words, numbers, emoji, links, addresses and handles come back untouched."""
    for seed in range(20):
        assert disguise(text, strength=3, seed=seed) == text


def test_spaced_words_keep_their_borders() -> None:
    """Two spaced words in a row stand further apart than their letters."""
    assert "g a j i   b e s a r" in {
        disguise("gaji besar", strength=3, seed=s, kinds=["spaced"]) for s in range(9)
    }


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.characters() | st.sampled_from("gajiKAMBOJA 0812-.@\ud83d\udd25\u0301ıſK"), max_size=60),
    strength=st.sampled_from([1, 2, 3]),
    seed=st.integers(),
)
def test_any_string_passes(text: str, strength: int, seed: int) -> None:
    """No string breaks it: lone surrogates pass through as they came, and no new one appears."""
    result = disguise(text, strength=strength, seed=seed)
    assert [c for c in result if unicodedata.category(c) == "Cs"] == [
        c for c in text if unicodedata.category(c) == "Cs"
    ]
    assert len(result) <= 7 * len(text) + 2


def test_every_kind_is_reported_once() -> None:
    """The groups of the stress test's table hold every kind, each in one group."""
    assert (
        sorted(name for names in REPORT_KINDS.values() for name in names) == sorted(KINDS) == sorted(SHAPES)
    )


@pytest.mark.parametrize("strength", [0, 4, -1])
def test_an_unknown_strength_is_refused(strength: int) -> None:
    """A strength outside 1 to 3 is an error, not a guess."""
    with pytest.raises(ValueError, match="strength is 1, 2 or 3"):
        disguise(AD, strength=strength, seed=0)


def test_an_unknown_kind_is_refused() -> None:
    """A misspelt kind is named in the error."""
    with pytest.raises(ValueError, match="unknown kind of disguise 'leat'"):
        disguise(AD, strength=1, seed=0, kinds=["leat"])
