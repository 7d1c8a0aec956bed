"""``tppo-watch alerts``: what waits for a person, and why."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from ..text.showing import shown
from .deliveries import deliveries, resend
from .feedback import feedback
from .output import local, print_json, print_table, say
from .reveal import Reason, Reveal, reason_for

if TYPE_CHECKING:
    from ..reports import ReviewNote
    from ..review import Act
    from ..storage.alerts import AlertRecord
    from ..watch import Watch
    from ..wording import Words

app = typer.Typer(help="The alerts: list, show, export, close.", no_args_is_help=True)


app.command()(deliveries)
app.command()(resend)
app.command()(feedback)


class LaneOption(StrEnum):
    assistance = "assistance"
    high = "high"
    medium = "medium"


class StateOption(StrEnum):
    open = "open"
    closed = "closed"
    all = "all"


class LangOption(StrEnum):
    id = "id"
    en = "en"


class FormatOption(StrEnum):
    jsonl = "jsonl"
    csv = "csv"
    pdf = "pdf"
    json = "json"
    stix = "stix"
    misp = "misp"


Config = Annotated[Path, typer.Option("--config", help="The settings file.")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
Lang = Annotated[LangOption, typer.Option("--lang", help="Language of the words.")]
Lane = Annotated[LaneOption | None, typer.Option("--lane", help="Only this lane.")]
State = Annotated[StateOption, typer.Option("--state", help="Only these.")]
CONFIG = Path("tppo.toml")

_WORDS = {
    "id": {
        "columns": ("no", "antrean, risiko", "mengapa", "asal, waktu (WIB)", "isi"),
        "assistance": "PERTOLONGAN",
        "copies": "+{} salinan",
        "campaign": "kampanye {}: {} pos",
        "empty": "Tidak ada peringatan.",
        "seen": "pertama terlihat {}, terakhir {}; {} salinan",
        "hidden": "Nomor disamarkan; --reveal dengan --reason menampilkannya.",
    },
    "en": {
        "columns": ("id", "lane, risk", "why", "from, time (WIB)", "text"),
        "assistance": "HELP",
        "copies": "+{} copies",
        "campaign": "campaign {}: {} posts",
        "empty": "There are no alerts.",
        "seen": "first seen {}, last {}; {} copies",
        "hidden": "Numbers are masked; --reveal with --reason shows them.",
    },
}
#: Acts that a dossier names.
_DECISIONS = frozenset(("take_up", "not_trafficking", "needs_help", "refer", "adjudicate", "note"))
_PROSE_WIDTH = 46  # characters a line
_NAMED_REASONS = 2
_STYLES = {"assistance": "bold magenta", "high": "bold red", "medium": "bold yellow"}


@app.command("list")
def list_alerts(
    lane: Lane = None,
    state: State = StateOption.open,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 50,
    lang: Lang = LangOption.id,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List the alerts: who needs help first, then by lane, risk and time. Phone numbers are masked.

    Example: tppo-watch alerts list --lane high
    """
    from ..alerts import summary
    from ..watch import open_watch

    with open_watch(config) as watch:
        records = watch.alerts(lane=lane, state=_state(state), limit=limit + 1)
    if json:
        print_json([summary(record) for record in records[:limit]])
    else:
        show_table(records[:limit], lang)
    if len(records) > limit:
        say(f"there are more than these {limit}; --limit shows more")


def _state(state: StateOption) -> str | None:
    return None if state == StateOption.all else str(state)


def show_table(records: list[AlertRecord], lang: str = "id") -> None:
    """Print alerts as a table in one language."""
    from ..wording import Words

    words = Words("en" if lang == "en" else "id")
    if not records:
        print(_WORDS[words.lang]["empty"])
        return
    columns = list(_WORDS[words.lang]["columns"])
    widths = {columns[2]: _PROSE_WIDTH, columns[4]: _PROSE_WIDTH}
    print_table(columns, [_row(record, words) for record in records], widths=widths)


def _row(record: AlertRecord, words: Words) -> list[Any]:
    from rich.text import Text

    from ..alerts import restored, summary

    line, said = summary(record), _WORDS[words.lang]
    copies = f" ({said['copies'].format(record.copies)})" if record.copies else ""  # type: ignore[attr-defined]
    if "campaign" in line:
        copies += f" [{said['campaign'].format(line['campaign'], line['campaign_posts'])}]"  # type: ignore[attr-defined]
    is_plea = record.lane == "assistance"
    why = "; ".join(words.why(restored(record), is_plea=is_plea)[:_NAMED_REASONS])
    if is_plea:
        # Whoever may need help is no suspect: how likely an offer is says nothing of that person.
        lane = Text(str(said["assistance"]), style=_STYLES[record.lane])
    else:
        lane = Text(words.term("levels", record.lane), style=_STYLES[record.lane])
        lane.append(f"\n{words.share(line['risk'])}", style="not bold default")
        why = f"{words.rule(line['type'])}: {why}" if "type" in line else why
    origin = f"{record.source_id}\n{local(record.published or record.fetched)}"
    return [str(record.id), lane, why, origin, line["excerpt"] + copies]


@app.command()
def show(
    id: Annotated[int, typer.Argument(help="Its number in the list.")],
    reveal: Reveal = False,
    reason: Reason = None,
    lang: Lang = LangOption.id,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Explain one alert: the text with its indicators, the reasons before the score, and what to check.

    Example: tppo-watch alerts show 7
    """
    from ..alerts import details, restored
    from ..alerts.masking import MASK
    from ..watch import open_watch
    from ..wording import Words

    why = reason_for(reveal, reason)
    with open_watch(config) as watch:
        record, words = watch.alert(id), Words("en" if lang == "en" else "id", watch.rules)
        watch.exports.note_shown(f"alert:{id}", now=watch.now())
        if why is not None:
            watch.exports.reveal(f"alert:{id}", why, alerts=[id], now=watch.now())
    assessment = restored(record, reveal=reveal)
    if json:
        print_json({**details(record, reveal=reveal), "advice": list(words.advice(assessment))})
        return
    from rich.console import Console

    from .explain import WIDTH, draw

    print(_heading(record, words))
    draw(Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH), assessment, words)
    if MASK in assessment.text:
        say(str(_WORDS[words.lang]["hidden"]))


def _heading(record: AlertRecord, words: Words) -> str:
    seen = str(_WORDS[words.lang]["seen"])
    parts = [
        f"#{record.id}  {record.source_id}  {local(record.published or record.fetched)} WIB",
        seen.format(local(record.first_seen), local(record.last_seen), record.copies),
    ]
    parts += [part for part in (record.url, record.province) if part]
    return shown("\n".join(" ".join(part.split()) for part in parts)) + "\n"


@app.command()
def export(
    format: Annotated[
        FormatOption,
        typer.Option("--format", help="jsonl, csv; as dossiers for referral: pdf, json, stix, misp."),
    ] = FormatOption.jsonl,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; standard output without it.")
    ] = None,
    ids: Annotated[list[int] | None, typer.Option("--id", help="Only this alert; may be repeated.")] = None,
    lane: Lane = None,
    state: State = StateOption.all,
    reveal: Reveal = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why numbers are shown; logged, and printed in a dossier.")
    ] = None,
    lang: Lang = LangOption.id,
    config: Config = CONFIG,
) -> None:
    """Export alerts with their posts and assessments, or as dossiers for referral. Numbers are masked
    unless --reveal is given, with a reason. That a file is made is logged.

    Example: tppo-watch alerts export --format pdf --id 7 --out berkas-7.pdf
    """
    from ..alerts.export import write_alerts
    from ..io.writing import replacing
    from ..watch import open_watch

    is_table = format in (FormatOption.jsonl, FormatOption.csv)
    why = reason_for(reveal, reason)
    with open_watch(config) as watch:
        records = (
            [watch.alert(id) for id in dict.fromkeys(ids)]
            if ids
            else watch.alerts(lane=lane, state=_state(state))
        )
        if is_table:
            content = None
            _note_table(watch, records, str(format), why, is_named=bool(ids))
        else:
            content = _dossiers(watch, records, str(format), lang, why)
    form: Any = str(format)

    def write(file: BinaryIO) -> None:
        if content is None:
            write_alerts(file, records, form, reveal=reveal)
        else:
            file.write(content)

    if out is None:
        write(sys.stdout.buffer)
        return
    with replacing(out) as file:
        write(file)
    say(f"wrote {len(records)} alerts to {out}")


def _note_table(
    watch: Watch, records: list[AlertRecord], form: str, why: str | None, *, is_named: bool
) -> None:
    """Log that alerts leave in one file; with numbers, in the history of each that was named as well."""
    found, now = [record.id for record in records], watch.now()
    watch.exports.note_table(form, found, now=now)
    if why is not None:
        watch.exports.reveal(f"alerts:{len(found)}", why, alerts=found if is_named else (), now=now)


def _dossiers(
    watch: Watch, records: list[AlertRecord], form: Any, lang: LangOption, reason: str | None
) -> bytes:
    from ..io.writing import dumps
    from ..reports import dossier, dossiers_pdf, misp_events, stix_bundle

    ids = [record.id for record in records]
    histories = watch.exports.hand_over(ids, form, now=watch.now(), reason=reason) if ids else {}
    cases = [
        dossier(
            record,
            lang="en" if lang == "en" else "id",
            reveal_reason=reason,
            evidence=watch.evidence(record, histories[record.id]),
            reviews=_notes(histories[record.id], lang),
        )
        for record in records
    ]
    if form == "pdf":
        return dossiers_pdf(cases)
    built: Any = (
        [case.to_dict() for case in cases]
        if form == "json"
        else stix_bundle(cases)
        if form == "stix"
        else misp_events(cases)
    )
    return dumps(built, indent=2).encode() + b"\n"


def _notes(history: Sequence[Act], lang: LangOption) -> list[ReviewNote]:
    """What was decided and is in force, in words; the notes of reviewers are their reasoning."""
    from ..knowledge.agencies import referral
    from ..reports import Phrases, ReviewNote

    words = Phrases("en" if lang == "en" else "id")
    agencies = {agency.id: agency.name for agency in referral().agencies}

    def said(act: Act) -> str:
        if act.kind == "refer":
            return words("act_refer", agencies.get(str(act.body.get("agency")), act.body.get("agency")))
        if act.kind == "adjudicate":
            verdict = f"act_{act.body.get('verdict')}"
            return words("act_adjudicate", words(verdict, "").removesuffix(" ()"))
        reason = act.body.get("reason")
        return words(f"act_{act.kind}", words(f"why_{reason}") if reason else "")

    return [
        ReviewNote(
            act.at, act.actor_name or words("unnamed_reviewer"), said(act), str(act.body.get("note") or "")
        )
        for act in history
        if not act.is_undone and act.kind in _DECISIONS
    ]


@app.command()
def close(
    ids: Annotated[list[int], typer.Argument(help="Numbers from the list.")],
    config: Config = CONFIG,
) -> None:
    """Take alerts out of the list of open ones. Copies seen later are counted and open nothing.

    Example: tppo-watch alerts close 7 9
    """
    _set_closed(ids, config, True)


@app.command()
def reopen(
    ids: Annotated[list[int], typer.Argument(help="Numbers from the list.")],
    config: Config = CONFIG,
) -> None:
    """Put closed alerts back into the list of open ones.

    Example: tppo-watch alerts reopen 7
    """
    _set_closed(ids, config, False)


def _set_closed(ids: list[int], config: Path, is_closed: bool) -> None:
    from ..watch import open_watch

    with open_watch(config) as watch:
        watch.desk.set_closed(ids, is_closed, now=watch.now())
    say(f"{'closed' if is_closed else 'open'}: {', '.join(map(str, ids))}")
