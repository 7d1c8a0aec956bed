"""The dossier: whole, masked, honest, the same bytes every time, on pages where nothing overflows."""

from __future__ import annotations

import io
import json
import socket
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pages import read
from tests.scanning import NOW
from tests.unit.alerts.test_views import TEXT, record
from tppo_watch.errors import InputError
from tppo_watch.reports import Evidence, ReviewNote, dossier, dossiers_pdf, paper

NUMBER = "0812-0000-0123"
NOTE = ReviewNote(NOW, "peninjau 2", "dirujuk", f"Paspor dibelikan; nomornya {NUMBER}.")
FILE = Evidence("telegram-7.json", "ab" * 32, 1234)


def abroad():
    """A case that names where somebody is to be brought."""
    base = record().assessment
    place = {"kind": "destination", "start": 6, "end": 13, "text": "Kamboja", "value": {"country": "KH"}}
    return record(assessment={**base, "entities": [*base["entities"], place]})


def help_record(text: str = "Tolong, saya dikurung di Poipet"):
    return record(text, lane="assistance", id=9)


def test_everything_that_was_asked_for_is_printed():
    """Text, origin, hashes, reasons, articles, agencies, and that a score accuses nobody."""
    text = read(dossiers_pdf([dossier(abroad(), evidence=[FILE], reviews=[NOTE])])).text
    assert "Skor bukan tuduhan" in text
    assert "gaji 12.000.000" in text
    assert sha256(TEXT.encode()).hexdigest() in text
    assert FILE.sha256 in text
    assert "UU 21/2007" in text
    assert "SAPA 129" in text and "KBRI Phnom Penh" in text
    assert "Paspor dibelikan" in text
    assert "https://a.example/1" in text


def test_it_says_so_in_english_too():
    """The same parts stand in the other language, none of them empty."""
    text = read(dossiers_pdf([dossier(record(), lang="en")])).text
    assert "A score is not an accusation" in text
    assert "Articles that may apply" in text
    assert "No decision is recorded yet" in text


@pytest.mark.parametrize("lang", ["id", "en"])
def test_numbers_are_masked_unless_a_reason_is_given(lang):
    """No form of a number leaves in pages, JSON, notes or addresses; with a reason it does."""
    found = record(url=f"https://wa.me/{NUMBER}", title=f"Hubungi {NUMBER}")
    hidden = dossier(found, lang=lang, reviews=[NOTE])
    shown = dossier(found, lang=lang, reviews=[NOTE], reveal_reason="  permintaan\nPolda  ")
    for form in (json.dumps(hidden.to_dict()), read(dossiers_pdf([hidden])).text):
        assert NUMBER not in form and "6281200000123" not in form
    for form in (json.dumps(shown.to_dict()), read(dossiers_pdf([shown])).text):
        assert NUMBER in form
        assert "permintaan Polda" in form


def test_an_empty_reason_shows_nothing():
    """Spaces are no reason."""
    with pytest.raises(InputError, match="reason"):
        dossier(record(), reveal_reason="  ")


def test_who_needs_help_is_not_shown_as_a_suspect():
    """No weight, score or offence stands beside a plea for help; what protects the person does."""
    case = dossier(help_record())
    text = read(dossiers_pdf([case])).text
    assert "Penulisnya bukan terduga" in text
    assert "Alasan" not in text and "risiko 0," not in text.lower()
    assert {article.side for article in case.articles} == {"protection"}
    assert case.triage.level == "SUPPORT"
    assert {"kp2mi", "lpsk"} <= {agency.id for agency in case.agencies}


def test_the_same_case_gives_the_same_bytes(monkeypatch):
    """Neither the clock nor the environment reaches the file; its date is that of the data."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    first = dossiers_pdf([dossier(record())])
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert dossiers_pdf([dossier(record())]) == first
    made = pypdfium2.PdfDocument(first).get_metadata_value("CreationDate")
    assert made.startswith(f"D:{record().last_seen:%Y%m%d%H%M%S}")


def test_no_network_is_needed(monkeypatch):
    """Fonts and words come from the package."""
    monkeypatch.setattr(socket, "socket", None)
    assert dossiers_pdf([dossier(record())])


HOSTILE = (
    "<b>tebal</b> & <a href='https://a.example'>x</a> {0} %s </para>",
    "🇰🇭 loker 😀 السلام عليكم ꦏꦮ 招聘 \u202eterbalik\u202c",
    "a" * 5_000,
    "\x00\x07\x1b[31m merah \r\n\t tab",
    "Z̸̡̛a̵l̶g̷o̴" * 30,
    "kata " * 3_000,
    "baris\n" * 400,
    "",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_a_page(text):
    """Markup, emoji, Arabic, Javanese, endless words, control signs: inside the margins."""
    found = record("Kamboja " + text, title=text, url="https://a.example/" + "x" * 900, native_id=text)
    pages = read(dossiers_pdf([dossier(found, reviews=[replace(NOTE, reason=text)])]))
    assert pages.outside == ()


def test_signs_without_a_glyph_are_named():
    """A box says which sign it stands for, so that nothing of the evidence is lost."""
    text = read(dossiers_pdf([dossier(record("Kamboja 🇰🇰 ꦏ"))])).text
    assert "U+1F1F0 (2×)" in text
    assert "U+A98F (1×)" in text


def test_a_long_text_is_cut_and_said_to_be():
    """What is not printed is counted; the hash is of the whole text."""
    text = "Kamboja " + "panjang sekali " * 5_000
    printed = read(dossiers_pdf([dossier(record(text))])).text
    assert "55.008 karakter berikutnya tidak dicetak" in printed
    assert sha256(text.encode()).hexdigest() in printed


def test_a_document_has_an_end(monkeypatch):
    """Past the last page allowed there is one clear line instead of a file."""
    monkeypatch.setattr(paper, "MAX_PAGES", 5)
    with pytest.raises(InputError, match="longer than 5 pages"):
        dossiers_pdf([dossier(record())] * 6)


def test_no_alert_is_no_dossier():
    """An empty document would look like a lost case."""
    with pytest.raises(InputError, match="no alert"):
        dossiers_pdf([])


def test_a_missing_font_is_one_line(monkeypatch):
    """It names the file and what to do."""
    monkeypatch.setitem(paper._FILES, paper.REGULAR, "tiada.ttf")
    paper.fonts.cache_clear()
    try:
        with pytest.raises(InputError, match="tiada.ttf: the font cannot be read; install"):
            dossiers_pdf([dossier(record())])
    finally:
        paper.fonts.cache_clear()


def test_nothing_is_set_over_something_else():
    """No two signs of a printed case lie on each other."""
    cases = [dossier(record(), evidence=[FILE], reviews=[NOTE]), dossier(help_record())]
    assert read(dossiers_pdf(cases)).overlapping == ()


def test_every_case_begins_on_a_page_of_its_own_and_is_named_at_its_foot():
    """A page that is torn off still says which case it belongs to."""
    pages = read(dossiers_pdf([dossier(record()), dossier(help_record())])).texts
    assert "peringatan 7" in pages[0] and "peringatan 9" in pages[-1]
    assert not any("peringatan 7" in page and "peringatan 9" in page for page in pages)


def test_a_child_makes_it_urgent():
    """Somebody who may be under 18 moves a case to the same day, and brings the articles about children."""
    base = record().assessment
    young = {"kind": "age", "start": 0, "end": 5, "text": "Loker", "value": {"min": 15, "max": 17}}
    case = dossier(record(assessment={**base, "entities": [*base["entities"], young]}))
    assert case.triage.level == "P1"
    assert "UU 21/2007 Ps. 17" in {article.ref for article in case.articles}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_markup_that_a_page_takes(text):
    """No string raises, whatever its signs, and no sign of it is read as markup."""
    paragraph = paper.para(text)
    written = "".join(fragment.text for fragment in paragraph.frags)
    assert written.count("<") == text.count("<")
    assert paragraph.wrap(200, 10_000)[1] >= 0


def test_the_fonts_come_with_their_licences():
    """Each font file of the package has its licence beside it."""
    folder = Path(paper.__file__).parent / "fonts"
    assert "SIL OPEN FONT LICENSE" in (folder / "LICENSE-IBMPlexSans.txt").read_text().upper()
    assert "Bitstream" in (folder / "LICENSE-DejaVu.txt").read_text()


def test_pages_are_quick_to_read_back():
    """The file opens with its text as text: it can be searched and read aloud."""
    data = dossiers_pdf([dossier(replace(record(), copies=3, last_seen=NOW + timedelta(days=2)))])
    assert (
        pypdfium2.PdfDocument(io.BytesIO(data)).get_metadata_value("Title") == "Berkas rujukan: peringatan 7"
    )
