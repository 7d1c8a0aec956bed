"""The bulletin as one HTML file that needs nothing else: no script, no network."""

from __future__ import annotations

import base64
from dataclasses import fields
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from ..errors import InputError
from .bulletin import Bulletin
from .contents import Block, Chart, Columns, blocks
from .figures import svg_of
from .paper import BOLD, REGULAR, fonts
from .phrases import Phrases

#: CSS pixels: a chart across the page that is narrower is scrolled, not made illegible.
_LEAST_CHART = 560
_FONTS = ((REGULAR, 400, "IBMPlexSans-Regular.woff2"), (REGULAR, 600, "IBMPlexSans-SemiBold.woff2"),
          (BOLD, 400, "IBMPlexSans-SemiBold.woff2"))  # fmt: skip


def bulletin_html(bulletin: Bulletin, words: Phrases) -> bytes:
    """The bulletin as UTF-8; the same bulletin gives the same bytes."""
    fonts()  # charts are measured with them
    period = words.period(bulletin.period)
    name = words("bulletin_of", bulletin.province.name, period)
    page = _template().render(
        lang=words.lang,
        title=name,
        kind=words("bulletin"),
        province=bulletin.province.name,
        period=period,
        foot=words("bulletin_foot", bulletin.province.name, period),
        fonts=[(family, weight, _encoded(file)) for family, weight, file in _FONTS],
        least_chart=_LEAST_CHART,
        blocks=[_set(each) for each in blocks(bulletin, words)],
    )
    return page.encode()


@lru_cache(maxsize=1)
def _template() -> Any:
    source = (files("tppo_watch.reports") / "templates" / "bulletin.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)


@lru_cache(maxsize=4)
def _encoded(file: str) -> str:
    try:
        data = (files("tppo_watch.reports") / "fonts" / file).read_bytes()
    except OSError as exc:
        raise InputError("the font cannot be read; install tppo-watch again", item=file, why="font") from exc
    return base64.b64encode(data).decode()


def _set(block: Block) -> dict[str, Any]:
    """A block as the template reads it."""
    found: dict[str, Any] = {field.name: getattr(block, field.name) for field in fields(block)}
    found["kind"] = type(block).__name__
    if isinstance(block, Chart):
        found["svg"] = Markup(svg_of(block.drawing, block.name))
    if isinstance(block, Columns):
        found |= {side: [_set(each) for each in getattr(block, side)] for side in ("left", "right")}
    return found
