"""What the tests of the scanning half share: an assessor that goes by words, a real server on loopback."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tppo_watch.config import Settings, settings_from
from tppo_watch.text.document import Document
from tppo_watch.types import Assessment, Entity, Level, Match

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parent.parent / "tppo_watch" / "samples"


class KeywordAssessor:
    """High where a text says "kamboja", medium for "sawit", help for "tolong saya"; raises on "meledak"."""

    name = "keyword"

    def __init__(self) -> None:
        self.texts: list[str] = []  #: everything it was asked, in order

    def assess(self, given: str | Document) -> Assessment:
        text = given.text if isinstance(given, Document) else given
        self.texts.append(text)
        if "meledak" in text:
            raise RuntimeError("boom")
        folded = text.lower()
        levels: tuple[tuple[str, Level], ...] = (("kamboja", "high"), ("sawit", "medium"))
        word, level = next(((w, named) for w, named in levels if w in folded), (None, "none"))
        return assessment(text, level=level, assistance="tolong saya" in folded, sign=word)

    def assess_many(self, texts: Iterable[str | Document]) -> Iterator[Assessment]:
        return map(self.assess, texts)


def assessment(
    text: str,
    *,
    level: Level = "none",
    assistance: bool = False,
    sign: str | None = None,
    risk: float | None = None,
) -> Assessment:
    """An assessment of `text` with the phone number and the word `sign` found in it."""
    chance = {"none": 0.01, "low": 0.2, "medium": 0.6, "high": 0.95}[level] if risk is None else risk
    at = text.lower().find(sign) if sign else -1
    signs = (
        (
            Match(
                "visitor_visa_for_work",
                at,
                at + len(sign),
                text[at : at + len(sign)],
                "means",
                "asserted",
                1.4,
            ),
        )
        if sign and at >= 0
        else ()
    )
    phone = re.search(r"08\d[\d -]{7,}\d", text)
    entities = ()
    if phone:
        value = {"type": "phone", "normalized": "+62" + re.sub(r"\D", "", phone.group())[1:]}
        entities = (Entity("contact", *phone.span(), phone.group(), value),)
    return Assessment(
        risk=chance,
        level=level,
        label="trafficking" if level == "high" else "benign",
        stance="offer",
        assistance=assistance,
        interval=(max(0.0, chance - 0.04), min(1.0, chance + 0.04)),
        exploitation={"scam_compound": chance} if level != "none" else {},
        indicators=signs,
        counter=(),
        entities=entities,
        reasons=(("base", -4.0), ("visitor_visa_for_work", 1.4)),
        missing=("employer",),
        lang="id",
        model="keyword",
        text=text,
    )


def settings_of(folder: Path, *sources: Mapping[str, Any], **more: Any) -> Settings:
    """Settings with these sources; their database and key lie in `folder`."""
    return settings_from({"sources": [dict(source) for source in sources], **more}, folder=folder)


Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(routes: Mapping[str, Respond | bytes]) -> Iterator[str]:
    """Serve `routes` on loopback; yields ``127.0.0.1:port``. Bytes are answered with 200."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            found = routes.get(self.path)
            if found is None:
                respond(self, 404, b"")
            elif isinstance(found, bytes):
                respond(self, 200, found)
            else:
                found(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def respond(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Answer a request; underscores in names of headers stand for hyphens."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    if status != 304:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def rss(*items: tuple[str, str, str], links: bool = True) -> bytes:
    """An RSS file of (id, title, description)."""
    entries = "".join(
        f"<item><title>{title}</title><guid>{id}</guid>"
        + (f"<link>https://contoh.example/{id}</link>" if links else "")
        + f"<description>{text}</description></item>"
        for id, title, text in items
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{entries}</channel></rss>'.encode()
    )
