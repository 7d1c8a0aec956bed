"""``tppo-watch brief``: the bulletin of a province for a week or a month."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .alerts import CONFIG, Config, Lang, LangOption
from .output import print_json


class EveryOption(StrEnum):
    week = "week"
    month = "month"


def brief(
    period: Annotated[
        str | None,
        typer.Argument(help="Which one, such as 2026-W47 or 2026-11; the last one over without it."),
    ] = None,
    province: Annotated[str, typer.Option("--province", help="Its name or ISO code.")] = "Kalimantan Timur",
    every: Annotated[EveryOption, typer.Option("--every", help="A week, or a month.")] = EveryOption.week,
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.")] = Path(),
    lang: Lang = LangOption.id,
    json: Annotated[bool, typer.Option("--json", help="The numbers as JSON instead of files.")] = False,
    config: Config = CONFIG,
) -> None:
    """Make the bulletin of a province: HTML, PDF, and one page for the public as PDF and picture. It holds
    no personal data, and numbers below five are not told.

    Example: tppo-watch brief 2026-W47 --province "Kalimantan Timur" --out buletin
    """
    from ..io.writing import replacing
    from ..reports import bulletin_files
    from ..watch import open_watch

    with open_watch(config) as watch:
        bulletin = watch.bulletin(
            province=province, period=period, rhythm="month" if every == EveryOption.month else "week"
        )
        name = f"{bulletin.province.province}/{bulletin.period.name}"
        watch.exports.note_bulletin(None, name, now=watch.now())
    if json:
        print_json(bulletin.to_dict())
        return
    files = bulletin_files(bulletin, lang="en" if lang == "en" else "id")
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        with replacing(out / name) as file:
            file.write(content)
        print(out / name)
