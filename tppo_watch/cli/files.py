"""Files of posts that commands read: which format, whether they can be read, how far they are read."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import typer

from ..errors import InputError
from ..io.reading import INPUT_ENDINGS, InputFormat, format_of
from .output import say


def shown_name(name: str) -> str:
    """What messages call a file."""
    return "standard input" if name == "-" else name


def input_format(name: str, format: InputFormat | None) -> InputFormat:
    """The format of a file: as said, else by its ending; standard input has JSON Lines."""
    kind = format or ("jsonl" if name == "-" else format_of(name))
    if kind is None:
        endings = " ".join(INPUT_ENDINGS)
        raise typer.BadParameter(f"{name}: its ending is none of {endings}; name the format with --format")
    return kind


def check_readable(name: str) -> None:
    """Fail before the model is loaded and anything is written, not at the third file."""
    if name != "-":
        if os.path.isdir(name):
            raise InputError("is a folder; name the files in it", item=name)
        if not stat.S_ISFIFO(os.stat(name).st_mode):  # a pipe can be opened once
            open(name, "rb").close()


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """A file to read while the block runs; ``-`` is standard input."""
    if name != "-":
        with open(name, "rb") as file:
            yield file
        return
    if sys.stdin is None:
        raise InputError("is closed", item="standard input")
    if sys.stdin.isatty():
        say("reading from standard input; end with Ctrl-D")
    yield sys.stdin.buffer


def position(file: Any) -> tuple[int, int | None]:
    """Bytes read and bytes in all; (0, None) where there is no end to measure against."""
    try:
        state = os.fstat(file.fileno())
        return (file.tell(), state.st_size) if stat.S_ISREG(state.st_mode) else (0, None)
    except (OSError, ValueError):
        return 0, None
