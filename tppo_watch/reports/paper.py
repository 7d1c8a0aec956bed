"""A4 pages of one look: fonts of the package, untrusted text as markup, fixed metadata, bounded length.

The same input gives the same bytes: dates of the file come from the data, its id from its content.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import as_file, files
from io import BytesIO
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table, TableStyle

from ..errors import InputError
from ..text.showing import shown

MAX_PAGES = 1_000
WIDTH, HEIGHT = A4
MARGIN, TOP, BOTTOM = 18 * mm, 22 * mm, 20 * mm
TEXT_WIDTH = WIDTH - 2 * MARGIN

REGULAR, BOLD, FALLBACK = "PlexSans", "PlexSans-SemiBold", "DejaVuSans"
_FILES = {REGULAR: "IBMPlexSans-Regular.ttf", BOLD: "IBMPlexSans-SemiBold.ttf", FALLBACK: "DejaVuSans.ttf"}

INK, MUTED, RULE, WASH = map(HexColor, ("#18232d", "#56636e", "#cdd4da", "#f1f4f6"))
ACCENT, WARM, COOL = map(HexColor, ("#0f5a6b", "#a8431c", "#6f9aa3"))

#: The type scale, in points: nothing is set in any other size.
SIZES = {"title": 21.0, "heading": 12.0, "lead": 10.5, "body": 9.0, "small": 7.5}

_BOX = "\u25a1"


@lru_cache(maxsize=1)
def fonts() -> dict[str, frozenset[int]]:
    """Register the fonts of the package; font -> code points it has. InputError where a file is missing."""
    folder = files("tppo_watch.reports") / "fonts"
    found = {}
    for name, file in _FILES.items():
        try:
            with as_file(folder / file) as path:
                font = TTFont(name, str(path))
        except (OSError, TTFError) as exc:
            raise InputError(
                "the font cannot be read; install tppo-watch again", item=file, why="font"
            ) from exc
        pdfmetrics.registerFont(font)
        found[name] = frozenset(font.face.charToGlyph)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return found


def style(size: str = "body", **changes: Any) -> ParagraphStyle:
    """A paragraph style of the scale."""
    points = SIZES[size]
    is_bold = size in ("title", "heading")
    given = {
        "fontName": BOLD if is_bold else REGULAR,
        "fontSize": points,
        "leading": round(points * (1.15 if size == "title" else 1.38), 1),
        "textColor": INK,
        "splitLongWords": 1,
        "allowWidows": 0,
        "allowOrphans": 0,
        **changes,
    }
    return ParagraphStyle(size, **given)


def markup(text: str, font: str = REGULAR) -> str:
    """`text` of any origin for a paragraph: escaped, control signs visible, a box for what has no glyph."""
    out = []
    for name, run in groupby(shown(text).replace("\t", "    "), key=lambda sign: _font_of(sign, font)):
        if name is None:
            continue
        signs = "".join(run)
        body = escape(_BOX * len(signs) if name == "box" else signs).replace("\n", "<br/>")
        out.append(body if name == font else f'<font name="{FALLBACK}">{body}</font>')
    return "".join(out)


def without_glyph(text: str) -> list[tuple[str, int]]:
    """Signs of `text` that a page shows as a box, as U+XXXX, with how often: the commonest first."""
    counts = Counter(sign for sign in shown(text) if _font_of(sign, REGULAR) == "box")
    return sorted(
        ((f"U+{ord(sign):04X}", n) for sign, n in counts.items()), key=lambda row: (-row[1], row[0])
    )


@lru_cache(maxsize=4096)
def _font_of(sign: str, font: str) -> str | None:
    """The font that shows `sign`, ``box`` where none does, None for a sign that is never seen."""
    if sign == "\n":
        return font
    code = ord(sign)
    if unicodedata.category(sign) == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return None  # joiners, marks of direction, variants: they draw nothing
    if unicodedata.bidirectional(sign) in ("R", "AL", "AN"):
        return "box"  # letters set in the wrong order and unjoined would mislead whoever reads them
    have = fonts()
    return font if code in have[font] else FALLBACK if code in have[FALLBACK] else "box"


def para(text: str, size: str = "body", **changes: Any) -> Paragraph:
    """A paragraph of plain text of any origin."""
    form = style(size, **changes)
    return Paragraph(markup(text, form.fontName), form)


def rich(xml: str, size: str = "body", **changes: Any) -> Paragraph:
    """A paragraph of markup made by `markup`."""
    return Paragraph(xml, style(size, **changes))


def heading(text: str, width: float = TEXT_WIDTH) -> Table:
    """A section's heading over a hairline; never alone at the foot of a page."""
    table = Table([[para(text, "heading", textColor=ACCENT)]], colWidths=[width])
    table.setStyle(
        TableStyle(
            [
                ("LINEABOVE", (0, 0), (-1, 0), 0.8, ACCENT),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    table.spaceBefore, table.keepWithNext = 9, 1
    return table


def grid(rows: Sequence[Sequence[Any]], widths: Sequence[float], *, head: bool = False) -> Table:
    """Rows over hairlines, cells at the top; `head` repeats the first row on every page."""
    table = Table(list(map(list, rows)), colWidths=list(widths), repeatRows=int(head), splitInRow=1)
    rules = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 2.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
    ]
    table.setStyle(TableStyle(rules))
    return table


def boxed(content: Sequence[Flowable], width: float = TEXT_WIDTH, *, edge: Any = ACCENT) -> Table:
    """Content on a wash with a coloured edge."""
    table = Table([[list(content)]], colWidths=[width])
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), WASH),
                ("LINEBEFORE", (0, 0), (0, -1), 3, edge),
                ("LEFTPADDING", (0, 0), (-1, -1), 9),
                ("RIGHTPADDING", (0, 0), (-1, -1), 9),
                ("TOPPADDING", (0, 0), (-1, -1), 6),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
            ]
        )
    )
    return table


class Foot(Flowable):
    """Takes no place; says what stands at the foot of its page and of those after it."""

    width = height = 0

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def draw(self) -> None:
        self.canv.foot = self._text


class Sheets(BaseDocTemplate):
    """A document on A4 with a running foot. Its bytes depend on nothing but what it is given.

    Parameters
    ----------
    made : datetime
        The moment the metadata names: of the data, not of the clock.
    is_bare : bool
        Without the foot.
    """

    def __init__(self, *, title: str, lang: str, made: datetime, is_bare: bool = False) -> None:
        fonts()
        self._out, self._made, self._words = BytesIO(), made.astimezone(UTC), _PAGE[lang]
        super().__init__(
            self._out,
            pagesize=A4,
            title=title,
            author="tppo-watch",
            creator="tppo-watch",
            producer="tppo-watch",
            lang=lang,
            invariant=1,
            pageCompression=1,
            initialFontName=REGULAR,  # or the file names a font that it does not hold
        )
        head, foot = (MARGIN, 13 * mm) if is_bare else (TOP, BOTTOM)
        frame = Frame(
            MARGIN, foot, TEXT_WIDTH, HEIGHT - head - foot, id="text",
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        )  # fmt: skip
        furnish = {} if is_bare else {"onPageEnd": self._furnish}
        self.addPageTemplates([PageTemplate("page", [frame], **furnish)])

    def beforeDocument(self) -> None:
        stamp = self.canv._doc._timeStamp  # the library offers no other way to choose the date
        stamp.t, stamp.tzname, stamp.dhh, stamp.dmm = self._made.timestamp(), "UTC", 0, 0
        stamp.lt = self._made.timetuple()
        stamp.YMDhms = tuple(stamp.lt)[:6]

    def _furnish(self, canvas: Any, document: Any) -> None:
        page = canvas.getPageNumber()
        if page > MAX_PAGES:
            raise InputError(f"longer than {MAX_PAGES:,} pages; choose fewer alerts, with --id or --lane")
        canvas.saveState()
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.line(MARGIN, BOTTOM - 9, WIDTH - MARGIN, BOTTOM - 9)
        right = rich(f"{self._words} {page}", "small", alignment=TA_RIGHT, textColor=MUTED)
        left = para(getattr(canvas, "foot", ""), "small", textColor=MUTED)
        for paragraph, x, width in ((left, MARGIN, TEXT_WIDTH - 70), (right, WIDTH - MARGIN - 60, 60)):
            _, height = paragraph.wrap(width, 40)
            paragraph.drawOn(canvas, x, BOTTOM - 12 - height)
        canvas.restoreState()

    def made_of(self, story: list[Flowable]) -> bytes:
        """The document as bytes."""
        self.build(story)
        return self._out.getvalue()


_PAGE = {"id": "halaman", "en": "page"}
