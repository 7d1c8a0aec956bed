"""Campaigns: posts of one recruiter, with what links each; merging, splitting and taking back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ...campaigns import Reason
from ...storage.campaign_lists import CampaignRecord, MemberRecord
from ...storage.campaigns import DecisionRecord
from ...text.showing import shown
from .. import views
from ..doors import looking, sending
from ..visit import Visit
from .decisions import number
from .queue import people

router = APIRouter()

SHOWN = 200  # campaigns in the list, posts of one, decisions
Name = Annotated[str, Path(pattern=r"^c\d{1,15}$")]


@router.get("/campaigns")
def campaigns(visit: Annotated[Visit, Depends(looking("view"))]) -> Response:
    desk = visit.house.watch.campaign_desk
    decisions = desk.decisions()
    taken_back = {decision.undone for decision in decisions}
    names = people(visit)
    lines = [
        _decision(place, decision, visit, names) | {"is_undone": place in taken_back}
        for place, decision in enumerate(decisions, start=1)
    ]
    return visit.page(
        "campaigns.html",
        here="campaigns",
        campaigns=[_campaign(found, visit) for found in desk.listed(limit=SHOWN)],
        decisions=lines[:-SHOWN:-1],
    )


@router.get("/campaigns/suggestions")
def suggestions(visit: Annotated[Visit, Depends(looking("decide"))]) -> Response:
    """What may be one campaign. Apart, since all campaigns are worked out anew for it."""
    desk = visit.house.watch.campaign_desk
    found = desk.suggestions()[:SHOWN]
    posts = desk.first_posts(name for pair in found for name in (pair.left, pair.right))
    words = {name: views.first_words(post) for name, post in posts.items()}
    return visit.page("suggestions.html", here="campaigns", suggestions=found, posts=words)


@router.get("/campaigns/{name}")
def campaign(visit: Annotated[Visit, Depends(looking("view"))], name: Name) -> Response:
    found, count = visit.house.watch.campaign_desk.opened(visit.user, name, limit=SHOWN)
    return visit.page(
        "campaign.html",
        here="campaigns",
        name=name,
        members=[_member(member, reasons, visit) for member, reasons in found],
        unshown=count - len(found),
    )


@router.post("/campaigns/merge")
def merge(visit: Annotated[Visit, Depends(sending("decide"))]) -> Response:
    left, right = visit.field("left").strip(), visit.field("right").strip()
    visit.house.watch.campaign_desk.merge(visit.user, left, right)
    return visit.go("/campaigns", said="merged")


@router.post("/campaigns/split")
def split(visit: Annotated[Visit, Depends(sending("decide"))]) -> Response:
    posts = [str(number(value)) for value in visit.form.get("post", [])]
    visit.house.watch.campaign_desk.split(visit.user, posts)
    return visit.go("/campaigns", said="split")


@router.post("/campaigns/undo")
def undo(visit: Annotated[Visit, Depends(sending("decide"))]) -> Response:
    visit.house.watch.campaign_desk.undo(visit.user, number(visit.field("number")))
    return visit.go("/campaigns", said="undone")


def _campaign(found: CampaignRecord, visit: Visit) -> dict[str, Any]:
    return views.first_words(found) | {
        "name": f"c{found.first}",
        "posts": found.posts,
        "open": found.open_alerts,
        "days": visit.speaker.days(found.first_seen, found.last_seen),
    }


def _member(member: MemberRecord, reasons: tuple[Reason, ...], visit: Visit) -> dict[str, Any]:
    return views.first_words(member) | {
        "id": member.id,
        "alert": member.alert_id,
        "source": shown(member.source_id),
        "time": visit.speaker.time(member.time),
        **views.urgency(member, visit.speaker),
        "why": [_why(reason, visit) for reason in reasons],
    }


def _why(reason: Reason, visit: Visit) -> str:
    said = visit.say(f"why.{reason.kind}")
    if reason.similarity is not None:
        said = f"{said} ({visit.speaker.words.share(reason.similarity)})"
    return said


def _decision(place: int, decision: DecisionRecord, visit: Visit, names: dict[int, str]) -> dict[str, Any]:
    return {
        "number": place,
        "what": visit.say(f"campaigns.did_{decision.kind}"),
        "who": names.get(decision.actor or 0, visit.say("history.machine")),
        "time": visit.speaker.time(decision.at),
        "about": ", ".join([*decision.left_posts, *decision.right_posts][:12]),
        "can_undo": decision.kind != "undo"
        and visit.may("decide" if decision.actor == visit.user.id else "undo_others"),
    }
