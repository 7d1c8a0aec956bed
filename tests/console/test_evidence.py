"""Files that reviewers bring: kept whole, shown after a reason, and harmless to whoever looks at them."""

from __future__ import annotations

import hashlib
import io
import re
import socket
from pathlib import Path

import pytest
from PIL import Image

from tests.console.world import AD, World, console, fill
from tppo_watch.review.exhibits import MOST_BYTES, exhibits_of

PAGE = b"<!doctype html><script>alert(1)</script><svg onload='alert(2)'>"
BOUNDARY = "----batas"


def png() -> bytes:
    shot = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(shot, "PNG")
    return shot.getvalue()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A console with some posts; each test takes one of its own."""
    with console(tmp_path_factory.mktemp("evidence")) as running:
        fill(running.watch, [f"{AD} nomor {i}" for i in range(20)], now=running.clock())
        yield running


def kept(world: World, alert_id: int):
    reader = world.watch.accounts.named("reader")
    return exhibits_of(world.watch.desk.open(reader, alert_id, now=world.clock()).history)


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """One part of a form, as a hostile client may write it."""
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n'
    kind = "" if filename is None else "Content-Type: text/html\r\n"
    return f"{head}{kind}\r\n".encode() + content + b"\r\n"


class Sender:
    """A reviewer who sends forms with files by hand."""

    def __init__(self, world: World, alert_id: int, role: str = "reviewer", lang: str = "id") -> None:
        self.client, self.path = world.client(role, lang=lang), f"/posts/{alert_id}/evidence"
        page = self.client.get(f"/posts/{alert_id}").text
        self.token = re.search(r'name="token" value="([^"]+)"', page)[1].encode()

    def send(self, *parts: bytes, kind: str | None = None, end: bytes = f"--{BOUNDARY}--\r\n".encode()):
        headers = {"content-type": kind or f"multipart/form-data; boundary={BOUNDARY}"}
        body = part("token", self.token) + b"".join(parts) + end
        return self.client.post(self.path, content=body, headers=headers)


def test_a_file_is_brought_listed_opened_after_a_reason_and_saved(world, visit, tmp_path):
    """In a browser: a picture and a page; the picture comes blurred, both are saved byte for byte."""
    (tmp_path / "layar 0812-0000-0147.png").write_bytes(png())
    (tmp_path / "situs.html").write_bytes(PAGE)
    seen = visit("reviewer")
    page = seen.page
    for file, note in (("layar 0812-0000-0147.png", "dari keluarga"), ("situs.html", "halaman perekrut")):
        page.goto("/posts/1")
        page.get_by_text("Tambah berkas").click()
        page.get_by_label("Berkas, paling besar 10 MB").set_input_files(tmp_path / file)
        page.get_by_label("Dari siapa, tentang apa").fill(note)
        page.get_by_role("button", name="Simpan sebagai bukti").click()
        page.get_by_text("Bukti disimpan.").wait_for()
    assert "0812-0000-0147" not in page.content()  # the name of a file may hold a number
    assert page.get_by_text(f"SHA-256 {hashlib.sha256(PAGE).hexdigest()}").count() == 1
    assert page.get_by_role("button", name="Simpan ke komputer").count() == 0
    page.get_by_text("Tampilkan nomor").click()
    page.get_by_label("Untuk apa nomor ini diperlukan?").fill("bukti untuk penyidik")
    page.get_by_role("button", name="Tampilkan", exact=True).click()
    image = page.get_by_role("img", name="Gambar bukti: layar 0812-0000-0147.png")
    image.scroll_into_view_if_needed()
    assert "blur" in image.evaluate("(image) => getComputedStyle(image).filter")
    page.wait_for_function("document.querySelector('.exhibits img').naturalWidth === 60")
    for place, content, ending in ((0, png(), ".png"), (1, PAGE, ".txt")):
        with page.expect_download() as download:
            page.get_by_role("button", name="Simpan ke komputer").nth(place).click()
        assert download.value.suggested_filename.endswith(ending)
        assert Path(download.value.path()).read_bytes() == content
    assert seen.harm == []
    rows = world.watch.lists.log(world.watch.accounts.named("lead"), limit=20)
    assert [row.digest for row in rows if row.action == "export_evidence"] == [
        hashlib.sha256(content).hexdigest() for content in (PAGE, png())
    ]


def test_nothing_but_a_picture_is_ever_shown(world):
    """A page, whatever it calls itself, is no picture; saved, it is bytes that no browser opens."""
    sender = Sender(world, 2)
    assert sender.send(part("file", PAGE, "gambar.png")).status_code == 303
    (found,) = kept(world, 2)
    assert (found.name, found.media_type) == ("gambar.png", "text/plain")
    reveal = {"token": sender.token.decode(), "reason": "melihat bukti"}
    page = sender.client.post("/posts/2/reveal", data=reveal).text
    leave = re.search(r'name="leave" value="([^"]+)"', page)[1]
    path = f"/posts/2/evidence/{found.sha256}"
    assert "<img" not in page
    assert sender.client.get(f"{path}/picture", params={"leave": leave}).status_code == 404
    answer = sender.client.post(path, data={"token": sender.token.decode(), "leave": leave})
    assert answer.content == PAGE
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    refused = sender.client.post(path, data={"token": sender.token.decode(), "leave": leave[1:]})
    assert refused.status_code == 404
    other = Sender(world, 2, role="lead")
    assert other.client.post(path, data={"token": other.token.decode(), "leave": leave}).status_code == 404


@pytest.mark.parametrize(
    ("parts", "options", "said"),
    [
        ((part("file", b"", "kosong.txt"),), {}, "berkas itu kosong"),
        ((part("file", b"", ""),), {}, "pilih berkasnya dulu"),
        ((), {}, "pilih berkasnya dulu"),
        ((part("file", b"x" * (MOST_BYTES + 1), "besar.bin"),), {}, "paling besar 10 MB"),
        ((part("file", b"x" * (MOST_BYTES * 2), "besar.bin"),), {}, "paling besar 10 MB"),
        ((part("file", b"a", "a"), part("lain", b"b", "b")), {}, "formulir tidak terbaca"),
        ((part("file", b"a", "a"),), {"end": b""}, "pilih berkasnya dulu"),
        ((part("file", b"a", "a"),), {"kind": "multipart/form-data"}, "formulir tidak terbaca"),
        ((part("file", b"a", "a"),), {"kind": "multipart/form-data; boundary="}, "formulir tidak terbaca"),
        ((part("file", b"a", "a"),), {"kind": "application/x-www-form-urlencoded"}, "formulir tidak terbaca"),
        ((part("note", b"n" * 300_000), part("file", b"a", "a")), {}, "formulir tidak terbaca"),
        (tuple(part(f"f{n}", b"1") for n in range(50)), {}, "formulir tidak terbaca"),
        ((part("note", b"n" * 9_000), part("file", b"a", "a")), {}, "catatan paling panjang"),
        ((b"\xff\x00" * 5_000,), {}, "formulir tidak terbaca"),
    ],
)
def test_hostile_uploads_are_refused_in_words_and_nothing_is_lost(world, parts, options, said):
    """Whatever is sent: a sentence in the reader's language, no file, no decision touched."""
    sender = Sender(world, 3)
    answer = sender.send(*parts, **options)
    assert answer.status_code in (403, 422), answer.text
    assert said in answer.text or "Formulir ditolak" in answer.text
    assert kept(world, 3) == []


def test_an_upload_beyond_all_measure_is_refused_before_it_is_read(world):
    """What it says of its length is enough; one that says nothing is cut off, and the console goes on."""
    sender = Sender(world, 4)
    host, port = world.base.removeprefix("http://").split(":")
    head = "\r\n".join(
        f"{name}: {value}"
        for name, value in {
            "Host": f"{host}:{port}",
            "Cookie": sender.client.headers["cookie"],
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": 10**10,
        }.items()
    )
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"POST {sender.path} HTTP/1.1\r\n{head}\r\n\r\n".encode())
        assert b" 413 " in connection.recv(4096)
    assert world.client().get("/sign-in").status_code == 200


def test_a_form_with_a_file_needs_its_token_and_its_session(world):
    """A made-up token is refused; after the session the door says that the file was not received."""
    sender = Sender(world, 5)
    good, sender.token = sender.token, b"palsu"
    assert sender.send(part("file", PAGE, "a.html")).status_code == 403
    sender.token = good
    world.clock.forward(hours=11)
    answer = sender.send(part("file", PAGE, "a.html"))
    assert answer.status_code == 401 and "Berkas belum diterima" in answer.text
    fresh = Sender(world, 5)
    fresh.token = good
    answer = fresh.send(part("file", PAGE, "a.html"))
    assert answer.status_code == 409 and "pilih berkasnya sekali lagi" in answer.text
    assert kept(world, 5) == []


def test_a_dossier_names_the_files_and_their_digests(world):
    """Who gets the case can check that a file is the one that was kept; numbers in names are masked."""
    sender = Sender(world, 6)
    assert sender.send(part("file", png(), "0812-0000-0147.png")).status_code == 303
    files = sender.client.get("/posts/6/dossier.json").json()["evidence"]["files"]
    (file,) = files
    assert (file["sha256"], file["bytes"]) == (hashlib.sha256(png()).hexdigest(), len(png()))
    assert "0000-0147" not in file["name"] and file["name"].endswith(".png")
