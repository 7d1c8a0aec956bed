"""When an item under a new id is a post that is known already. Pure functions.

Feeds number their items anew, move to https, add tracking to links and correct a word. Joining what is two
posts would hide the second, so an item joins a post only where its link is the same, or its title, its
numbers and most of its words are, and never one that the source shows beside it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from ..storage.posts import Marked, NewPost

#: Kinds whose ids name a place in a list, not a message somebody sent: in a chat, the same again is a copy.
JOINABLE = frozenset(("feed", "json_feed", "page", "sitemap"))
WINDOW = timedelta(days=30)  # after it, the same words are advertised again
# Share of 3-word shingles in common: in a text of 60 words, four that are replaced apart from each other
# leave 0.66, five 0.59.
_NEAR = 0.6
_MAX_WORDS = 4_000  # of a text; what follows decides nothing
_TRACKING = re.compile(r"utm_.*|fbclid|gclid|igshid|ref|source", re.I)
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")


def marks_of(post: NewPost) -> tuple[str, ...]:
    """By what else a post is known: its link without tracking, its title with the numbers of its text.

    A part of a split item has none: it shares its link and title with the others.
    """
    if re.search(r"#\d+$", post.native_id):
        return ()
    marks = []
    if post.url and post.native_id == post.url[:500]:
        marks.append(_mark("u", _plain_link(post.url)))
    if post.title:
        numbers = " ".join(_DIGITS.findall(post.text))
        marks.append(_mark("t", f"{' '.join(_WORD.findall(post.title.casefold()))}\n{numbers}"))
    return tuple(marks)


def id_mark(native_id: str) -> str:
    """The mark of an id that a post had once."""
    return _mark("i", native_id)


def is_id_mark(mark: str) -> bool:
    """Whether a mark is that of a former id."""
    return mark.startswith("i")


@dataclass(frozen=True, slots=True)
class Joined:
    """A batch with each post under the id it is known by."""

    posts: list[NewPost]
    marks: list[tuple[str, str, str]]  #: mark, native id and content hash of the post it belongs to


def join(batch: Sequence[NewPost], known_ids: frozenset[str], marked: Mapping[str, Marked]) -> Joined:
    """Give each post of `batch` the id of the post it is, and say what to know it by.

    Parameters
    ----------
    known_ids : frozenset of str
        Ids of `batch` under which something is kept.
    marked : mapping
        Mark -> the latest post it was given to, for the marks and ids of `batch`.
    """
    present = {post.native_id for post in batch}
    joined: list[NewPost] = []
    marks: list[tuple[str, str, str]] = []
    for post in batch:
        given = marks_of(post)
        if post.native_id not in known_ids:
            found = _same(post, given, marked, present)
            if found is not None:
                if id_mark(post.native_id) not in marked:
                    marks.append((id_mark(post.native_id), found.native_id, post.content_hash))
                post = replace(post, native_id=found.native_id, parts=(found.native_id,))
        joined.append(post)
        marks += ((mark, post.native_id, post.content_hash) for mark in given)
    return Joined(joined, marks)


def _same(
    post: NewPost, given: Sequence[str], marked: Mapping[str, Marked], present: set[str]
) -> Marked | None:
    if (alias := marked.get(id_mark(post.native_id))) is not None:
        return alias
    for mark in given:
        found = marked.get(mark)
        if found is None or found.native_id in present or post.fetched - found.fetched > WINDOW:
            continue
        if mark.startswith("u") or _is_near(post.text, found.text):
            return found
    return None


def _is_near(one: str, other: str) -> bool:
    first, second = _shingles(one), _shingles(other)
    return len(first & second) >= _NEAR * len(first | second)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())[:_MAX_WORDS]
    return {tuple(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def _plain_link(url: str) -> str:
    """A link without scheme, ``www.``, tracking and a last slash."""
    try:
        parts = urlsplit(url)
        kept = [
            pair for pair in parse_qsl(parts.query, max_num_fields=100) if not _TRACKING.fullmatch(pair[0])
        ]
    except ValueError:  # a link no library reads is compared as it is
        return url
    host = parts.netloc.casefold().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{urlencode(kept)}"


def _mark(kind: str, value: str) -> str:
    return kind + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:40]
