"""Files of posts that commands read: which format, whether they can be read, how far they are read."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

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


class Files:
    """Files to be read one after the other, and how far they are read."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._sizes = [_size(name) for name in names]
        self._before = 0  # bytes of the files that are done
        self._current: BinaryIO | None = None

    def __len__(self) -> int:
        return len(self._names)

    @property
    def size(self) -> int | None:
        """Bytes of all of them; None where there is no end to measure against."""
        return None if None in self._sizes else sum(filter(None, self._sizes))

    def position(self) -> int:
        """Bytes read so far, compressed as they are."""
        if self._current is None or self.size is None:
            return self._before
        try:
            return self._before + self._current.tell()
        except (OSError, ValueError):
            return self._before

    def __iter__(self) -> Iterator[tuple[int, str, BinaryIO]]:
        """Each with its number, from 0, and what messages call it; open until the next one is asked for."""
        for number, name in enumerate(self._names):
            with opened(name) as file:
                self._current = file
                yield number, shown_name(name), file
                self._current = None
                self._before += self._sizes[number] or 0


def _size(name: str) -> int | None:
    try:
        state = os.fstat(sys.stdin.fileno()) if name == "-" and sys.stdin else os.stat(name)
    except (OSError, ValueError):
        return None
    return state.st_size if stat.S_ISREG(state.st_mode) else None
