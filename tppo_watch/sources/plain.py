"""Bytes to text, ids from text: what several readers share."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from collections.abc import Sequence

from ..errors import SourceError
from ..types import Failure

_NUMBER = re.compile(r"\+?\d(?:[\d\s().-]{5,20}\d)")  # names of chats are often numbers
_PICTURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def decode(raw: bytes, source_id: str) -> str:
    """`raw` as text: UTF-8 or UTF-16 by its mark, else UTF-8, with Windows-1252 for lines that are not.

    Line by line, because files glued together from several programs exist, and one stray byte must not turn
    every accent of the file into garbage.

    Raises
    ------
    SourceError
        If `raw` is binary.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if b"\0" in raw[:8192]:
        raise SourceError(source_id, "is binary data, not text; check that it names the right file")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(_decode_line(line) for line in io.BytesIO(raw))


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def id_from(*parts: str | None) -> str:
    """A stable id made of what an item says, for sources that give their items none.

    Never of who says it: the text stands in the database beside the id, so a name could be guessed from it.
    """
    joined = "\x1f".join(part or "" for part in parts)
    return "h-" + hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def incomplete(item: str, flaws: Sequence[str], raw: bytes) -> Failure:
    """What to say of an item beside its post, where parts of it could not be read."""
    return Failure(item, "read", f"{', '.join(dict.fromkeys(flaws))}; the rest of it was read", raw)


def unrepeated(native_id: str, seen: dict[str, int]) -> str:
    """`native_id`, numbered from its second use in one source on; `seen` counts the uses."""
    seen[native_id] = count = seen.get(native_id, 0) + 1
    return native_id if count == 1 else f"{native_id}~{count}"


def shown_name(name: str) -> str:
    """The name of a file as it may stand in a report: no control characters, no phone numbers."""
    printable = "".join(c if c.isprintable() else "?" for c in name.encode("utf-8", "replace").decode())
    return _NUMBER.sub("[nomor]", printable)[:120]


def media_type_of(content: bytes) -> str | None:
    """The type of a picture, by its first bytes; None for whatever is none that is read."""
    for start, media_type in _PICTURES:
        if content.startswith(start):
            return media_type
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None
