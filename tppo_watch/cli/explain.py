"""``tppo-watch explain``: one post, what was found in it and why, and what a reviewer should check."""

from __future__ import annotations

import io
import math
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from .output import print_json, shown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ..types import Assessment, Match
    from ..wording import Language, Words

BAR_WIDTH = 12  # characters on each side of zero
SHOWN_REASONS = 14  # the smallest of the rest are summed in one line
WIDTH = 100  # of the picture, and where there is no terminal
NAME_WIDTH = 44

STYLES = {"act": "bold yellow", "means": "bold red", "purpose": "bold magenta", "context": "bold cyan"}
UNASSERTED, COUNTER, ENTITY = "dim strike", "bold green", "underline"


def explain(
    text: Annotated[str, typer.Argument(help="The post; - reads it from standard input.")],
    lang: Annotated[str, typer.Option(help="Language of the explanation: id or en.", metavar="id|en")] = "id",
    json: Annotated[bool, typer.Option("--json", help="The assessment and the advice as JSON.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Also draw the explanation into this SVG file.")] = None,
    model: Annotated[str | None, typer.Option(help="Folder of another model than the default.")] = None,
) -> None:
    """Explain one post: its text with the indicators coloured, the reasons, and what a reviewer should check.

    Example: tppo-watch explain 'Loker admin Poipet, gaji 12jt, paspor diurus'
    """
    if lang not in ("id", "en"):
        raise typer.BadParameter(f"--lang is id or en, not {lang}")
    from .. import assessor
    from ..wording import Words

    # A post, not a file: four bytes are the longest character.
    post = _from_stdin(4 * assessor.MAX_CHARACTERS) if text == "-" else text
    if len(post) > assessor.MAX_CHARACTERS:
        raise InputError(f"the post is longer than {assessor.MAX_CHARACTERS:,} characters; score takes files")

    words = Words(lang)
    assessment = assessor.load(model).assess(post)
    if svg is not None:
        _draw_svg(svg, assessment, words)
    if json:
        print_json({"text": post, **assessment.to_dict(), "advice": list(words.advice(assessment))})
    else:
        from rich.console import Console

        draw(Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH), assessment, words)


def _from_stdin(limit: int) -> str:
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"longer than {limit:,} bytes; score takes files", item="standard input")
    try:
        return data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as exc:
        raise InputError(f"not UTF-8 at byte {exc.start}", item="standard input") from exc


def draw(console: Console, assessment: Assessment, words: Words) -> None:
    """The whole explanation; the reasons come before the score."""
    titles = _TITLES[words.lang]
    marked = _numbered(assessment)
    _section(console, titles["text"], [_marked_text(assessment, marked)])
    _section(console, titles["indicators"], _match_lines(assessment.indicators, marked, words))
    _section(console, titles["counter"], _match_lines(assessment.counter, marked, words))
    _section(console, titles["reasons"], _bars(assessment, words))
    _section(console, titles["entities"], _entity_lines(assessment, words))
    _section(console, titles["missing"], (_item(words.question(name)) for name in assessment.missing))
    _section(console, titles["advice"], (_item(line) for line in words.advice(assessment)))
    _section(console, titles["score"], _score_lines(assessment, words))


_TITLES: dict[str, dict[str, str]] = {
    "id": {
        "text": "Teks",
        "indicators": "Petunjuk",
        "counter": "Yang meringankan",
        "reasons": "Alasan (log-odds; kanan menaikkan, kiri menurunkan risiko)",
        "entities": "Keterangan dalam teks",
        "missing": "Yang tidak disebut",
        "advice": "Yang perlu diperiksa",
        "score": "Penilaian",
        "rest": "lainnya",
        "sum": "jumlah",
        "risk": "risiko",
        "kind": "jenis tulisan",
        "assistance": "mungkin butuh pertolongan sekarang",
    },
    "en": {
        "text": "Text",
        "indicators": "Indicators",
        "counter": "What speaks for innocence",
        "reasons": "Reasons (log-odds; right raises, left lowers the risk)",
        "entities": "What the text says",
        "missing": "What it does not say",
        "advice": "What to check",
        "score": "Assessment",
        "rest": "others",
        "sum": "sum",
        "risk": "risk",
        "kind": "kind of writing",
        "assistance": "may need help now",
    },
}


def _section(console: Console, title: str, lines: Iterable[Text | str]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    rows = list(lines)
    if not rows:
        return
    console.print(Text(title, style="bold"))
    for row in rows:
        console.print(Padding(Text(row) if isinstance(row, str) else row, (0, 0, 0, 2), expand=False))
    console.print()


def _item(line: str) -> str:
    return f"- {shown(line)}"


def _numbered(assessment: Assessment) -> dict[Match, int]:
    """A number for each match, in reading order: colour alone does not reach everyone, nor a pipe."""
    matches = sorted({*assessment.indicators, *assessment.counter}, key=lambda m: (m.start, m.end, m.id))
    return {match: number for number, match in enumerate(matches, start=1)}


def _style(match: Match, is_counter: bool) -> str:
    if match.scope != "asserted":
        return UNASSERTED
    return COUNTER if is_counter else STYLES[match.element]


def _marked_text(assessment: Assessment, marked: dict[Match, int]) -> Text:
    from rich.text import Text

    text = Text(shown(assessment.text))
    for entity in assessment.entities:
        text.stylize(ENTITY, entity.start, entity.end)
    for match in marked:
        text.stylize(_style(match, match in assessment.counter), match.start, match.end)
    out, done = Text(), 0
    for match, number in sorted(marked.items(), key=lambda item: (item[0].end, item[1])):
        out.append_text(text[done : match.end])
        out.append(f"[{number}]", style="dim")
        done = match.end
    return out.append_text(text[done:])


def _match_lines(matches: tuple[Match, ...], marked: dict[Match, int], words: Words) -> Iterable[Text]:
    from rich.text import Text

    for match in sorted(matches, key=marked.__getitem__):
        line = Text(f"[{marked[match]}] ", style="dim")
        line.append(words.rule(match.id))
        line.append(f"  “{shown(' '.join(match.text.split()))}”", style="italic")
        scope = "" if match.scope == "asserted" else f", {words.term('scopes', match.scope)}"
        line.append(f"  ({words.term('elements', match.element)}{scope})", style="dim")
        yield line


def _bars(assessment: Assessment, words: Words) -> Iterable[Text]:
    """Signed bars: the starting point, then the weightiest first, calibration last, and their sum."""
    from rich.text import Text

    rows = _sorted_reasons(assessment, words)
    total = math.fsum(value for _, value in assessment.reasons)
    largest = max((abs(value) for _, value in rows), default=0.0) or 1.0
    names = min(max((len(name) for name, _ in rows), default=0), NAME_WIDTH)
    for name, value in rows:
        name = name if len(name) <= names else f"{name[: names - 1]}…"
        length = round(abs(value) / largest * BAR_WIDTH)
        line = Text(f"{name:<{names}} {value:+7.2f} ")
        left, right = ("█" * length or "▕", "") if value < 0 else ("", "█" * length or "▏")
        line.append(f"{left:>{BAR_WIDTH}}", style="green")
        line.append("│", style="dim")
        line.append(right, style="red")
        yield line
    titles = _TITLES[words.lang]
    risk = _number(assessment.risk, words.lang)
    yield Text(f"{titles['sum']:<{names}} {total:+7.2f} → {titles['risk']} {risk}")


def _sorted_reasons(assessment: Assessment, words: Words) -> list[tuple[str, float]]:
    place = {"base": 0, "calibration": 2}
    parts = sorted(
        (part for part in assessment.reasons if abs(part[1]) >= 0.005),
        key=lambda part: (place.get(part[0], 1), -abs(part[1])),
    )
    middle = [part for part in parts if part[0] not in place]
    dropped = middle[SHOWN_REASONS:]
    rows = [(words.reason(name), value) for name, value in parts if (name, value) not in dropped]
    if dropped:
        rest = (f"{_TITLES[words.lang]['rest']} ({len(dropped)})", math.fsum(value for _, value in dropped))
        rows.insert(len(rows) - (parts[-1][0] == "calibration"), rest)
    return rows


def _entity_lines(assessment: Assessment, words: Words) -> Iterable[str]:
    for entity in assessment.entities:
        value = " ".join(f"{key}={item}" for key, item in entity.value.items())
        quoted = " ".join(entity.text.split())
        yield f"- {words.term('entities', entity.kind)}: “{shown(quoted)}” → {shown(value)}"


def _score_lines(assessment: Assessment, words: Words) -> Iterable[Text | str]:
    from rich.text import Text

    titles, lang = _TITLES[words.lang], words.lang
    styles = {"high": "bold red", "medium": "bold yellow", "low": "bold cyan", "none": "bold green"}
    low, high = (_number(end, lang) for end in assessment.interval)
    head = Text(words.term("levels", assessment.level).upper(), style=styles[assessment.level])
    head.append(f"  {words.term('promises', assessment.level)}; ", style="not bold default")
    head.append(f"{titles['risk']} {_number(assessment.risk, lang)} ({low}–{high})", style="not bold default")
    yield head
    kind = f"{titles['kind']}: {words.term('stances', assessment.stance)}"
    yield f"{words.term('labels', assessment.label)}; {kind}"
    if assessment.assistance:
        yield Text(titles["assistance"], style="bold red")
    for name, value in sorted(assessment.exploitation.items(), key=lambda item: (-item[1], item[0])):
        if value >= 0.5:
            yield f"- {words.rule(name)}: {_number(value, lang)}"
    yield Text(words.statement, style="italic")


def _number(value: float, lang: Language) -> str:
    return f"{value:.2f}".replace(".", ",") if lang == "id" else f"{value:.2f}"


def _draw_svg(path: Path, assessment: Assessment, words: Words) -> None:
    from rich.console import CONSOLE_SVG_FORMAT, Console

    from ..io.writing import replacing

    terminal = {"force_terminal": True, "color_system": "truecolor", "width": WIDTH}
    console = Console(record=True, file=io.StringIO(), highlight=False, **terminal)
    draw(console, assessment, words)
    # The stock template fetches its font from a public server whenever the picture is looked at.
    template = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    picture = console.export_svg(title="tppo-watch explain", code_format=template, unique_id="explain")
    with replacing(path) as file:
        file.write(picture.encode())
