"""Content codings, undone in bounded steps: a bomb never grows past the cap that counts its output."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, Protocol

#: What is asked for, in the order of preference.
ACCEPTED = ("gzip", "deflate", "br", "zstd")
_PLAIN = ("", "identity")
_STEP = 64 * 1024  # bytes put out at a time
_ZSTD_WINDOW_LOG = 23  # 8 MiB: RFC 9659 lets no sender of this coding ask for more


class CodingError(ValueError):
    """Data that are not of the coding they claim, or end too early."""


class _Decoder(Protocol):
    is_whole: bool  #: whether the data may end here

    def feed(self, chunk: bytes) -> Iterator[bytes]: ...


def is_accepted(coding: str) -> bool:
    """Whether a header may name `coding`; one coding on top of another never is."""
    return (name := _name(coding)) in _PLAIN or name in ACCEPTED


def decoded(coding: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of what `chunks` hold in an accepted `coding`, each of 64 KiB or little more.

    Raises
    ------
    CodingError
        If the data are broken or cut short.
    """
    name = _name(coding)
    if name in _PLAIN:
        yield from chunks
        return
    decoder: _Decoder | None = None
    for chunk in chunks:
        if chunk:
            decoder = decoder or _DECODERS[name]()
            try:
                yield from decoder.feed(chunk)
            except CodingError:
                raise
            except Exception:  # each library has an error of its own for data that are not its own
                raise CodingError(f"broken {name} data") from None
    if decoder is not None and not decoder.is_whole:
        raise CodingError(f"{name} data that are cut short")


def _name(coding: str) -> str:
    return coding.strip().lower().removeprefix("x-")


class _Inflate:
    """Gzip of any number of members, or deflate with or without the wrapping that its RFC asks for."""

    def __init__(self, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._unpack: Any = zlib.decompressobj(wbits=31) if is_gzip else None

    @property
    def is_whole(self) -> bool:
        return self._unpack.eof

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        if self._unpack is None:
            # Some servers send the bare stream; the low bits of a first byte with wrapping say 8.
            self._unpack = zlib.decompressobj(wbits=15 if chunk[0] & 0x0F == 8 else -15)
        while chunk:
            if self._unpack.eof:
                if not (self._is_gzip and chunk[:1] == b"\x1f"):
                    return  # what follows the end belongs to nobody
                self._unpack = zlib.decompressobj(wbits=31)
            piece = self._unpack.decompress(chunk, _STEP)
            while piece:
                yield piece
                piece = self._unpack.decompress(self._unpack.unconsumed_tail, _STEP)
            chunk = self._unpack.unused_data


class _Brotli:
    def __init__(self) -> None:
        import brotli

        self._unpack = brotli.Decompressor()

    @property
    def is_whole(self) -> bool:
        return self._unpack.is_finished()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while not self._unpack.is_finished():
            piece = self._unpack.process(chunk, output_buffer_limit=_STEP)
            if not piece:  # all that was put in is out
                return
            yield piece
            chunk = b""


class _Zstd:
    """Any number of frames."""

    def __init__(self) -> None:
        self._unpack = self._start()

    @staticmethod
    def _start() -> Any:
        if sys.version_info < (3, 14):
            from backports import zstd
        else:  # the standard library's own, which the other one brings to older versions
            zstd = import_module("compression.zstd")
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    @property
    def is_whole(self) -> bool:
        return self._unpack.eof

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._unpack.eof:
                self._unpack = self._start()
            yield self._unpack.decompress(chunk, _STEP)
            while not self._unpack.needs_input and not self._unpack.eof:
                yield self._unpack.decompress(b"", _STEP)
            chunk = self._unpack.unused_data if self._unpack.eof else b""


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Inflate(is_gzip=True),
    "deflate": lambda: _Inflate(is_gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}
