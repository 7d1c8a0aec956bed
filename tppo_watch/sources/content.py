"""The bytes of a source, from a file or through the gate, and what to ask with next time."""

from __future__ import annotations

import errno
import hashlib
import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from ..config import FetchSettings, SourceSettings
from ..errors import SourceError
from ..types import Picture
from .web import Web

_SAMPLE = 256 * 1024  # bytes
_MEMORY = "read:"  # begins the memory of a source of many parts, where others have a validator


class Fetcher(Protocol):
    """Opens what a source holds; whatever it refers to is asked for through `web`."""

    config: FetchSettings
    web: Web
    now: datetime | None  #: what "two hours ago" counts from; None where nobody says
    unchanged: bool  #: whether nothing changed since the last scan; a source of many parts says so itself

    def open(
        self, source: SourceSettings, *, is_page: bool = False, is_conditional: bool = True
    ) -> BinaryIO | None:
        """The content to read, to be closed by the caller; None where nothing changed since the last scan.

        `is_page` marks an address made for people: its host's robots.txt is asked first. A source that keeps
        its own memory of what it read asks for the content whether it changed or not.
        """
        ...

    def attachment(self, source: SourceSettings, name: str, max_bytes: int) -> bytes:
        """What `source` refers to: at an address, beside its file, or in it where that is a zip.

        Raises `SourceError`.
        """
        ...

    def remembered(self) -> frozenset[str]:
        """Marks of the parts that were read before; see `remember`."""
        ...

    def remember(self, marks: Iterable[str]) -> None:
        """Keep marks, words without spaces, of all parts that need not be read again."""
        ...

    def forget(self) -> None:
        """Have everything read again next time: something had to be left out."""
        ...

    def when_kept(self, action: Callable[[], None]) -> None:
        """Have `action` done once everything that was read is stored."""
        ...

    def recall(self, place: str) -> Picture | None:
        """The picture that an address, or a digest, was found to be before; without its content."""
        ...

    def note(self, place: str, picture: Picture) -> None:
        """Have it known next time what is at an address, or has a digest."""
        ...

    def may_read_picture(self) -> bool:
        """Whether one more picture may be read in this scan; counts it."""
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
        now: datetime | None = None,
        recall: Callable[[str], Picture | None] = lambda place: None,
    ) -> None:
        self.config, self.etag, self.last_modified, self.now = config, etag, last_modified, now
        self.web = web or Web(config)
        self._address = address  #: where the source has moved; its `url` without it
        self._actions: list[Callable[[], None]] = []
        self._recall = recall
        self._head = b""
        self._pictures = 0
        self.noted: dict[str, Picture] = {}  #: to be kept for the next scan to recall
        self.unchanged = False
        self.moved_to: str | None = None

    def open(
        self, source: SourceSettings, *, is_page: bool = False, is_conditional: bool = True
    ) -> BinaryIO | None:
        if source.url:
            return self._open_url(source, is_page, is_conditional)
        return self._open_file(source, is_conditional)

    def remembered(self) -> frozenset[str]:
        memory = self.etag or ""
        return frozenset(memory.split()[1:]) if memory.startswith(_MEMORY) else frozenset()

    def remember(self, marks: Iterable[str]) -> None:
        self.etag, self.last_modified = " ".join([_MEMORY, *marks]), None

    def forget(self) -> None:
        self.etag = self.last_modified = None

    def recall(self, place: str) -> Picture | None:
        return self.noted.get(place) or self._recall(place)

    def note(self, place: str, picture: Picture) -> None:
        self.noted[place] = picture

    def may_read_picture(self) -> bool:
        self._pictures += 1
        return self._pictures <= self.config.max_pictures

    def when_kept(self, action: Callable[[], None]) -> None:
        self._actions.append(action)

    def finish(self) -> None:
        """Do what had to wait until everything was stored."""
        while self._actions:
            self._actions.pop(0)()

    def sample(self, source: SourceSettings) -> bytes:
        """The beginning of what was opened, for inspection where it could not be read."""
        if self._head or source.path is None or source.path.is_dir():
            return self._head
        try:
            return regular_file(source.path, _SAMPLE)[:_SAMPLE]
        except OSError:
            return b""

    def attachment(self, source: SourceSettings, name: str, max_bytes: int) -> bytes:
        if re.match(r"https?://", name, re.I):
            content = self.web.get(name, source_id=source.id).body
        elif source.path is None:
            raise SourceError(source.id, "refers to a file, and has none beside it")
        elif source.path.is_file() and zipfile.is_zipfile(source.path):
            content = member(source.path, name, source.id, max_bytes)
        else:
            content = _beside(source.path, name, source.id, max_bytes)
        if len(content) > max_bytes:
            raise SourceError(source.id, f"refers to a file of more than {max_bytes} bytes")
        return content

    def _open_url(self, source: SourceSettings, is_page: bool, is_conditional: bool) -> BinaryIO | None:
        answer = self.web.get(
            self._address or source.url or "",
            source_id=source.id,
            etag=self.etag if is_conditional else None,
            last_modified=self.last_modified if is_conditional else None,
            is_page=is_page,
        )
        self.moved_to = answer.moved_to
        if answer.is_unchanged:
            self.unchanged = True
            return None
        if is_conditional:
            self.etag, self.last_modified = answer.etag, answer.last_modified
        self._head = answer.body[:_SAMPLE]
        return io.BytesIO(answer.body)

    def _open_file(self, source: SourceSettings, is_conditional: bool) -> BinaryIO | None:
        path = source.path
        assert path is not None  # settings hold exactly one of url and path
        if path.exists() and not path.is_file():  # a pipe or device would wait for ever
            raise SourceError(source.id, f"{path} is not a file")
        try:
            stream = path.open("rb")
        except OSError as exc:
            raise SourceError(source.id, f"{path} cannot be opened: {exc.strerror or exc}") from exc
        status = os.fstat(stream.fileno())
        mark = _mark(source, status.st_size, status.st_mtime_ns)
        is_known = is_conditional and mark == self.etag
        if is_known or status.st_size > self.config.max_file_bytes:
            stream.close()
            if is_known:
                self.unchanged = True
                return None
            raise SourceError(
                source.id,
                f"{path} has {status.st_size} bytes; max_file_bytes allows {self.config.max_file_bytes}",
            )
        if is_conditional:
            self.etag, self.last_modified = mark, None
        return stream


class GivenFetcher(SourceFetcher):
    """A fetcher for content that is here already, on behalf of another."""

    def __init__(self, other: Fetcher, body: bytes) -> None:
        super().__init__(other.config, web=other.web, now=other.now, recall=other.recall)
        self._body, self._other = body, other
        self.is_partial = False  #: something had to be left out

    def note(self, place: str, picture: Picture) -> None:
        self._other.note(place, picture)

    def may_read_picture(self) -> bool:
        return self._other.may_read_picture()

    def forget(self) -> None:
        self.is_partial = True

    def open(
        self, source: SourceSettings, *, is_page: bool = False, is_conditional: bool = True
    ) -> BinaryIO | None:
        return io.BytesIO(self._body)


def _mark(source: SourceSettings, size: int, mtime_ns: int) -> str:
    # Of the settings only those that change what is read: a new `every` is no reason to read again.
    settings = source.model_dump_json(exclude={"every"})
    return f"{hashlib.sha256(settings.encode()).hexdigest()[:16]}-{size}-{mtime_ns}"


def regular_file(path: Path, max_bytes: int) -> bytes:
    """Up to one more than `max_bytes` of a file that is no link, pipe or device. Raises `OSError`."""
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is no regular file")
        return stream.read(max_bytes + 1)


def _beside(file: Path, name: str, source_id: str, max_bytes: int) -> bytes:
    """A file below the folder of `file`, or below `file` itself where that is one.

    Exports come from strangers, and may name any path.
    """
    folder = (file if file.is_dir() else file.parent).resolve()
    try:
        found = (folder / name).resolve()
        if not found.is_relative_to(folder):
            raise SourceError(source_id, "refers to a file outside its folder")
        return regular_file(found, max_bytes)
    except (OSError, ValueError, RuntimeError) as exc:
        said = getattr(exc, "strerror", None) or "has an impossible name"
        raise SourceError(source_id, f"refers to a file that cannot be read: {said}") from None


#: What a damaged or hostile archive makes the standard library raise.
BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, NotImplementedError,
    ValueError,
)  # fmt: skip


def member(archive: Path, name: str, source_id: str, max_bytes: int) -> bytes:
    """A file inside a zip, by its name in whichever of its folders, up to one byte more than `max_bytes`."""
    try:
        with zipfile.ZipFile(archive) as opened:
            files = opened.infolist()
            found = next((file for file in files if PurePosixPath(file.filename).name == name), None)
            if found is None:
                raise SourceError(source_id, "refers to a file that the zip does not hold")
            with opened.open(found) as stream:
                return stream.read(max_bytes + 1)
    except BROKEN_ZIP as exc:
        raise SourceError(source_id, f"the zip cannot be read: {exc}") from None
