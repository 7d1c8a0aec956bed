"""Unlabelled public text: one half may train, the other half only measures false alarms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .corpus import half_of, jsonl_files, read_jsonl

TRAINS, MEASURES = 0, 1
#: Kinds that are no recruitment for exploitation, but for what slips in; `fake_job` is left out of both.
ORDINARY_KINDS = ("ad_formal", "ad_informal", "ad_overseas", "social", "news", "other")
MEASURED_KINDS = ("ad_formal", "ad_informal", "ad_overseas", "social", "news")
MAX_CHARACTERS = 4_000  # of one text in training; longer ones are articles whose end says nothing new


@dataclass(frozen=True, slots=True)
class PublicText:
    """One public text; `family` is the name of its file."""

    id: str
    text: str
    kind: str
    family: str


def public_texts(path: Path, half: int) -> Iterator[PublicText]:
    """Texts of one half, by a hash of the id, of a JSONL file or a folder: ``id``, ``text``, ``kind`` a line.

    Text under a non-commercial licence is never in the half that trains.

    Raises
    ------
    InputError
        Where the path leads nowhere, or a line lacks a field.
    """
    for file in jsonl_files(path):
        for number, row in read_jsonl(file):
            for name in ("id", "text", "kind"):
                if not isinstance(row.get(name), str):
                    raise InputError(f"{name}: missing or not a text", item=f"{file.name}:{number}")
            if half_of(row["id"]) != half:
                continue
            if half == TRAINS and "NC" in str(row.get("license", "")).upper().replace("-", " ").split():
                continue
            if row["kind"] in (ORDINARY_KINDS if half == TRAINS else MEASURED_KINDS):
                yield PublicText(row["id"], row["text"][:MAX_CHARACTERS], row["kind"], file.stem)
