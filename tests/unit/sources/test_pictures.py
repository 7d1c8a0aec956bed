from __future__ import annotations

import hashlib
import io
import json
import random
import struct
import time
import zipfile
import zlib

import pytest
from PIL import Image, ImageDraw

from tests.posters import AD, POSTERS, share_read
from tests.scanning import rss, serving
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import SourceFetcher, pictures, read
from tppo_watch.sources.pictures import words_in
from tppo_watch.types import Failure, Picture, Post

FETCH = FetchSettings()
SMALL = next(poster for poster in POSTERS if poster.name == "small").draw("Loker Kamboja\nWA 0812-0000-0131")


@pytest.mark.parametrize("poster", POSTERS, ids=lambda poster: poster.name)
def test_posters_are_read(poster):
    """Of the words on a poster, whatever its colours and however often it was sent, nineteen in twenty."""
    assert share_read(AD, words_in(poster.draw(), FETCH, "s")) >= 0.95


def test_what_shows_no_words_gives_none():
    """Grain and shapes are not taken for letters."""
    grain = Image.frombytes("L", (300, 200), random.Random(7).randbytes(60_000)).resize((600, 400))
    draw = ImageDraw.Draw(grain)
    draw.ellipse([60, 60, 260, 260], fill=250)
    draw.rectangle([320, 120, 520, 360], fill=20)
    out = io.BytesIO()
    grain.save(out, "PNG")
    assert words_in(out.getvalue(), FETCH, "s") == ""


def png_of(width: int, height: int) -> bytes:
    """A valid head of a picture of this size, and nothing in it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (png_of(100_000, 100_000), "max_picture_pixels"),
        (png_of(500, 500), "damaged"),
        (SMALL[: len(SMALL) // 2], "damaged"),
        (b"\xff\xd8\xff" + bytes(1000), "damaged"),
        (b"GIF89a" + bytes(100), "damaged"),
    ],
)
def test_bombs_and_damage_end_with_their_reason(content, says):
    """Nothing is decoded that has too many pixels, and a broken picture breaks nothing else."""
    with pytest.raises(SourceError, match=says):
        words_in(content, FETCH, "s")


def test_a_picture_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    """The process and whatever it started are ended."""
    slow = tmp_path / "slow.py"
    slow.write_text("import time\nwhile True: time.sleep(1)\n")
    monkeypatch.setattr(pictures, "_WORKER", slow)
    begun = time.monotonic()
    with pytest.raises(SourceError, match="picture_timeout_s"):
        words_in(SMALL, FetchSettings(picture_timeout_s=1), "s")
    assert time.monotonic() - begun < 20


def scanned(source: SourceSettings, fetcher: SourceFetcher | None = None):
    items = list(read(source, fetcher or SourceFetcher(FETCH)))
    return [i for i in items if isinstance(i, Post)], [i for i in items if isinstance(i, Failure)]


def test_the_words_come_after_those_of_the_post_and_the_picture_stays(tmp_path):
    """Caption first; the picture is kept as it came, known by its digest, and read once."""
    with zipfile.ZipFile(tmp_path / "chat.zip", "w") as archive:
        archive.writestr("_chat.txt", "24/11/26 10.00 - Ani: IMG-1.png (file terlampir)\nMinat? Hubungi\n")
        archive.writestr("IMG-1.png", SMALL)
    source = SourceSettings(id="s", kind="whatsapp_export", path=tmp_path / "chat.zip", images=True)
    fetcher = SourceFetcher(FETCH)
    (post,), failures = scanned(source, fetcher)
    assert post.text == "Minat? Hubungi\nLoker Kamboja\nWA 0812-0000-0131"
    (picture,) = post.pictures
    assert picture == Picture(hashlib.sha256(SMALL).hexdigest(), "image/png", SMALL, picture.text)
    assert (post.images, failures) == ((), [])
    known = SourceFetcher(FETCH, recall=fetcher.noted.get)
    assert scanned(source, known)[0] == [post]
    assert known.noted == {}


def test_a_picture_of_a_feed_is_fetched_once():
    """The next scan knows the address, and the same words come from it."""
    asked = []

    def picture(handler) -> None:
        asked.append(handler.path)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(SMALL)))
        handler.end_headers()
        handler.wfile.write(SMALL)

    routes = {"/p.png": picture}
    with serving(routes) as host:
        routes["/f"] = rss(("1", "Info", f"&lt;img src='http://{host}/p.png'&gt;"))
        source = SourceSettings(id="s", kind="feed", url=f"http://{host}/f", images=True)
        config = FetchSettings(allow_private=[host], host_pause_s=0)
        first = SourceFetcher(config)
        posts, _ = scanned(source, first)
        again, _ = scanned(source, SourceFetcher(config, recall=first.noted.get))
    assert [post.text for post in posts] == ["Info\nLoker Kamboja\nWA 0812-0000-0131"]
    assert [post.text for post in again] == [post.text for post in posts]
    assert asked == ["/p.png"]


@pytest.mark.parametrize("name", ["../rahasia.png", "/etc/hostname", "a/../../rahasia.png", "\0", "link.png"])
def test_an_export_cannot_name_files_beyond_its_folder(tmp_path, name):
    """Exports come from strangers: a path that leads out of their folder is refused, and the text is read."""
    (tmp_path / "rahasia.png").write_bytes(SMALL)
    folder = tmp_path / "ekspor"
    folder.mkdir()
    (folder / "link.png").symlink_to(tmp_path / "rahasia.png")
    message = {"id": 1, "type": "message", "text": "Info", "photo": name}
    file = folder / "result.json"
    file.write_text(json.dumps({"id": 7, "messages": [message]}))
    (post,), (failure,) = scanned(SourceSettings(id="s", kind="telegram_export", path=file, images=True))
    assert (post.text, post.pictures) == ("Info", ())
    assert "outside its folder" in failure.reason or "cannot be read" in failure.reason


def test_more_pictures_than_allowed_wait_for_the_next_scan(tmp_path):
    """The rest is told of, and the source is read again."""
    source = SourceSettings(id="s", kind="folder", path=tmp_path, images=True)
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes(SMALL + bytes(number))
    first = SourceFetcher(FetchSettings(max_pictures=1))
    assert len(scanned(source, first)[0]) == 1
    again = SourceFetcher(FetchSettings(max_pictures=1), etag=first.etag, recall=first.noted.get)
    assert len(scanned(source, again)[0]) == 1


def test_a_machine_that_cannot_read_pictures_says_so(tmp_path, monkeypatch):
    """The text is read, the lack is told with its remedy, and the pictures wait."""
    monkeypatch.setattr(
        pictures, "missing", lambda: "needs Tesseract; run: apt-get install tesseract-ocr-ind"
    )
    file = tmp_path / "result.json"
    file.write_text('{"id": 7, "messages": [{"id": 1, "type": "message", "text": "Info", "photo": "a.png"}]}')
    fetcher = SourceFetcher(FETCH)
    (post,), (failure,) = scanned(
        SourceSettings(id="s", kind="telegram_export", path=file, images=True), fetcher
    )
    assert post.text == "Info"
    assert "apt-get install" in failure.reason
    assert fetcher.etag is None
