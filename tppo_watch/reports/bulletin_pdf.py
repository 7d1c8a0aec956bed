"""The bulletin as A4 pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import singledispatch
from typing import Any

from reportlab.lib.colors import white
from reportlab.lib.enums import TA_RIGHT
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer, Table, TableStyle

from .bulletin import Bulletin
from .contents import GAP, HALF, Chart, Columns, Grid, Heading, Items, Note, Said, Tiles, blocks
from .paper import (
    ACCENT,
    BOLD,
    INK,
    MUTED,
    REGULAR,
    TEXT_WIDTH,
    Foot,
    Sheets,
    boxed,
    grid,
    heading,
    para,
    rich,
)
from .paper import markup as plain
from .phrases import Phrases, zone_of


def bulletin_pdf(bulletin: Bulletin, words: Phrases) -> bytes:
    """The bulletin as a PDF; the same bulletin gives the same bytes."""
    period = words.period(bulletin.period)
    name = words("bulletin_of", bulletin.province.name, period)
    story: list[Flowable] = [
        Foot(words("bulletin_foot", bulletin.province.name, period)),
        *_masthead(bulletin, words),
    ]
    story += set_blocks(blocks(bulletin, words), TEXT_WIDTH)
    made = bulletin.period.bounds(zone_of(bulletin.province.province))[1]
    return Sheets(title=name, lang=words.lang, made=made).made_of(story)


def _masthead(bulletin: Bulletin, words: Phrases) -> Iterator[Flowable]:
    left = [
        para(words("bulletin"), "lead", fontName=BOLD, textColor=ACCENT),
        para(bulletin.province.name, "title", spaceBefore=1),
    ]
    right = [para(words.period(bulletin.period), "lead", alignment=TA_RIGHT, textColor=MUTED)]
    table = Table([[left, right]], colWidths=[TEXT_WIDTH * 0.62, TEXT_WIDTH * 0.38])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
                ("LINEBELOW", (0, 0), (-1, -1), 1.6, ACCENT),
            ]
        )
    )
    yield table
    yield Spacer(1, 8)


def set_blocks(content: Iterable[Any], width: float) -> list[Flowable]:
    """Blocks as flowables of a width."""
    story: list[Flowable] = []
    for block in content:
        story += _set(block, width)
    return story


@singledispatch
def _set(block: Any, width: float) -> list[Flowable]:
    raise TypeError(f"no way to set {type(block).__name__}")


@_set.register
def _(block: Heading, width: float) -> list[Flowable]:
    if width < TEXT_WIDTH:  # in a column nothing can begin on a new page
        return [heading(block.text, width)]
    return [CondPageBreak(block.room), heading(block.text, width)]


@_set.register
def _(block: Note, width: float) -> list[Flowable]:
    return [para(block.text, "small", textColor=MUTED, spaceAfter=4)]


@_set.register
def _(block: Said, width: float) -> list[Flowable]:
    content = [para(block.title, "lead", fontName=BOLD)] if block.title else []
    content.append(para(block.text))
    return (
        [KeepTogether([boxed(content, width), Spacer(1, 5)])] if block.is_boxed else [*content, Spacer(1, 3)]
    )


@_set.register
def _(block: Items, width: float) -> list[Flowable]:
    return [
        rich(
            plain(line),
            leftIndent=16,
            bulletIndent=1,
            bulletText=f"{number}." if block.is_numbered else "–",
            bulletFontName=BOLD,
            bulletColor=ACCENT,
            spaceAfter=3,
        )
        for number, line in enumerate(block.lines, start=1)
    ]


@_set.register
def _(block: Tiles, width: float) -> list[Flowable]:
    cells = [
        [para(number, "title", textColor=INK), para(name, "small", textColor=MUTED)]
        for number, name in block.pairs
    ]
    table = Table([cells], colWidths=[width / len(cells)] * len(cells))
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("LEFTPADDING", (1, 0), (-1, -1), 10),
                ("LINEBEFORE", (1, 0), (-1, -1), 0.6, ACCENT),
            ]
        )
    )
    return [Spacer(1, 8), table, Spacer(1, 4)]


@_set.register
def _(block: Chart, width: float) -> list[Flowable]:
    return [block.drawing, Spacer(1, 6)]


@_set.register
def _(block: Grid, width: float) -> list[Flowable]:
    rows = [
        [para(cell, fontName=BOLD if column == 0 else REGULAR) for column, cell in enumerate(row)]
        for row in block.rows
    ]
    title = [para(block.title, fontName=BOLD, textColor=ACCENT, spaceBefore=5, keepWithNext=1)]
    return [*title[: bool(block.title)], grid(rows, [share * width for share in block.shares]), Spacer(1, 4)]


@_set.register
def _(block: Columns, width: float) -> list[Flowable]:
    cells = [[set_blocks(block.left, HALF), "", set_blocks(block.right, HALF)]]
    table = Table(cells, colWidths=[HALF, GAP, HALF])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BACKGROUND", (0, 0), (-1, -1), white),
            ]
        )
    )
    return [table]
