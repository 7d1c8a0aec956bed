"""What people set for themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from .. import preferences
from ..doors import looking, sending
from ..visit import Visit

router = APIRouter()


@router.get("/settings")
def settings(visit: Annotated[Visit, Depends(looking("view"))]) -> Response:
    return visit.page("settings.html", here="settings", choices=preferences.CHOICES)


@router.post("/settings")
def save(visit: Annotated[Visit, Depends(sending("view"))]) -> Response:
    given = {name: visit.field(name, "off") for name in preferences.CHOICES}
    return visit.set_preferences(preferences.chosen(given), visit.go("/settings", said="saved"))


@router.post("/rested")
def rested(visit: Annotated[Visit, Depends(sending("view"))]) -> Response:
    visit.house.readings.rested(visit.user.id)
    return visit.go(visit.field("back", "/queue"), said="rested")
