"""The queue: who waits, for how long, in which lane."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from ...alerts import LANES
from ...review import REASONS, Item
from .. import views
from ..choices import act_in_words, worded
from ..doors import looking
from ..visit import Says, Visit

router = APIRouter()

PAGE = 50  # lines
#: Lists beside the lanes, in the order of their tabs.
TABS = ("mine", "snoozed", "disputed", "cases", "dismissed")
UNDO_FOR_S = 15 * 60  # how long the line with the undo button stays on the pages


@router.get("/queue")
def queue(
    visit: Annotated[Visit, Depends(looking("view"))],
    view: Annotated[str, Query(pattern=f"^(waiting|{'|'.join(TABS)})$")] = "waiting",
    lane: Annotated[str | None, Query(pattern=f"^({'|'.join(LANES)})$")] = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    lists = visit.house.watch.lists
    offset = (page - 1) * PAGE
    items = lists.queue(visit.user, now=visit.now, view=view, lane=lane, limit=PAGE + 1, offset=offset)
    counts = lists.counts(visit.user, now=visit.now)
    names = people(visit)
    say_last_act(visit, names)
    total = counts.get(f"lane:{lane}" if lane else view, 0)
    here = {"view": view} | ({"lane": lane} if lane else {})
    return visit.page(
        "queue.html",
        here="queue",
        tabs=_tabs(visit, counts, view, lane),
        items=[queue_line(item, visit, names) for item in items[:PAGE]],
        can_decide=visit.may("decide"),
        bulk_choices=_bulk_choices(visit),
        next_path="/next" if items and view == "waiting" and visit.may("decide") else "",
        newer=_page(here, page - 1) if page > 1 else "",
        older=_page(here, page + 1) if len(items) > PAGE else "",
        range_text=visit.say(
            "queue.range",
            first=visit.speaker.words.number(offset + 1),
            last=visit.speaker.words.number(offset + len(items[:PAGE])),
            all=visit.speaker.words.number(max(total, offset + len(items[:PAGE]))),
        ),
    )


@router.get("/next")
def next_post(
    visit: Annotated[Visit, Depends(looking("decide"))], after: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    return visit.go(next_path(visit, after))


def next_path(visit: Visit, after: int | None = None) -> str:
    """Where the next post of this person is; the queue where none waits."""
    alert_id = visit.house.watch.lists.next(visit.user, now=visit.now, after=after)
    return f"/posts/{alert_id}" if alert_id is not None else "/queue?said=done"


def people(visit: Visit) -> dict[int, str]:
    """Names by user id."""
    return {user.id: user.name for user in visit.users}


def say_last_act(visit: Visit, names: dict[int, str]) -> None:
    """The line with the undo button, from what is stored: it is there after a reload too."""
    desk = visit.house.watch.desk
    act = desk.last_act(visit.user) if visit.may("decide") else None
    if visit.says is None and act and (visit.now - act.at).total_seconds() < UNDO_FOR_S:
        what = act_in_words(act, visit, names)
        key = "bulk.done" if len(act.alerts) > 1 else "decided.done"
        said = visit.say(key, what=what, id=act.alerts[0], n=len(act.alerts))
        visit.says = Says(said, undo=act.id)


def queue_line(item: Item, visit: Visit, names: dict[int, str]) -> dict[str, Any]:
    """One line of a list, with where it stands."""
    line = views.line(item.alert, visit.speaker)
    state, speaker = item.state, visit.speaker
    return line | {
        "version": state.version,
        "holder": item.held_by or names.get(state.assignee or 0, ""),
        "snoozed": speaker.time(state.snoozed_until) if state.snoozed_until and state.is_waiting else "",
        "clock": views.clock(item.clock, visit.now, speaker, is_waiting=state.is_waiting),
    }


def _tabs(visit: Visit, counts: dict[str, int], view: str, lane: str | None) -> list[dict[str, Any]]:
    tabs = [
        {
            "name": "waiting",
            "label": visit.say("queue.all"),
            "path": "/queue",
            "count": counts.get("waiting", 0),
            "is_here": view == "waiting" and lane is None,
        }
    ]
    for name in LANES:
        tabs.append(
            {
                "name": name,
                "label": visit.say(f"lanes.{name}"),
                "path": f"/queue?lane={name}",
                "count": counts.get(f"lane:{name}", 0),
                "is_here": view == "waiting" and lane == name,
            }
        )
    for name in TABS:
        tabs.append(
            {
                "name": name,
                "label": visit.say(f"queue.{name}"),
                "path": f"/queue?view={name}",
                "count": counts.get(name, 0),
                "is_here": view == name,
            }
        )
    return tabs


def _bulk_choices(visit: Visit) -> list[tuple[str, str]]:
    choices = [("take_up", visit.say("decide.take_up"))]
    choices += [
        (word, worded(visit, "decision", word))
        for word in (f"not_trafficking:{reason}" for reason in REASONS)
    ]
    return [
        *choices,
        ("needs_help", visit.say("decide.needs_help")),
        ("snooze:24", f"{visit.say('decide.snooze')}: {visit.say('snooze.day1')}"),
        (f"assign:{visit.user.id}", visit.say("bulk.to_me")),
        ("merge", visit.say("bulk.merge")),
    ]


def _page(here: dict[str, Any], page: int) -> str:
    return "/queue?" + urlencode(here | {"page": page})
