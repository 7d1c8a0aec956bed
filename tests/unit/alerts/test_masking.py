from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tppo_watch.alerts.masking import MASK, masked, masked_contact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("WA 0812-0000-0123 ya", "WA 0812-••••-••23 ya"),
        ("081200000123", "0812••••••23"),
        ("0812 0000 0123", "0812 •••• ••23"),
        ("+62 812-0000-0123", "+62 81•-••••-••23"),
        ("6281200000123", "6281•••••••23"),
        ("(0812) 0000 0123", "(0812) •••• ••23"),
        ("0812.0000.0123", "0812.••••.••23"),
        ("https://wa.me/6281200000123?x", "https://wa.me/6281•••••••23?x"),
        ("api.whatsapp.com/send?phone=6281200000123", "api.whatsapp.com/send?phone=6281•••••••23"),
        ("NIK 3201010101010001", "NIK 3201••••••••••01"),
    ],
)
def test_phone_and_identity_numbers_are_hidden(text, shown):
    """Enough is left to tell two numbers apart, too little to call one."""
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "gaji 12.000.000 per bulan",
        "Rp5.000.000-7.500.000",
        "Rp 5.000.000 - 7.500.000",
        "1.250.000.000",
        "tanggal 24-11-2026",
        "2026-11-24 10.00",
        "usia 18-35",
        "jam 08.00-16.00",
        "13jt, 900 dolar",
    ],
)
def test_sums_and_dates_stay(text):
    """Pay and dates are what a reviewer needs to see."""
    assert masked(text) == text


def test_numbers_in_disguise_are_hidden_by_what_was_found():
    """A number spelled with letters or words is hidden where the assessment found it."""
    text = "chat kosong delapan satu dua o812ooo"
    entity = {
        "kind": "contact",
        "start": 5,
        "end": 36,
        "value": {"type": "whatsapp", "normalized": "+628120000"},
    }
    hidden = masked(text, [entity])
    assert hidden.startswith("chat koso") and "delapan" not in hidden and "o812" not in hidden


def test_other_entities_stay():
    """Only phone contacts are hidden, with their normalised value."""
    entity = {"kind": "contact", "start": 0, "end": 5, "value": {"type": "telegram", "normalized": "admin_x"}}
    assert masked("halo dunia", [entity]) == "halo dunia"
    assert masked_contact(entity["value"]) == entity["value"]
    hidden = masked_contact({"type": "phone", "normalized": "+6281200000123"})
    assert hidden == {"type": "phone", "normalized": "+6281•••••••23"}


@given(st.text(st.sampled_from("0123456789 -.+()ab\n/")))
def test_masking_keeps_every_offset(text):
    """The text keeps its length and everything but digits and letters; masking again changes nothing more."""
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert all(now in (was, MASK) for now, was in zip(hidden, text, strict=True))
    assert masked(hidden) == hidden


@given(st.from_regex(r"(\+62|62|0)8[0-9]{8,11}", fullmatch=True), st.sampled_from(["", "WA ", "hub: ", "("]))
def test_no_plain_number_gets_through(number, before):
    """No mobile number is shown whole, whatever stands before it."""
    assert number[-8:] not in masked(f"{before}{number} ya")


def test_hostile_numbers_take_linear_time():
    """A hundred thousand digits and separators are worked off at once."""
    for piece in ("1", "0 ", "08-", "1.000.", "+62 "):
        masked(piece * (100_000 // len(piece)))


@pytest.mark.parametrize(
    "text",
    [
        "WA 0812_0000_0123",
        "WA 0812:0000:0123",
        "T:0812=0000=0123",
        "WA (0812)0000~0123",
        "WA 0,812,000,001,23",
        "8.120.000.012.312",
        "WA 812.000.001.231",
        "0812 nol nol nol nol 0123",
        "０８１２００００１２３４",
        "⓪⑧①②⓪⓪⓪⓪①②③④",
        "nol delapan satu dua, nol nol nol nol, satu dua tiga empat",
    ],
)
def test_numbers_in_odd_punctuation_words_and_signs_are_hidden(text):
    """However a number is set apart or spelled, its middle is hidden, with no help from what was found."""
    hidden = masked(text)
    assert len(hidden) == len(text) and hidden.count(MASK) >= 5


def test_hiding_has_no_last_number():
    """The five hundredth number of a text is hidden like the first."""
    one = "WA nol delapan satu dua nol nol nol nol satu dua tiga empat; "
    hidden = masked(one * 500)
    assert hidden == masked(one) * 500 and MASK in masked(one)
