"""Entities on any text: spans slice back, order and bounds hold, hostile input ends."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tppo_watch.entities import find_entities
from tppo_watch.text.document import read

_PIECES = st.sampled_from(
    [
        "gaji ",
        "Rp",
        "12",
        "5.000.000,-",
        " juta",
        "jt",
        "-",
        "–",
        "s/d ",
        "dua ",
        "setengah ",
        "½",
        "koma ",
        "0812-0000-4417",
        "@a_b",
        "x@y.com",
        "wa.me/62812",
        "Kamboja",
        "🇰🇭",
        "ke ",
        "dari ",
        "usia ",
        "18",
        " tahun",
        "PT ",
        "Ujung ",
        '"',
        "SIP3MI ",
        "1/2/2026",
        " Mei ",
        "2026",
        "KTP",
        "kk",
        "\n",
        ". ",
        ", ",
        "(",
        ")",
        "\u200b",
        "𝟏",
        "７",
        "İ",
        "\ud800",
        "'",
        "per ",
        "bulan",
        "$",
        "S$",
    ]
)


@given(st.one_of(st.text(max_size=120), st.lists(_PIECES, max_size=25).map("".join)))
@settings(max_examples=400, deadline=None)
def test_spans_slice_back_in_order(text):
    """Every entity's span gives its text; they come in reading order and do not overlap within a kind."""
    found = find_entities(read(text))
    ends: dict[str, int] = {}
    for entity in found:
        assert text[entity.start : entity.end] == entity.text != ""
        assert entity.start >= ends.get(entity.kind, 0)
        ends[entity.kind] = entity.end
    assert [e.start for e in found] == sorted(e.start for e in found)


@given(st.lists(_PIECES, max_size=25).map("".join))
@settings(max_examples=200, deadline=None)
def test_values_are_sound(text):
    """Bounds are ordered, sums positive, numbers in E.164."""
    for entity in find_entities(read(text)):
        value = entity.value
        if "min" in value and "max" in value:
            assert value["min"] <= value["max"]
        if entity.kind in ("salary", "fee", "debt"):
            assert all(value[end] > 0 for end in ("min", "max") if end in value)
        if value.get("type") in ("phone", "whatsapp"):
            assert value["normalized"].startswith("+") and value["normalized"][1:].isdigit()


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1-1-",
        "08",
        "+62 812 ",
        "5 juta ",
        "a@a.",
        ".com",
        "PT A ",
        "dua koma ",
        "1 s/d ",
        "gaji ",
        "kamboja, ",
        "(",
    ],
)
def test_hostile_text_ends(piece):
    """A text ten times as long takes about ten times as long."""
    short, long = piece * (20_000 // len(piece)), piece * (200_000 // len(piece))
    times = []
    for text in (short, long):
        document = read(text)
        started = time.perf_counter()
        find_entities(document)
        times.append(time.perf_counter() - started)
    assert times[1] < 40 * times[0] + 0.2
