"""One web page: its job postings where it marks them up, else its main text.

Postings are JSON-LD of the type JobPosting (https://schema.org/JobPosting), as portals offer them to search
engines. The main text is found by trafilatura.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..config import SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from . import guarded
from .content import Fetcher
from .dates import parse_time, told_time
from .json_items import RAW, address, objects, raw_of, text_in
from .markup import html_to_text, parsed
from .plain import decode, id_from, incomplete, unrepeated

_MAX_BLOCKS = 200  # of JSON-LD on one page
_MAX_DEPTH = 12  # of lists and objects around a posting
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|article|div|p)\b", re.I)
# Comments around the JSON, line ends inside its strings and a comma at the end: what templates leave.
_COMMENTS = re.compile(
    r"\A\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*.{0,80}?\*/)|(?://\s*)?(?:-->|\]\]>)\s*;?\s*\Z", re.S
)
_LAST_COMMA = re.compile(r",\s*(?=[}\]])")
_EMPLOYMENT = {
    "FULL_TIME": "penuh waktu", "PART_TIME": "paruh waktu", "CONTRACTOR": "kontrak", "TEMPORARY": "sementara",
    "INTERN": "magang", "VOLUNTEER": "sukarela", "PER_DIEM": "harian",
}  # fmt: skip
_UNIT = {"HOUR": "jam", "DAY": "hari", "WEEK": "minggu", "MONTH": "bulan", "YEAR": "tahun"}


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """Whether `body` is HTML."""
    return {} if _HTML.search(body[:8192]) else None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post a JobPosting, in the order of the page; without any, one post of the page's text."""
    yield from guarded.read("page", source, fetcher, is_page=True)


def items(
    body: bytes, source: SourceSettings, max_items: int, now: datetime | None
) -> Iterator[Post | Failure]:
    """What the page in `body` holds, whose address is `source.url`. To be run in a guarded process."""
    tree = parsed(decode(body, source.id))
    count = 0
    seen: dict[str, int] = {}
    for number, block in enumerate([] if tree is None else _blocks(tree), 1):
        try:
            data = _loads(block)
        except ValueError:
            where = f"{source.id}: JSON-LD block {number}"
            yield Failure(where, "read", "is no valid JSON", block.encode()[:RAW])
            continue
        for posting in _postings(data):
            count += 1
            if count > max_items:
                said = f"only the first {max_items} postings are read ([fetch] max_items = {max_items})"
                yield Failure(source.id, "read", said)
                return
            flaws: list[str] = []
            post = _posting(posting, source, seen, flaws)
            where = f"{source.id}: posting {count}"
            yield post or Failure(where, "read", "has neither title nor description", raw_of(posting))
            if flaws:
                yield incomplete(where, flaws, raw_of(posting))
    if not count:
        post = None if tree is None else _main_text(tree, source)
        if post is None:
            raise SourceError(source.id, "is a page with neither a job posting nor a text of its own")
        yield post


def _blocks(tree: Any) -> list[str]:
    blocks = tree.xpath("//script[contains(translate(@type, 'JSONLD', 'jsonld'), 'ld+json')]")
    return [block.text for block in blocks[:_MAX_BLOCKS] if block.text and block.text.strip()]


def _loads(block: str) -> Any:
    block = _COMMENTS.sub("", block)
    try:
        return json.loads(block, strict=False)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError:
        return json.loads(_LAST_COMMA.sub("", block), strict=False)


def _postings(data: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """JobPostings anywhere in the data: alone, in lists, in @graph, in the items of a list of results."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(data, list):
        for item in data:
            yield from _postings(item, depth + 1)
    elif isinstance(data, Mapping):
        kinds = data.get("@type")
        named = kinds if isinstance(kinds, list) else [kinds]
        if any(str(kind).rpartition("/")[2] == "JobPosting" for kind in named):
            yield data
            return
        for value in data.values():
            if isinstance(value, list | Mapping):
                yield from _postings(value, depth + 1)


def _posting(
    data: Mapping[str, Any], source: SourceSettings, seen: dict[str, int], flaws: list[str]
) -> Post | None:
    title = html_to_text(_word(data.get("title")) or _word(data.get("name")))
    body = _word(data.get("description"))
    # Portals escape the markup of the description once more than needed.
    body = html_to_text(html_to_text(body) if "&lt;" in body else body)
    if not title and not body:
        return None
    lines = [title, *_facts(data), body]
    link = address(data.get("url")) or source.url
    named = data.get("identifier")
    named = _word(named.get("value") if isinstance(named, Mapping) else named)
    time = text_in(data, "datePosted", "dateModified")
    # Several postings of one page share its address.
    native = f"{link or ''} {named}".strip() or id_from(title, body)
    return Post(
        source_id=source.id,
        native_id=unrepeated(native[:480], seen),
        text="\n".join(line for line in lines if line),
        url=link,
        published=told_time(time, flaws, zone=source.timezone),
        author=_named(data.get("hiringOrganization"))[:200] or None,
        title=title or None,
    )


def _facts(data: Mapping[str, Any]) -> Iterator[str]:
    """A line each for what the description often leaves out: employer, place, pay, kind of work."""
    if employer := _named(data.get("hiringOrganization")):
        yield f"Perusahaan: {employer}"
    places = [place for item in objects(data.get("jobLocation"))[:10] if (place := _place(item))]
    if places:
        yield f"Lokasi: {'; '.join(dict.fromkeys(places))}"
    if pay := _pay(data.get("baseSalary")):
        yield f"Gaji: {pay}"
    kinds = data.get("employmentType")
    named = [_word(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])]
    if words := [_EMPLOYMENT.get(kind, kind) for kind in named if kind]:
        yield f"Jenis pekerjaan: {', '.join(words[:7])}"


def _word(value: Any) -> str:
    """A text or number as words on one line; nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _named(value: Any) -> str:
    """The name of an organisation, which may stand for itself."""
    found = objects(value)
    return " ".join((_word(found[0].get("name")) if found else _word(value)).split())


def _place(item: Mapping[str, Any]) -> str:
    parts = item.get("address")
    if not isinstance(parts, Mapping):
        return _word(parts) or _word(item.get("name"))
    names = ("streetAddress", "addressLocality", "addressRegion", "addressCountry")
    words = [_named(parts.get(name)) for name in names]
    return ", ".join(dict.fromkeys(word for word in words if word))


def _pay(value: Any) -> str:
    """``Rp 5000000 - 7000000 per bulan``, from MonetaryAmount or a number."""
    if not isinstance(value, Mapping):
        return _word(value)
    amount, currency = value.get("value"), _word(value.get("currency"))
    unit = ""
    if isinstance(amount, Mapping):
        unit = _UNIT.get(_word(amount.get("unitText")).upper(), "")
        bounds = [_whole(amount.get(name)) for name in ("minValue", "maxValue")]
        shown = " - ".join(dict.fromkeys(bound for bound in bounds if bound)) or _whole(amount.get("value"))
    else:
        shown = _whole(amount)
    if not shown:
        return ""
    parts = ("Rp" if currency == "IDR" else currency, shown, f"per {unit}" if unit else "")
    return " ".join(part for part in parts if part)


def _whole(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _word(value)


def _main_text(tree: Any, source: SourceSettings) -> Post | None:
    import trafilatura  # half a second to import, and most pages are job postings

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it complains of each page without text

    try:
        document = trafilatura.bare_extraction(
            tree,
            url=source.url,
            fast=True,
            include_comments=False,
            favor_recall=True,
            date_extraction_params=None,
        )
    except Exception:  # noqa: BLE001 - it documents no errors; a page that breaks it has no text
        return None
    text = (document.text or "").strip() if document else ""
    if not text:
        return None
    title = (document.title or "").strip()
    return Post(
        source_id=source.id,
        native_id=(source.url or id_from(text))[:500],
        text=text if not title or text.startswith(title) else f"{title}\n{text}",
        url=source.url,
        published=parse_time(document.date, zone=source.timezone) if document.date else None,
        author=(document.author or "").strip()[:200] or None,
        title=title or None,
    )
