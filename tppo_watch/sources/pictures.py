"""Words in pictures: most recruiting ads are posters.

Pictures are read by Tesseract, with its models for Indonesian and English. What it reads comes after a post's
own words, and the picture stays with the post as it came, so that a reviewer sees what was read. A picture
without words is not kept: it may show a person, and nothing was learned from it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from ..config import FetchSettings, SourceSettings
from ..errors import SourceError
from ..types import Failure, Picture, Post
from . import picture_worker
from .content import Fetcher
from .plain import media_type_of, shown_name

LANGUAGES = "ind+eng"
_MOST_OF_ONE_POST = 10  # pictures; an album of Telegram has as many
# Per cent. Below it photographs give letters that nobody wrote; measured on tests/posters.py.
_LEAST_CERTAINTY = 55.0
_WORKER = Path(picture_worker.__file__)


@lru_cache(maxsize=1)
def missing() -> str | None:
    """What this machine lacks to read pictures, and how to get it; None where it lacks nothing."""
    if find_spec("PIL") is None:
        return "reading pictures needs Pillow; run: pip install 'tppo-watch[ocr]'"
    if shutil.which("tesseract") is None:
        return "reading pictures needs Tesseract; run: sudo apt-get install tesseract-ocr tesseract-ocr-ind"
    found = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False)
    if absent := sorted(set(LANGUAGES.split("+")).difference(found.stdout.split())):
        packages = " ".join(f"tesseract-ocr-{language}" for language in absent)
        return f"Tesseract lacks its models for {', '.join(absent)}; run: sudo apt-get install {packages}"
    return None


def with_pictures(
    items: Iterable[Post | Failure], source: SourceSettings, fetcher: Fetcher
) -> Iterator[Post | Failure]:
    """Items with the words of their pictures after their own; posts without any words are left out."""
    lack = missing() if source.images else None
    if lack:
        yield Failure(source.id, "read pictures", lack)
    album = _Album(source, fetcher)
    for item in items:
        if isinstance(item, Failure):
            yield item
        elif source.images and item.images and not lack:
            yield from album.read(item)
        elif item.text:
            yield item
    if album.left_out:
        most = fetcher.config.max_pictures
        said = f"{album.left_out} pictures left for the next scan ([fetch] max_pictures = {most})"
        yield Failure(source.id, "read pictures", said)
    if lack or album.left_out:
        fetcher.forget()


class _UnreadableError(SourceError):
    """A picture that will not be any better next time."""

    content = b""


class _Album:
    """The pictures of one source in one scan."""

    def __init__(self, source: SourceSettings, fetcher: Fetcher) -> None:
        self._source, self._fetcher = source, fetcher
        self.left_out = 0

    def read(self, post: Post) -> Iterator[Post | Failure]:
        pictures: list[Picture] = []
        for name in dict.fromkeys(post.images[:_MOST_OF_ONE_POST]):
            try:
                picture = self._picture(name)
            except SourceError as exc:
                where = f"{self._source.id}: {shown_name(name)}"
                yield Failure(where, "read pictures", exc.message, getattr(exc, "content", b""))
                continue
            if picture is not None and picture.text:
                pictures.append(picture)
        text = "\n".join(part for part in (post.text, *(picture.text for picture in pictures)) if part)
        if text:
            yield replace(post, text=text, images=(), pictures=tuple(pictures))

    def _picture(self, name: str) -> Picture | None:
        """The picture at an address or beside the source; None where it has to wait for the next scan."""
        config = self._fetcher.config
        is_remote = "://" in name
        if is_remote and (known := self._fetcher.recall(name)):
            return known
        if not is_remote:
            content = self._fetcher.attachment(self._source, name, config.max_picture_bytes)
            digest = hashlib.sha256(content).hexdigest()
            if known := self._fetcher.recall(digest):
                return known
        if not self._fetcher.may_read_picture():
            self.left_out += 1
            return None
        if is_remote:
            content = self._fetcher.attachment(self._source, name, config.max_picture_bytes)
            digest = hashlib.sha256(content).hexdigest()
        try:
            picture = self._fetcher.recall(digest) or _of(content, digest, config, self._source.id)
        except _UnreadableError as exc:
            self._fetcher.note(name if is_remote else digest, Picture(digest, "", b"", ""))
            exc.content = content
            raise
        self._fetcher.note(digest, picture)
        if is_remote:
            self._fetcher.note(name, picture)
        return picture


def _of(content: bytes, digest: str, config: FetchSettings, source_id: str) -> Picture:
    media_type = media_type_of(content)
    if media_type is None:
        raise _UnreadableError(source_id, "is no JPEG, PNG, WebP or GIF")
    text = words_in(content, config, source_id)
    return Picture(digest, media_type, content if text else b"", text)


def words_in(content: bytes, config: FetchSettings, source_id: str) -> str:
    """The words in a picture, a line for each line of it.

    Raises
    ------
    SourceError
        If it is damaged, has too many pixels, takes too long, or Tesseract fails.
    """
    seconds = config.picture_timeout_s
    arguments = [LANGUAGES, str(config.max_picture_pixels), str(max(1, round(seconds)))]
    process = subprocess.Popen(
        [sys.executable, "-P", str(_WORKER), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,  # to be ended with whatever it started
    )
    try:
        # Twice the processor time it may take: the machine may be busy.
        table, _ = process.communicate(content, timeout=2 * seconds)
    except subprocess.TimeoutExpired:
        raise _UnreadableError(source_id, _too_slow(config)) from None
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode == picture_worker.TOO_LARGE:
        said = f"has more than [fetch] max_picture_pixels = {config.max_picture_pixels} pixels"
        raise _UnreadableError(source_id, said)
    if process.returncode == picture_worker.DAMAGED:
        raise _UnreadableError(source_id, "is damaged, or needs more memory than a picture may")
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise _UnreadableError(source_id, _too_slow(config))
    if process.returncode:
        said = "cannot be read: Tesseract or its model for Indonesian is missing, or failed"
        raise SourceError(source_id, f"{said}; see tppo-watch doctor")
    return _lines(table.decode("utf-8", "replace"))


def _environment() -> dict[str, str]:
    """Nothing but what finds the modules and Tesseract: the environment may hold secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_THREAD_LIMIT": "1"}


def _too_slow(config: FetchSettings) -> str:
    return f"takes longer than {config.picture_timeout_s:g} s to read ([fetch] picture_timeout_s)"


def _lines(table: str) -> str:
    """The words of Tesseract's table that it is certain enough of."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        word = (row.get("text") or "").strip()
        try:
            is_certain = float(row.get("conf") or -1) >= _LEAST_CERTAINTY
        except ValueError:
            continue
        if word and is_certain and any(c.isalnum() for c in word):
            key = tuple(row.get(name) or "" for name in ("block_num", "par_num", "line_num"))
            lines.setdefault(key, []).append(word)
    # A letter or digit alone on a line is more often grain than writing.
    found = (" ".join(words) for words in lines.values())
    return "\n".join(line for line in found if sum(c.isalnum() for c in line) > 1)
