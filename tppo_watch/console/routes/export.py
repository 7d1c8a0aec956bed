"""Dossiers and other forms in which a case is handed on. Numbers stay masked; that it left is logged."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ...errors import NotFoundError
from ...io.writing import dumps
from ...reports import Dossier, ReviewNote, dossier, dossiers_pdf, misp_events, stix_bundle
from ...review import Case
from ..choices import act_in_words
from ..doors import looking
from ..visit import Visit
from .posts import AlertId
from .queue import people

router = APIRouter()

#: Ending of the address -> media type and how it is made.
FORMS: dict[str, str] = {
    "pdf": "application/pdf",
    "json": "application/json",
    "stix": "application/stix+json;version=2.1",
    "misp": "application/json",
}


@router.get("/posts/{alert_id}/dossier.{form}")
def export(
    visit: Annotated[Visit, Depends(looking("export"))],
    alert_id: AlertId,
    form: Annotated[str, Path(pattern="^[a-z]{3,4}$")],
) -> Response:
    if form not in FORMS:
        raise NotFoundError("form", form)
    case = visit.house.watch.exports.export(visit.user, alert_id, cast(Any, form), now=visit.now)
    files = visit.house.watch.evidence(case.item.alert, case.history)
    built = dossier(case.item.alert, lang=visit.prefs.lang, evidence=files, reviews=_reviews(case, visit))
    content = _made(built, form)
    name = f"tppo-{alert_id}.{'pdf' if form == 'pdf' else f'{form}.json' if form != 'json' else 'json'}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=FORMS[form], headers=headers)


def _made(case: Dossier, form: str) -> bytes:
    if form == "pdf":
        return dossiers_pdf([case])
    built: Any = (
        case.to_dict() if form == "json" else stix_bundle([case]) if form == "stix" else misp_events([case])
    )
    return dumps(built, indent=2).encode() + b"\n"


def _reviews(case: Case, visit: Visit) -> list[ReviewNote]:
    """What was decided and is in force, in words; the notes of reviewers are their reasoning."""
    names = people(visit)
    return [
        ReviewNote(
            act.at,
            act.actor_name or visit.say("history.machine"),
            act_in_words(act, visit, names),
            str(act.body.get("note") or ""),
        )
        for act in case.history
        if not act.is_undone and act.kind not in ("undo", "reveal", "evidence")
    ]
