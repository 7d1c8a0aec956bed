"""In and out: sign in, sign out, and the language of the door."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from ...errors import SignInError
from .. import preferences
from ..doors import anybody, anybody_sending, sending
from ..visit import Says, Visit, local

router = APIRouter()


@router.get("/")
def home(visit: Annotated[Visit, Depends(anybody)]) -> Response:
    return visit.go("/queue")


@router.get("/sign-in")
def sign_in_page(visit: Annotated[Visit, Depends(anybody)], next: str = "/queue") -> Response:
    return door(visit, next=next)


@router.post("/sign-in")
def sign_in(visit: Annotated[Visit, Depends(anybody_sending)]) -> Response:
    name, pending, next = visit.field("name"), visit.field("pending"), visit.field("next", "/queue")
    accounts = visit.house.watch.accounts
    try:
        session = accounts.sign_in(name, visit.field("password"), client=visit.client, now=visit.now)
    except SignInError as exc:
        said, status = ("wait", 429) if exc.wait_s else ("wrong", 401)
        return door(
            visit, status=status, said=said, pending=pending, next=next, name=name, time=wait_of(visit, exc)
        )
    if visit.session is not None:
        accounts.sign_out(visit.session.token, now=visit.now)
    visit.session, visit.says = session, None
    response = _kept_form(visit, pending) or visit.go(next)
    response.set_cookie(
        visit.house.cookie,
        session.token,
        httponly=True,
        samesite="strict",
        secure=not visit.house.has_plain_cookie,
        path="/",
    )
    return response


def wait_of(visit: Visit, exc: SignInError) -> str:
    """How long to wait before the next attempt, in words and never too short."""
    return visit.speaker.span(timedelta(seconds=exc.wait_s + 59))


def _kept_form(visit: Visit, text: str) -> Response | None:
    """The form that waited behind the door, shown once more to the one who had sent it."""
    kept = visit.house.forms.kept(text)
    if kept is None or kept.user_id != visit.user.id:
        return None
    from ..app import shown_fields

    visit.form = {name: [value] for name, value in kept.fields.items()}
    again = {"path": kept.path, "fields": kept.fields.items(), "label": visit.say("message.send")}
    return visit.message("stale", 200, again=again, fields=shown_fields(visit))


@router.post("/sign-out")
def sign_out(visit: Annotated[Visit, Depends(sending("view"))]) -> Response:
    assert visit.session is not None
    visit.house.watch.accounts.sign_out(visit.session.token, now=visit.now)
    response = visit.go("/sign-in", said="out")
    response.delete_cookie(
        visit.house.cookie,
        path="/",
        secure=not visit.house.has_plain_cookie,
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/language")
def language(visit: Annotated[Visit, Depends(anybody_sending)]) -> Response:
    chosen = visit.field("lang")
    prefs = replace(visit.prefs, lang=chosen) if chosen in preferences.CHOICES["lang"] else visit.prefs
    return visit.set_preferences(prefs, visit.go(visit.field("back", "/sign-in")))


def door(
    visit: Visit,
    *,
    status: int = 200,
    said: str = "",
    pending: str = "",
    next: str = "/queue",
    name: str = "",
    time: str = "",
) -> Response:
    """The page to sign in. `pending` is a form that goes on afterwards."""
    visit.session = None
    if said:
        kind = "wrong" if said in ("wrong", "wait") else ""
        visit.says = Says(visit.say(f"sign_in.{said}", time=time), kind)
    return visit.page(
        "sign_in.html",
        status=status,
        has_users=bool(visit.house.watch.accounts.listed()),
        first_user_command=visit.house.first_user_command,
        pending=pending,
        next=local(next),
        name=name[:80],
    )
