"""Who gets to a page: every route takes its visit from one of these, so that none is open by accident."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from ..errors import InputError
from ..review import require
from ..review.roles import Action
from . import uploads
from .visit import Visit

MAX_FIELDS = 1_100  # a bulk decision on 1,000 posts, and what goes with it


class SignInNeeded(Exception):
    """Nobody is signed in, or the session is over."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit


class ForgedForm(Exception):
    """A form without a token of ours, or with somebody else's."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit


class StaleForm(Exception):
    """A form that this person got in an earlier session."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit


def anybody(request: Request) -> Visit:
    """A visit of whoever asks, signed in or not."""
    if not hasattr(request.state, "visit"):
        house = request.app.state.house
        token = request.cookies.get(house.cookie, "")
        session = house.watch.accounts.session(token, now=house.watch.now()) if token else None
        request.state.visit = Visit(house, request, session)
    return request.state.visit


def looking(action: Action) -> Callable[[Request], Visit]:
    """For pages: somebody who may do `action`."""

    def visit(request: Request) -> Visit:
        found = anybody(request)
        if found.session is None:
            raise SignInNeeded(found)
        require(found.user, action)
        return found

    visit.action = action  # type: ignore[attr-defined]  # the test of all routes asks for it
    return visit


def sending(action: Action) -> Callable[[Request], Awaitable[Visit]]:
    """For forms: somebody who may do `action`, with a form that was made for them in this session."""

    async def visit(request: Request) -> Visit:
        return _admitted(await anybody_sending(request), action)

    visit.action = action  # type: ignore[attr-defined]
    return visit


def uploading(action: Action) -> Callable[[Request], Awaitable[Visit]]:
    """As `sending`, for a form with one file. Of whoever may not send it nothing is read."""

    async def visit(request: Request) -> Visit:
        found = await run_in_threadpool(anybody, request)
        if found.session is None:
            raise SignInNeeded(found)
        require(found.user, action)
        await uploads.read(request, found)
        return _admitted(found, action)

    visit.action = action  # type: ignore[attr-defined]
    return visit


def _admitted(found: Visit, action: Action) -> Visit:
    forms, token = found.house.forms, found.field("token")
    maker = forms.maker(token)
    if maker is None:
        raise ForgedForm(found)
    if found.session is None:
        raise SignInNeeded(found)
    if maker != found.user.id:
        raise ForgedForm(found)
    require(found.user, action)
    if not forms.is_of(token, found.user.id, found.session.token):
        raise StaleForm(found)
    return found


async def anybody_sending(request: Request) -> Visit:
    """A visit with its form read, of whoever sends it: only for what needs no sign-in."""
    visit = await run_in_threadpool(anybody, request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise InputError("only plain forms are taken, no files", item="form", why="no_files")
    try:
        body = (await request.body()).decode("ascii")
        visit.form = parse_qs(body, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise InputError("cannot be read", item="form", why="form") from None
    return visit
