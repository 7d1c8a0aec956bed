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
from ..text.showing import shown
from .output import print_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ..types import Assessment, Match
    from ..wording import Words

BAR_WIDTH = 12  # characters on each side of zero
# Nobody reads on after this much of a post, and colouring takes a time that grows with text times matches.
SHOWN_CHARACTERS = 10_000
SHOWN_MATCHES = 200
WIDTH = 100  # of the picture, and where there is no terminal
NAME_WIDTH = 44

STYLES = {"act": "bold yellow", "means": "bold red", "purpose": "bold magenta", "context": "bold cyan"}
_LEVEL_STYLES = {"high": "bold red", "medium": "bold yellow", "low": "bold cyan", "none": "bold green"}
UNASSERTED, COUNTER, ENTITY, HELP = "dim strike", "bold green", "underline", "bold magenta"


def explain(
    text: Annotated[str, typer.Argument(help="The post; - reads it from standard input.")],
    lang: Annotated[str, typer.Option(help="Language of the explanation: id or en.", metavar="id|en")] = "id",
    json: Annotated[bool, typer.Option("--json", help="The assessment and the advice as JSON.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Also draw the explanation into this SVG file.")] = None,
    model: Annotated[str | None, typer.Option(help="Folder of another model than the default.")] = None,
    rules: Annotated[Path | None, typer.Option(help="Folder with indicators of your own.")] = None,
) -> None:
    """Explain one post: its text with the indicators coloured, the reasons, and what a reviewer should check.

    Example: tppo-watch explain 'Loker admin Poipet, gaji 12jt, paspor diurus'
    """
    if lang not in ("id", "en"):
        raise typer.BadParameter(f"--lang is id or en, not {lang}")
    from .. import assessor
    from ..knowledge.rules import local_indicators
    from ..wording import Words

    # A post, not a file: four bytes are the longest character.
    post = _from_stdin(4 * assessor.MAX_CHARACTERS) if text == "-" else text
    if len(post) > assessor.MAX_CHARACTERS:
        raise InputError(f"the post is longer than {assessor.MAX_CHARACTERS:,} characters; score takes files")

    words = Words(lang, local_indicators(rules) if rules else ())
    assessment = assessor.load(model, rules=rules).assess(post)
    if svg is not None:
        _draw_svg(svg, assessment, words)
    if json:
        print_json({"text": post, **assessment.to_dict(), "advice": list(words.advice(assessment))})
    else:
        from rich.console import Console

        draw(Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH), assessment, words)


def _from_stdin(limit: int) -> str:
    if sys.stdin is None:
        raise InputError("is closed", item="standard input")
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
    if assessment.assistance:
        from rich.text import Text

        console.print(Text(f"{titles['assistance'].upper()}\n", style=HELP))
    _section(console, titles["text"], [("", _marked_text(assessment, marked, words))])
    _section(console, titles["indicators"], _match_lines(assessment.indicators, marked, words))
    _section(console, titles["counter"], _match_lines(assessment.counter, marked, words, is_counter=True))
    _section(console, titles["reasons"], _bars(assessment, words))
    _section(console, titles["entities"], _entity_lines(assessment, words))
    _section(console, titles["missing"], (("-", words.question(name)) for name in assessment.missing))
    _section(console, titles["advice"], (("-", line) for line in words.advice(assessment)))
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
        "sum": "jumlah",
        "risk": "risiko",
        "kind": "jenis tulisan",
        "assistance": "mungkin butuh pertolongan sekarang",
        "as_offer": "sebagai tawaran kerja",
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
        "sum": "sum",
        "risk": "risk",
        "kind": "kind of writing",
        "assistance": "may need help now",
        "as_offer": "as a job offer",
    },
}


#: A line of a section: its mark, under which the line does not run on, and what it says.
Line = tuple["str | Text", "str | Text"]


def _section(console: Console, title: str, lines: Iterable[Line]) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    rows = list(lines)
    if not rows:
        return
    console.print(Text(title, style="bold"))
    for mark, line in rows:
        grid = Table.grid(padding=(0, 1))
        if mark:
            grid.add_row(*(Text(shown(cell)) if isinstance(cell, str) else cell for cell in (mark, line)))
        else:
            grid.add_row(Text(shown(line)) if isinstance(line, str) else line)
        console.print(Padding(grid, (0, 0, 0, 2), expand=False))
    console.print()


def _numbered(assessment: Assessment) -> dict[Match, int]:
    """A number for each match, in the order in which they end, where the numbers stand.

    Colour alone does not reach everyone, nor a pipe.
    """
    matches = sorted({*assessment.indicators, *assessment.counter}, key=lambda m: (m.end, m.start, m.id))
    matches = [match for match in matches[:SHOWN_MATCHES] if match.end <= SHOWN_CHARACTERS]
    return {match: number for number, match in enumerate(matches, start=1)}


def _style(match: Match, is_counter: bool) -> str:
    if match.scope != "asserted":
        return UNASSERTED
    return COUNTER if is_counter else STYLES[match.element]


def _marked_text(assessment: Assessment, marked: dict[Match, int], words: Words) -> Text:
    from rich.text import Text

    text = Text(shown(assessment.text[:SHOWN_CHARACTERS]))
    for entity in assessment.entities[:SHOWN_MATCHES]:
        text.stylize(ENTITY, entity.start, entity.end)
    counter = set(assessment.counter)
    for match in marked:
        text.stylize(_style(match, match in counter), match.start, match.end)
    out, done = Text(), 0
    for match, number in marked.items():
        out.append_text(text[done : match.end])
        out.append(f"[{number}]", style="dim")
        done = match.end
    rest = len(assessment.text) - SHOWN_CHARACTERS
    return out.append_text(text[done:]).append(_more(rest, words) if rest > 0 else "", style="dim")


def _more(count: int, words: Words) -> str:
    return f"… (+{words.number(count)})"


def _match_lines(
    matches: tuple[Match, ...], marked: dict[Match, int], words: Words, *, is_counter: bool = False
) -> Iterable[Line]:
    from rich.text import Text

    wanted = set(matches)
    listed = [match for match in marked if match in wanted]
    for match in listed:
        line = Text(words.rule(match.id))
        line.append(f"  “{shown(' '.join(match.text.split()))}”", style="italic")
        scope = "" if match.scope == "asserted" else f", {words.term('scopes', match.scope)}"
        # In the colour that the match has in the text: the list is its legend.
        line.append(f"  {words.term('elements', match.element)}", style=_style(match, is_counter))
        line.append(scope, style="dim")
        yield Text(f"[{marked[match]}]", style="dim"), line
    if rest := len(wanted) - len(listed):
        yield "-", _more(rest, words)


def _bars(assessment: Assessment, words: Words) -> Iterable[Line]:
    """Signed bars: the starting point, then the weightiest first, calibration last, and their sum."""
    from rich.text import Text

    rows = words.ranked_reasons(assessment)
    total = math.fsum(value for _, value in assessment.reasons)
    largest = max((abs(value) for _, value in rows), default=0.0) or 1.0
    names = min(max((len(name) for name, _ in rows), default=0), NAME_WIDTH)
    for name, value in rows:
        name = name if len(name) <= names else f"{name[: names - 1]}…"
        line = Text(f"{name:<{names}} {value:+7.2f} ")
        bar = _bar(abs(value) / largest, is_left=value < 0)
        left, right = (bar, "") if value < 0 else ("", bar)
        line.append(f"{left:>{BAR_WIDTH}}", style="green")
        line.append("│", style="dim")
        line.append(right, style="red")
        yield "", line
    titles = _TITLES[words.lang]
    risk = words.share(assessment.risk)
    yield "", f"{titles['sum']:<{names}} {total:+7.2f} → {titles['risk']} {risk}"


def _bar(part: float, is_left: bool) -> str:
    """A bar of `part`, from 0 to 1, of the width; never nothing. Only the right has eighths of blocks."""
    blocks, eighths = divmod(max(1, round(part * BAR_WIDTH * 8)), 8)
    if is_left:
        tip = "▐" if eighths >= 4 else "" if blocks else "▕"
        return tip + "█" * blocks
    return "█" * blocks + " ▏▎▍▌▋▊▉"[eighths].strip()


def _entity_lines(assessment: Assessment, words: Words) -> Iterable[Line]:
    for entity in assessment.entities[:SHOWN_MATCHES]:
        quoted, value = " ".join(entity.text.split()), words.value(entity)
        said = "" if value.casefold() == quoted.casefold() else f" → {value}"
        yield "-", f"{words.term('entities', entity.kind)}: “{quoted}”{said}"
    if (rest := len(assessment.entities) - SHOWN_MATCHES) > 0:
        yield "-", _more(rest, words)


def _score_lines(assessment: Assessment, words: Words) -> Iterable[Line]:
    from rich.text import Text

    titles = _TITLES[words.lang]
    risk, low, high = (words.share(value) for value in (assessment.risk, *assessment.interval))
    risk = f"{titles['risk']} {risk}" + ("" if low == high else f" ({low} – {high})")
    level, kind = words.term("levels", assessment.level), words.term("stances", assessment.stance)
    if assessment.assistance:
        # The level is that of an offer. Beside a plea for help it would say: nothing to see here.
        yield "", Text(titles["assistance"].upper(), style=HELP)
        yield "", f"{titles['as_offer']}: {level}, {risk}; {titles['kind']}: {kind}"
    else:
        head = Text(level.upper(), style=_LEVEL_STYLES[assessment.level])
        head.append(f"  {words.term('promises', assessment.level)}; {risk}", style="not bold default")
        yield "", head
        yield "", f"{words.term('labels', assessment.label)}; {titles['kind']}: {kind}"
        for name, value in sorted(assessment.exploitation.items(), key=lambda item: (-item[1], item[0])):
            if value >= 0.5:
                yield "-", f"{words.rule(name)}: {words.share(value)}"
    yield "", Text(words.statement, style="italic")


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
