from __future__ import annotations

import gzip
import socket
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import brotli
import pytest
from backports import zstd

from tests.scanning import respond, serving
from tppo_watch.config import FetchSettings
from tppo_watch.errors import FetchError, FetchRefusedError
from tppo_watch.sources.addresses import is_public
from tppo_watch.sources.gate import fetch


def allowed(host: str, **options) -> FetchSettings:
    return FetchSettings(allow_private=[host], **options)


def test_an_answer_comes_with_its_validators():
    """Body, type and validators are those of the server; the user agent says how to reach who asks."""
    seen = {}

    def answer(handler):
        seen.update(handler.headers.items())
        respond(handler, 200, b"halo", ETag='W/"a b"', Last_Modified="kemarin", Content_Type="text/xml")

    with serving({"/feed": answer}) as host:
        got = fetch(f"http://{host}/feed#x", config=allowed(host, contact="tim@contoh.example"))
    assert (got.status, got.body, got.content_type, got.is_unchanged) == (200, b"halo", "text/xml", False)
    assert (got.etag, got.last_modified) == ('W/"a b"', "kemarin")
    assert "(+tim@contoh.example)" in seen["User-Agent"]
    assert not {"Cookie", "Referer"} & set(seen)


@pytest.mark.parametrize("etag", ['W/"a b"', '"caf\u00e9\u00ff"', "tanpa-kutip", '"a,b"'])
def test_validators_are_sent_back_as_they_came(etag):
    """An unchanged feed is not sent again, and that is a result, not an error; no byte of a tag is lost."""
    seen = []

    def answer(handler):
        seen.append(
            handler.headers.get_all("If-None-Match", []) + handler.headers.get_all("If-Modified-Since", [])
        )
        respond(handler, 304 if len(seen) > 1 else 200, b"", ETag=etag, Last_Modified="kemarin")

    with serving({"/": answer}) as host:
        first = fetch(f"http://{host}/", config=allowed(host))
        got = fetch(
            f"http://{host}/", config=allowed(host), etag=first.etag, last_modified=first.last_modified
        )
    assert not first.is_unchanged and got.is_unchanged
    assert seen == [[], [etag, "kemarin"]]


def test_a_tag_beyond_all_measure_is_not_kept():
    """A server cannot make us store and repeat what is no validator."""
    with serving({"/": lambda handler: respond(handler, 200, b"x", ETag='"' + "a" * 9000 + '"')}) as host:
        assert fetch(f"http://{host}/", config=allowed(host)).etag is None


PRIVATE = """127.0.0.1 localhost 0x7f000001 2130706433 0177.0.0.1 127.1 10.1.2.3 192.168.0.1 169.254.169.254
0x7f.1 0300.0250.0.1 \u2460\u2461\u2466.0.0.1 100.100.100.200 168.63.129.16 192.0.0.192 192.88.99.1
198.18.0.1 240.0.0.1 255.255.255.255 [::] [::127.0.0.1] [fd00:ec2::254] [fec0::1] [ff02::1]
[3fff::1] [2001:db8::1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::7f00:1] [2002:a9fe:a9fe::1]
[2001:0:808:808::3f57:fefe] [::ffff:169.254.169.254] 0.0.0.0 224.0.0.1 [::1] [::ffff:127.0.0.1]
[2001:4860::5efe:10.0.0.1] [2001:4860::200:5efe:127.0.0.1] [64:ff9b::ffff:ffff] [::ffff:0:7f00:1]
[fe80::1] [fc00::1] [64:ff9b::7f00:1] [2002:7f00:1::]""".split()


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_refused_however_they_are_written(host):
    """No spelling of a private address gets a connection."""
    with pytest.raises(FetchRefusedError, match="allow_private|not a valid address"):
        fetch(f"http://{host}:9/", config=FetchSettings(allow_private=["127.0.0.1:8"], timeout_s=5))


PUBLIC = """8.8.8.8 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1
2001:4860::5efe:808:808""".split()


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address):
    """Addresses of the open internet are public, also inside IPv6."""
    assert is_public(address)


def test_the_exception_is_one_host_and_one_port():
    """Another port of the same host, and another name of the same address, stay refused."""
    with serving({"/": b"x"}) as host:
        port = host.rpartition(":")[2]
        assert fetch(f"http://{host}/", config=allowed(host)).body == b"x"
        for other in (FetchSettings(allow_private=["127.0.0.1:1"]), FetchSettings()):
            with pytest.raises(FetchRefusedError):
                fetch(f"http://{host}/", config=other)
        with pytest.raises(FetchRefusedError):
            fetch(f"http://localhost:{port}/", config=allowed(host))


def test_a_name_is_judged_by_the_address_it_is_connected_to(monkeypatch):
    """A public name that resolves to a private address is refused: it is looked up once, by the gate."""
    answers = iter([[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: next(answers))
    with pytest.raises(FetchRefusedError, match="private"):
        fetch("http://contoh.example/")


def test_the_address_of_the_connected_socket_is_checked(monkeypatch):
    """Even where a checked address leads elsewhere on the way, nothing is asked of a private one."""
    asked = []

    def answer(handler):
        asked.append(handler.path)
        respond(handler, 200, b"rahasia")

    with serving({"/": answer}) as host:
        port, detour = int(host.rpartition(":")[2]), socket.socket()
        detour.connect(("127.0.0.1", port))
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [entry])
        monkeypatch.setattr(socket, "create_connection", lambda *a, **k: detour)
        with pytest.raises(FetchRefusedError, match="private"):
            fetch(f"http://contoh.example:{port}/")
    assert asked == []


def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch):
    """Each hop looks its name up once: what was public on the first is refused once it is private."""
    looked_up = []

    def answers(host, port, *rest, **options):
        if host == "berubah.example":
            looked_up.append(host)
        address = "127.0.0.1" if host == "127.0.0.1" or len(looked_up) == 1 else "8.8.8.8"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with serving({"/": lambda to: respond(to, 302, b"", Location="http://berubah.example/")}) as host:
        with pytest.raises(FetchRefusedError, match="berubah.*private"):
            fetch(f"http://{host}/", config=allowed(host))
    assert looked_up == ["berubah.example"]


def test_a_resolver_that_hangs_ends_with_the_time(monkeypatch):
    """Looking up a name counts into the time of a request."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(1.5) or [])
    begun = time.monotonic()
    with pytest.raises(FetchRefusedError, match="too slow"):
        fetch("http://contoh.example/", config=FetchSettings(timeout_s=0.3))
    assert time.monotonic() - begun < 1.2


def test_a_move_for_good_is_told_from_a_detour():
    """Only where each redirect is permanent, the last address is the new one."""
    routes = {
        "/old": lambda handler: respond(handler, 301, b"", Location="/older"),
        "/older": lambda handler: respond(handler, 308, b"", Location="/new"),
        "/mixed": lambda handler: respond(handler, 301, b"", Location="/detour"),
        "/detour": lambda handler: respond(handler, 302, b"", Location="/new"),
        "/new": b"tiba",
    }
    with serving(routes) as host:
        moved = [
            fetch(f"http://{host}/{path}", config=allowed(host)).moved_to for path in ("old", "mixed", "new")
        ]
    assert moved == [f"http://{host}/new", None, None]


def test_redirects_pass_the_same_check():
    """A redirect is followed, relative ones too; one to a private address is refused."""
    routes = {
        "/a": lambda handler: respond(handler, 301, b"", Location="/b"),
        "/b": b"tiba",
        "/evil": lambda handler: respond(handler, 302, b"", Location="http://127.0.0.1:1/"),
        "/file": lambda handler: respond(handler, 302, b"", Location="file:///etc/passwd"),
        "/loop": lambda handler: respond(handler, 302, b"", Location="/loop"),
    }
    with serving(routes) as host:
        got = fetch(f"http://{host}/a", config=allowed(host))
        assert (got.body, got.url) == (b"tiba", f"http://{host}/b")
        for path, says in (("evil", "private"), ("file", "scheme"), ("loop", "more than 5 redirects")):
            with pytest.raises(FetchRefusedError, match=says):
                fetch(f"http://{host}/{path}", config=allowed(host))


@pytest.mark.parametrize(
    "url", ["ftp://a/", "file:///etc/passwd", "http://", "gopher://x", "halo", "http://a\0b/"]
)
def test_other_schemes_are_refused(url):
    """Only http and https go out."""
    with pytest.raises(FetchRefusedError):
        fetch(url)


PACK = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "bare deflate": lambda body: zlib.compress(body, wbits=-15),
    "br": brotli.compress,
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("name", PACK)
def test_a_packed_answer_is_unpacked(name):
    """Each coding is undone, and an answer that is cut short or broken is not taken for whole."""
    body = bytes(range(256)) * 3000 + b"halo" * 100_000
    packed, coding = PACK[name](body), name.split()[-1]
    routes = {
        "/ok": lambda handler: respond(handler, 200, packed, Content_Encoding=coding.upper()),
        "/cut": lambda handler: respond(handler, 200, packed[:-20], Content_Encoding=coding),
        "/bad": lambda handler: respond(handler, 200, b"xusak" * 9, Content_Encoding=coding),
        "/none": lambda handler: respond(handler, 200, b"", Content_Encoding=coding),
    }
    with serving(routes) as host:
        assert fetch(f"http://{host}/ok", config=allowed(host)).body == body
        assert fetch(f"http://{host}/none", config=allowed(host)).body == b""
        for path, says in (("cut", f"{coding} data that are cut short"), ("bad", f"broken {coding} data")):
            with pytest.raises(FetchError, match=says):
                fetch(f"http://{host}/{path}", config=allowed(host))


def test_parts_packed_one_by_one_are_one_answer():
    """Several members of gzip and several frames of zstd are read to their end."""
    routes = {
        "/gzip": lambda handler: respond(
            handler, 200, gzip.compress(b"a") + gzip.compress(b"b"), Content_Encoding="gzip"
        ),
        "/zstd": lambda handler: respond(
            handler, 200, zstd.compress(b"a") + zstd.compress(b"b"), Content_Encoding="zstd"
        ),
    }
    with serving(routes) as host:
        for path in routes:
            assert fetch(f"http://{host}{path}", config=allowed(host)).body == b"ab"


@pytest.mark.parametrize("coding", ["lzma", "gzip, br", "gzip, gzip"])
def test_a_coding_that_was_not_asked_for_is_refused(coding):
    """One coding on top of another serves nobody but a bomb."""
    with serving({"/": lambda handler: respond(handler, 200, b"x", Content_Encoding=coding)}) as host:
        with pytest.raises(FetchRefusedError, match="was not asked for"):
            fetch(f"http://{host}/", config=allowed(host))


@pytest.mark.parametrize("name", ["plain", *PACK])
def test_an_answer_that_is_too_large_is_refused(name):
    """The cap counts what comes out, packed or not, and is reached without unpacking all of it."""
    bomb = PACK.get(name, lambda body: body[:5000])(bytes(50_000_000))
    packed = {"Content_Encoding": name.split()[-1]} if name in PACK else {}
    with serving({"/": lambda handler: respond(handler, 200, bomb, **packed)}) as host:
        begun = time.process_time()
        with pytest.raises(FetchRefusedError, match="too large: more than 4000 bytes"):
            fetch(f"http://{host}/", config=allowed(host, max_bytes=4000))
        assert time.process_time() - begun < 0.5


def test_a_server_that_drips_is_given_up():
    """A byte now and then does not hold a scan beyond its time, in the headers or in the body."""

    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(40):
            try:
                handler.wfile.write(b".")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def silent(handler):
        time.sleep(1.5)

    with serving({"/drip": drip, "/silent": silent}) as host:
        for path in ("drip", "silent"):
            begun = time.monotonic()
            with pytest.raises(FetchRefusedError, match="too slow"):
                fetch(f"http://{host}/{path}", config=allowed(host, timeout_s=0.4))
            assert time.monotonic() - begun < 1.2


@pytest.mark.parametrize(
    ("value", "expected_s"),
    [
        ("120", 120.0),
        (timedelta(hours=1), 3600.0),
        (timedelta(hours=-1), 0.0),
        ("9" * 30, 10 * 365 * 86_400.0),
        ("-5", None),
        ("besok", None),
        ("\u0663", None),
    ],
)
def test_both_forms_of_retry_after_are_understood(value, expected_s):
    """Seconds and dates give the pause that was asked for; nonsense gives none."""
    if isinstance(value, timedelta):
        value = format_datetime(datetime.now(UTC) + value, usegmt=True)

    def answer(handler):
        handler.wfile.write(
            b"HTTP/1.1 503 Sibuk\r\nRetry-After: " + value.encode() + b"\r\nContent-Length: 0\r\n\r\n"
        )

    with serving({"/": answer}) as host, pytest.raises(FetchError, match="answered 503") as told:
        fetch(f"http://{host}/", config=allowed(host))
    assert told.value.retry_after_s == (None if expected_s is None else pytest.approx(expected_s, abs=60))


def test_errors_carry_what_the_server_said():
    """Status and the wished pause are attributes, a date counts by the server's clock."""
    routes = {
        "/date": lambda handler: respond(handler, 429, b"", Retry_After="Sun, 06 Nov 1994 08:49:37 GMT")
    }
    with serving(routes) as host:
        with pytest.raises(FetchError, match="'berita': answered 429") as dated:
            fetch(f"http://{host}/date", config=allowed(host), source_id="berita")
        assert (dated.value.status, dated.value.retry_after_s) == (429, 0.0)
        with pytest.raises(FetchError, match="answered 404"):
            fetch(f"http://{host}/none", config=allowed(host))


def test_a_closed_port_is_a_fetch_error():
    """Nobody listening is one clear line."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(FetchError, match="could not be reached"):
        fetch(f"http://{host}/", config=allowed(host))
