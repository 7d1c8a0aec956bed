"""How to reach somebody: telephone numbers, chat handles, e-mail and web addresses, written out or disguised.

Addresses and handles are read from the text as given, since folding would change them; numbers from the normalised
text, where digits in words or look-alike letters have become digits.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from ..text.document import Document
from ..types import Entity

_GAP = r"[\s.\-‐‑–—()*]{0,3}"
# An Indonesian mobile number. A group after a space that begins like a new number is one.
_MOBILE = re.compile(
    rf"(?<![\d.,])(?:\+{_GAP}62|0062|62|0){_GAP}8(?:{_GAP}(?<!\s)\d|{_GAP}(?!(?:\+?62|0)8\d)\d){{7,11}}(?!\d)"
)
_BARE_MOBILE = re.compile(r"(?<![\d.,+])8[1-9]\d[ .-]?\d{3,4}[ .-]\d{3,5}(?![\d.,])")
_ABROAD = re.compile(r"(?<![\d.,])\+[\s(]{0,2}[1-9](?:[\s.\-‐‑–()]{0,2}\d){6,14}(?!\d)")
_LANDLINE = re.compile(r"(?<![\d.,/])\(?0[2-79]\d{1,2}\)?[\s.-]{0,2}\d{3,4}[\s.-]{0,2}\d{3,5}(?![\d/])")
_FREE = re.compile(r"(?<![\d.,/])0800[\s.-]\d{3,4}(?:[\s.-]?\d{3,4})?(?![\d/])")
_NOT_A_PHONE = re.compile(r"(?:\b(?:nik|no ?rek|norek|rek|rekening|resi|order|pesanan|invoice|npwp|nib|va|id|kode|sk|izin|no\. ?ktp)\b\W{0,6}[a-z ]{0,12}\W{0,3})\Z")
_WHATSAPP = re.compile(r"\b(?:wa|w\.a|whats ?app?|whatsap|watsap+|wasap|wassap|watshap|wa(?:nya|ne|na)|japri wa)\b")
_CHANNELS = {
    "telegram": re.compile(r"\b(?:tele|telegram|telegrem|tg|tlgrm|telgram)\b"),
    "instagram": re.compile(r"\b(?:ig|insta|instagram|instagrem|dm)\b"),
    "line": re.compile(r"\b(?:line|id line|line id)\b"),
    "facebook": re.compile(r"\b(?:fb|facebook|pesbuk|messenger)\b"),
    "whatsapp": _WHATSAPP,
}
_HANDLE = re.compile(r"(?<![\w.])@(?=[\d_.]{0,9}[^\W\d_])(\w[\w.]{1,31})")
_NAMED_HANDLE = re.compile(
    r"\b(tele(?:gram)?|tg|ig|insta(?:gram)?|line|fb|facebook)(?:\s?(?:id|akun|username|user))?(\s?[:=]\s?|\s)@?([a-z0-9][\w.]{2,31})", re.I
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
_SPELLED = re.compile(r"(?:\s|\(|\[)(?:dot|titik)(?:\s|\)|\])", re.I)
_SPELLED_ADDRESS = re.compile(
    r"(?:([a-z0-9][\w.+-]{0,63})\s{0,2}(?:@|\(at\)|\[at\]|\bat\b|\bet\b)\s{0,2})?"
    r"([a-z0-9][\w-]{0,62}(?:\s{0,2}(?:\(dot\)|\[dot\]|\bdot\b|\btitik\b|\(titik\)|\.)\s{0,2}[a-z][\w-]{0,62}){1,4})((?:/[\w+.-]{1,64})?)",
    re.I,
)
_SPELLED_DOT = re.compile(r"\s{0,2}(?:\(dot\)|\[dot\]|\bdot\b|\btitik\b|\(titik\))\s{0,2}", re.I)
_MAX_CONTACTS = 200


def contact_entities(document: Document, has_digits: bool) -> list[Entity]:
    """The contacts of a text, in no order; `has_digits` says whether looking for numbers is worth it."""
    text = document.text
    found: list[Entity] = []
    taken: list[tuple[int, int]] = []

    def add(start: int, end: int, kind: str, normalized: str) -> None:
        if len(found) < _MAX_CONTACTS and not any(a < end and start < b for a, b in taken):
            taken.append((start, end))
            found.append(Entity("contact", start, end, text[start:end], {"type": kind, "normalized": normalized}))

    if "." in text:
        _addresses(text, add)
    if _SPELLED.search(text):
        _spelled(text, add)
    if has_digits:
        _numbers(document, add)
    if "@" in text:
        for hit in _HANDLE.finditer(text):
            handle = hit.group(1).rstrip(".")
            add(hit.start(), hit.start(1) + len(handle), _channel(text, *hit.span()) or "instagram", handle.lower())
    for hit in _NAMED_HANDLE.finditer(text):
        handle = hit.group(3).rstrip(".")
        if ":" in hit.group(2) or "=" in hit.group(2) or re.search(r"[\d_.]", handle):
            if not handle.replace(".", "").isdigit() and len(handle) > 2:
                add(hit.start(3), hit.start(3) + len(handle), _named(hit.group(1)), handle.lower())
    return found


def _addresses(text: str, add) -> None:
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
        if "_" == text[start - 1 : start] or (scheme is None and start > 0 and text[start - 1] in "/@"):
            continue
        end = _PATH.match(text, end).end()
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
        if re.fullmatch(r"[\w.]{2,31}", name) and name.lower() not in ("p", "reel", "reels", "tv", "stories", "explore"):
            return "instagram", name.lower().rstrip(".")
    elif host in ("facebook.com", "m.facebook.com", "web.facebook.com", "fb.com", "fb.me", "m.me"):
        if re.fullmatch(r"[\w.]{3,60}", name) and name.lower() not in ("groups", "share", "watch", "profile.php", "story.php", "photo", "events", "permalink.php"):
            return "facebook", name.lower()
    elif host in ("line.me", "lin.ee") and (found := re.search(r"~([\w.-]{2,31})", path)):
        return "line", found.group(1).lower()
    return "url", host + (bare[len(host) :] if len(bare) > len(host) else "")


def _spelled(text: str, add) -> None:
    for anchor in _SPELLED.finditer(text):
        for hit in _SPELLED_ADDRESS.finditer(text, max(0, anchor.start() - 130), min(len(text), anchor.end() + 80)):
            if not hit.start() <= anchor.start() < hit.end():
                continue
            host = _SPELLED_DOT.sub(".", hit.group(2)).replace(" ", "")
            if not _DOT_TLD.search(host):
                continue
            if hit.group(1):
                add(*hit.span(), "email", f"{hit.group(1)}@{host}".lower())
            else:
                add(*hit.span(), *_link(host + hit.group(3)))
            break


def _numbers(document: Document, add) -> None:
    normal = document.normal
    for pattern in (_MOBILE, _ABROAD, _BARE_MOBILE, _LANDLINE, _FREE):
        for hit in pattern.finditer(normal):
            start, end = hit.span()
            if _NOT_A_PHONE.search(normal, max(0, start - 30), start):
                continue
            number = e164(re.sub(r"\D", "", hit.group()), hit.group().startswith("+"))
            if number is None:
                continue
            near = _WHATSAPP.search(normal, max(0, start - 40), start) or _WHATSAPP.search(normal, end, end + 20)
            add(*document.original(start, end), "whatsapp" if near else "phone", number)


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


def _channel(text: str, start: int, end: int) -> str | None:
    """The service a handle belongs to, by the nearest word before it or right behind it."""
    before, after = text[max(0, start - 30) : start].lower(), text[end : end + 16].lower()
    nearest: tuple[int, str] | None = None
    for name, pattern in _CHANNELS.items():
        for hit in pattern.finditer(before):
            if nearest is None or hit.end() > nearest[0]:
                nearest = (hit.end(), name)
    if nearest is not None:
        return nearest[1]
    return next((name for name, pattern in _CHANNELS.items() if pattern.search(after)), None)


def _named(word: str) -> str:
    word = word.lower()
    if word.startswith("t"):
        return "telegram"
    return {"l": "line", "f": "facebook"}.get(word[0], "instagram")
