"""Users: who may do what."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ...errors import InputError
from ...review import ROLES
from ..doors import looking, sending
from ..visit import Visit

router = APIRouter()

UserId = Annotated[int, Path(ge=1, le=2**53)]


@router.get("/users")
def users(visit: Annotated[Visit, Depends(looking("users"))]) -> Response:
    return visit.page("users.html", here="users", users=visit.house.watch.accounts.listed(), roles=ROLES)


@router.post("/users")
def add(visit: Annotated[Visit, Depends(sending("users"))]) -> Response:
    name, password = visit.field("name").strip(), visit.field("password")
    visit.house.watch.accounts.add(visit.user, name, _role(visit), password, now=visit.now)
    return visit.go("/users", said="user_added")


@router.post("/users/{user_id}/role")
def set_role(visit: Annotated[Visit, Depends(sending("users"))], user_id: UserId) -> Response:
    visit.house.watch.accounts.set_role(visit.user, user_id, _role(visit), now=visit.now)
    return visit.go("/users", said="user_changed")


@router.post("/users/{user_id}/disable")
def disable(visit: Annotated[Visit, Depends(sending("users"))], user_id: UserId) -> Response:
    visit.house.watch.accounts.disable(visit.user, user_id, now=visit.now)
    return visit.go("/users", said="user_changed")


@router.post("/users/{user_id}/reset")
def reset(visit: Annotated[Visit, Depends(sending("users"))], user_id: UserId) -> Response:
    visit.house.watch.accounts.reset(visit.user, user_id, visit.field("password"), now=visit.now)
    return visit.go("/users", said="user_changed")


def _role(visit: Visit) -> Any:
    role = visit.field("role")
    if role not in ROLES:
        raise InputError("is no role", item=role[:40] or "form", why="choice")
    return cast(Any, role)
