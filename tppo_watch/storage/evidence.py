"""Files that reviewers keep with a post: their bytes, by alert and SHA-256."""

from __future__ import annotations

from sqlalchemy import Connection, select

from ..errors import NotFoundError
from .schema import evidence, insert_if_new


def keep(connection: Connection, alert_id: int, sha256: str, content: bytes) -> None:
    """Keep the bytes of a file with an alert; of a file that is there already nothing changes."""
    values = {"alert_id": alert_id, "sha256": sha256, "content": content}
    connection.execute(insert_if_new(connection, evidence), values)


def content(connection: Connection, alert_id: int, sha256: str) -> bytes:
    """The bytes of a file as they were received. Raises `NotFoundError`."""
    query = select(evidence.c.content).where(evidence.c.alert_id == alert_id, evidence.c.sha256 == sha256)
    found = connection.execute(query).scalar()
    if found is None:
        raise NotFoundError("file", sha256)
    return found
