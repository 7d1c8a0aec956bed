"""One page for the public, as a PDF and as a picture to be passed on: warnings, questions, whom to call."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from reportlab.lib.colors import white
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from ..errors import InputError
from ..knowledge.agencies import referral
from .bulletin import Bulletin
from .contents import advice_for, questions_for, reached
from .paper import ACCENT, BOLD, MUTED, TEXT_WIDTH, WIDTH, Sheets, para
from .phrases import Phrases, zone_of

#: Pixels of the picture: A4 at 150 to the inch, small enough to be sent over a phone.
PIXELS = (1240, 1754)
_HELP = ("sapa_129", "kp2mi", "kemlu_pwni")
_WARNINGS, _QUESTIONS = 3, 6
#: In points, tried in this order until the page holds everything: it is read on a phone.
_SIZES = (14.5, 13.75, 13.0, 12.25, 11.5, 10.75)
_BANNER = 31.0


def poster_pdf(bulletin: Bulletin, words: Phrases) -> bytes:
    """The page as a PDF, in the largest type that fits. InputError where it would need a second page."""
    made = bulletin.period.bounds(zone_of(bulletin.province.province))[1]
    for size in _SIZES:
        sheets = Sheets(title=words("poster_title"), lang=words.lang, made=made, is_bare=True)
        data = sheets.made_of(_story(bulletin, words, size))
        if sheets.page == 1:
            return data
    raise InputError("the public page does not fit on one sheet")


def _story(bulletin: Bulletin, words: Phrases, size: float) -> list[Flowable]:
    index, gap = 0 if words.lang == "id" else 1, Spacer(1, size)
    lead = words("poster_lead", bulletin.province.name, words(f"this_{bulletin.period.rhythm}"))
    story: list[Flowable] = [
        _banner(words("poster_title"), lead, size),
        gap,
        _head(words("poster_seen"), size),
    ]
    for each in advice_for(bulletin)[:_WARNINGS]:
        story.append(_line(each.title[index], size, fontName=BOLD, spaceBefore=size * 0.55))
        story.append(_line(each.say[index], size))
    story += [gap, _head(words("poster_ask"), size)]
    for number, line in enumerate(questions_for(bulletin, words.lang)[:_QUESTIONS], start=1):
        story.append(_numbered(number, line, size))
    foot = words("poster_foot", words.period(bulletin.period))
    return [*story, gap, _help(words, size), gap, _line(foot, size * 0.72, textColor=MUTED)]


def _line(text: str, size: float, **changes: Any) -> Paragraph:
    return para(text, fontSize=size, leading=round(size * 1.34, 1), **changes)


def poster_png(bulletin: Bulletin, words: Phrases) -> bytes:
    """The page as a picture of `PIXELS`."""
    import pypdfium2

    document = pypdfium2.PdfDocument(poster_pdf(bulletin, words))
    picture = document[0].render(scale=PIXELS[0] / WIDTH).to_pil().convert("RGB")
    picture = picture.resize(PIXELS) if picture.size != PIXELS else picture
    out = BytesIO()
    picture.quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()


def _banner(title: str, lead: str, size: float) -> Table:
    cell = [_line(title, _BANNER, fontName=BOLD, textColor=white), _line(lead, size, textColor=white)]
    table = Table([[cell]], colWidths=[TEXT_WIDTH])
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), ACCENT),
                ("LEFTPADDING", (0, 0), (-1, -1), 18),
                ("RIGHTPADDING", (0, 0), (-1, -1), 18),
                ("TOPPADDING", (0, 0), (-1, -1), 16),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 18),
            ]
        )
    )
    return table


def _head(text: str, size: float) -> Flowable:
    return _line(text, size * 1.36, fontName=BOLD, textColor=ACCENT)


def _numbered(number: int, line: str, size: float) -> Table:
    mark = _line(str(number), size, fontName=BOLD, textColor=ACCENT)
    table = Table([[mark, _line(line, size)]], colWidths=[24, TEXT_WIDTH - 24])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _help(words: Phrases, size: float) -> Table:
    agencies = {agency.id: agency for agency in referral().agencies}
    cells = [
        [
            _line(agencies[name].name.partition(" (")[0].partition(",")[0], size * 0.72),
            _line(reached(agencies[name], with_years=False), size, fontName=BOLD),
        ]
        for name in _HELP
    ]
    head = _line(words("poster_help"), size, fontName=BOLD)
    share = (TEXT_WIDTH - 24) / len(cells)
    inner = Table([cells], colWidths=[share] * len(cells))
    inner.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 8),
                ("TOPPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    table = Table([[[head, inner]]], colWidths=[TEXT_WIDTH])
    table.setStyle(
        TableStyle(
            [
                ("BOX", (0, 0), (-1, -1), 1.4, ACCENT),
                ("LEFTPADDING", (0, 0), (-1, -1), 12),
                ("RIGHTPADDING", (0, 0), (-1, -1), 12),
                ("TOPPADDING", (0, 0), (-1, -1), 9),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
            ]
        )
    )
    return table
