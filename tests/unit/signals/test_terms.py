"""What a text has to offer as terms, and what it must never give away."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tppo_watch.assessor import read_text
from tppo_watch.signals.terms import terms_of


def terms(text: str) -> dict[str, str]:
    return terms_of(text, read_text(text).entities).kinds


def test_words_phrases_places_and_employers():
    """Up to three words side by side, and names of places and firms whole."""
    found = terms("Jalur tikus malam ke Tawau. Kerja di PT Sinar Abadi Jaya, Bontang.")
    assert found["jalur"] == "word"
    assert found["jalur tikus"] == found["jalur tikus malam"] == "phrase"
    assert found["tawau"] == "place"
    assert found["pt sinar abadi jaya"] == "employer"
    assert "sinar abadi" not in found and "tawau kerja" not in found


def test_no_phrase_reaches_over_a_sentence_or_ends_with_a_function_word():
    """`jalan. malam` are two, and `jalan ke` says nothing that `jalan` does not."""
    found = terms("lewat jalan. malam ke kebun")
    assert "jalan malam" not in found and "malam ke" not in found
    assert "malam ke kebun" in found


def test_disguised_and_abbreviated_words_are_one_term():
    """A term is what the rules would read, so that a rule made of it finds every spelling."""
    assert "paket senyap" in terms("p4ket seny4p") or "paket senyap" in terms("PAKET SENYAP")


@pytest.mark.parametrize(
    "text",
    [
        "Hubungi Mbak Narti Sampung 0812-0000-1417",
        "chat pak markus ya",
        "WA 0812-0000-1417 (Markonah)",
        "Narahubung: Kak Ardhan, 0812-0000-4410",
        "cp Yolanda Karamoy 081200004410",
        "Ibu Hj. Sukinah Tarwiyah yang antar",
        "kata Tn. Wongsodiharjo kemarin",
        "rendi 0812 0000 4410",
        "a.n. Karsimin Wagiyo",
        "Tele @naga_hiring_88x, e-mail naga.hiring@contoh.example, https://t.me/naga_hiring",
    ],
)
def test_no_person_number_or_handle_is_a_term(text):
    """However it is written."""
    found = " ".join(terms(f"{text}\nPaket hijau berangkat malam"))
    assert "paket hijau" in found
    named = ("narti", "sampung", "markus", "markonah", "ardhan", "yolanda", "karamoy", "sukinah", "tarwiyah")
    forbidden = (*named, "wongsodiharjo", "rendi", "karsimin", "wagiyo", "naga", "hiring", "contoh", "0812")
    assert [word for word in forbidden if word in found] == []


def test_a_person_is_no_employer():
    """A firm may bear a name, a person without a firm is none."""
    assert "cv budi santoso" in terms("Kerja di CV Budi Santoso, Samarinda")
    assert "employer" not in terms("Catering Ibu Ratna cari pembantu").values()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_terms_of_words_only(text):
    """Whatever it holds: letters and inner hyphens, no digit, nothing longer than three words but firms."""
    for term, kind in terms(text).items():
        assert not any(map(str.isdigit, term))
        assert all(word.replace("-", "").replace("'", "").replace("’", "").isalpha() for word in term.split())
        assert kind in ("place", "employer") or len(term.split()) <= 3
