"""What was said of stored posts, to be read through and replaced when a new model says something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from ..types import Assessment
from .schema import alerts, assessments, posts


@dataclass(frozen=True, slots=True)
class Said:
    """A post, what was said of it, and the alert it stands for; the last three are None where it has none."""

    post_id: int
    source_id: str
    native_id: str
    text: str
    model: str
    risk: float
    level: str
    assistance: bool
    alert_id: int | None
    lane: str | None
    state: str | None


def page(connection: Connection, *, after: int, size: int) -> list[Said]:
    """Up to `size` posts with an assessment of their own, by id, behind the id `after`."""
    columns = (
        assessments.c.post_id,
        posts.c.source_id,
        posts.c.native_id,
        posts.c.text,
        assessments.c.model,
        assessments.c.risk,
        assessments.c.level,
        assessments.c.assistance,
        alerts.c.id.label("alert_id"),
        alerts.c.lane,
        alerts.c.state,
    )
    query = (
        select(*columns)
        .join(posts, posts.c.id == assessments.c.post_id)
        .outerjoin(alerts, alerts.c.post_id == assessments.c.post_id)
        .where(assessments.c.post_id > after)
        .order_by(assessments.c.post_id)
        .limit(size)
    )
    return [Said(**row._mapping) for row in connection.execute(query)]


def replace(connection: Connection, assessed: Sequence[tuple[int, Assessment]]) -> None:
    """Keep a new assessment of posts in place of the old one."""
    for post_id, assessment in assessed:
        connection.execute(
            update(assessments)
            .where(assessments.c.post_id == post_id)
            .values(
                model=assessment.model,
                risk=assessment.risk,
                level=assessment.level,
                assistance=assessment.assistance,
                lang=assessment.lang,
                body=assessment.to_dict(),
            )
        )
