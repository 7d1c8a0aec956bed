"""One post: text, reasons, what to ask and check, and the decision bar."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ...alerts.masking import masked
from ...errors import NotFoundError
from ...reports import dossier
from ...review import REASONS, Act, Case, Opinion
from ...review.exhibits import MOST_BYTES, Exhibit, exhibits_of
from ...storage.alerts import AlertRecord
from ...text.showing import shown
from .. import views
from ..choices import SNOOZES, act_in_words
from ..doors import looking, sending
from ..visit import Says, Visit
from .queue import people, say_last_act

router = APIRouter()

#: What browsers draw and nothing runs in.
PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
SHOWN_ALIKE = 5  # other posts of the campaign, and as many elsewhere

AlertId = Annotated[int, Path(ge=1, le=2**53)]


@router.get("/posts/{alert_id}")
def show(visit: Annotated[Visit, Depends(looking("view"))], alert_id: AlertId) -> Response:
    desk = visit.house.watch.desk
    case = desk.open(visit.user, alert_id, now=visit.now)
    visit.house.readings.of(visit.user.id, visit.now).posts += 1
    return post_page(visit, case)


@router.post("/posts/{alert_id}/reveal")
def reveal(visit: Annotated[Visit, Depends(sending("reveal"))], alert_id: AlertId) -> Response:
    """Numbers are shown in the answer to this form only: a reload hides them again."""
    desk = visit.house.watch.desk
    case = desk.open(visit.user, alert_id, now=visit.now, reason=visit.field("reason"))
    visit.says = Says(visit.say("post.revealed"))
    return post_page(visit, case)


def post_page(visit: Visit, case: Case) -> Response:
    """The page of one post as this person may see it."""
    names = people(visit)
    say_last_act(visit, names)
    item = case.item
    page = views.post(item.alert, visit.speaker, is_revealed=case.is_revealed)
    state = item.state
    page |= {
        "version": state.version,
        "status": state.status,
        "is_waiting": state.is_waiting,
        "is_blind": case.is_blind,
        "is_disputed": state.is_disputed
        and visit.may("adjudicate")
        and visit.user.id not in {opinion.reviewer for opinion in state.opinions},
        "findings": [_finding(opinion, visit, names) for opinion in state.opinions],
        "holder": item.held_by or names.get(state.assignee or 0, ""),
        "clock": views.clock(item.clock, visit.now, visit.speaker, is_waiting=state.is_waiting),
        "history": [_step(act, visit, names) for act in reversed(case.history)],
        **_alike(item.alert, visit),
        **_images(case, visit),
        "exhibits": [_exhibit(exhibit, case, visit) for exhibit in exhibits_of(case.history)],
        "leave": visit.house.forms.leave(visit.user.id, item.alert.id, visit.now) if case.is_revealed else "",
    }
    return visit.page(
        "post.html",
        here="queue",
        post=page,
        can_decide=visit.may("decide"),
        reasons=REASONS,
        snoozes=SNOOZES,
        people=_assignable(visit),
        most_megabytes=MOST_BYTES // 1024**2,
        **views.referral(dossier(item.alert, lang=visit.speaker.lang), visit.speaker),
    )


def _images(case: Case, visit: Visit) -> dict[str, Any]:
    """The pictures of a post. Nobody can mask what they show, so they come after a reason, as numbers do."""
    alert = case.item.alert
    found = visit.house.watch.pictures(alert)
    leave = visit.house.forms.leave(visit.user.id, alert.id, visit.now)
    paths = [f"/posts/{alert.id}/pictures/{place}?leave={leave}" for place in range(len(found))]
    shown_paths = paths if case.is_revealed else []
    return {"images": shown_paths, "hidden_images": len(paths) - len(shown_paths)}


@router.get("/posts/{alert_id}/pictures/{place}")
def picture(
    visit: Annotated[Visit, Depends(looking("reveal"))],
    alert_id: AlertId,
    place: Annotated[int, Path(ge=0, le=100)],
    leave: str = "",
) -> Response:
    watch = visit.house.watch
    if not visit.house.forms.has_leave(leave, visit.user.id, alert_id, visit.now):
        raise NotFoundError("picture", str(place))
    found = watch.pictures(watch.alert(alert_id))
    if place >= len(found) or found[place].media_type not in PICTURE_TYPES:
        raise NotFoundError("picture", str(place))
    return Response(watch.picture(found[place].sha256), media_type=found[place].media_type)


def _finding(opinion: Opinion, visit: Visit, names: dict[int, str]) -> dict[str, str]:
    """What one of two who differ found."""
    reason = visit.say(f"reasons.{opinion.reason}") if opinion.reason else ""
    what = visit.say(f"decided.{opinion.verdict}", reason=reason).removesuffix(" ()")
    return {"who": names.get(opinion.reviewer, visit.say("history.machine")), "what": what}


def _exhibit(exhibit: Exhibit, case: Case, visit: Visit) -> dict[str, Any]:
    """One file that is kept with the post; its name may hold a number as well."""
    is_picture = exhibit.media_type in PICTURE_TYPES
    return {
        "name": shown(exhibit.name if case.is_revealed else masked(exhibit.name)),
        "kind": exhibit.media_type,
        "size": visit.speaker.size(exhibit.size),
        "sha256": exhibit.sha256,
        "who": exhibit.actor_name or visit.say("history.machine"),
        "time": visit.speaker.time(exhibit.at),
        "note": shown(exhibit.note),
        "picture": f"/posts/{case.item.alert.id}/evidence/{exhibit.sha256}/picture" if is_picture else "",
    }


def _alike(alert: AlertRecord, visit: Visit) -> dict[str, Any]:
    """The campaign of a post with the first words of others in it, and posts elsewhere that resemble it."""
    desk = visit.house.watch.campaign_desk
    members = desk.members(alert.campaign, limit=SHOWN_ALIKE + 1) if alert.campaign is not None else []
    lines = [views.first_words(one) for one in members if one.id != alert.post_id]
    return {
        "campaign": None
        if alert.campaign is None
        else {"name": f"c{alert.campaign}", "posts": alert.campaign_posts},
        "members": lines[:SHOWN_ALIKE],
        "alike": [
            views.first_words(one)
            | {
                "alert": one.alert_id,
                "campaign": f"c{one.campaign}" if one.campaign is not None else "",
                "why": visit.say("why.wording" if one.is_same_wording else "why.same_wording"),
                "time": visit.speaker.time(one.time),
            }
            for one in desk.alike(alert, limit=SHOWN_ALIKE)
        ],
    }


def _step(act: Act, visit: Visit, names: dict[int, str]) -> dict[str, Any]:
    is_own = act.actor == visit.user.id
    return {
        "action": act.id,
        "what": act_in_words(act, visit, names),
        "who": act.actor_name or visit.say("history.machine"),
        "time": visit.speaker.time(act.at),
        "note": shown(str(act.body.get("reason" if act.kind == "reveal" else "note") or "")),
        "is_undone": act.is_undone,
        "can_undo": not act.is_undone
        and (visit.may("decide") if is_own else visit.may("undo_others"))
        and act.kind not in ("close", "reopen", "reveal", "undo"),
    }


def _assignable(visit: Visit) -> list[dict[str, Any]]:
    """The reader first, so that the first number takes a post for oneself."""
    users = [user for user in visit.users if user.is_active and user.role != "reader"]
    users.sort(key=lambda user: (user.id != visit.user.id, user.name.casefold()))
    return [{"id": user.id, "name": user.name} for user in users]
