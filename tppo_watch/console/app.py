"""The console as one ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from ..errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    ReviewConflictError,
    ReviewError,
    SelectionChangedError,
    StorageBusyError,
    WatchError,
)
from ..watch import Watch
from . import doors
from .bulletins import Bulletins
from .forms import Forms, Pending
from .guard import Guard
from .routes import ROUTERS
from .templating import environment
from .visit import House, Visit

_log = logging.getLogger(__name__)

#: Fields of a form that its sender does not see again.
_SECRETS = frozenset({"password", "old", "new", "again"})
_HIDDEN_FIELDS = _SECRETS | {"token"}


def make_app(
    watch: Watch,
    *,
    key: bytes,
    hosts: Collection[str],
    is_secure: bool = False,
    has_plain_cookie: bool = False,
    first_user_command: str = "tppo-watch users add NAMA --role admin",
) -> ASGIApp:
    """The console over an open service.

    Parameters
    ----------
    key : bytes
        Signs forms. The key of the installation, so that a form outlives a restart.
    hosts : collection of str
        Host headers that are answered, with their port.
    is_secure : bool
        People reach the console through TLS: its own or a proxy's.
    has_plain_cookie : bool
        Name the session cookie without ``__Host-`` and let it pass without TLS: for browsers that refuse
        secure cookies on plain loopback.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = House(
        watch,
        environment(),
        Forms(key),
        is_secure,
        has_plain_cookie,
        first_user_command,
        Bulletins(watch),
    )
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", _Static(directory=Path(__file__).parent / "static"))
    for error, handler in _HANDLERS.items():
        app.add_exception_handler(error, handler)
    return Guard(app, hosts=hosts, is_secure=is_secure)


class _Static(StaticFiles):
    """Files that come with the console; their address changes with them, so browsers may keep them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def _sign_in_needed(request: Request, exc: doors.SignInNeeded) -> Response:
    """To the door; a form that was on its way is taken along, if it was made for somebody here."""
    from .routes.entrance import door

    visit = exc.visit
    maker = visit.house.forms.maker(visit.field("token"))
    if request.method != "POST":
        return visit.go(f"/sign-in?{urlencode({'next': visit.path})}")
    if maker is None:  # a form with a file: nothing of it was read
        return door(visit, status=401, said="over_file", next=visit.came_from)
    fields = {
        name: values[0]
        for name, values in visit.form.items()
        if name not in _HIDDEN_FIELDS and len(values) == 1
    }
    if not _SECRETS.isdisjoint(visit.form):  # nobody finds a password behind the door
        return door(visit, status=401, said="over", next=visit.came_from)
    kept = visit.house.forms.keep(Pending(maker, request.url.path, fields))
    return door(visit, status=401, said="over_kept" if kept else "over", pending=kept)


def _forged(request: Request, exc: doors.ForgedForm) -> Response:
    return exc.visit.message("forged", 403)


def _stale(request: Request, exc: doors.StaleForm) -> Response:
    visit = exc.visit
    if visit.upload is not None:  # a browser keeps no file for a second time
        return visit.message("stale_file", 409)
    return visit.message("stale", 409, again=again(visit), fields=shown_fields(visit))


def again(visit: Visit, label: str = "send", **changed: str) -> dict[str, Any]:
    """The form of a visit, to be sent once more by a person who looked at it."""
    fields = [
        (name, changed.get(name, value))
        for name, values in visit.form.items()
        if name not in _HIDDEN_FIELDS
        for value in values
    ]
    return {"path": visit.request.url.path, "fields": fields, "label": visit.say(f"message.{label}")}


def shown_fields(visit: Visit) -> list[tuple[str, str]]:
    """What the sender wrote and chose, in words."""
    from .choices import worded

    return [
        (visit.say(f"fields.{name}"), worded(visit, name, values[0]))
        for name, values in visit.form.items()
        if visit.speaker.knows(f"fields.{name}") and values[0]
    ]


def _explained(request: Request, exc: WatchError) -> Response:
    """What the rooms below refuse, in the language of the reader."""
    visit = doors.anybody(request)
    if isinstance(exc, NotAllowedError):
        return visit.message("refused", 403, role=visit.say(f"roles.{visit.user.role}"))
    if isinstance(exc, ReviewConflictError):
        name = "conflict_kept" if exc.is_kept else "conflict"
        back = f"/posts/{exc.alert_id}"
        return visit.message(name, 409, fields=shown_fields(visit), back=back, holder=exc.holder)
    if isinstance(exc, SelectionChangedError):
        return visit.message("changed", 409)
    if isinstance(exc, NotFoundError):
        return visit.message("missing", 404)
    if isinstance(exc, StorageBusyError):
        is_form = request.method == "POST" and visit.session is not None
        return visit.message(
            "busy", 503, again=again(visit) if is_form else None, fields=shown_fields(visit)
        )
    if isinstance(exc, InputError | ReviewError):
        return visit.message("bad", 422, reason=refusal(visit, exc), fields=shown_fields(visit))
    _log.error("a page failed", extra={"reason": str(exc)})
    return visit.message("fault", 500)


def refusal(visit: Visit, exc: InputError | ReviewError) -> str:
    """Why something was refused, in the language of the reader; as it came, where no form leads to it."""
    key = f"refused.{exc.why}"
    return visit.say(key, **getattr(exc, "values", {})) if visit.speaker.knows(key) else str(exc)


def _http(request: Request, exc: HTTPException) -> Response:
    name = "missing" if exc.status_code in (404, 405) else "fault"
    return doors.anybody(request).message(name, exc.status_code)


def _unreadable(request: Request, exc: RequestValidationError) -> Response:
    """A number in an address that is none: there is no such page."""
    return doors.anybody(request).message("missing", 404)


def _fault(request: Request, exc: Exception) -> Response:
    return doors.anybody(request).message("fault", 500)


_HANDLERS: dict[Any, Any] = {
    doors.SignInNeeded: _sign_in_needed,
    doors.ForgedForm: _forged,
    doors.StaleForm: _stale,
    WatchError: _explained,
    HTTPException: _http,
    RequestValidationError: _unreadable,
    Exception: _fault,
}
