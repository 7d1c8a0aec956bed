"""A folder into which people put files of any known kind: exports, tables, feeds, pages, pictures.

Files are told by what they hold, not by name. Who put them there is unknown, so nothing is trusted: links
are not followed, names are never part of a command, and nothing is read that is still being written.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ..config import KINDS, SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from .content import Fetcher, GivenFetcher, regular_file
from .kinds import candidates, hint_for
from .pictures import missing, with_pictures
from .plain import media_type_of, shown_name

SETTLED_S = 30.0  #: a file that was written to later than this many seconds ago may not be whole
DONE, FAILED = "done", "failed"
_MAX_DEPTH = 3  # folders below the one that is watched
_MAX_FILES = 20_000  # looked at in one scan
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".temp", ".swp", "~")
_RAW = 65_536


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str  #: below the folder, as it may be shown
    mark: str
    changed: float  #: seconds since 1970
    is_link: bool


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """Content is no folder."""
    return None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield what the new files hold, the oldest first; pictures last, where no export refers to them."""
    assert source.path is not None  # the settings see to it
    known = fetcher.remembered()
    files, failures = _files(source)
    yield from failures
    fresh = [file for file in files if file.mark not in known]
    settled = [file for file in fresh if not _is_settling(file, fetcher.now)]
    is_over = len(settled) > fetcher.config.max_items
    marks = {file.mark for file in files if file.mark in known}
    pictures: list[_File] = []
    referred: set[Path] = set()
    for file in settled[: fetcher.config.max_items]:
        body = _content(file, source, fetcher)
        if isinstance(body, bytes) and media_type_of(body):
            pictures.append(file)
            continue
        if body is None:
            continue  # it changed while it was read
        given = GivenFetcher(fetcher, body if isinstance(body, bytes) else b"")
        yield from _finished(file, source, fetcher, _items(file, body, source, given, referred))
        if not given.is_partial:
            marks.add(file.mark)
    yield from _pictures(pictures, files, source, fetcher, referred, marks)
    if is_over:
        said = f"{len(settled)} new files, the first {fetcher.config.max_items} read; the next scan goes on"
        yield Failure(source.id, "read", said)
    fetcher.remember(sorted(marks))
    fetcher.unchanged = not fresh


def _files(source: SourceSettings) -> tuple[list[_File], list[Failure]]:
    root = source.path
    assert root is not None
    if not root.is_dir():
        raise SourceError(source.id, f"there is no folder {root}; make it, or correct path")
    files: list[_File] = []
    failures: list[Failure] = []

    def fail(exc: OSError) -> None:
        where = _shown(Path(exc.filename or root), root)
        failures.append(Failure(f"{source.id}: {where}", "read", f"cannot be listed: {exc.strerror or exc}"))

    for folder, folders, names in os.walk(root, onerror=fail):
        depth = len(Path(folder).relative_to(root).parts)
        folders[:] = sorted(
            name for name in folders
            if depth < _MAX_DEPTH and name[0] != "." and not (depth == 0 and name in (DONE, FAILED))
        )  # fmt: skip
        for name in sorted(names):
            if name[0] == "." or name.startswith("~$") or name.lower().endswith(_UNFINISHED):
                continue
            if len(files) >= _MAX_FILES:
                failures.append(
                    Failure(source.id, "read", f"holds more than {_MAX_FILES} files; move old ones away")
                )
                return files, failures
            if file := _looked_at(Path(folder, name), source):
                files.append(file)
    return sorted(files, key=lambda file: (file.changed, file.name)), failures


def _looked_at(path: Path, source: SourceSettings) -> _File | None:
    try:
        found = path.lstat()
    except OSError:  # gone meanwhile
        return None
    name = path.relative_to(source.path or path)
    # Settings that change what is read are part of it.
    how = (source.timezone, source.images, source.date_order)
    said = f"{found.st_size} {found.st_mtime_ns} {how}".encode() + os.fsencode(name)
    return _File(
        path, _shown(path, source.path or path), hashlib.sha256(said).hexdigest()[:12], found.st_mtime,
        not stat.S_ISREG(found.st_mode),
    )  # fmt: skip


def _shown(path: Path, root: Path) -> str:
    return shown_name(str(path.relative_to(root)) if path.is_relative_to(root) else path.name)


def _is_settling(file: _File, now: datetime | None) -> bool:
    return now is not None and 0 <= now.timestamp() - file.changed < SETTLED_S


def _content(file: _File, source: SourceSettings, fetcher: Fetcher) -> bytes | Failure | None:
    """The bytes of a file; None where it changed while it was read."""
    limit = fetcher.config.max_file_bytes
    where = f"{source.id}: {file.name}"
    if file.is_link:
        return Failure(where, "read", "is a link, pipe or device; put the file itself there")
    try:
        body = regular_file(file.path, limit)
    except OSError as exc:
        return Failure(where, "read", f"cannot be opened: {exc.strerror or exc}")
    if len(body) > limit:
        return Failure(where, "read", f"has more than [fetch] max_file_bytes = {limit} bytes")
    again = _looked_at(file.path, source)
    return body if again is not None and again.mark == file.mark else None


def _items(
    file: _File, body: bytes | Failure, source: SourceSettings, given: GivenFetcher, referred: set[Path]
) -> Iterator[Post | Failure]:
    """What a file holds, read as the first kind under which it gives a post."""
    if isinstance(body, Failure):
        yield body
        return
    where = {"path": file.path, "timezone": source.timezone}
    ours = {"images": source.images, "date_order": source.date_order}
    tried: list[Failure] = []
    for kind, module in candidates(source.id, where, body):
        if kind.kind == "sitemap":  # would send us out into the net, at the word of a stranger
            continue
        # Others would be refused where the settings are read anew, in the guarded process.
        own = {name: value for name, value in ours.items() if name in KINDS[kind.kind].options}
        inner = kind.model_copy(update=own)
        try:
            found = list(module.read(inner, given))
        except SourceError as exc:
            tried.append(
                Failure(f"{source.id}: {file.name}", "read", f"{inner.kind}: {exc.message}", body[:_RAW])
            )
            continue
        posts = [item for item in found if isinstance(item, Post)]
        if posts:
            names = [name for post in posts for name in post.images if "://" not in name]
            referred.update(Path(os.path.normpath(file.path.parent / name)) for name in names)
            yield from (_of_file(item, file, source) for item in with_pictures(found, inner, given))
            return
        tried += [_of_file(item, file, source) for item in found if isinstance(item, Failure)]
    yield from tried[:1] or [Failure(f"{source.id}: {file.name}", "read", hint_for(body), body[:_RAW])]


def _of_file(item: Post | Failure, file: _File, source: SourceSettings) -> Post | Failure:
    if isinstance(item, Failure):
        return replace(item, item=f"{source.id}: {file.name}: {item.item.removeprefix(f'{source.id}: ')}")
    # Two chats may have people of one name.
    return item if item.chat is None else replace(item, chat=f"{file.name}/{item.chat}")


def _pictures(
    pictures: list[_File],
    files: list[_File],
    source: SourceSettings,
    fetcher: Fetcher,
    referred: set[Path],
    marks: set[str],
) -> Iterator[Post | Failure]:
    """Posts of the pictures that belong to no export; adds the marks of those that are done with."""
    exports = {file.path.parent for file in files if file.path.name == "result.json"}
    alone = [
        file for file in pictures if file.path not in referred and not exports.intersection(file.path.parents)
    ]
    marks.update({file.mark for file in pictures}.difference(file.mark for file in alone))
    if alone and source.images and (lack := missing()):
        yield Failure(source.id, "read pictures", f"{len(alone)} pictures wait: {lack}")
        return
    for file in alone:
        given = GivenFetcher(fetcher, b"")
        yield from _finished(file, source, fetcher, with_pictures(_picture(file, source), source, given))
        if not given.is_partial:
            marks.add(file.mark)


def _picture(file: _File, source: SourceSettings) -> Iterator[Post | Failure]:
    if not source.images:
        said = "is a picture; set images = true to have its words read"
        yield Failure(f"{source.id}: {file.name}", "read", said)
        return
    name = os.path.relpath(file.path, source.path)
    native = "p-" + hashlib.sha256(os.fsencode(name)).hexdigest()[:20]
    yield Post(source.id, native, "", images=(name,))


def _finished(
    file: _File, source: SourceSettings, fetcher: Fetcher, items: Iterator[Post | Failure]
) -> Iterator[Post | Failure]:
    """The items, and the file moved away once all of them are stored, if that is wished."""
    has_posts = has_failures = False
    for item in items:
        has_posts, has_failures = (
            has_posts or isinstance(item, Post),
            has_failures or isinstance(item, Failure),
        )
        yield item
    if source.after_reading == "move" and not file.is_link:
        assert source.path is not None
        root, target = source.path, FAILED if has_failures and not has_posts else DONE
        fetcher.when_kept(lambda: _move(file.path, root, root / target))


def _move(path: Path, root: Path, target: Path) -> None:
    """Move a file into `target`, in the folder it lies in. Where that cannot be, it stays, remembered."""
    place = target / path.relative_to(root)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1
        while place.exists():
            number += 1
            place = place.with_name(f"{number}~{path.name}")
        path.rename(place)
    except OSError:
        return
