"""Contacts of everybody: a portal's number, a hotline, a bot. They link nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

_LOOKED_AT = 64  # bundles of a contact, the first
_LEAST = 4  # ads of different recruiters that show a footer
_CLEAR = 24  # that show it whatever stands beside the contact
_SHARE = 0.75
_ANYBODYS = 200  # ads in other words under one contact, most of them harmless: a portal has so many


class HasEvidence(Protocol):
    """What is asked of a bundle."""

    wording: int
    contacts: tuple[int, ...]
    is_recruitment: bool
    is_framed: bool


def is_common(
    bundles: Sequence[HasEvidence], contact: int, places: Sequence[int], lines: Sequence[int]
) -> bool:
    """Whether a contact is that of many who have nothing to do with each other.

    A footer stands in the same words under ads that share nothing else, each with a contact of its own. A
    recruiter with several numbers puts them together in changing pairs, so that without one of them the rest
    still hangs together, or puts them under the same wording.

    Parameters
    ----------
    places : sequence of int
        The bundles that name the contact, in order of arrival.
    lines : sequence of int
        What stands beside it in each.
    """
    if len(places) < _LEAST:
        return False
    if len(places) >= _ANYBODYS and _is_of_anybody([bundles[index] for index in places]):
        return True
    looked_at = [
        (bundles[index], line)
        for index, line in zip(places[:_LOOKED_AT], lines, strict=False)
        if len(bundles[index].contacts) > 1
    ]
    if len(looked_at) < max(_LEAST, _SHARE * min(len(places), _LOOKED_AT)):
        return False
    wordings = _different([bundle for bundle, _ in looked_at])
    groups = _groups([bundle.contacts for bundle, _ in looked_at], contact)
    if min(wordings, groups) < _SHARE * len(looked_at):
        return False
    same_line = max(Counter(line for _, line in looked_at if line).values(), default=0)
    return same_line >= _SHARE * len(looked_at) or len(looked_at) >= _CLEAR


def _is_of_anybody(bundles: Sequence[HasEvidence]) -> bool:
    # Who recruits under one number in hundreds of ways stays together: most of that points to exploitation.
    harmless = sum(not bundle.is_recruitment for bundle in bundles)
    return 2 * harmless > len(bundles) and _different(bundles) >= _ANYBODYS


def _different(bundles: Sequence[HasEvidence]) -> int:
    """How many different texts there are; each with words of its own is one."""
    return len({bundle.wording for bundle in bundles if not bundle.is_framed}) + sum(
        bundle.is_framed for bundle in bundles
    )


def _groups(sets: Sequence[tuple[int, ...]], without: int) -> int:
    """How many groups the sets of contacts fall into without one of them."""
    groups: list[set[int]] = []
    for contacts in sets:
        merged = set(contacts) - {without}
        apart = []
        for group in groups:
            if group.isdisjoint(merged):
                apart.append(group)
            else:
                merged |= group
        groups = [*apart, merged]
    return len(groups)
