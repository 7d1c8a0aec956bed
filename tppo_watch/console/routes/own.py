"""What people set for themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from ...errors import ReviewError, SignInError
from ...review.accounts import SHORTEST
from .. import preferences
from ..doors import looking, sending
from ..visit import Says, Visit
from .entrance import wait_of

router = APIRouter()


@router.get("/settings")
def settings(visit: Annotated[Visit, Depends(looking("view"))]) -> Response:
    return _page(visit)


def _page(visit: Visit, status: int = 200) -> Response:
    return visit.page(
        "settings.html", status=status, here="settings", choices=preferences.CHOICES, shortest=SHORTEST
    )


@router.post("/settings")
def save(visit: Annotated[Visit, Depends(sending("view"))]) -> Response:
    given = {name: visit.field(name, "off") for name in preferences.CHOICES}
    return visit.set_preferences(preferences.chosen(given), visit.go("/settings", said="saved"))


@router.post("/settings/password")
def change_password(visit: Annotated[Visit, Depends(sending("view"))]) -> Response:
    if visit.field("new") != visit.field("again"):
        raise ReviewError("the two new passwords differ", why="password_twice")
    assert visit.session is not None
    accounts = visit.house.watch.accounts
    try:
        accounts.change_password(
            visit.session, visit.field("old"), visit.field("new"), client=visit.client, now=visit.now
        )
    except SignInError as exc:
        said, status = ("sign_in.wait", 429) if exc.wait_s else ("settings.wrong", 422)
        visit.says = Says(visit.say(said, time=wait_of(visit, exc)), "wrong")
        return _page(visit, status)
    return visit.go("/settings", said="password_changed")


@router.post("/rested")
def rested(visit: Annotated[Visit, Depends(sending("view"))]) -> Response:
    visit.house.readings.rested(visit.user.id)
    return visit.go(visit.field("back", "/queue"), said="rested")
