"""What a message says: short, in one language, numbers masked, no score beside who may need help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..storage.alerts import AlertRecord
from ..wording import Language, Words
from .views import restored, summary

_NAMED = 10  # alerts told one by one; of more only the number
_REASONS = 2


@dataclass(frozen=True, slots=True)
class Told:
    """A message ready to go: as text for people, as JSON for programs. Both name its id."""

    id: str
    kind: str
    title: str
    text: str
    payload: Mapping[str, Any]


def told(
    message_id: str,
    kind: str,
    records: Sequence[AlertRecord],
    notices: Sequence[Mapping[str, Any]],
    lang: Language,
    *,
    console: str | None = None,
) -> Told:
    """The message about these alerts, signals and notices, those who need help first.

    With the address of the `console` each alert links to its page, where whoever opens it signs in.
    """
    words = Words(lang)
    lines = [_linked(_line(record, words), console, f"/posts/{record.id}") for record in records[:_NAMED]]
    if len(records) > _NAMED:
        more = words.term("messages", "more").format(len(records) - _NAMED)
        lines.append(_linked(more, console, "/queue"))
    signals = [notice for notice in notices if "series" in notice]
    notices = [notice for notice in notices if "series" not in notice]
    lines += [_linked(_signal(one, words), console, f"/signals/{one['id']}") for one in signals[:_NAMED]]
    if len(signals) > _NAMED:
        lines.append(
            _linked(words.term("messages", "more").format(len(signals) - _NAMED), console, "/signals")
        )
    lines += [_notice(notice, words) for notice in notices]
    if any(record.lane != "assistance" for record in records):
        lines.append(words.statement)
    lines.append(f"[{message_id}]")
    payload: dict[str, Any] = {"id": message_id, "type": kind}
    if records:
        payload["alerts"] = [_summary(record, console) for record in records]
    if signals:
        payload["signals"] = [dict(one) for one in signals]
    if notices:
        payload["notices"] = [dict(notice) for notice in notices]
    return Told(message_id, kind, _title(kind, records, words), "\n\n".join(lines), payload)


def _title(kind: str, records: Sequence[AlertRecord], words: Words) -> str:
    name = words.term("messages", kind)
    if not records:
        return f"TPPO: {name}"
    lanes = dict.fromkeys(words.term("lanes", record.lane) for record in records)
    count = f" ({len(records)})" if len(records) > 1 else ""
    return f"TPPO: {name}, {', '.join(lanes)}{count}"


def _line(record: AlertRecord, words: Words) -> str:
    line = summary(record)
    head = f"#{record.id} {words.term('lanes', record.lane)}"
    if record.lane == "assistance":
        return f"{head}. {line['excerpt']}"
    why = "; ".join(words.why(restored(record), is_plea=False)[:_REASONS])
    return f"{head}: {why}. {line['excerpt']}"


def _linked(line: str, console: str | None, path: str) -> str:
    return line if console is None else f"{line}\n{console}{path}"


def _summary(record: AlertRecord, console: str | None) -> dict[str, Any]:
    line = summary(record)
    if console is not None:
        line["link"] = f"{console}/posts/{record.id}"
    if record.lane == "assistance":
        for name in ("risk", "level", "type"):
            line.pop(name, None)
    return line


def _signal(signal: Mapping[str, Any], words: Words) -> str:
    counts = (words.number(round(signal[name], 1)) for name in ("count", "expected"))
    said = words.term("messages", "rose").format(words.series(signal["series"]), *counts)
    return f"{said} ({', '.join(dict.fromkeys((signal['first_day'], signal['last_day'])))})"


def _notice(notice: Mapping[str, Any], words: Words) -> str:
    said = words.term("source_news", notice["kind"]).format(notice["source_id"])
    detail = notice.get("error") or notice.get("moved_to")
    return f"{said}: {detail}" if detail else said
