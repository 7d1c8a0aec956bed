"""Files that reviewers keep with a post as evidence: raw bytes, their SHA-256, who brought them and why.

Get them from `Watch.exhibits`. A file is never opened, unpacked or converted here: it may be hostile. Adding
one is an act: it stands in the history, its SHA-256 is in the log, and it can be taken back; the bytes stay
until the post is purged, and `audit verify` checks them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import NotFoundError, ReviewError
from ..sources.plain import media_type_of
from ..storage import Store, decisions
from ..storage import evidence as stored
from .acts import require_alerts, shown_acts, write_act
from .audit import recording
from .check import checked_note
from .records import Act, User
from .roles import require

MOST_BYTES = 10 * 1024 * 1024  #: of one file
MOST_FILES = 20  #: of one post
_LONGEST_NAME = 120  # characters
#: First bytes, and from where, of what a reviewer is likely to bring beside pictures.
_SIGNATURES = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),  # also documents of office programs and Android programs
    (4, b"ftyp", "video/mp4"),
    (0, b"OggS", "audio/ogg"),  # voice notes
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
)


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One file that is kept with a post."""

    act: int  #: that added it
    at: datetime
    actor_name: str | None
    name: str  #: as its sender called it, cleaned: data, never a path
    media_type: str  #: by its first bytes, whatever the sender said
    size: int  #: bytes
    sha256: str
    note: str


def exhibits_of(history: Iterable[Act]) -> list[Exhibit]:
    """The files in the history of a post that nobody took back, the oldest first, each once."""
    found: dict[str, Exhibit] = {}
    for act in history:
        if act.kind == "evidence" and not act.is_undone:
            said = {name: act.body[name] for name in ("name", "media_type", "size", "sha256", "note")}
            found.setdefault(said["sha256"], Exhibit(act.id, act.at, act.actor_name, **said))
    return list(found.values())


class Exhibits:
    """The files of one database."""

    def __init__(self, store: Store, anchor: Path) -> None:
        self._store, self._anchor = store, anchor

    def add(
        self, actor: User, alert_id: int, name: str, content: bytes, *, note: str = "", now: datetime
    ) -> Act:
        """Keep a file with a post, as it was received.

        Raises
        ------
        ReviewError
            For a file that is empty, larger than `MOST_BYTES`, there already, or one more than `MOST_FILES`.
        NotFoundError, NotAllowedError
        """
        require(actor, "decide")
        if not content:
            raise ReviewError("the file is empty", why="file_empty")
        if len(content) > MOST_BYTES:
            raise too_large()
        body = {
            "name": cleaned_name(name),
            "media_type": sniffed(content),
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "note": checked_note(note),
        }
        with recording(self._store, self._anchor) as writing:
            require_alerts(writing.connection, [alert_id])
            there = exhibits_of(shown_acts(decisions.acts_of(writing.connection, [alert_id])[alert_id]))
            if any(exhibit.sha256 == body["sha256"] for exhibit in there):
                raise ReviewError("this file is kept with the post already", why="file_known")
            if len(there) >= MOST_FILES:
                raise ReviewError(
                    f"a post has {MOST_FILES} files at most", why="file_many", values={"most": MOST_FILES}
                )
            stored.keep(writing.connection, alert_id, body["sha256"], content)
            return write_act(writing, (), actor, "evidence", body, [alert_id], now=now)

    def read(
        self, actor: User, alert_id: int, sha256: str, *, now: datetime, is_leaving: bool
    ) -> tuple[Exhibit, bytes]:
        """A file of a post with its bytes. That it leaves the office (`is_leaving`) is logged.

        Raises
        ------
        NotFoundError, NotAllowedError
        """
        require(actor, "export" if is_leaving else "reveal")
        with recording(self._store, self._anchor) as writing:
            require_alerts(writing.connection, [alert_id])
            history = shown_acts(decisions.acts_of(writing.connection, [alert_id])[alert_id])
            found = next((one for one in exhibits_of(history) if one.sha256 == sha256), None)
            if found is None:
                raise NotFoundError("file", sha256)
            if is_leaving:
                writing.ledger.add(actor.id, "export_evidence", f"alert:{alert_id}", now=now, digest=sha256)
            return found, stored.content(writing.connection, alert_id, sha256)


def too_large() -> ReviewError:
    """What is said of a file that is larger than `MOST_BYTES`."""
    most = MOST_BYTES // 1024**2
    return ReviewError(f"a file has {most} MB at most", why="file_large", values={"most": most})


def sniffed(content: bytes) -> str:
    """The media type of a file by its first bytes; ``application/octet-stream`` where they tell nothing.

    What is only said to be something, by its name or its sender, is not it.
    """
    if picture := media_type_of(content):
        return picture
    for at, start, media_type in _SIGNATURES:
        if content.startswith(start, at):
            return media_type
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    is_text = all(sign in "\t\n\r\f" or unicodedata.category(sign) not in ("Cc", "Cn") for sign in text)
    return "text/plain" if is_text else "application/octet-stream"


def cleaned_name(name: str) -> str:
    """The last part of a name, on one line, without signs that hide or reorder others; never empty."""
    last = re.split(r"[/\\]", name)[-1]
    plain = unicodedata.normalize("NFC", last.encode("utf-8", "replace").decode())
    kept = "".join(sign if sign.isprintable() else " " for sign in plain)
    return " ".join(kept.split())[:_LONGEST_NAME].strip(". ") or "-"
