"""One row of a file of posts, and what is taken of a record to make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError


@dataclass(frozen=True, slots=True)
class Row:
    """One row of input: a text, or the reason why there is none."""

    line: int  #: 1 for the first line of the file; in Parquet the first row
    id: str | int | None  #: None where the row has none
    text: str | None
    error: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)  #: those asked for, as far as the row has them


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fields that are read of a record."""

    text: str
    id: str
    others: tuple[str, ...]
    repair: str = ""  #: what to do about a column that is not there

    def check(self, columns: Sequence[str], name: str) -> None:
        """Fail where a table lacks a column."""
        for column in (self.text, self.id, *self.others):
            if (times := columns.count(column)) > 1:
                raise InputError(f"column {column!r} stands {times} times; rename all but one", item=name)
        for column in (self.text, *self.others):
            if column not in columns:
                found = ", ".join(columns)[:200] or "none"
                is_text = column == self.text
                usual = "name it with --text-field or text_field" if is_text else "correct the settings"
                repair = self.repair or usual
                raise InputError(f"no column {column!r} among: {found}; {repair}", item=name)

    def row(self, number: int, record: Mapping[str, Any]) -> Row:
        """The row that a record holds."""
        fields = {name: record[name] for name in self.others if name in record}
        id, text, error = _id(record.get(self.id)), record.get(self.text), None
        if self.text not in record:
            error = f"no field {self.text!r}"
        elif not isinstance(text, str):
            text, error = None, f"field {self.text!r} is {kind_of(text)}, not a text"
        return Row(number, id, text, error, fields)


class Unreadable:
    """Stands for a cell that cannot be read."""


def _id(value: Any) -> str | int | None:
    return value if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "" else None


def kind_of(value: Any) -> str:
    """What a value is, in words."""
    kinds = {dict: "an object", list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    kinds[Unreadable] = "unreadable"
    return kinds.get(type(value), "a number" if isinstance(value, (int, float)) else type(value).__name__)
