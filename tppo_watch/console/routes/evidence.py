"""Files that reviewers keep with a post. What is sent back runs nowhere: a picture, or bytes to be saved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ...errors import NotFoundError, ReviewError
from ..doors import looking, sending, uploading
from ..visit import Visit
from .posts import PICTURE_TYPES, AlertId

router = APIRouter()

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

#: Endings that nothing is started by, for types by their first bytes; whatever else ends in ``.bin``.
_ENDINGS = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/plain": "txt",
    "video/mp4": "mp4",
    "video/webm": "webm",
}


@router.post("/posts/{alert_id}/evidence")
def add(visit: Annotated[Visit, Depends(uploading("decide"))], alert_id: AlertId) -> Response:
    if visit.upload is None or not (visit.upload.name or visit.upload.content):
        raise ReviewError("choose a file", why="file_none")
    visit.house.watch.exhibits.add(
        visit.user,
        alert_id,
        visit.upload.name,
        visit.upload.content,
        note=visit.field("note"),
        now=visit.now,
    )
    return visit.go(f"/posts/{alert_id}", said="evidence_kept")


@router.get("/posts/{alert_id}/evidence/{sha256}/picture")
def picture(
    visit: Annotated[Visit, Depends(looking("reveal"))], alert_id: AlertId, sha256: Digest, leave: str = ""
) -> Response:
    """A picture among the files, after a reason was given for what the post shows."""
    if not visit.house.forms.has_leave(leave, visit.user.id, alert_id, visit.now):
        raise NotFoundError("picture", sha256)
    exhibits = visit.house.watch.exhibits
    found, content = exhibits.read(visit.user, alert_id, sha256, now=visit.now, is_leaving=False)
    if found.media_type not in PICTURE_TYPES:
        raise NotFoundError("picture", sha256)
    return Response(content, media_type=found.media_type)


@router.post("/posts/{alert_id}/evidence/{sha256}")
def save(visit: Annotated[Visit, Depends(sending("export"))], alert_id: AlertId, sha256: Digest) -> Response:
    """The bytes as they were received, to be saved under a name of ours; that they leave is logged."""
    if not visit.house.forms.has_leave(visit.field("leave"), visit.user.id, alert_id, visit.now):
        raise NotFoundError("file", sha256)
    exhibits = visit.house.watch.exhibits
    found, content = exhibits.read(visit.user, alert_id, sha256, now=visit.now, is_leaving=True)
    name = f"tppo-{alert_id}-{sha256[:12]}.{_ENDINGS.get(found.media_type, 'bin')}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)
