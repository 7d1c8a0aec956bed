"""What stands in a bulletin, in which order: blocks that the page and the browser both set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing

from ..knowledge.advice import Advice, public_advice
from ..knowledge.agencies import Agency, agencies_for, referral
from ..signals.detect import MAX_Q
from . import figures
from .atlas import route_map
from .bulletin import LEAST_PAST, USUAL_PERIODS, Bulletin, Row
from .paper import HEIGHT, TEXT_WIDTH
from .phrases import Phrases
from .suppress import THRESHOLD
from .telling import name_of, told_as

GAP = 18.0  # points between two columns
WHOLE_PAGE = HEIGHT
NO_BREAK = "\u00a0"
HALF = (TEXT_WIDTH - GAP) / 2
WARNINGS, QUESTIONS, RISING, FIRST_PAGE_BARS = 4, 7, 5, 5
#: Who does what: the first of its roles that stands here is where an agency is listed.
_DUTIES = (
    ("protection", ("protection", "child_rights", "witness_victim_rights", "consular")),
    ("law_enforcement", ("law_enforcement",)),
    ("migrant_placement", ("migrant_placement",)),
    ("prevention_policy", ("prevention_policy", "public_awareness", "platform_regulation")),
    ("civil_society", ("civil_society", "international_organisation")),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """`room` in points: with less of it left, the section begins on a new page."""

    text: str
    room: float = 90.0


@dataclass(frozen=True, slots=True)
class Note:
    """Small print below a heading."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A paragraph; in a box where it matters most."""

    text: str
    title: str = ""
    is_boxed: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    lines: tuple[str, ...]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Tiles:
    """Key figures: number and what it counts."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    drawing: Drawing
    name: str  #: unique in the document
    label: str  #: for those who cannot see it


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of text; `shares` of the width add up to 1."""

    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Two stacks side by side."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]


Block = Heading | Note | Said | Items | Tiles | Chart | Grid | Columns


def blocks(bulletin: Bulletin, words: Phrases) -> Iterator[Block]:
    """The bulletin below its title, in reading order; method and limits last."""
    yield Said(words("lead"), is_boxed=True)
    yield Tiles(
        tuple(
            (told_as(value, words), words(key))
            for key, value in (
                ("tile_read", bulletin.read),
                ("tile_total", bulletin.total),
                ("tile_high", bulletin.lanes["high"]),
                ("tile_assistance", bulletin.lanes["assistance"]),
            )
        )
    )
    yield from _rising(bulletin, words)
    yield Heading(words("trend"))
    drawn = figures.trend(bulletin, words, TEXT_WIDTH)
    if drawn is None:
        yield Said(words("trend_none"))
    else:
        yield Note(words("trend_note"))
        yield Chart(drawn, "trend", _trend_label(bulletin, words))
    yield Columns(
        tuple(_bars("methods", bulletin.methods, words)), tuple(_bars("types", bulletin.types, words))
    )
    yield from _routes(bulletin, words)
    yield from _public(bulletin, words)
    yield Heading(words("who"), room=WHOLE_PAGE)
    yield Note(words("who_note"))
    yield from _who(bulletin, words)
    yield Heading(words("method"), room=300.0)
    period = words.period(bulletin.period)
    days = bulletin.scanned_days, bulletin.period.days
    values = (bulletin.province.name, period, *days, USUAL_PERIODS, words.number(100 * MAX_Q))
    yield Items(tuple(words.lines("method_lines", *values)))


def _rising(bulletin: Bulletin, words: Phrases) -> Iterator[Block]:
    yield Heading(words("rising"))
    rows = bulletin.rising
    if not rows:
        every = (*bulletin.types, *bulletin.methods, *bulletin.destinations)
        is_young = bool(every) and all(row.usual is None for row in every)
        yield Said(words("rising_young", LEAST_PAST) if is_young else words("rising_none"))
        return
    yield Note(words("rising_note", THRESHOLD, USUAL_PERIODS))
    yield Grid(
        tuple(
            (
                f"▲ {name_of(row, words)}",
                words(f"kind_{row.kind}"),
                words("rising_count", told_as(row.count, words), told_as(row.usual, words))
                + (words("rising_signal", words.day(row.signal, with_year=False)) if row.signal else ""),
            )
            for row in rows[:RISING]
        ),
        (0.52, 0.12, 0.36),
    )


def _trend_label(bulletin: Bulletin, words: Phrases) -> str:
    said = (f"{words.tick(period)}: {told_as(shown, words)}" for period, shown in bulletin.trend)
    return f"{words('trend')}. {'; '.join(said)}"


def _bars(key: str, rows: Sequence[Row], words: Phrases) -> Iterator[Block]:
    yield Heading(words(key))
    drawn = figures.bars(rows[:FIRST_PAGE_BARS], words, HALF, names=0.58)
    if drawn is None:
        yield Said(words("none_seen"))
        return
    yield Note(words("bars_note"))
    said = "; ".join(f"{name_of(row, words)}: {told_as(row.count, words)}" for row in rows)
    yield Chart(drawn, key, f"{words(key)}. {said}")


def _routes(bulletin: Bulletin, words: Phrases) -> Iterator[Block]:
    drawn = route_map(bulletin, words, TEXT_WIDTH)
    yield Heading(words("routes"), room=90.0 if drawn is None else WHOLE_PAGE)
    if drawn is None:
        yield Said(words("routes_none"))
        return
    yield Note(words("routes_note"))
    said = ", ".join(f"{name_of(row, words)} {told_as(row.count, words)}" for row in bulletin.destinations)
    yield Chart(drawn, "routes", words("map_label", said or "–"))
    named = tuple(
        (f"{words.place(route.origin)} → {words.place(route.destination)}", told_as(route.count, words))
        for route in bulletin.routes
    )
    ends = figures.bars(bulletin.destinations, words, HALF)
    left: tuple[Block, ...] = (Said(words("col_destinations"), is_boxed=False),)
    if ends is not None:
        left += (Chart(ends, "destinations", said),)
    right: tuple[Block, ...] = (Said(words("col_routes")),)
    right += (Grid(named, (0.82, 0.18)),) if named else (Said(words("none_named")),)
    yield Columns(left, right)


def advice_for(bulletin: Bulletin) -> list[Advice]:
    """What the public is warned of: the kinds that were seen, rising ones first; something always."""
    advice = public_advice()
    found = [advice.warnings[kind] for kind in bulletin.kinds[:WARNINGS]]
    return found if len(found) > 1 else [*found, advice.general]


def questions_for(bulletin: Bulletin, lang: str) -> list[str]:
    """What to ask before leaving: those of the kinds seen first."""
    kinds, index = set(bulletin.kinds[:WARNINGS]), 0 if lang == "id" else 1
    every = public_advice().questions
    first = [question for question in every if kinds.intersection(question.types)]
    rest = [question for question in every if question not in first and not question.types]
    return [question.say[index] for question in (*first, *rest)[:QUESTIONS]]


def _public(bulletin: Bulletin, words: Phrases) -> Iterator[Block]:
    index = 0 if words.lang == "id" else 1
    yield Heading(words("public"), room=WHOLE_PAGE if bulletin.kinds else 330.0)
    yield Note(words("public_note", words(f"this_{bulletin.period.rhythm}")))
    for each in advice_for(bulletin):
        yield Said(each.say[index], title=each.title[index], is_boxed=True)
    yield Heading(words("questions"))
    yield Items(tuple(questions_for(bulletin, words.lang)), is_numbered=True)
    yield Heading(words("terms"))
    terms = ", ".join(bulletin.terms)
    yield Said(words("terms_note", terms) if terms else words("terms_none"))


def _who(bulletin: Bulletin, words: Phrases) -> Iterator[Block]:
    """The agencies of the province, by what they do first."""
    code = str(bulletin.province.province)
    always = {agency.id for agency in referral().agencies if not agency.countries}
    found = agencies_for(provinces=[code], types=bulletin.kinds, always=always)
    for duty, roles in _DUTIES:
        rows = []
        for agency in found:
            if agency.roles[0] in roles:
                when = agency.applies_when_id if words.lang == "id" else agency.applies_when
                rows.append((agency.name, when, reached(agency)))
        if rows:
            yield Grid(tuple(rows), (0.36, 0.4, 0.24), title=words(f"duty_{duty}"))


def reached(agency: Agency, *, with_years: bool = True) -> str:
    """The ways to reach an agency that a source has reported, a line each, with the year of the source."""
    lines = []
    for channel in agency.channels:
        if channel.status == "reported":
            name = channel.value.removeprefix("https://").partition("/")[0].replace(" ", NO_BREAK)
            lines.append(f"{name} ({channel.year})" if channel.year and with_years else name)
    return "\n".join(lines) or "–"
