"""The audit log: who opened, decided or exported what. Ids only, as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from ...storage.audit import Entry
from ..doors import looking
from ..visit import Visit
from .queue import people

router = APIRouter()

PAGE = 100  # rows
#: Where what a row is about can be looked at.
_PAGES = {"alert": "/posts/{}", "campaign": "/campaigns/{}", "signal": "/signals/{}"}


@router.get("/audit")
def audit(
    visit: Annotated[Visit, Depends(looking("audit"))],
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    rows = visit.house.watch.lists.log(visit.user, limit=PAGE, before=before)
    names = people(visit)
    acts = [int(row.object.removeprefix("act:")) for row in rows if row.object.startswith("act:")]
    alerts = visit.house.watch.lists.alerts_of(visit.user, acts)
    return visit.page(
        "audit.html",
        here="audit",
        rows=[_row(entry, visit, names, alerts) for entry in rows],
        older=f"/audit?before={rows[-1].seq}" if len(rows) == PAGE else "",
    )


def _row(
    entry: Entry, visit: Visit, names: dict[int, str], alerts: Mapping[int, tuple[int, ...]]
) -> dict[str, Any]:
    kind, _, id = entry.object.partition(":")
    on = alerts.get(int(id), ()) if kind == "act" else ()
    if len(on) == 1:  # an act on one post is about that post
        kind, id = "alert", str(on[0])
    elif on:
        kind, id = "alerts", str(len(on))
    key = f"audit_action.{entry.action}"
    return {
        "seq": entry.seq,
        "who": names.get(entry.actor or 0, visit.say("history.machine")),
        "what": visit.say(key) if visit.speaker.knows(key) else entry.action,
        "about": f"{visit.say(f'audit_object.{kind}')} {id}"
        if visit.speaker.knows(f"audit_object.{kind}")
        else id,
        "path": _PAGES[kind].format(id) if kind in _PAGES else "",
        "time": visit.speaker.time(entry.at),
        "hash": entry.hash[:12],
    }
