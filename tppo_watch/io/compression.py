"""Compressed files, in and out: gzip, bzip2, xz and Zstandard."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import Any, BinaryIO, Literal

from ..errors import InputError

if sys.version_info < (3, 14):
    from backports import zstd
else:  # of the standard library since
    zstd = import_module("compression.zstd")

Compression = Literal["gzip", "bzip2", "xz", "zstd"]

COMPRESSED_ENDINGS: dict[str, Compression] = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}

# What a compressed file begins with. No text does: three of them are not UTF-8, the other nothing one writes.
_BEGINNINGS: tuple[tuple[bytes, Compression], ...] = (
    (b"\x1f\x8b\x08", "gzip"),
    *((b"BZh%d1AY&SY" % level, "bzip2") for level in range(1, 10)),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_LONGEST = max(len(beginning) for beginning, _ in _BEGINNINGS)
_OPENERS: dict[Compression, Callable[[Any], Any]] = {
    "gzip": lambda file: gzip.GzipFile(fileobj=file),
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "zstd": zstd.ZstdFile,
}
# Members one after the other are a whole file to all readers, so that batches are packed each by itself.
_PACKERS: dict[Compression, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, compresslevel=6, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd.compress,
}
_DAMAGED = (OSError, zlib.error, lzma.LZMAError, zstd.ZstdError)


def compression_of(name: str) -> tuple[str, Compression | None]:
    """A file name without the ending of its compression, and which one that is; None where there is none."""
    path = PurePath(name)
    kind = COMPRESSED_ENDINGS.get(path.suffix.lower())
    return (str(path.with_suffix("")), kind) if kind else (name, None)


def compressed(data: bytes, kind: Compression | None) -> bytes:
    """`data` as a whole compressed file, to which others may be joined; as it is where `kind` is None."""
    return _PACKERS[kind](data) if kind and data else data


def decompressed(file: BinaryIO, name: str) -> io.BufferedReader:
    """What `file` holds, decompressed where its beginning says that it is compressed.

    What was compressed cannot seek. Reading it raises `InputError` where it is cut short or damaged, after
    everything before that has been read.
    """
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)  # type: ignore[type-var]
    head = buffered.peek(_LONGEST)[:_LONGEST]
    kind = next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), None)
    return io.BufferedReader(_Decompressed(buffered, kind, name), 2**17) if kind else buffered


class _Decompressed(io.RawIOBase):
    """The content of a compressed file; its damage is named."""

    def __init__(self, file: io.BufferedReader, kind: Compression, name: str) -> None:
        self._inner, self._kind, self._name = _OPENERS[kind](file), kind, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inner.read1(len(buffer))
        except EOFError:
            raise InputError(f"the {self._kind} data is cut short; fetch it again", item=self._name) from None
        except _DAMAGED as exc:
            if getattr(exc, "errno", None) is not None:  # of the disk, not of what is on it
                raise
            detail = " ".join(str(exc).split())[:100]
            raise InputError(f"the {self._kind} data is damaged: {detail}", item=self._name) from exc
        buffer[: len(data)] = data
        return len(data)
