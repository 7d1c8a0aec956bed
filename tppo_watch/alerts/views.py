"""An alert as people and programs see it: masked unless asked otherwise, with everything that explains it."""

from __future__ import annotations

from typing import Any

from ..storage.alerts import AlertRecord
from ..types import Assessment
from .masking import masked, masked_contact

_EXCERPT = 90  # characters


def summary(record: AlertRecord, *, reveal: bool = False) -> dict[str, Any]:
    """One line of the queue, JSON-ready. `type` is the likeliest exploitation type, absent where none is."""
    body = record.assessment
    likeliest = max(body["exploitation"].items(), key=lambda item: item[1], default=None)
    line: dict[str, Any] = {
        "id": record.id,
        "lane": record.lane,
        "state": record.state,
        "level": body["level"],
        "risk": body["risk"],
        "source": record.source_id,
        "time": (record.published or record.fetched).isoformat(),
        "first_seen": record.first_seen.isoformat(),
        "last_seen": record.last_seen.isoformat(),
        "copies": record.copies,
        "excerpt": excerpt(_shown_text(record, reveal)),
    }
    if record.campaign is not None:
        line["campaign"] = f"c{record.campaign}"
        line["campaign_posts"] = record.campaign_posts
    if likeliest:
        line["type"] = likeliest[0]
    return line


def details(record: AlertRecord, *, reveal: bool = False) -> dict[str, Any]:
    """Everything about one alert, JSON-ready: the line of the queue, the post, and its assessment.

    Offsets of the assessment count in `text` as given here; masking keeps its length.
    """
    text = _shown_text(record, reveal)
    title = record.title if reveal or record.title is None else masked(record.title)
    post = {"text": text, "url": record.url, "title": title, "province": record.province}
    line = summary(record, reveal=reveal)
    del line["excerpt"]
    return {
        **line,
        **{name: value for name, value in post.items() if value is not None},
        "assessment": restored(record, reveal=reveal).to_dict(),
    }


def restored(record: AlertRecord, *, reveal: bool = False) -> Assessment:
    """The stored assessment as a record again, on the text as it may be shown."""
    body = record.assessment
    if not reveal:
        entities = [{**entity, "value": masked_contact(entity["value"])} for entity in body["entities"]]
        body = {**body, "entities": entities}
    return Assessment.from_dict(body, _shown_text(record, reveal))


def excerpt(text: str) -> str:
    """The first words on one line."""
    line = " ".join(text.split())
    if len(line) <= _EXCERPT:
        return line
    cut = line[:_EXCERPT]
    words = cut.rpartition(" ")[0]
    return (words if len(words) > _EXCERPT // 2 else cut[:-1]) + "…"  # one endless word is cut within


def _shown_text(record: AlertRecord, reveal: bool) -> str:
    return record.text if reveal else masked(record.text, record.assessment["entities"])
