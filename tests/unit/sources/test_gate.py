from __future__ import annotations

import gzip
import socket
import time

import pytest

from tests.scanning import respond, serving
from tppo_watch.config import FetchSettings
from tppo_watch.errors import FetchError, FetchRefusedError
from tppo_watch.sources.gate import fetch, is_public


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


def test_validators_are_sent_back_as_they_came():
    """An unchanged feed is not sent again, and that is a result, not an error."""
    seen = {}

    def answer(handler):
        seen.update(handler.headers.items())
        respond(handler, 304, b"")

    with serving({"/": answer}) as host:
        got = fetch(f"http://{host}/", config=allowed(host), etag='W/"a b"', last_modified="kemarin")
    assert got.is_unchanged
    assert (seen["If-None-Match"], seen["If-Modified-Since"]) == ('W/"a b"', "kemarin")


PRIVATE = """127.0.0.1 localhost 0x7f000001 2130706433 0177.0.0.1 127.1 10.1.2.3 192.168.0.1 169.254.169.254
0.0.0.0 224.0.0.1 [::1] [::ffff:127.0.0.1] [fe80::1] [fc00::1] [64:ff9b::7f00:1] [2002:7f00:1::]""".split()


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_refused_however_they_are_written(host):
    """No spelling of a private address gets a connection."""
    with pytest.raises(FetchRefusedError, match="allow_private|not a valid address"):
        fetch(f"http://{host}:9/", config=FetchSettings(allow_private=["127.0.0.1:8"], timeout_s=5))


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
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


def test_a_packed_answer_is_unpacked():
    """Gzip is understood, and an answer that is cut short or broken is not taken for whole."""
    body = b"halo" * 100_000
    packed = gzip.compress(body)
    routes = {
        "/ok": lambda handler: respond(handler, 200, packed, Content_Encoding="gzip"),
        "/cut": lambda handler: respond(handler, 200, packed[:-20], Content_Encoding="gzip"),
        "/bad": lambda handler: respond(handler, 200, b"rusak", Content_Encoding="gzip"),
        "/br": lambda handler: respond(handler, 200, b"rusak", Content_Encoding="br"),
    }
    with serving(routes) as host:
        assert fetch(f"http://{host}/ok", config=allowed(host)).body == body
        for path, says in (("cut", "cut short"), ("bad", "broken gzip"), ("br", "not asked for")):
            with pytest.raises(FetchError, match=says):
                fetch(f"http://{host}/{path}", config=allowed(host))


def test_an_answer_that_is_too_large_is_refused():
    """The cap counts what comes out, packed or not, and is reached without unpacking all of it."""
    bomb = gzip.compress(bytes(200_000_000), 9)
    routes = {
        "/plain": bytes(5000),
        "/bomb": lambda handler: respond(handler, 200, bomb, Content_Encoding="gzip"),
    }
    with serving(routes) as host:
        for path in ("plain", "bomb"):
            with pytest.raises(FetchRefusedError, match="too large: more than 4000 bytes"):
                fetch(f"http://{host}/{path}", config=allowed(host, max_bytes=4000))


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


def test_errors_carry_what_the_server_said():
    """Status and the wished pause are attributes, and the source is named."""
    later = {"Retry_After": "120"}
    routes = {
        "/busy": lambda handler: respond(handler, 503, b"", **later),
        "/date": lambda handler: respond(handler, 429, b"", Retry_After="Sun, 06 Nov 1994 08:49:37 GMT"),
    }
    with serving(routes) as host:
        with pytest.raises(FetchError, match="'berita': answered 503") as busy:
            fetch(f"http://{host}/busy", config=allowed(host), source_id="berita")
        assert (busy.value.status, busy.value.retry_after_s) == (503, 120.0)
        with pytest.raises(FetchError) as dated:
            fetch(f"http://{host}/date", config=allowed(host))
        assert dated.value.retry_after_s == 0.0
        with pytest.raises(FetchError, match="answered 404"):
            fetch(f"http://{host}/none", config=allowed(host))


def test_a_closed_port_is_a_fetch_error():
    """Nobody listening is one clear line."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(FetchError, match="could not be reached"):
        fetch(f"http://{host}/", config=allowed(host))
