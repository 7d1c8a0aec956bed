"""Destinations and origins."""

from __future__ import annotations

import pytest

from tppo_watch.entities import find_entities
from tppo_watch.text.document import read


def _places(text: str) -> list[tuple[str, str | None, str | None]]:
    found = find_entities(read(text))
    kinds = ("destination", "origin")
    return [(e.kind, e.value.get("country"), e.value.get("place")) for e in found if e.kind in kinds]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("kerja di Kamboja", ("destination", "KH", None)),
        ("loker Poipet, Kamboja", ("destination", "KH", "Poipet")),
        ("kerja ke Kamboja 🇰🇭", ("destination", "KH", None)),
        ("ladang di Tawau", ("destination", "MY", "Tawau")),
        ("penempatan Sangatta, Kaltim", ("destination", "ID", "Kutai Timur")),
        ("dicari wanita asal Indramayu", ("origin", "ID", "Indramayu")),
        ("khusus warga NTT", ("origin", "ID", "Nusa Tenggara Timur")),
        ("majikan di Timur Tengah", ("destination", None, "Timur Tengah")),
        ("lowongan kerja HK", ("destination", "HK", None)),
    ],
)
def test_reads_a_place(text, place):
    """A place gives country, name and what it is to the text; a town and its country are one place."""
    assert _places(text) == [place]


def test_a_list_keeps_its_role():
    """What is joined to an origin is an origin."""
    assert [kind for kind, _, _ in _places("dicari warga dari Cianjur, Garut dan Sukabumi")] == ["origin"] * 3


@pytest.mark.parametrize(
    "text",
    [
        "bisa bahasa Jepang dan Inggris",
        "bika ambon enak",
        "nasib malang sekali",
        "aku lagi dengerin lagu korea",
        "hk itu apa",
    ],
)
def test_names_in_other_senses_are_no_place(text):
    """A language, a dish, a word or a short form without work beside it is no destination."""
    assert _places(text) == []


def test_words_that_stand_for_others_are_no_places() -> None:
    """`boten` is read as `tidak` and `tpi` as `tetapi`: neither word is a place in Laos or Riau."""
    document = read("saya tidak mau, tetapi yang penting niat, semoga senin jadi")
    assert [entity for entity in find_entities(document) if entity.kind in ("destination", "origin")] == []
