"""What a grouper finds of a post, as it is stored, and back: places in memory are ids in a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..campaigns import Contact, Evidence, Example, Print
from ..storage.campaigns import LinkRecord

# A wording whose founder is forgotten or purged is known by the number of that post, beyond any place.
_GONE = 1 << 40
PlaceOf = Callable[[int], int]  #: id of a post -> its place; -1 for one that is not in memory


def to_record(
    ids: Sequence[int], post_id: int, campaign: int | None, evidence: Evidence, example: Example | None
) -> LinkRecord:
    """What was found of a post.

    Parameters
    ----------
    ids : sequence of int
        The post at each place.
    """

    def post(place: int) -> int | None:
        if place < 0:
            return None
        return place - _GONE if place >= _GONE else ids[place]

    return LinkRecord(
        post_id=post_id,
        campaign=campaign,
        is_own=evidence.is_own,
        is_recruitment=evidence.is_recruitment,
        stance=evidence.stance,
        contacts=[list(contact) for contact in evidence.contacts],
        passing=list(evidence.passing),
        wording=post(evidence.wording),
        similarity=evidence.similarity,
        size=evidence.size,
        novel=evidence.novel,
        near=post(evidence.near),
        alike=post(evidence.alike),
        alike_similarity=evidence.alike_similarity,
        shingles=example.print.shingles if example else None,
        slots=sorted(example.print.slots) if example else None,
        is_counted=example is not None and example.is_counted,
    )


def from_record(record: LinkRecord, place_of: PlaceOf) -> tuple[Evidence, Example | None]:
    """What a grouper once found of a post."""

    def place(post: int | None) -> int:
        if post is None:
            return -1
        known = place_of(post)
        return known if known >= 0 else _GONE + post

    contacts = tuple([(key, line, kind) for key, line, kind in record.contacts])
    evidence = Evidence(
        id=str(record.post_id),
        is_own=record.is_own,
        is_recruitment=record.is_recruitment,
        contacts=contacts,
        passing=tuple(record.passing),
        wording=place(record.wording),
        similarity=record.similarity,
        size=record.size,
        near=place_of(record.near) if record.near is not None else -1,
        novel=record.novel,
        alike=place(record.alike),
        alike_similarity=record.alike_similarity,
        stance=record.stance,
    )
    if record.shingles is None:
        return evidence, None
    named = tuple([Contact(*contact) for contact in contacts])
    print = Print(
        record.shingles, frozenset(record.slots or ()), named, (),
        record.is_own, record.is_recruitment, record.stance,
    )  # fmt: skip
    own_place = place_of(record.post_id)
    return evidence, Example(own_place, evidence.wording, print, is_counted=record.is_counted)
