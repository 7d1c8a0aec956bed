"""Telephone numbers, handles and addresses."""

from __future__ import annotations

import pytest

from tppo_watch.entities import find_entities
from tppo_watch.text.document import read


def _contacts(text: str) -> list[tuple[str, str]]:
    found = find_entities(read(text))
    return [(e.value["type"], e.value["normalized"]) for e in found if e.kind == "contact"]


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("hub 0812-0000-4417", ("phone", "+6281200004417")),
        ("hub (0812-0000-4417)", ("phone", "+6281200004417")),
        ("hub +62 812 0000 4417", ("phone", "+6281200004417")),
        ("WA 0812.0000.4417", ("whatsapp", "+6281200004417")),
        ("0812 0000 4417 (WA saja)", ("whatsapp", "+6281200004417")),
        ("wa.me/6281200004417", ("whatsapp", "+6281200004417")),
        ("telp (0541) 000123", ("phone", "+62541000123")),
        ("t.me/Loker_Ujung", ("telegram", "loker_ujung")),
        ("tele @Loker_Ujung", ("telegram", "loker_ujung")),
        ("IG: karir.ujung", ("instagram", "karir.ujung")),
        ("ID Line: ujung88", ("line", "ujung88")),
        ("HRD@Ujung.example", ("email", "hrd@ujung.example")),
        ("hrd(at)ujung(dot)co(dot)id", ("email", "hrd@ujung.co.id")),
        ("https://www.Ujung.example/Lowongan/", ("url", "ujung.example/Lowongan")),
    ],
)
def test_reads_a_contact(text, contact):
    """Every way of writing a contact gives its type and one normalised form."""
    assert _contacts(text) == [contact]


def test_two_numbers_in_a_row_are_two():
    """A number that begins behind a space is not swallowed by the one before."""
    assert len(_contacts("0812 0000 4417 0812 0000 4418")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "NIK 6472010101900001",
        "rek BCA 0812345678",
        "gaji 3.000.000-5.000.000",
        "tanggal 12-12-2026 jam 08.00",
        "jeruk @5000 per kilo",
        "Rudi FB: iya nanti",
        "Dia tahu.Kamu juga",
    ],
)
def test_other_numbers_and_words_are_no_contact(text):
    """An identity number, an account, pay, a date, a price or a chat partner is no contact."""
    assert _contacts(text) == []
