"""A form with a file, read with limits and in memory alone: nothing of it lies about on a disk."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from ..errors import InputError
from ..review.exhibits import MOST_BYTES, too_large
from .visit import Upload, Visit

MOST_BODY = 64 * 1024**2  #: bytes that are taken off the line; of what is more the sender hears no answer
_FIELDS_ROOM = 256 * 1024  # beside the file: its note, and what belongs to a form
_MOST_FIELDS = 8


class _InMemory(MultiPartParser):
    spool_max_size = MOST_BYTES + _FIELDS_ROOM


async def read(request: Request, visit: Visit) -> None:
    """Read the form of a request into `visit`, its fields and its file.

    Raises
    ------
    InputError
        If it is no form with a file.
    ReviewError
        If the file is too large. All of it was received, so that the answer is.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise InputError("is no form with a file", item="form", why="form")
    parser = _InMemory(
        request.headers, _bounded(request), max_files=1, max_fields=_MOST_FIELDS, max_part_size=_FIELDS_ROOM
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise InputError("cannot be read", item="form", why="form") from None
    visit.form = {name: [value] for name, value in form.items() if isinstance(value, str)}
    for value in form.values():
        if isinstance(value, UploadFile):
            visit.upload = Upload(value.filename or "", await value.read())
    await form.close()


async def _bounded(request: Request) -> AsyncIterator[bytes]:
    taken = 0
    async for chunk in request.stream():
        taken += len(chunk)
        if taken <= MOST_BYTES + _FIELDS_ROOM:
            yield chunk
    if taken > MOST_BYTES + _FIELDS_ROOM:
        raise too_large()
