"""Charts of the bulletin, drawn once for page and browser; told apart by form, not by colour alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import Color
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth

from .bulletin import Bulletin, Row
from .paper import ACCENT, BOLD, COOL, INK, MUTED, REGULAR, RULE, SIZES, WARM
from .phrases import Phrases
from .suppress import Hidden, Shown
from .telling import length_of, name_of, told_as

BODY, SMALL = SIZES["body"], SIZES["small"]
_LEAST_BAR = 1.5  # points: a bar of one is still seen


def svg_of(drawing: Drawing, name: str) -> str:
    """A drawing as an element for a page, with ids of its own. Whatever holds it says what it shows."""
    drawn = renderSVG.drawToString(drawing)
    body = drawn[drawn.index("<svg") :]
    body = re.sub(r"\s*<title>.*?</title>\s*<desc>.*?</desc>", "", body, flags=re.DOTALL)
    body = body.replace('id="clip"', f'id="{name}-clip"').replace("url(#clip)", f"url(#{name}-clip)")
    body = body.replace('id="group"', f'id="{name}"').replace("fill: None", "fill: none")
    body = re.sub(r"(\d+\.\d{2})\d+", r"\1", body)
    return body.replace("<svg ", '<svg aria-hidden="true" ', 1)


def text(
    x: float,
    y: float,
    said: str,
    *,
    size: float = SMALL,
    font: str = REGULAR,
    anchor: str = "start",
    color: Color = INK,
) -> String:
    """A line of text in a drawing, in one of the sizes of the scale."""
    return String(x, y, said, fontName=font, fontSize=size, textAnchor=anchor, fillColor=color)


def _bar(x: float, y: float, width: float, height: float, shown: Shown, color: Color) -> Rect:
    """Solid where the count is told; hollow and dashed where it is not."""
    if isinstance(shown, Hidden):
        return Rect(x, y, width, height, fillColor=None, strokeColor=color, strokeWidth=0.8,
                    strokeDashArray=(2, 1.5))  # fmt: skip
    return Rect(x, y, width, height, fillColor=color, strokeColor=None)


def trend(bulletin: Bulletin, words: Phrases, width: float, height: float = 108.0) -> Drawing | None:
    """Posts put before a person, period by period; None where there was none in any."""
    values = [shown for _, shown in bulletin.trend]
    largest = max(map(length_of, values))
    if not largest:
        return None
    drawing = Drawing(width, height)
    foot, head = 24.0, 14.0
    step = width / len(values)
    scale = (height - foot - head) / largest
    drawing.add(Line(0, foot, width, foot, strokeColor=MUTED, strokeWidth=0.6))
    for number, (period, shown) in enumerate(bulletin.trend):
        is_now = period == bulletin.period
        x = number * step + step * 0.16
        middle = number * step + step / 2
        if shown is None:
            drawing.add(text(middle, foot + 4, words("not_scanned"), anchor="middle", color=MUTED))
        else:
            tall = max(length_of(shown) * scale, _LEAST_BAR if shown else 0.0)
            if tall:
                drawing.add(_bar(x, foot, step * 0.68, tall, shown, ACCENT if is_now else COOL))
            font = BOLD if is_now else REGULAR
            drawing.add(text(middle, foot + tall + 3.5, told_as(shown, words), font=font, anchor="middle"))
        day = words.tick(period)
        color, font = (INK, BOLD) if is_now else (MUTED, REGULAR)
        drawing.add(text(middle, foot - 10, day, anchor="middle", color=color, font=font))
        if is_now:
            drawing.add(text(middle, 3, words("now"), anchor="middle", color=ACCENT, font=BOLD))
    return drawing


def bars(rows: Sequence[Row], words: Phrases, width: float, *, names: float = 0.5) -> Drawing | None:
    """Rows with their names, counts as bars, and what is usual as a tick; None without rows."""
    if not rows:
        return None
    left, number = width * names, 30.0
    room = width - left - number
    lines = [simpleSplit(name_of(row, words), BOLD, BODY, left - 10) for row in rows]
    tall = [max(17.0, 11.0 * len(said) + 6) for said in lines]
    largest = max([length_of(row.count) for row in rows] + [length_of(row.usual) for row in rows]) or 1.0
    drawing = Drawing(width, sum(tall) + 2)
    top = sum(tall) + 2
    for row, said, high in zip(rows, lines, tall, strict=True):
        middle = top - high / 2
        for place, line in enumerate(said):
            y = middle + 5.5 * (len(said) - 1) - 11.0 * place - 3
            drawing.add(text(0, y, line, size=BODY, font=BOLD if row.is_rising else REGULAR))
        long = max(length_of(row.count) / largest * room, _LEAST_BAR)
        drawing.add(_bar(left, middle - 4, long, 8, row.count, WARM if row.is_rising else ACCENT))
        if row.usual is not None and not isinstance(row.usual, Hidden):
            at = left + row.usual / largest * room
            drawing.add(Line(at, middle - 6.5, at, middle + 6.5, strokeColor=INK, strokeWidth=1.2))
        drawing.add(text(width, middle - 3, told_as(row.count, words), size=BODY, font=BOLD, anchor="end"))
        top -= high
        drawing.add(Line(0, top, width, top, strokeColor=RULE, strokeWidth=0.4))
    return drawing


def width_of(said: str, size: float = SMALL, font: str = REGULAR) -> float:
    return stringWidth(said, font, size)
