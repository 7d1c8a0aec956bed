"""How to reach somebody: telephone numbers, chat handles, e-mail and web addresses, written out or disguised.

Addresses and handles are read from the text as given, since folding would change them; numbers from the
normalised text, where digits in words or look-alike letters have become digits.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Set
from functools import lru_cache
from itertools import islice

import phonenumbers

from ..text.document import Document
from ..types import Entity
from .phrases import Hit

Add = Callable[[int, int, str, str], None]

_GAP = r"[\s.\-‐‑–—()*]{0,3}"
# An Indonesian mobile number. A group after a space that begins like a new number is one.
_MOBILE = re.compile(
    rf"(?:\+{_GAP}62|0062|62|0){_GAP}8(?:{_GAP}(?<!\s)\d|{_GAP}(?!(?:\+?62|0)8\d)\d){{7,11}}(?!\d)"
)
_ABROAD = re.compile(r"\+[\s(]{0,2}[1-9](?:[\s.\-‐‑–()]{0,2}\d){6,14}(?!\d)")
_BRACKETED = re.compile(rf"\({_MOBILE.pattern}")
_LANDLINE = re.compile(r"\(?0[2-79]\d{1,2}\)?[\s.-]{0,2}\d{3,4}[\s.-]{0,2}\d{3,5}(?![\d/])")
_FREE = re.compile(r"0800[\s.-]\d{3,4}(?:[\s.-]?\d{3,4})?(?![\d/])")
_BARE = re.compile(r"8[1-9]\d[ .-]?\d{3,4}[ .-]\d{3,5}(?![\d.,])")
# A mobile number with letters that look like digits, each group one word.
_LOOKALIKE = re.compile(r"(?:\+?62|[0o])[ .-]?8(?:[ .-]?[\doli|]){8,11}(?!\w)")
_AS_DIGITS = str.maketrans("oli|", "0111")
_BY_FIRST = {
    "+": (_MOBILE, _ABROAD),
    "(": (_LANDLINE, _BRACKETED),
    "0": (_MOBILE, _LANDLINE, _FREE, _LOOKALIKE),
    "6": (_MOBILE,),
    "8": (_BARE,),
}
_NUMBER_FILLERS = frozenset(
    (":", "no", "nomor", ".", "#", "=", "-", "a", "n", "an", "nya", "bank", "id", "/")
)
_NEAR_NUMBER = 40, 20  # characters before and behind a number in which a service is named
_NEAR_HANDLE = 30, 16
_HANDLE = re.compile(r"(?<![\w.])@(?=[\d_.]{0,9}[^\W\d_])(\w[\w.]{1,31})")
_NAMED_HANDLE = re.compile(
    r"(?:\s?(?:id|akun|username|user))?(\s?[:=]\s?|\s)(?!@)([a-z0-9][\w.]{2,31})", re.I
)
_DOT_TLD = re.compile(
    r"\.(?:com|net|org|id|me|link|info|biz|site|online|store|shop|xyz|top|club|io|co|app|live|page|ly|gl|gd|cc|vip|asia|example|test|kh|my|sg|hk|tw|jp|kr|ph|th|la|mm|vn|go|ac|sch|or|web|work|jobs|careers|tv|us|uk|de|eu|au)\b",
    re.I,
)
_HOST_BACK = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}\Z", re.I)
_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}", re.I)
_MAIL_BACK = re.compile(r"[a-z0-9][\w.+-]{0,63}\Z", re.I)
_SCHEME_BACK = re.compile(r"(?:https?://|hxxps?://)\Z", re.I)
_PATH = re.compile(r"(?::\d{2,5})?(?:[/?#][^\s<>\"'“”|]{0,300})?")
_SPELLED_ADDRESS = re.compile(
    r"(?:([a-z0-9][\w.+-]{0,63})\s{0,2}(?:@|\(at\)|\[at\]|\bat\b|\bet\b)\s{0,2})?"
    r"([a-z0-9][\w-]{0,62}(?:\s{0,2}(?:\(dot\)|\[dot\]|\bdot\b|\btitik\b|\(titik\)|\.)\s{0,2}[a-z][\w-]{0,62}){1,4})((?:/[\w+.-]{1,64})?)",
    re.I,
)
_SPELLED_DOT = re.compile(r"\s{0,2}(?:\(dot\)|\[dot\]|\bdot\b|\btitik\b|\(titik\))\s{0,2}", re.I)
_MAX_CONTACTS = 200


def contact_entities(
    document: Document, numbers: list[int], hits: dict[str, list[Hit]], not_phone: Set[str]
) -> list[Entity]:
    """The contacts of a text, in no order. `numbers` are the tokens that begin with a digit."""
    text = document.text
    found: list[Entity] = []
    taken: list[tuple[int, int]] = []

    def add(start: int, end: int, kind: str, normalized: str) -> None:
        if len(found) < _MAX_CONTACTS and not any(a < end and start < b for a, b in taken):
            taken.append((start, end))
            found.append(
                Entity("contact", start, end, text[start:end], {"type": kind, "normalized": normalized})
            )

    channels = hits.get("channel", [])
    if "." in text:
        _addresses(text, add)
    if "spelled" in hits:
        _spelled(document, hits["spelled"], add)
    if numbers:
        _numbers(document, numbers, channels, not_phone, add)
    if "@" in text:
        for hit in _HANDLE.finditer(text):
            handle = hit.group(1).rstrip(".")
            service = _service(document, channels, *hit.span()) or "instagram"
            add(hit.start(), hit.start(1) + len(handle), service, handle.lower())
    for _, stop, service in channels:
        named = (
            _NAMED_HANDLE.match(text, document.token_span(stop - 1, stop - 1)[1])
            if service != "whatsapp"
            else None
        )
        if named is None:
            continue
        handle = named.group(2).rstrip(".")
        if _is_handle(handle, named.group(1), text[named.end() : named.end() + 2], service):
            add(named.start(2), named.start(2) + len(handle), service, handle.lower())
    return found


def _is_handle(handle: str, joint: str, behind: str, service: str) -> bool:
    """Whether the word behind a service's name is a handle of it: `Rudi FB: iya` is a chat."""
    if handle.replace(".", "").isdigit():
        return False
    if not handle.isalpha():
        return True
    return (
        joint.strip() != "" and service != "facebook" and not (behind[:1].isspace() and behind[1:].isalpha())
    )


def _addresses(text: str, add: Add) -> None:
    done = 0
    for dot in _DOT_TLD.finditer(text):
        if dot.start() < done:
            continue
        back = _HOST_BACK.search(text, max(done, dot.start() - 253), dot.start())
        if back is None:
            continue
        host = _HOST.match(text, back.start())
        if host is None:
            continue
        start, end = host.span()
        if start > 0 and text[start - 1] == "@":
            mail = _MAIL_BACK.search(text, max(done, start - 65), start - 1)
            if mail is not None:
                add(mail.start(), end, "email", text[mail.start() : end].lower())
                done = end
            continue
        scheme = _SCHEME_BACK.search(text, max(0, start - 9), start)
        if "_" == text[start - 1 : start] or (scheme is None and start > 0 and text[start - 1] in "/@."):
            continue
        path = _PATH.match(text, end)
        end = path.end() if path is not None else end
        while text[end - 1] in ".,;:!?)]}…":
            end -= 1
        first = scheme.start() if scheme else start
        add(first, end, *_link(text[start:end]))
        done = end


def _link(address: str) -> tuple[str, str]:
    """(type, normalised) of a web address without its scheme; links that open a chat are that chat."""
    bare = address.removeprefix("www.").rstrip("/")
    host, _, path = bare.partition("/")
    host = host.lower()
    name = re.split(r"[/?#]", path, maxsplit=1)[0]
    if host in ("wa.me", "api.whatsapp.com", "wa.link", "web.whatsapp.com"):
        digits = re.search(r"\+?(\d{8,15})", path)
        if digits:
            return "whatsapp", "+" + digits.group(1)
    elif host in ("t.me", "telegram.me", "telegram.dog"):
        if re.fullmatch(r"[a-z]\w{2,31}", name, re.I) and name.lower() != "joinchat":
            return "telegram", name.lower()
    elif host in ("instagram.com", "m.instagram.com", "instagr.am", "ig.me"):
        if re.fullmatch(r"[\w.]{2,31}", name) and name.lower() not in (
            "p",
            "reel",
            "reels",
            "tv",
            "stories",
            "explore",
        ):
            return "instagram", name.lower().rstrip(".")
    elif host in ("facebook.com", "m.facebook.com", "web.facebook.com", "fb.com", "fb.me", "m.me"):
        if re.fullmatch(r"[\w.]{3,60}", name) and name.lower() not in (
            "groups",
            "share",
            "watch",
            "profile.php",
            "story.php",
            "photo",
            "events",
            "permalink.php",
        ):
            return "facebook", name.lower()
    elif host in ("line.me", "lin.ee") and (found := re.search(r"~([\w.-]{2,31})", path)):
        return "line", found.group(1).lower()
    return "url", host + (bare[len(host) :] if len(bare) > len(host) else "")


def _spelled(document: Document, anchors: list[Hit], add: Add) -> None:
    text = document.text
    for first, stop, _ in anchors[:_MAX_CONTACTS]:
        start, end = document.token_span(first, stop - 1)
        for hit in _SPELLED_ADDRESS.finditer(text, max(0, start - 130), min(len(text), end + 80)):
            if not hit.start() <= start < hit.end():
                continue
            host = _SPELLED_DOT.sub(".", hit.group(2)).replace(" ", "")
            if not _DOT_TLD.search(host):
                continue
            if hit.group(1):
                add(*hit.span(), "email", f"{hit.group(1)}@{host}".lower())
            else:
                add(*hit.span(), *_link(host + hit.group(3)))
            break


def _numbers(
    document: Document, numbers: list[int], channels: list[Hit], not_phone: Set[str], add: Add
) -> None:
    normal, tokens, done = document.normal, document.tokens, 0
    for i in numbers:
        start = document.starts[i]
        first = normal[start]
        if first not in "1023456789" or start < done:
            continue
        before = normal[start - 1] if start else " "
        if before in "+(" or (before == " " and normal[start - 2 : start - 1] == "+"):
            start, first = start - (1 if before in "+(" else 2), "+" if before != "(" else "("
        elif before == "o" and first == "8":
            start, first = start - 1, "0"
        elif before.isdigit() or (before in ".," and normal[start - 2 : start - 1].isdigit()):
            continue
        for pattern in _BY_FIRST.get(first, ()):
            hit = pattern.match(normal, start)
            if hit is None:
                continue
            digits = re.sub(r"\D", "", hit.group().translate(_AS_DIGITS))
            number = e164(digits, first == "+")
            if number is None or _is_of(tokens, i, not_phone):
                continue
            span = document.original(start, hit.end())
            near = _service(document, channels, *span, only="whatsapp", reach=_NEAR_NUMBER)
            add(*span, near or "phone", number)
            done = hit.end()
            break


def _is_of(tokens: list[str], i: int, words: Set[str]) -> bool:
    """Whether a number at token `i` is that of an account, an order or a paper."""
    for before in reversed(tokens[max(0, i - 4) : i]):
        if before in words:
            return True
        if before not in _NUMBER_FILLERS:
            return False
    return False


def _service(
    document: Document,
    channels: list[Hit],
    start: int,
    end: int,
    *,
    only: str | None = None,
    reach: tuple[int, int] = _NEAR_HANDLE,
) -> str | None:
    """The service named nearest before the span, else right behind it."""
    nearest = None
    # Only names within reach are looked at: a text may hold thousands of both.
    near = bisect_left(channels, start - reach[0], key=lambda hit: document.token_span(hit[0], hit[1] - 1)[1])
    for first, stop, service in islice(channels, near, None):
        named_start, named_end = document.token_span(first, stop - 1)
        if named_end > start and named_start > end + reach[1]:
            break
        if only is not None and service != only:
            continue
        if named_end > start:
            return nearest or service
        nearest = service
    return nearest


@lru_cache(maxsize=4096)
def e164(digits: str, international: bool = False) -> str | None:
    """A number in E.164, or None where the digits cannot be one.

    Indonesian mobile numbers are read here (0.5 µs); all others by `phonenumbers` (30 µs).
    """
    local = digits.removeprefix("00") if digits.startswith("0062") else digits
    if local.startswith("62"):
        local = local[2:].removeprefix("0")
    elif local.startswith("0"):
        local = local[1:]
    elif international:
        local = ""
    if local.startswith("8") and local[1:2] != "0":
        return "+62" + local if 9 <= len(local) <= 12 else None
    try:
        number = phonenumbers.parse(("+" if international else "") + digits, None if international else "ID")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
