from __future__ import annotations

import io
import time
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scanning import SAMPLES
from tppo_watch.config import FetchSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources.whatsapp_export import infer_order

# 18:00 WIB on 30 August 2025, as phones of many settings write it.
LINES = [
    "30/08/25 18.00 - Ani: halo",
    "30/08/2025 18.00 - Ani: halo",
    "30/08/25, 18:00 - Ani: halo",
    "30/08/2025, 18:00 - Ani: halo",
    "30/8/25 18:00 - Ani: halo",
    "30/08/25 18.00 – Ani: halo",
    "30/08/25 pukul 18.00 - Ani: halo",
    "30/08/25 6.00 PM - Ani: halo",
    "30/08/25 6:00 pm - Ani: halo",
    "30/08/25, 6:00\u202fPM - Ani: halo",
    "30/08/25, 6:00\u00a0PM - Ani: halo",
    "30/08/25, 6:00 p.m. - Ani: halo",
    "30/08/25, 6:00 p. m. - Ani: halo",
    "30.08.25, 18:00 - Ani: halo",
    "30.08.2025, 18:00 - Ani: halo",
    "30-08-25 18:00 - Ani: halo",
    "30-08-2025, 18.00 - Ani: halo",
    "2025-08-30, 18:00 - Ani: halo",
    "2025-08-30 18.00 - Ani: halo",
    "2025/08/30 18:00 - Ani: halo",
    "2025.08.30. 18:00 - Ani: halo",
    "8/30/25, 18:00 - Ani: halo",
    "8/30/25, 6:00 PM - Ani: halo",
    "8/30/25, 6:00\u202fPM - Ani: halo",
    "08/30/2025, 6:00 PM - Ani: halo",
    "[30/08/25, 18.00.00] Ani: halo",
    "[30/08/25 18.00.00] Ani: halo",
    "[30/08/2025, 18:00:00] Ani: halo",
    "[30/08/25, 6:00:00 PM] Ani: halo",
    "[30/08/25, 6:00:00\u202fPM] Ani: halo",
    "[8/30/25, 6:00:00 PM] Ani: halo",
    "[30.08.25, 18:00:00] Ani: halo",
    "[30-08-2025 18:00:00] Ani: halo",
    "[2025-08-30, 18:00:00] Ani: halo",
    "\u200e[30/08/25, 18.00.00] Ani: halo",
    "\u200e30/08/25 18.00 - \u200eAni: \u200ehalo",
    "30/08/25 18.00 - ~ Ani: halo",
    "[30/08/25, 18.00.00] ~\u202fAni: halo",
    "\ufeff30/08/25 18.00 - Ani: halo",
    "30/08/25 18.00 - \u202aAni\u202c: halo",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_any_known_format_is_read(read_bytes, line):
    """Date, time, name and text come out the same, whatever phone wrote them."""
    (post,), failures = read_bytes("whatsapp_export", line.encode())
    assert (post.author, post.text, failures) == ("Ani", "halo", [])
    assert post.published == datetime(2025, 8, 30, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "meant"), [("12:05 AM", 0), ("1:05 AM", 1), ("12:05 PM", 12), ("11:05 PM", 23)]
)
def test_the_twelve_hour_clock_turns_at_noon_and_midnight(read_bytes, hour, meant):
    """Twelve in the morning is midnight, twelve past noon is noon."""
    (post,), _ = read_bytes("whatsapp_export", f"30/08/25, {hour} - Ani: halo".encode())
    assert ((post.published.hour + 7) % 24, post.published.minute) == (meant, 5)


def test_a_message_of_several_lines_stays_one(read_bytes):
    """Lines without a date belong to the message before, blank ones included."""
    body = "30/08/25 18.00 - Ani: LOKER\n\nGaji 3 juta: pasti\r\n30/08/25 18.01 - Budi: ok\n"
    posts, _ = read_bytes("whatsapp_export", body.encode())
    assert [post.text for post in posts] == ["LOKER\n\nGaji 3 juta: pasti", "ok"]


@pytest.mark.parametrize(
    "rest",
    [
        "Pesan dan panggilan terenkripsi secara end-to-end. Ketuk untuk info.",
        "Messages and calls are end-to-end encrypted. Tap to learn more.",
        "Ani bergabung menggunakan tautan undangan grup ini",
        'Budi membuat grup "Loker: Admin"',
        'Budi mengubah subjek dari "Loker: A" menjadi "Loker: B"',
        "Anda menambahkan Citra",
        "Ani: <Media tidak disertakan>",
        "Ani: <Media omitted>",
        "Ani: gambar tidak disertakan",
        "Ani: \u200eimage omitted",
        "Ani: \u200esticker omitted",
        "Ani: \u200e<terlampir: 00000012-PHOTO-2025.jpg>",
        "Ani: <attached: 00000012-PHOTO-2025.jpg>",
        "Ani: IMG-20250830-WA0001.jpg (file terlampir)",
        "Ani: IMG-20250830-WA0001.jpg (file attached)",
        "Ani: Pesan ini dihapus",
        "Ani: This message was deleted.",
        "Ani: Anda menghapus pesan ini",
        "Ani: Panggilan suara tak terjawab",
        "Ani: Missed voice call",
        "Ani: null",
        "Grup Loker: \u200ePesan dan panggilan terenkripsi secara end-to-end.",
        "Grup Loker: \u200eAni bergabung menggunakan tautan undangan grup ini.",
        "Grup Loker: \u200eBudi membuat grup ini",
    ],
)
def test_lines_of_the_system_and_media_are_left_out(read_bytes, rest):
    """Who joined, what was sent without words and what was deleted are no posts, in both languages."""
    body = f"30/08/25 18.00 - {rest}\n30/08/25 18.01 - Budi: halo"
    posts, failures = read_bytes("whatsapp_export", body.encode())
    assert ([post.text for post in posts], failures) == (["halo"], [])


@pytest.mark.parametrize(
    "text",
    [
        "Kami membuat grup loker Kamboja, gaji 15 juta, tiket ditanggung",
        "Loker Poipet gaji 15 juta (file terlampir)",
        "Yuk bergabung menggunakan tautan ini, kerja di Poipet",
        "Panggilan suara tak terjawab? Loker admin Poipet gaji 15 juta, hubungi 0812-0000-0001 sekarang juga",
    ],
)
def test_an_ad_in_the_words_of_the_system_is_read(read_bytes, text):
    """Nobody hides an ad by writing as the system does."""
    (post,), _ = read_bytes("whatsapp_export", f"30/08/25 18.00 - Ani: {text}".encode())
    assert post.text == text


def test_a_name_may_hold_quotation_marks(read_bytes):
    """Contacts are saved under nicknames."""
    posts, _ = read_bytes("whatsapp_export", b'30/08/25 18.00 - Andi "Loker" 2: halo\n')
    assert [post.author for post in posts] == ['Andi "Loker" 2']


def test_the_caption_of_a_picture_is_kept(read_bytes):
    """Only the line that names the file goes, and the note that a message was edited."""
    body = "30/08/25 18.00 - Ani: IMG-1.jpg (file terlampir)\nLoker admin <Pesan ini diedit>"
    (post,), _ = read_bytes("whatsapp_export", body.encode())
    assert post.text == "Loker admin"


def test_month_first_is_seen_from_the_whole_file(read_bytes):
    """One date that cannot be day first decides for all of them."""
    body = "8/5/25, 18:00 - Ani: satu\n8/30/25, 18:00 - Ani: dua"
    posts, _ = read_bytes("whatsapp_export", body.encode())
    assert [post.published.month for post in posts] == [8, 8]


def test_the_order_can_be_set(read_bytes):
    """A setting overrules what the file looks like, and dates that do not exist then are said."""
    body = "8/5/25, 18:00 - Ani: satu\n30/5/25, 18:00 - Ani: dua"
    posts, failures = read_bytes("whatsapp_export", body.encode(), date_order="mdy")
    assert [post.published and post.published.month for post in posts] == [8, None]
    assert failures[0].item == "s: line 2"
    assert "no date in the order mdy" in failures[0].reason


@given(
    st.lists(
        st.dates(min_value=datetime(2015, 1, 1).date(), max_value=datetime(2030, 1, 1).date()), min_size=2
    ),
    st.sampled_from(["dmy", "mdy"]),
)
def test_the_order_of_a_chat_is_found_where_it_can_be(days, order):
    """Dates in order of time are read in an order under which they exist and never run backwards."""
    days.sort()
    written = [(d.day, d.month, d.year) if order == "dmy" else (d.month, d.day, d.year) for d in days]
    found = infer_order(written)
    if any(day.day > 12 for day in days):
        assert found == order
    else:
        read = [(y, m, d) if found == "dmy" else (y, d, m) for d, m, y in written]
        assert read == sorted(read) or found == order


def test_equal_messages_stay_apart_and_keep_their_ids(read_bytes):
    """Equal words in one minute are two messages; ids stay when the chat grows, and come from no name."""
    line = "30/08/25 18.00 - Ani: halo\n"
    once, _ = read_bytes("whatsapp_export", line.encode())
    twice, _ = read_bytes("whatsapp_export", (line * 2).encode())
    other, _ = read_bytes("whatsapp_export", line.replace("Ani", "Budi").encode())
    assert once[0].native_id == twice[0].native_id == other[0].native_id
    assert twice[0].native_id != twice[1].native_id


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return file.getvalue()


def test_the_chat_inside_a_zip_is_read(read_bytes):
    """The export is read from its zip, beside pictures and other texts."""
    body = zipped({"a.jpg": b"x", "catatan.txt": b"x", "Chat WhatsApp dengan Ani.txt": LINES[0].encode()})
    (post,), _ = read_bytes("whatsapp_export", body)
    assert post.text == "halo"


def test_a_zip_that_grows_too_large_is_refused(read_bytes):
    """What is unpacked is counted, not what the zip says of itself."""
    with pytest.raises(SourceError, match="max_file_bytes"):
        read_bytes(
            "whatsapp_export", zipped({"c.txt": b"a" * 100_000}), fetch=FetchSettings(max_file_bytes=50_000)
        )


@pytest.mark.parametrize("body", [b"PK\x03\x04rusak", zipped({"a.jpg": b"x"}), b"halo dunia\n", b"\x00" * 50])
def test_what_is_no_export_is_one_clear_error(read_bytes, body):
    """Broken zips, other texts and binary data are refused as a whole."""
    with pytest.raises(SourceError):
        read_bytes("whatsapp_export", body)


def test_lines_before_the_first_message_are_reported(read_bytes):
    """A heading somebody wrote above the export is counted, not silently dropped."""
    posts, failures = read_bytes("whatsapp_export", f"Arsip grup\n{LINES[0]}".encode())
    assert len(posts) == 1
    assert [failure.item for failure in failures] == ["s: line 1"]


def test_long_hostile_lines_take_linear_time(read_bytes):
    """Lines of a megabyte that nearly match are worked off at once."""
    for piece in ("1", "1/1/1 ", "[1/1/11, 1.11", " - a", "<a"):
        read_bytes(
            "whatsapp_export",
            f"{LINES[0]}\n30/08/25 18.01 - B: {piece * 200_000}\n{piece * 200_000}".encode(),
        )


@pytest.mark.parametrize("piece", ["\n", " ", "\t\n", "\u2028"])
def test_empty_lines_without_end_take_linear_time(read_bytes, piece):
    """A message of hundreds of thousands of spaces or empty lines is worked off at once."""
    begun = time.process_time()
    (post,), _ = read_bytes("whatsapp_export", f"30/08/25 18.01 - B: a\n{piece * 300_000}b".encode())
    assert post.text.startswith("a") and post.text.endswith("b")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("head", ["31/04/2025 18.00", "30/08/25 25.61"])
def test_a_message_at_no_time_is_kept_without_one(read_bytes, head):
    """What somebody wrote counts, whatever a clock or a hand made of its time."""
    posts, failures = read_bytes("whatsapp_export", f"{LINES[0]}\n{head} - Ani: halo\nsemua".encode())
    assert [(post.text, post.published) for post in posts[1:]] == [("halo\nsemua", None)]
    assert failures[0].item == "s: line 2" and "does not exist" in failures[0].reason


def test_the_sample_is_read_whole(read_bytes):
    """The sample chat gives its messages with text, without a failure."""
    posts, failures = read_bytes("whatsapp_export", (SAMPLES / "wa-rt-05.txt").read_bytes())
    assert (len(posts), failures) == (19, [])
