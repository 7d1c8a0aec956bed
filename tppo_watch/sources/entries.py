"""Add a source to the settings file, or take one out, leaving the rest of the file as its owner wrote it."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..config import load_settings, settings_from
from ..errors import ConfigError
from ..io.writing import replacing

_TABLE = re.compile(r"\s*\[")
_SOURCES = re.compile(r"\s*\[\[\s*sources\s*\]\]\s*(?:#.*)?")


def add_source(file: Path, entry: Mapping[str, str | bool]) -> None:
    """Append a ``[[sources]]`` table with these keys to the settings file; a file that is missing is made.

    Raises
    ------
    ConfigError
        If the file is not valid, before or with the new table; it then stays as it was.
    """
    text = _read(file) if file.exists() else ""
    lines = ["", "[[sources]]", *(f"{key} = {_quoted(value)}" for key, value in entry.items())]
    text = text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"
    _write(file, text.lstrip("\n"), None)


def remove_source(file: Path, source_id: str) -> None:
    """Take the ``[[sources]]`` table with this id out of the settings file. What was kept from it stays.

    Raises
    ------
    ConfigError
        If there is no such source, or the file is written in a way that only a person should edit.
    """
    ids = [source.id for source in load_settings(file).sources]
    if source_id not in ids:
        known = ", ".join(ids) or "none"
        raise ConfigError(f"there is no source {source_id!r}; there are: {known}", file=str(file))
    lines = _read(file).splitlines(keepends=True)
    starts = [at for at, line in enumerate(lines) if _SOURCES.fullmatch(line.rstrip("\r\n"))]
    expected = tomllib.loads("".join(lines))
    del expected["sources"][ids.index(source_id)]
    if len(starts) == len(ids):
        start = starts[ids.index(source_id)]
        end = next((at for at in range(start + 1, len(lines)) if _TABLE.match(lines[at])), len(lines))
        _write(file, "".join(lines[:start] + lines[end:]), expected)
        return
    raise _by_hand(file)


def _write(file: Path, text: str, expected: dict[str, Any] | None) -> None:
    """Replace the file once the new text has proven to be valid, and to say what it should."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise _by_hand(file) from None
    if expected is not None and data | {"sources": data.get("sources", [])} != expected:
        raise _by_hand(file)
    settings_from(data, folder=file.resolve().parent, file=str(file))
    with replacing(file) as stream:
        stream.write(text.encode())


def _by_hand(file: Path) -> ConfigError:
    return ConfigError("is written in a way this command cannot edit safely; edit it by hand", file=str(file))


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except OSError as exc:
        raise ConfigError(f"cannot be read: {os.strerror(exc.errno or 0)}", file=str(file)) from exc
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8 text", file=str(file)) from None


def _quoted(value: str | bool) -> str:
    """A value in TOML, whose strings are JSON's, apart from the sign that only TOML forbids."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
