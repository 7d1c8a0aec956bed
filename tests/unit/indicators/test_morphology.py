"""Stems of inflected words."""

from __future__ import annotations

import pytest

from tppo_watch.indicators.morphology import stems

KNOWN = frozenset(
    ("tahan", "kumpul", "sita", "pegang", "potong", "antar", "kirim", "teman", "anak", "cari", "jemput")
)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("tahan", "tahan"), ("menahan", "tahan"), ("ditahannya", "tahan"), ("ngumpulin", "kumpul"),
        ("dikumpulkeun", "kumpul"),
        ("nyita", "sita"), ("menyita", "sita"), ("megang", "pegang"), ("dipegangin", "pegang"),
        ("pemotongan", "potong"),
        ("motong", "potong"), ("nganter", None), ("diantarkan", "antar"), ("ngirim", "kirim"),
        ("dikirimake", "kirim"),
        ("teman-temanmu", "teman"), ("anak-anak", "anak"), ("nyari", "cari"), ("manjemput", "jemput"),
        ("takir", None), ("ana", None),
    ],
)  # fmt: skip
def test_inflected_forms_lead_to_their_stem(word: str, stem: str | None) -> None:
    """Indonesian, everyday, Javanese, Sundanese and Banjar affixes are undone; other words are left alone."""
    assert list(stems(word, KNOWN)) == ([] if stem is None else [stem])
