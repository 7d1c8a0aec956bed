"""Pictures whose words were read: kept with their posts as evidence, and not read a second time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, select

from ..errors import NotFoundError
from ..types import Picture
from .schema import insert_if_new, picture_places, pictures, post_pictures


def recall(connection: Connection, place: str) -> Picture | None:
    """The picture that is at an address, or has a SHA-256, without its content; None for one never read."""
    at_address = select(picture_places.c.sha256).where(picture_places.c.place == _digest(place))
    wanted = at_address.scalar_subquery() if "://" in place else place
    columns = (pictures.c.sha256, pictures.c.media_type, pictures.c.text)
    row = connection.execute(select(*columns).where(pictures.c.sha256 == wanted)).one_or_none()
    return Picture(row.sha256, row.media_type, b"", row.text) if row else None


def note(connection: Connection, found: Mapping[str, Picture], *, now: datetime) -> None:
    """Keep what pictures are at these addresses, or have these digests."""
    for picture in {picture.sha256: picture for picture in found.values()}.values():
        _add(connection, picture, now)
    for place, picture in found.items():
        if "://" in place:
            values = {"place": _digest(place), "sha256": picture.sha256}
            connection.execute(insert_if_new(connection, picture_places), values)


def attach(connection: Connection, post_id: int, found: Sequence[Picture], *, now: datetime) -> None:
    """Keep pictures, in this order, with the post whose text holds their words."""
    for position, picture in enumerate(found):
        _add(connection, picture, now)
        values = {"post_id": post_id, "position": position, "sha256": picture.sha256}
        connection.execute(insert_if_new(connection, post_pictures), values)


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """What is known of a picture without reading its bytes."""

    sha256: str
    media_type: str
    size: int  #: bytes


def of_post(connection: Connection, post_id: int) -> list[KeptPicture]:
    """The pictures of a post, in their order."""
    size = func.coalesce(func.length(pictures.c.content), 0)
    query = (
        select(pictures.c.sha256, pictures.c.media_type, size)
        .join(post_pictures, post_pictures.c.sha256 == pictures.c.sha256)
        .where(post_pictures.c.post_id == post_id)
        .order_by(post_pictures.c.position)
    )
    return [KeptPicture(*row) for row in connection.execute(query)]


def content_of(connection: Connection, sha256: str) -> bytes:
    """The bytes of a picture as they were received. Raises `NotFoundError`."""
    content = connection.execute(select(pictures.c.content).where(pictures.c.sha256 == sha256)).scalar()
    if content is None:
        raise NotFoundError("picture", sha256)
    return content


def drop_orphans(connection: Connection) -> int:
    """Delete the pictures that no post holds any more, as after a purge; how many they were."""
    is_held = exists().where(post_pictures.c.sha256 == pictures.c.sha256)
    return connection.execute(delete(pictures).where(pictures.c.content.is_not(None), ~is_held)).rowcount


def _add(connection: Connection, picture: Picture, now: datetime) -> None:
    values = {
        "sha256": picture.sha256,
        "media_type": picture.media_type,
        "text": picture.text,
        "content": picture.content or None,
        "seen": now,
    }
    connection.execute(insert_if_new(connection, pictures), values)


def _digest(place: str) -> str:
    return hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()
