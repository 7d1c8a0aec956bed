"""Content of every kind of source, written here, with what it holds: for the tests of the readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.scanning import SAMPLES
from tppo_watch.config import SourceSettings

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Loker",
    "items": [
        {
            "id": "1",
            "url": "https://contoh.example/1",
            "title": "Admin Poipet",
            "content_html": '<p>Gaji 12jt<br>bersih</p><a href="https://wa.me/6281200000001">Daftar</a>',
            "date_published": "2026-11-24T10:00:00+07:00",
            "authors": [{"name": "Redaksi"}],
            "image": "https://contoh.example/1.jpg",
            "attachments": [{"url": "https://contoh.example/2.png", "mime_type": "image/png"}],
        },
        {"id": 2, "content_text": "Dibutuhkan penjahit", "date_modified": "Sel, 24 Nov 2026 10:00 WITA"},
    ],
}


def toot(id: str = "1", content: str = "<p>Loker <a href='https://wa.me/62812'>admin</a></p>", **more: Any):
    """A post of Mastodon."""
    return {
        "id": id,
        "uri": f"https://mastodon.example/users/ani/statuses/{id}",
        "url": f"https://mastodon.example/@ani/{id}",
        "created_at": "2026-11-24T03:00:00.000Z",
        "visibility": "public",
        "spoiler_text": "",
        "content": content,
        "account": {"acct": "ani", "url": "https://mastodon.example/@ani", "uri": "https://mastodon.example/users/ani"},
        "media_attachments": [{"type": "image", "url": "https://mastodon.example/a.png"}],
        "reblog": None,
        **more,
    }  # fmt: skip


def skeet(key: str = "3kabc", text: str = "Loker admin", **record: Any):
    """A post of Bluesky."""
    return {
        "uri": f"at://did:plc:abc123/app.bsky.feed.post/{key}",
        "author": {"did": "did:plc:abc123", "handle": "ani.example"},
        "record": {"text": text, "createdAt": "2026-11-24T03:00:00Z", **record},
        "embed": {"images": [{"fullsize": "https://cdn.example/a.jpg"}]},
        "indexedAt": "2026-11-24T03:00:01Z",
    }


def message(
    id: int = 1,
    text: str = "Loker <b>admin</b><br/>Poipet",
    *,
    before: str = "",
    meta: str = "",
    after: str = "",
) -> str:
    """A message as the public page of a channel shows it."""
    words = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>' if text else ""
    return f"""<div class="tgme_widget_message_wrap js-widget_message_wrap">
<div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="lokerx/{id}">
<div class="tgme_widget_message_bubble">{before}{words}{after}<div class="tgme_widget_message_footer">
<span class="tgme_widget_message_meta">{meta}<a class="tgme_widget_message_date" href="https://t.me/lokerx/{id}">
<time datetime="2026-11-24T10:00:00+07:00" class="time">10:00</time></a></span></div></div></div></div>"""


def channel(*messages: str) -> bytes:
    """The public page of a channel."""
    history = f'<section class="tgme_channel_history js-message_history">{"".join(messages)}</section>'
    return f'<!DOCTYPE html><html><body class="tgme_page">{history}</body></html>'.encode()


def posting(**more: Any) -> dict[str, Any]:
    """A JobPosting as portals mark it up."""
    return {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Operator Jahit",
        "description": "&lt;p&gt;Dibutuhkan segera&lt;/p&gt;&lt;p&gt;usia 18-35&lt;/p&gt;",
        "identifier": {"@type": "PropertyValue", "name": "PT Contoh", "value": "L-17"},
        "datePosted": "2026-11-24",
        "employmentType": ["FULL_TIME", "CONTRACTOR"],
        "hiringOrganization": {"@type": "Organization", "name": "PT Contoh Jaya"},
        "jobLocation": {
            "@type": "Place",
            "address": {
                "addressLocality": "Samarinda",
                "addressRegion": "Kalimantan Timur",
                "addressCountry": "ID",
            },
        },
        "baseSalary": {
            "currency": "IDR",
            "value": {"minValue": 3500000, "maxValue": 5000000.0, "unitText": "MONTH"},
        },
        **more,
    }  # fmt: skip


def page(*data: Any, body: str = "") -> bytes:
    """A web page with these blocks of JSON-LD; text is put in as it is."""
    blocks = (block if isinstance(block, str) else json.dumps(block) for block in data)
    scripts = "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
    head = f"<head><title>Loker</title>{scripts}</head>"
    return f"<!doctype html><html>{head}<body>{body}</body></html>".encode()


_FILES: dict[str, bytes] = {
    "json_feed": json.dumps(JSON_FEED).encode(),
    "mastodon": json.dumps([toot("1"), toot("2", "<p>Dicari <br>penjahit</p>")]).encode(),
    "bluesky": json.dumps({"posts": [skeet("3ka"), skeet("3kb", "Dicari penjahit")]}).encode(),
    "telegram_public": channel(message(1), message(2, "Dicari penjahit")),
    "jsonl": b'{"id": "1", "text": "halo", "time": "2026-11-24T10:00:00Z"}\n{"id": "2", "text": "dunia"}\n',
    "page": page(posting(), posting(title="Penjaga", identifier="L-18")),
}


def parquet(rows: list[dict[str, Any]]) -> bytes:
    """A Parquet file of these rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue().to_pybytes()


def source_of(kind: str, folder: Path) -> SourceSettings:
    """A source of a kind, on a file with posts in it; of a folder, with such files in it."""
    for name in sorted(SAMPLES.iterdir()):
        found = {".xml": "feed", ".json": "telegram_export", ".txt": "whatsapp_export", ".csv": "csv"}
        if found.get(name.suffix) == kind:
            options = {"text_field": "isi", "id_field": "no", "time_field": "waktu"} if kind == "csv" else {}
            return SourceSettings(id="s", kind=kind, path=name, **options)
    if kind == "folder":
        drop = folder / "kotak"
        drop.mkdir(exist_ok=True)
        (drop / "a.csv").write_bytes((SAMPLES / "iklan-medsos.csv").read_bytes())
        (drop / "b").write_bytes(_FILES["json_feed"])
        return SourceSettings(id="s", kind=kind, path=drop)
    rows = [{"id": 1, "text": "halo", "time": "2026-11-24T10:00Z"}, {"id": 2, "text": "dunia", "time": None}]
    file = folder / f"sumber.{kind}"
    file.write_bytes(parquet(rows) if kind == "parquet" else _FILES[kind])
    options = {"id_field": "id", "time_field": "time"} if kind in ("jsonl", "parquet") else {}
    return SourceSettings(id="s", kind=kind, path=file, **options)
