"""The main language of a text."""

from __future__ import annotations

import pytest

from tppo_watch.text.document import read
from tppo_watch.text.language import language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Dicari penjaga toko, gaji tiga juta per bulan, hubungi kami segera", "id"),
        ("Sopo sing gelem melu kerjo neng kebon, bayarane akeh, ora usah ijazah", "jv"),
        ("Saha nu daek digawe di kota, gajihna loba, teu kudu ijazah, mangga ka imah abdi", "su"),
        ("Ulun handak mancari urang gasan bagawi, kada usah ijazah, duitnya banyak", "bjn"),
        ("Siapo nan amuah bakarajo jo ambo, gaji gadang, indak paralu ijazah, tibo di siko", "min"),
        ("Pekerja kilang diperlukan, gaji RM1700 sebulan, awak boleh hubungi encik, tak susah je", "ms"),
        ("We are looking for staff, free ticket, please contact the admin for your visa", "en"),
        ("Kamboja", "id"),
        ("12 500 !!! 🔥", "und"),
        ("", "und"),
    ],
)
def test_function_words_tell_the_language(text: str, code: str) -> None:
    """Regional languages are told from Indonesian, which is the default; without a word there is none."""
    assert language(read(text)) == code


def test_a_few_regional_words_do_not_make_a_text_regional() -> None:
    """Indonesian with a borrowed word stays Indonesian."""
    assert language(read("Saya sudah kirim lamaran ke kantor, tapi belum dibalas, piye iki?")) == "id"
