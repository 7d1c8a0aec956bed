"""Where one ad ends and the next begins, in one post and across the messages of one person. Pure functions.

An ad that is cut in two loses the half that makes it suspicious; two ads read as one lend each other their
signs. So a text is only cut where each piece is an ad by itself.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from ..types import Failure, Post

MERGE_WINDOW = timedelta(minutes=10)
_MAX_MERGED = 4_000  # characters; Telegram's longest message, far above any ad
_MAX_ADS = 30  # in one text
_SHARED = 300  # characters; a longer block around the ads is no heading or signature

_HEAD = re.compile(
    r"\b(?:info\s?loker|loker|lowongan|lowker|dibutuhkan|dibutuhin|dicari|butuh\s(?:cepat|segera|orang|admin|kru|tkw?i"
    r"|operator|karyawan|karyawati|cewek|cowok)|membutuhkan|mencari\s(?:karyawan|kandidat|admin|operator|kru)"
    r"|open\s?rec\w*|oprec|(?:we(?:['’]re|\sare)\s)?hiring|(?:job|urgent)\s(?:vacancy|hiring|order)"
    r"|posisi|penempatan|rekrut\w*|recruit\w*)\b",
    re.I,
)
_CONTACT = re.compile(
    r"(?:\+62|\b62|\b0)[\s-]?8[\d\s.\-]{7,14}\d|\b(?:wa\.me|t\.me|api\.whatsapp\.com)/\S|\B@[a-z]\w{3,31}"
    r"|\b[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,10}\b|\b(?:wa|whatsapp|dm|japri|inbox|telegram|tele|line)\s?[:.@]",
    re.I | re.ASCII,
)
_PAY = re.compile(
    r"\b(?:gaji|salary|upah|fee|bayaran|penghasilan|income|gapok)\b|\brp\s?\d|\d\s?(?:jt|juta|rb|ribu|usd|\$)\b",
    re.I,
)

# A line of nothing but one drawing sign, also spaced; emoji rows are drawn with the same signs over and over.
_RULE = re.compile(r"[ \t]*([^\w\s]|_)[ \t\ufe0f]*(?:\1[ \t\ufe0f]*){2,}")
_NUMBERED = re.compile(r"[ \t]*[*_]{0,2}(?:\(?\d{1,2}[.)]|[0-9]\ufe0f?\u20e3|[①-⑳])[*_]{0,2}[ \t]*(?=\S)")


def split_ads(text: str) -> list[str]:
    """The ads in `text`, each with the heading and the signature they share; `text` alone where it is one.

    Cut at drawn lines, else at numbers, else at blank lines.
    """
    for blocks, is_ad in (
        (_ruled(text), _is_ruled_ad),
        (_numbered(text), _is_whole),
        (_spaced(text), _is_whole),
    ):
        if ads := _ads(blocks, is_ad):
            return ads
    return [text]


@dataclass(frozen=True, slots=True)
class Signs:
    """What a piece of an ad holds."""

    head: bool  #: says that somebody is wanted
    contact: bool
    pay: bool


def signs_of(text: str) -> Signs:
    """Which parts of an ad `text` holds."""
    return Signs(bool(_HEAD.search(text)), bool(_CONTACT.search(text)), bool(_PAY.search(text)))


def _is_whole(signs: Signs) -> bool:
    return signs.head and signs.contact


def _is_ruled_ad(signs: Signs) -> bool:
    return signs.head + signs.contact + signs.pay >= 2


def _ads(blocks: list[str], is_ad: Callable[[Signs], bool]) -> list[str]:
    """Texts of the ads among `blocks`; empty where these are not several ads."""
    if len(blocks) < 2:
        return []
    signs = [signs_of(block) for block in blocks]
    ads = [at for at, found in enumerate(signs) if is_ad(found)]
    if not 2 <= len(ads) <= _MAX_ADS:
        return []
    each_has_contact = all(signs[at].contact for at in ads)
    if not each_has_contact and not all(signs[at].head for at in ads):
        return []  # such as a heading with the pay, then the contact: one ad under a drawn line
    heading = [block for block in blocks[: ads[0]] if len(block) <= _SHARED]
    signature = [block for block in blocks[ads[-1] + 1 :] if len(block) <= _SHARED]
    texts = []
    for start, end in zip(ads, [*ads[1:], len(blocks)], strict=True):
        before = blocks[:start] if start == ads[0] else heading
        # What follows the last ad belongs to all of them where not each names a contact of its own.
        after = signature if not each_has_contact and start != ads[-1] else []
        texts.append("\n".join([*before, *blocks[start:end], *after]).strip())
    return texts


def _ruled(text: str) -> list[str]:
    return _cut(text, _RULE.fullmatch, keep=False)


def _numbered(text: str) -> list[str]:
    return _cut(text, _NUMBERED.match, keep=True)


def _spaced(text: str) -> list[str]:
    return _cut(text, lambda line: not line.strip(), keep=False)


def _cut(text: str, begins: Callable[[str], object], *, keep: bool) -> list[str]:
    """Blocks of lines, a new one at each line that `begins` one; `keep`: that line is part of it."""
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if begins(line):
            blocks.append([line] if keep else [])
        else:
            blocks[-1].append(line)
    joined = ("\n".join(block).strip("\n") for block in blocks)
    return [block for block in joined if block.strip()]


@dataclass(frozen=True, slots=True)
class Draft:
    """A post made of one or more messages."""

    post: Post
    parts: tuple[str, ...]  #: native ids of the messages, in order


def single(post: Post) -> Draft:
    """A post that came as one message."""
    return Draft(post, (post.native_id,))


def merge_messages(messages: Iterable[Post | Failure]) -> Iterator[Draft | Failure]:
    """Join what one person wrote in a chat within `MERGE_WINDOW` of their first message into one post.

    The post has the id and time of its first message. A message that is a whole ad begins a post of its own;
    what is no message, or has no author or time, stays alone. Failures pass through. Memory holds one open
    post a person.
    """
    opened: OrderedDict[tuple[str, str], Draft] = OrderedDict()  # in the order of first messages
    for message in messages:
        if isinstance(message, Failure):
            yield message
            continue
        if message.chat is None or message.author is None or message.published is None:
            yield single(message)
            continue
        # Only from the front: looking at all that are open would take the square of a busy minute's messages.
        while opened and not _is_near(next(iter(opened.values())).post, message):
            yield opened.popitem(last=False)[1]
        person = (message.chat, message.author)
        draft = opened.get(person)
        if draft is None or not _is_near(draft.post, message) or not _continues(draft, message):
            if draft is not None:
                yield opened.pop(person)
            opened[person] = single(message)
        else:
            opened[person] = _joined(draft, message)
    yield from opened.values()


def _is_near(first: Post, later: Post) -> bool:
    assert first.published is not None and later.published is not None
    return timedelta(0) <= later.published - first.published <= MERGE_WINDOW


def _continues(draft: Draft, message: Post) -> bool:
    if len(draft.post.text) + len(message.text) > _MAX_MERGED:
        return False
    return not _is_whole(signs_of(message.text))


def _joined(draft: Draft, message: Post) -> Draft:
    post = replace(
        draft.post,
        text=f"{draft.post.text}\n{message.text}",
        pictures=(*draft.post.pictures, *message.pictures),
    )
    return Draft(post, (*draft.parts, message.native_id))


def split_draft(draft: Draft) -> list[Draft]:
    """One draft for each ad in it; their ids are numbered where there are several."""
    texts = split_ads(draft.post.text)
    if len(texts) == 1:
        return [draft]
    drafts = []
    for number, text in enumerate(texts, 1):
        native_id = f"{draft.post.native_id}#{number}"
        drafts.append(Draft(replace(draft.post, text=text, native_id=native_id), (native_id,)))
    return drafts
