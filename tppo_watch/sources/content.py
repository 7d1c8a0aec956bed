"""The bytes of a source, from a file or through the gate, and what to ask with next time."""

from __future__ import annotations

import hashlib
import io
import os
from typing import BinaryIO, Protocol

from ..config import FetchSettings, SourceSettings
from ..errors import SourceError
from .web import Web


class Fetcher(Protocol):
    """Opens what a source holds; whatever it refers to is asked for through `web`."""

    config: FetchSettings
    web: Web

    def open(self, source: SourceSettings, *, is_page: bool = False) -> BinaryIO | None:
        """The content to read, to be closed by the caller; None where nothing changed since the last scan.

        `is_page` marks an address made for people: its host's robots.txt is asked first.
        """
        ...


class SourceFetcher:
    """Opens one source and keeps the validators of what it opened.

    Attributes
    ----------
    etag, last_modified : str or None
        What the next scan should ask with; to be stored once everything read is stored. For a file `etag` is
        a mark made here from its size, its time and the settings it was read with.
    unchanged : bool
        Whether the source said that nothing changed.
    moved_to : str or None
        Where the address has moved for good, if its server said so.
    """

    def __init__(
        self,
        config: FetchSettings,
        *,
        web: Web | None = None,
        address: str | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> None:
        self.config, self.etag, self.last_modified = config, etag, last_modified
        self.web = web or Web(config)
        self._address = address  #: where the source has moved; its `url` without it
        self.unchanged = False
        self.moved_to: str | None = None

    def open(self, source: SourceSettings, *, is_page: bool = False) -> BinaryIO | None:
        return self._open_url(source, is_page) if source.url else self._open_file(source)

    def _open_url(self, source: SourceSettings, is_page: bool) -> BinaryIO | None:
        answer = self.web.get(
            self._address or source.url or "",
            source_id=source.id,
            etag=self.etag,
            last_modified=self.last_modified,
            is_page=is_page,
        )
        self.moved_to = answer.moved_to
        if answer.is_unchanged:
            self.unchanged = True
            return None
        self.etag, self.last_modified = answer.etag, answer.last_modified
        return io.BytesIO(answer.body)

    def _open_file(self, source: SourceSettings) -> BinaryIO | None:
        path = source.path
        assert path is not None  # settings hold exactly one of url and path
        if path.exists() and not path.is_file():  # a pipe or device would wait for ever
            raise SourceError(source.id, f"{path} is not a file")
        try:
            stream = path.open("rb")
        except OSError as exc:
            raise SourceError(source.id, f"{path} cannot be opened: {exc.strerror or exc}") from exc
        stat = os.fstat(stream.fileno())
        mark = _mark(source, stat.st_size, stat.st_mtime_ns)
        if mark == self.etag or stat.st_size > self.config.max_file_bytes:
            stream.close()
            if mark == self.etag:
                self.unchanged = True
                return None
            raise SourceError(
                source.id,
                f"{path} has {stat.st_size} bytes; max_file_bytes allows {self.config.max_file_bytes}",
            )
        self.etag, self.last_modified = mark, None
        return stream


def _mark(source: SourceSettings, size: int, mtime_ns: int) -> str:
    # Of the settings only those that change what is read: a new `every` is no reason to read again.
    settings = source.model_dump_json(exclude={"every"})
    return f"{hashlib.sha256(settings.encode()).hexdigest()[:16]}-{size}-{mtime_ns}"
