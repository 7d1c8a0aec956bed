"""WhatsApp's "export chat": a `.txt`, or the `.zip` that holds it.

The format is nowhere written down and changes with the phone's system, language and region; what is read here
is a date and a time at the beginning of a line, in the orders and with the marks seen in use.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO, Literal

from ..config import SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from .content import BROKEN_ZIP, Fetcher
from .dates import ZONES
from .plain import decode, id_from, incomplete, unrepeated

Order = Literal["dmy", "mdy", "ymd"]
_ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")

# Marks of writing direction stand before lines, names and times; narrow spaces before AM and PM.
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))
_MARKS.update({ord("\u202f"): " ", ord("\u00a0"): " "})
_HEAD = re.compile(
    r"(?P<open>\[)?(?P<a>\d{1,4})(?P<mark>[/.-])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{2,4})\.?,?\s{1,2}"
    r"(?:pukul\s|jam\s|at\s)?(?P<hour>\d{1,2})[.:](?P<minute>\d{2})(?:[.:](?P<second>\d{2}))?"
    r"(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\.?(?![A-Za-z]))?(?(open)\]\s?|\s[-–—]\s)(?P<rest>.*)",
    re.ASCII,
)
_MAX_NAME = 80  # characters; WhatsApp allows 25 for a name, a saved contact may be longer
_MEDIA = re.compile(
    r"<?(?:media|gambar|foto|image|photo|video|gif|stiker|sticker|audio|dokumen|document|kartu kontak"
    r"|contact card) (?:tidak disertakan|omitted)>?|<(?:attached|terlampir|lampiran): [^<>]{1,200}\.\w{2,5}>"
    r"|[^<>\n]{1,200}\.\w{2,5} \((?:file attached|file terlampir|berkas terlampir)\)",
    re.I,
)
# The name of a picture in a line that says a file is attached.
_IMAGE = re.compile(
    r"(?:<(?:attached|terlampir|lampiran): )?([\w][\w .()+-]{0,150}\.(?:jpe?g|png|webp))"
    r"(?:>| \((?:file attached|file terlampir|berkas terlampir)\))",
    re.I,
)
# What stands where somebody deleted, called or said nothing. Short, so that no ad hides behind such words.
_SYSTEM = re.compile(
    r"(?:pesan ini dihapus|anda menghapus pesan ini|pesan ini telah dihapus|this message was deleted"
    r"|you deleted this message|null|(?:menunggu pesan ini|waiting for this message)\b.{0,100}"
    r"|panggilan (?:suara|video) (?:tak|tidak) terjawab.{0,40}|missed (?:voice|video) call.{0,40})\.?",
    re.I,
)
# What the system says under the name of the group. iOS begins that with a mark, which no person types;
# without it the same words are somebody's: "bergabung menggunakan tautan" stands in many an ad.
_SYSTEM_MARK = re.compile(r":\s?\u200e")
_OF_THE_GROUP = re.compile(
    r"(?:pesan dan panggilan terenkripsi.*|messages and calls are end-to-end encrypted.*"
    r"|.{0,80}\b(?:bergabung menggunakan tautan|joined using this group's invite link|membuat grup"
    r"|created (?:this )?group|mengubah (?:subjek|deskripsi|ikon|nama grup)|changed (?:the|this group's) "
    r"(?:subject|description|icon|group name)|kode keamanan\b.*\bberubah"
    r"|security code\b.*\bchanged).{0,300})",
    re.I,
)
_EDITED = re.compile(r"<(?:pesan ini diedit|this message was edited)>\Z", re.I)


@dataclass(slots=True)
class _Message:
    line: int
    raw: str
    date: tuple[int, int, int]  #: as written; which is the day is not known yet
    time: tuple[int, int, int]
    sender: str
    is_marked: bool  #: as the system marks what it says
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Stray:
    """A line before the first message."""

    line: int
    raw: str


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """Whether a line at the beginning opens a message; for a zip, whether it holds a text."""
    if body[:2] == b"PK":
        return {} if b".txt" in body else None
    try:
        lines = decode(body[:65_536], source.id).splitlines()[:50]
    except SourceError:
        return None
    return {} if any(_HEAD.match(line.translate(_MARKS)[:400]) for line in lines) else None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post a message with text, in the order of the export; system and media lines are left out.

    Times are read as of the zone in the settings: an export does not say its own.
    """
    stream = fetcher.open(source)
    if stream is None:
        return
    with stream:
        text = decode(_unzipped(stream, source, fetcher.config.max_file_bytes), source.id)
    items = list(_messages(text))
    messages = [item for item in items if isinstance(item, _Message)]
    if not messages and text.strip():
        raise SourceError(source.id, "is no WhatsApp export: no line begins with a date, a time and a name")
    order = source.date_order if source.date_order != "auto" else infer_order([m.date for m in messages])
    seen: dict[str, int] = {}
    for item in items:
        if isinstance(item, _Stray):
            where = f"{source.id}: line {item.line}"
            yield Failure(
                where, "read", "stands before the first message", item.raw.encode("utf-8", "replace")
            )
        else:
            yield from _post(item, order, source, seen)


def _unzipped(stream: BinaryIO, source: SourceSettings, max_bytes: int) -> bytes:
    start = stream.read(4)
    stream.seek(0)
    if start[:2] != b"PK":
        return stream.read()
    try:
        with zipfile.ZipFile(stream) as archive:
            texts = [name for name in archive.namelist() if name.lower().endswith(".txt")]
            if not texts:
                raise SourceError(source.id, "the zip holds no .txt file; export the chat again")
            # Attached text files may lie beside the chat; the chat's own name says so.
            texts.sort(key=lambda name: ("chat" not in name.lower(), name))
            with archive.open(texts[0]) as member:
                body = member.read(max_bytes + 1)
    except BROKEN_ZIP as exc:
        raise SourceError(source.id, f"the zip cannot be read: {exc}") from None
    if len(body) > max_bytes:
        raise SourceError(
            source.id, f"the chat in the zip has more than [fetch] max_file_bytes = {max_bytes}"
        )
    return body


def _messages(text: str) -> Iterator[_Message | _Stray]:
    """Messages by a person, each with all its lines; and the lines that belong to none."""
    current: _Message | None = None
    belongs = False
    for number, raw in enumerate(io.StringIO(text), 1):
        line = raw.rstrip("\r\n").translate(_MARKS)
        head = _HEAD.match(line[:400])
        if head is None:
            if current is not None:
                current.lines.append(line)
            elif line.strip() and not belongs:
                yield _Stray(number, line)
            continue
        if current is not None:
            yield current
        current, belongs = _opened(head, line, number, raw), True
    if current is not None:
        yield current


def _opened(head: re.Match[str], line: str, number: int, raw: str) -> _Message | None:
    """The message a line opens; None for a line of the system, such as who joined."""
    sender, colon, first = line[head.start("rest") :].partition(":")
    sender = sender.strip().removeprefix("~").strip()
    # The system quotes names of groups, which may hold a colon: there the quotation is not closed yet.
    is_cut = sender.count('"') % 2 or sender.count("“") != sender.count("”")
    if not colon or not sender or len(sender) > _MAX_NAME or is_cut:
        return None
    hour = int(head["hour"])
    if head["half"]:
        hour = hour % 12 + (12 if head["half"] in "pP" else 0)
    time = (hour, int(head["minute"]), int(head["second"] or 0))
    return _Message(
        number,
        line,
        (int(head["a"]), int(head["b"]), int(head["c"])),
        time,
        sender,
        _SYSTEM_MARK.search(raw[:400]) is not None,
        [first.strip()],
    )


def _post(
    message: _Message, order: Order, source: SourceSettings, seen: dict[str, int]
) -> Iterator[Post | Failure]:
    lines = [line for line in message.lines if not _MEDIA.fullmatch(line.strip())]
    text = _EDITED.sub("", "\n".join(lines).strip()).rstrip()
    if _SYSTEM.fullmatch(text[:400]) or (message.is_marked and _OF_THE_GROUP.fullmatch(text[:400])):
        text = ""
    images = tuple(found[1] for line in message.lines if (found := _IMAGE.fullmatch(line.strip())))
    if not text and not images:
        return
    published = _moment(message, order, source)
    native = unrepeated(
        id_from(published.isoformat() if published else None, *([text] if text else images)), seen
    )
    # An export holds one chat.
    yield Post(source.id, native, text, published=published, author=message.sender, chat="", images=images)
    if published is None:
        flaw = f"{'/'.join(map(str, message.date))} is no date in the order {order} (date_order settles it)"
        if _date(message.date, order):
            flaw = "its day or time does not exist"
        where = f"{source.id}: line {message.line}"
        yield incomplete(where, [flaw], message.raw.encode("utf-8", "replace"))


def _moment(message: _Message, order: Order, source: SourceSettings) -> datetime | None:
    day = _date(message.date, order)
    try:
        return datetime(*day, *message.time, tzinfo=ZONES[source.timezone]).astimezone(UTC) if day else None
    except ValueError:  # the 31st of a month that has 30 days, or 25 hours
        return None


def _date(parts: tuple[int, int, int], order: Order) -> tuple[int, int, int] | None:
    a, b, c = parts
    if a > 31 or order == "ymd":
        year, month, day = a, b, c
    elif order == "mdy":
        year, month, day = c, a, b
    else:
        year, month, day = c, b, a
    year += 2000 if year < 100 else 0
    return (year, month, day) if 2009 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31 else None


def is_order_clear(body: bytes, source_id: str) -> bool:
    """Whether the dates of an export tell which number is the day."""
    if body[:2] == b"PK":
        return True  # nobody is asked about what was not looked at
    dates = [item.date for item in _messages(decode(body, source_id)) if isinstance(item, _Message)]
    return _badness(dates, "dmy") != _badness(dates, "mdy")


def infer_order(dates: Sequence[tuple[int, int, int]]) -> Order:
    """Which number of the dates is the day, from all of them together.

    The order in which most dates exist wins; of those the one in which time runs backwards least, since a
    chat is written down as it went; of those day first, the order of the country.
    """
    return min(_ORDERS, key=lambda order: _badness(dates, order))


def _badness(dates: Sequence[tuple[int, int, int]], order: Order) -> tuple[int, int]:
    """How many of the dates do not exist in an order, and how often time runs backwards in it."""
    read_so = [_date(parts, order) for parts in dates]
    known = [day for day in read_so if day is not None]
    backwards = sum(later < earlier for earlier, later in zip(known, known[1:], strict=False))
    return len(read_so) - len(known), backwards
