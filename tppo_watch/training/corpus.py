"""Labelled records: reading, checking, splitting."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..types import LABELS, STANCES

RISKS = ("none", "low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Span:
    """A marked stretch of a record; `alt` lists ids that count as equal."""

    kind: str
    id: str
    start: int
    end: int
    alt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One labelled text in the form of ``docs/guideline.md``."""

    id: str
    text: str
    label: str
    stance: str
    types: tuple[str, ...]
    risk: str
    assistance: bool
    channel: str
    lang: tuple[str, ...]
    spans: tuple[Span, ...]
    pair: str | None
    note: str
    ordinary: bool  #: everyday text or a plain advert, written as background and not as a look-alike


def needs_help(record: Record | None) -> bool:
    """Whether somebody asks for help, and nobody recruits."""
    return record is not None and record.assistance and record.label != "trafficking"


def is_both(record: Record | None) -> bool:
    """Whether somebody asks for help and a recruiter speaks."""
    return record is not None and record.assistance and record.label == "trafficking"


def record_from(row: dict[str, Any], where: str) -> Record:
    """Checked record of one JSON object; InputError says which field is wrong."""

    def wrong(field: str, why: str) -> InputError:
        return InputError(f"{field}: {why}", item=f"{where} ({row.get('id', 'no id')})")

    for field in ("id", "text", "label", "stance"):
        if not isinstance(row.get(field), str) or not row[field]:
            raise wrong(field, "missing or not a text")
    if row["label"] not in LABELS:
        raise wrong("label", f"{row['label']!r} is none of {', '.join(LABELS)}")
    if row["stance"] not in STANCES:
        raise wrong("stance", f"{row['stance']!r} is none of {', '.join(STANCES)}")
    risk = row.get("risk", "none")
    if risk not in RISKS:
        raise wrong("risk", f"{risk!r} is none of {', '.join(RISKS)}")
    spans = []
    for span in row.get("spans", ()):
        try:
            found = Span(span["kind"], span["id"], span["start"], span["end"], tuple(span.get("alt", ())))
            inside = 0 <= found.start < found.end <= len(row["text"])
        except (KeyError, TypeError, AttributeError) as exc:
            raise wrong("spans", "each needs kind, id, start and end") from exc
        if not inside:
            raise wrong("spans", f"{found.id} {found.start}:{found.end} lies outside the text")
        spans.append(found)
    lang = row.get("lang") or ["id"]
    return Record(
        id=row["id"],
        text=row["text"],
        label=row["label"],
        stance=row["stance"],
        types=tuple(row.get("types", ())),
        risk=risk,
        assistance=bool(row.get("assistance", False)),
        channel=row.get("channel", "other"),
        lang=(lang,) if isinstance(lang, str) else tuple(lang),
        spans=tuple(spans),
        pair=None if row.get("pair") is None else str(row["pair"]),
        note=row.get("note", ""),
        ordinary=bool(row.get("ordinary", False)),
    )


def read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of every non-empty line; InputError says which line is none."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{path.name}:{number}"
            try:
                row = json.loads(line)
            except UnicodeDecodeError as exc:
                raise InputError("not UTF-8", item=where) from exc
            except json.JSONDecodeError as exc:
                raise InputError(f"not valid JSON: {exc.msg}", item=where) from exc
            if not isinstance(row, dict):
                raise InputError("not a JSON object", item=where)
            yield number, row


def jsonl_files(path: Path) -> list[Path]:
    """The file itself, or the JSONL files of a folder in the order of their names.

    Raises
    ------
    InputError
        Where there is none.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path] if path.exists() else []
    if not files:
        raise InputError("no such file, or no JSONL file in the folder", item=str(path))
    return files


def load_corpus(paths: Iterable[Path]) -> list[Record]:
    """Records of JSONL files, or of all JSONL files of folders, in the order of names and lines."""
    return [
        record_from(row, f"{file.name}:{number}")
        for path in paths
        for file in jsonl_files(path)
        for number, row in read_jsonl(file)
    ]


def half_of(id: str) -> int:
    """0 or 1 by a hash of an id: the same half everywhere, for ever. Half 0 may train, half 1 measures."""
    return hashlib.sha256(id.encode("utf-8", "surrogatepass")).digest()[0] & 1
