"""Dossiers as pages: every case begins on a page of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Paragraph, Spacer

from ..errors import InputError
from ..knowledge.agencies import Agency, Channel
from ..types import Match
from .dossier import Dossier
from .paper import (
    ACCENT,
    BOLD,
    INK,
    MUTED,
    TEXT_WIDTH,
    WARM,
    Foot,
    Sheets,
    boxed,
    grid,
    heading,
    markup,
    para,
    rich,
    style,
    without_glyph,
)
from .phrases import Phrases, zone_of
from .provinces import code_of

# A post of a hundred thousand signs is an attack or a book; its hash covers what is not printed.
SHOWN_CHARACTERS = 20_000
SHOWN_MATCHES = 200
_PIECE = 1_200  # characters: a paragraph is broken anew for every page it runs over
_NAMED_GLYPHS = 8


def dossiers_pdf(cases: Sequence[Dossier]) -> bytes:
    """All `cases` as one document, in their order.

    Raises
    ------
    InputError
        If there is no case, or the document would be longer than `paper.MAX_PAGES`.
    """
    if not cases:
        raise InputError("there is no alert to put into a dossier")
    words = Phrases(cases[0].lang)
    ids = ", ".join(str(case.record.id) for case in cases[:3]) + ("…" if len(cases) > 3 else "")
    name = words("dossier_of", ids)
    story: list[Flowable] = []
    for number, case in enumerate(cases):
        story += [PageBreak()] * (number > 0)
        story += _case(case, words)
    sheets = Sheets(
        title=name,
        lang=words.lang,
        made=max(case.record.last_seen for case in cases),
    )
    return sheets.made_of(story)


def _case(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    is_help = case.is_assistance
    yield Foot(words("foot", words("dossier_of", case.record.id)))
    yield para(words("confidential"), "small", textColor=WARM, fontName=BOLD)
    yield para(words("dossier_help" if is_help else "dossier"), "title", textColor=INK, spaceAfter=2)
    yield para(_subtitle(case, words), "lead", textColor=MUTED, spaceAfter=5)
    yield boxed([para(words("statement_help" if is_help else "statement"))], edge=WARM if is_help else ACCENT)
    yield from _section(words("origin"), _origin(case, words))
    yield from _section(words("text"), _text(case, words))
    marked = _numbered(case)
    for key, matches in (("indicators", case.assessment.indicators), ("counter", case.assessment.counter)):
        yield from _section(words(key), _matches(matches, marked, words))
    if not is_help:  # a weight or score beside a plea for help would make its author a suspect
        yield from _section(words("reasons"), _reasons(case, words))
        yield from _section(words("assessment"), _assessment(case, words))
    yield from _section(words("entities"), _entities(case, words))
    yield from _section(words("missing"), _missing(case, words))
    yield from _section(words("advice"), _list(words.advice(case.assessment)))
    yield from _section(words("review"), _reviews(case, words))
    yield from _section(words("law"), _law(case, words))
    yield from _section(words("agencies"), _agencies(case, words))


def _subtitle(case: Dossier, words: Phrases) -> str:
    record = case.record
    parts = [f"{words('alert')} {record.id}", f"{words('lane')}: {words(f'lane_{record.lane}')}"]
    if case.types:
        parts.append(words.rule(case.types[0]))
    return "  ·  ".join(parts)


def _section(title: str, content: Iterator[Flowable]) -> Iterator[Flowable]:
    """A heading with its content; nothing where there is none."""
    pieces = list(content)
    if pieces:
        yield CondPageBreak(26 * mm)
        yield heading(title)
        yield from pieces


def _note(text: str) -> Paragraph:
    return para(text, "small", textColor=MUTED, spaceAfter=3)


def _list(lines: Sequence[str]) -> Iterator[Flowable]:
    for line in lines:
        yield rich(markup(line), leftIndent=11, bulletIndent=1, bulletText="–", spaceAfter=1.5)


def _pairs(rows: Sequence[tuple[str, str]]) -> Flowable:
    return grid(
        [[para(name, textColor=MUTED), para(value)] for name, value in rows],
        (46 * mm, TEXT_WIDTH - 46 * mm),
    )


def _origin(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    record = case.record
    zone = zone_of(code_of(record.province))
    published = words.moment(record.published, zone) if record.published else words("not_said")
    span = (words.moment(time, zone).partition(" (")[0] for time in (record.first_seen, record.last_seen))
    rows = [
        (words("source"), record.source_id),
        (words("native"), case.shown(record.native_id)),
        (words("address"), case.shown(record.url or "")),
        (words("title"), case.shown(record.title or "")),
        (words("province"), record.province or ""),
        (words("published"), published),
        (words("fetched"), words.moment(record.fetched, zone)),
        (words("seen"), words("seen_span", *span, words.number(record.copies))),
        (words("hash"), case.text_sha256),
        *((words("hash_of", file.name, words.number(file.size)), file.sha256) for file in case.evidence),
        (words("model"), case.assessment.model),
    ]
    yield _pairs([(name, _cut(value, 600)) for name, value in rows if value])
    is_masked = case.reveal_reason is None
    yield Spacer(1, 2)
    yield _note(words("masked") if is_masked else words("revealed", _cut(case.reveal_reason or "", 400)))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _numbered(case: Dossier) -> dict[Match, int]:
    """A number for each match, in the order in which they end, where the numbers stand."""
    every = {*case.assessment.indicators, *case.assessment.counter}
    matches = sorted(every, key=lambda match: (match.end, match.start, match.id))
    matches = [match for match in matches if match.end <= SHOWN_CHARACTERS][:SHOWN_MATCHES]
    return {match: number for number, match in enumerate(matches, start=1)}


def _text(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    text, form = case.assessment.text, style("lead", splitLongWords=1)
    for start, end in _pieces(text[:SHOWN_CHARACTERS]):
        yield Paragraph(_marked(case, start, end) or "&nbsp;", form)
    if (rest := len(text) - SHOWN_CHARACTERS) > 0:
        yield _note(words("text_more", words.number(rest)))
    yield Spacer(1, 3)
    yield _note(words("legend"))
    if odd := without_glyph(text[:SHOWN_CHARACTERS]):
        named = ", ".join(f"{sign} ({count}×)" for sign, count in odd[:_NAMED_GLYPHS])
        yield _note(words("no_glyph", named + (" …" if len(odd) > _NAMED_GLYPHS else "")))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `text`, line by line, long lines broken at a space where there is one."""
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        while end - start > _PIECE:
            cut = text.rfind(" ", start + _PIECE // 2, start + _PIECE)
            cut = cut + 1 if cut > 0 else start + _PIECE
            yield start, cut
            start = cut
        yield start, end
        start = end + 1


def _marked(case: Dossier, start: int, end: int) -> str:
    """The text from `start` to `end` with its matches marked, each followed by its number."""
    marks = [
        (match, number, match in case.assessment.counter)
        for match, number in _numbered(case).items()
        if match.start < end and match.end > start
    ]
    edges = {start, end}
    for match, _, _ in marks:
        edges |= {max(start, match.start), min(end, match.end)}
    cuts = sorted(edges)
    out = []
    for low, high in zip(cuts, cuts[1:], strict=False):
        over = [mark for mark in marks if mark[0].start <= low and mark[0].end >= high]
        out.append(_segment(markup(case.assessment.text[low:high]), over))
        ending = [str(number) for match, number, _ in marks if match.end == high]
        if ending:
            out.append(f'<font color="#56636e"><super size="6"> {",".join(ending)}</super></font>')
    return "".join(out)


def _segment(body: str, over: Sequence[tuple[Match, int, bool]]) -> str:
    """Marked by underline, strike and shade, so that a grey print tells them apart."""
    if not over:
        return body
    asserted = [(match, is_counter) for match, _, is_counter in over if match.scope == "asserted"]
    if not asserted:
        return f'<strike><font color="#56636e">{body}</font></strike>'
    if all(is_counter for _, is_counter in asserted):
        return f'<span backColor="#d3e9dd">{body}</span>'
    return f'<span backColor="#f7e3b5"><u>{body}</u></span>'


def _matches(matches: Sequence[Match], marked: dict[Match, int], words: Phrases) -> Iterator[Flowable]:
    rows: list[list[Any]] = []
    for match in sorted((m for m in set(matches) if m in marked), key=lambda m: marked[m]):
        scope = words.term("scopes", match.scope)
        quoted = _cut(" ".join(match.text.split()), 160)
        rows.append(
            [
                para(str(marked[match]), textColor=MUTED, alignment=TA_RIGHT),
                para(words.rule(match.id), fontName=BOLD),
                rich(f"“{markup(quoted)}”"),
                para(f"{words.term('elements', match.element)}, {scope}", textColor=MUTED),
            ]
        )
    if rows:
        yield grid(rows, (8 * mm, 58 * mm, TEXT_WIDTH - 106 * mm, 40 * mm))


def _reasons(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    rows = words.ranked_reasons(case.assessment)
    largest = max((abs(value) for _, value in rows), default=0.0) or 1.0
    total = math.fsum(value for _, value in case.assessment.reasons)
    yield _note(words("reasons_note"))
    cells: list[list[Any]] = [
        [para(name), para(_signed(value, words), alignment=TA_RIGHT), _bar(value / largest)]
        for name, value in rows
    ]
    cells.append(
        [
            para(words("sum"), fontName=BOLD),
            para(_signed(total, words), fontName=BOLD, alignment=TA_RIGHT),
            "",
        ]
    )
    yield grid(cells, (84 * mm, 17 * mm, TEXT_WIDTH - 101 * mm))


def _signed(value: float, words: Phrases) -> str:
    written = f"{value:+.2f}".replace("-", "−")
    return written.replace(".", ",") if words.lang == "id" else written


def _bar(part: float) -> Drawing:
    """A bar from the middle: solid to the right, hollow to the left."""
    width, height = TEXT_WIDTH - 109 * mm, 9.0
    middle = width / 2
    length = max(abs(part) * (middle - 2), 0.8)
    drawing = Drawing(width, height)
    left = middle if part >= 0 else middle - length
    fill, edge = (WARM, WARM) if part >= 0 else (None, ACCENT)
    drawing.add(Rect(left, 1, length, height - 2.5, fillColor=fill, strokeColor=edge, strokeWidth=0.9))
    drawing.add(Line(middle, -2, middle, height + 1, strokeColor=MUTED, strokeWidth=0.6))
    return drawing


def _assessment(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    found = case.assessment
    risk, low, high = (words.share(value) for value in (found.risk, *found.interval))
    level, promise = words.term("levels", found.level), words.term("promises", found.level)
    yield para(words("risk_line", risk, low, high, level, promise), fontName=BOLD)
    yield para(words("risk_meaning", min(99, max(1, round(found.risk * 100)))), spaceAfter=3)
    rows = [(words("kind"), words.term("stances", found.stance))]
    rows += [
        (words("form"), f"{words.rule(kind)} ({words.share(found.exploitation[kind])})")
        for kind in case.types
    ]
    yield _pairs(rows)


def _entities(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    rows = []
    for entity in case.assessment.entities[:SHOWN_MATCHES]:
        quoted, value = _cut(" ".join(entity.text.split()), 160), _cut(words.value(entity), 160)
        said = f"“{quoted}”" if value.casefold() == quoted.casefold() else f"“{quoted}” → {value}"
        rows.append((words.term("entities", entity.kind), said))
    if rows:
        yield _pairs(rows)


def _missing(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    if not case.assessment.missing:
        return
    yield _note(words("missing_note"))
    for name in case.assessment.missing:
        question = para(words.question(name))
        yield KeepTogether([grid([[question, ""]], (TEXT_WIDTH * 0.5, TEXT_WIDTH * 0.5))])


def _reviews(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    if not case.reviews:
        yield para(words("no_review"))
        return
    zone = zone_of(code_of(case.record.province))
    for note in case.reviews:
        when = words.moment(note.at, zone).partition(" (")[0]
        reason = _cut(case.shown(note.reason), 4_000) or words("no_reason")
        head = f"<b>{markup(_cut(note.decision, 80), BOLD)}</b>"
        yield rich(f"{head}  <font color='#56636e'>{markup(_cut(note.reviewer, 80))}, {escape(when)}</font>")
        yield para(reason, leftIndent=11, spaceAfter=4)


def _law(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    yield _note(words("law_note"))
    rows = [
        [
            para("●" if article.status == "read" else "○", textColor=ACCENT),
            para(article.ref, fontName=BOLD),
            para(article.says_id if words.lang == "id" else article.says_en),
            para(
                "  ".join((words(f"side_{article.side}"), " ".join(article.sources))),
                "small",
                textColor=MUTED,
            ),
        ]
        for article in case.articles
    ]
    yield grid(rows, (5 * mm, 47 * mm, TEXT_WIDTH - 84 * mm, 32 * mm))


def _agencies(case: Dossier, words: Phrases) -> Iterator[Flowable]:
    step = case.triage
    within, when = (step.within_id, step.when_id) if words.lang == "id" else (step.within, step.when)
    yield para(words("triage_line", within, when), fontName=BOLD, spaceAfter=2)
    yield _note(words("agencies_note"))
    first = {name.split()[0]: place for place, name in enumerate(step.route)}
    ordered = sorted(case.agencies, key=lambda agency: first.get(agency.id, len(first)))
    yield grid([_agency(agency, words, is_first=agency.id in first) for agency in ordered],
               (62 * mm, TEXT_WIDTH - 112 * mm, 50 * mm))  # fmt: skip
    yield Spacer(1, 4)
    from ..knowledge.agencies import referral

    yield para(words("rules"), fontName=BOLD, spaceAfter=1)
    index = 0 if words.lang == "id" else 1
    yield from _list([rule[index] for rule in referral().referral_rules])


def _agency(agency: Agency, words: Phrases, *, is_first: bool) -> list[Any]:
    roles = ", ".join(words.term("roles", role) for role in agency.roles)
    when = agency.applies_when_id if words.lang == "id" else agency.applies_when
    lines = [rich(channel_line(channel, words)) for channel in agency.channels if channel.type != "see"]
    return [
        [
            para(agency.name, fontName=BOLD if is_first else style().fontName),
            para(roles, "small", textColor=MUTED),
        ],
        para(when),
        lines,
    ]


def channel_line(channel: Channel, words: Phrases) -> str:
    """One way to reach an agency, as markup: with the year of its source, or what is missing."""
    if channel.status == "placeholder":
        return f'<font color="#56636e" size="7.5">{markup(words("channel_missing"))}</font>'
    said = words("channel_unverified") if channel.status == "unverified" else str(channel.year or "")
    mark = f' <font color="#56636e" size="7.5">{markup(said)}</font>' if said else ""
    return markup(channel.value) + mark
