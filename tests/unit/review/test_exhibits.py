"""Files kept as evidence: whole, by their content, logged, taken back, and gone with their post."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select, update

from tppo_watch.errors import AuditError, NotAllowedError, NotFoundError, ReviewError
from tppo_watch.review import Decision, audit
from tppo_watch.review.acts import forget
from tppo_watch.review.exhibits import MOST_BYTES, MOST_FILES, cleaned_name, exhibits_of, sniffed
from tppo_watch.storage import alerts
from tppo_watch.storage.purge import purge_post
from tppo_watch.storage.schema import evidence

PNG = b"\x89PNG\r\n\x1a\n" + b"isi" * 20
PAGE = b"<html><script>alert(1)</script></html>"


def kept(office, alert: int, actor=None):
    return exhibits_of(office.desk.open(actor or office.ani, alert, now=office.now).history)


def add(office, alert: int, content: bytes = PNG, name: str = "layar.png", actor=None, note: str = ""):
    return office.exhibits.add(actor or office.ani, alert, name, content, note=note, now=office.now)


def test_a_file_is_kept_as_it_was_received(office):
    """Byte for byte, with its SHA-256 in the history and, inside a digest, in the log."""
    alert = office.raised()
    add(office, alert, note="dari keluarga")
    (found,) = kept(office, alert)
    assert (found.name, found.media_type, found.size) == ("layar.png", "image/png", len(PNG))
    assert found.sha256 == hashlib.sha256(PNG).hexdigest()
    read = office.exhibits.read(office.budi, alert, found.sha256, now=office.now, is_leaving=True)
    assert (read[0].actor_name, read[0].note, read[1]) == ("Ani", "dari keluarga", PNG)
    last = office.lists.log(office.citra)[0]
    assert (last.action, last.object, last.digest) == ("export_evidence", f"alert:{alert}", found.sha256)
    with office.store.read() as connection:
        assert audit.verify(connection, office.anchor) > 0


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7 ", "application/pdf"),
        (b"PK\x03\x04 AndroidManifest.xml", "application/zip"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"MZ\x90\0", "application/vnd.microsoft.portable-executable"),
        (PAGE, "text/plain"),
        (b"<svg onload='alert(1)'/>", "text/plain"),
        ("percakapan: „gaji“ 12jt 😀\n".encode(), "text/plain"),
        (b"GIF", "text/plain"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"\xff\xfe\xfa", "application/octet-stream"),
    ],
)
def test_the_type_is_what_the_bytes_say(content, media_type):
    """No page, drawing or program is a type that a browser would run."""
    assert sniffed(content) == media_type


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\bukti.png", "bukti.png"),
        ("gambar\u202egpj.exe", "gambar gpj.exe"),
        ("a\r\nSet-Cookie: x=y", "a Set-Cookie: x=y"),
        ("\0\x07", "-"),
        ("", "-"),
        (".", "-"),
        ("x" * 500, "x" * 120),
        ("\ud800.png", "?.png"),
    ],
)
def test_names_are_words_and_no_paths(name, cleaned):
    """Folders, signs that reorder a line and ends of lines are gone; some name is always left."""
    assert cleaned_name(name) == cleaned


def test_what_cannot_be_kept_says_why_and_changes_nothing(office):
    """Empty, too large, there already, too many, by a reader, of no alert: the post stands as it stood."""
    alert = office.raised()
    for content, why in ((b"", "file_empty"), (b"x" * (MOST_BYTES + 1), "file_large")):
        with pytest.raises(ReviewError) as caught:
            add(office, alert, content)
        assert caught.value.why == why
    with pytest.raises(NotAllowedError):
        add(office, alert, actor=office.dewi)
    with pytest.raises(NotFoundError):
        add(office, 999)
    assert kept(office, alert) == []
    add(office, alert)
    with pytest.raises(ReviewError, match="already"):
        add(office, alert, name="lain.png", actor=office.budi)
    for number in range(MOST_FILES - 1):
        add(office, alert, b"%d" % number)
    with pytest.raises(ReviewError, match=f"{MOST_FILES} files"):
        add(office, alert, b"satu lagi")


def test_a_file_taken_back_is_not_handed_out_and_can_come_again(office):
    """Undo hides it, undoing the undo shows it, and the same file may be added anew."""
    alert = office.raised()
    act = add(office, alert)
    digest = hashlib.sha256(PNG).hexdigest()
    undo = office.desk.undo(office.ani, act.id, now=office.now)
    assert kept(office, alert) == []
    with pytest.raises(NotFoundError):
        office.exhibits.read(office.ani, alert, digest, now=office.now, is_leaving=False)
    office.desk.undo(office.ani, undo.id, now=office.now)
    assert [one.sha256 for one in kept(office, alert)] == [digest]
    office.desk.undo(office.ani, act.id, now=office.now)
    add(office, alert, actor=office.budi)
    assert [one.actor_name for one in kept(office, alert)] == ["Budi"]


def test_a_file_stands_in_the_way_of_no_decision(office):
    """Somebody who adds a file while another decides takes nothing from them."""
    alert = office.raised()
    seen = office.seen(alert, office.ani)
    add(office, alert, actor=office.budi)
    office.desk.decide(office.ani, alert, Decision("take_up"), seen=seen, now=office.now)


def test_a_blind_second_reader_sees_the_files_and_not_why(new_office):
    """A file is material; whoever brought it and what they wrote beside it is a hint."""
    office = new_office(second_share=1)
    alert = office.raised()
    add(office, alert, note="jelas TPPO")
    office.desk.decide(
        office.ani, alert, Decision("take_up"), seen=office.seen(alert, office.ani), now=office.now
    )
    case = office.desk.open(office.budi, alert, now=office.now)
    assert case.is_blind
    assert [(one.sha256, one.note) for one in exhibits_of(case.history)] == [
        (hashlib.sha256(PNG).hexdigest(), "")
    ]


def test_a_file_that_is_not_as_it_was_is_found(office):
    """`audit verify` names the record of a file whose bytes were changed, or that was taken out."""
    alert = office.raised()
    add(office, alert)
    with office.store.write() as connection:
        connection.execute(update(evidence).values(content=PAGE))
    with office.store.read() as connection, pytest.raises(AuditError, match="not as it was received"):
        audit.verify(connection, office.anchor)
    with office.store.write() as connection:
        connection.execute(evidence.delete())
    with office.store.read() as connection, pytest.raises(AuditError, match="is missing"):
        audit.verify(connection, office.anchor)


def test_a_file_goes_with_its_post_and_the_chain_holds(office):
    """A purge takes the bytes out of every table; the log keeps a tombstone and still verifies."""
    alert, other = office.raised(), office.raised()
    for one in (alert, other):
        add(office, one)
    with audit.recording(office.store, office.anchor) as writing:
        post_id = alerts.get(writing.connection, alert).post_id
        purge_post(
            writing.connection,
            post_id,
            now=office.now,
            forget=lambda ids: forget(writing, ids, now=office.now),
        )
    with office.store.read() as connection:
        assert list(connection.execute(select(evidence.c.alert_id)).scalars()) == [other]
        assert audit.verify(connection, office.anchor) > 0
