"""The bulletin of a province: what rises, ways of recruiting, routes. It holds no personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response

from ...errors import InputError, NotFoundError
from ...reports import BULLETIN_FORMS, Bulletin, Phrases, bulletin_file, last_ended, province, zone_of
from ...reports.bulletin import USUAL_PERIODS, Row
from ...reports.provinces import provinces
from ...reports.suppress import Hidden, Shown
from ...reports.telling import length_of, name_of, told_as
from ...signals.detect import MAX_Q
from ...watch import DEFAULT_PROVINCE
from ..charts import WIDTH
from ..doors import looking
from ..visit import Says, Visit

router = APIRouter()

WEEKS, MONTHS = 8, 6  # that are offered
_SHOWN_ROWS = 8
_MEDIA = {"html": "text/html", "pdf": "application/pdf", "png": "image/png"}

Code = Annotated[str, Path(pattern="^ID-[A-Z]{2}$")]
Name = Annotated[str, Path(pattern=r"^\d{4}-(W\d{2}|\d{2})$")]


@router.get("/bulletin")
def bulletin(
    visit: Annotated[Visit, Depends(looking("view"))],
    of: Annotated[str | None, Query(alias="province", pattern="^ID-[A-Z]{2}$")] = None,
    period: Annotated[str | None, Query(pattern=r"^\d{4}-(W\d{2}|\d{2})$")] = None,
) -> Response:
    place, words = province(of or DEFAULT_PROVINCE), Phrases(visit.speaker.lang)
    zone = zone_of(place.province)
    ended = [last_ended("week", visit.now, zone), last_ended("month", visit.now, zone)]
    offered = [one.before(n) for one, many in zip(ended, (WEEKS, MONTHS), strict=True) for n in range(many)]
    chosen = period or ended[0].name
    status, found = 200, None
    try:
        found = visit.house.bulletins.of(str(place.province), chosen, visit.now)
    except InputError as exc:
        if exc.why != "no_bulletin":
            status, visit.says = 422, Says(visit.say(f"refused.{exc.why}"), "wrong")
    return visit.page(
        "bulletin.html",
        status=status,
        here="bulletin",
        provinces=[(one.province, one.name) for one in provinces()],
        periods=[(one.name, words.period(one)) for one in offered],
        province=place.province,
        period=chosen,
        bulletin=_told(found, words) if found else None,
    )


@router.get("/bulletin/{code}/{name}/{form}")
def file(visit: Annotated[Visit, Depends(looking("view"))], code: Code, name: Name, form: str) -> Response:
    """One form of a bulletin, to be saved; that it was made is logged."""
    wanted = next((one for one in BULLETIN_FORMS if _called(one) == form), None)
    if wanted is None:
        raise NotFoundError("form", form)
    found = visit.house.bulletins.of(code, name, visit.now)
    called, content = bulletin_file(found, wanted, lang=visit.speaker.lang)
    visit.house.watch.exports.note_bulletin(visit.user, f"{code}/{name}", now=visit.now)
    headers = {"content-disposition": f'attachment; filename="{called}"'}
    return Response(content, media_type=_MEDIA[wanted.rpartition(".")[2]], headers=headers)


def _called(form: str) -> str:
    """A form of the bulletin as it stands in an address: html, pdf, public.pdf, public.png."""
    return form.lstrip(".-")


def _told(found: Bulletin, words: Phrases) -> dict[str, Any]:
    """The bulletin as its page shows it: every word and number of it is one of the printed bulletin."""
    return {
        "title": words("bulletin_of", found.province.name, words.period(found.period)),
        "lead": words("lead"),
        "tiles": [
            (told_as(value, words), words(key))
            for key, value in (
                ("tile_read", found.read),
                ("tile_total", found.total),
                ("tile_high", found.lanes["high"]),
                ("tile_assistance", found.lanes["assistance"]),
            )
        ],
        "rising": [
            {
                "name": name_of(row, words),
                "kind": words(f"kind_{row.kind}"),
                "said": words("rising_count", told_as(row.count, words), told_as(row.usual, words)),
            }
            for row in found.rising[:_SHOWN_ROWS]
        ],
        "parts": [
            {"id": name, "title": words(title), "note": words(note), "rows": rows}
            for name, title, note, rows in (
                ("trend", "trend", "trend_note", _trend(found, words)),
                ("methods", "methods", "bars_note", _rows(found.methods, words)),
                ("types", "types", "bars_note", _rows(found.types, words)),
                ("destinations", "col_destinations", "bars_note", _rows(found.destinations, words)),
            )
        ],
        "routes": [
            (f"{words.place(one.origin)} → {words.place(one.destination)}", told_as(one.count, words))
            for one in found.routes
        ],
        "terms": words("terms_note", ", ".join(found.terms)) if found.terms else "",
        "none": words("none_seen"),
        "forms": [_called(form) for form in BULLETIN_FORMS],
        "method": words.lines(
            "method_lines",
            found.province.name,
            words.period(found.period),
            found.scanned_days,
            found.period.days,
            USUAL_PERIODS,
            words.number(100 * MAX_Q),
        ),
    }


def _rows(rows: Sequence[Row], words: Phrases) -> list[dict[str, Any]]:
    shown = rows[:_SHOWN_ROWS]
    most = max([length_of(row.count) for row in shown] + [length_of(row.usual) for row in shown], default=0)
    return [
        _bar(name_of(row, words), row.count, most, words)
        | {"usual": _width(row.usual, most), "is_rising": row.is_rising}
        for row in shown
    ]


def _trend(found: Bulletin, words: Phrases) -> list[dict[str, Any]]:
    """The periods, the latest first."""
    most = max((length_of(shown) for _, shown in found.trend), default=0)
    return [
        _bar(words.tick(period), shown, most, words) | {"usual": None, "is_rising": False}
        for period, shown in reversed(found.trend)
    ]


def _bar(name: str, shown: Shown | None, most: float, words: Phrases) -> dict[str, Any]:
    return {
        "name": name,
        "count": words("not_scanned") if shown is None else told_as(shown, words),
        "width": _width(shown, most) or 0.0,
        "is_hidden": isinstance(shown, Hidden),
    }


def _width(shown: Shown | None, most: float) -> float | None:
    """How long the bar of a count is; a count that is not told gives no mark of what is usual."""
    return None if shown is None else round(length_of(shown) / (most or 1.0) * WIDTH, 1)
