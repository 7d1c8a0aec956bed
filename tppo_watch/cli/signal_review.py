"""``tppo-watch signals list`` and what follows: signals that scans raised, and what people make of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .alerts import CONFIG, Config, Json, Lang, LangOption
from .output import local, one_line, print_json, print_table, say, shown

if TYPE_CHECKING:
    from ..review.signals import SignalItem
    from ..wording import Words


class ViewOption(StrEnum):
    waiting = "waiting"
    taken_up = "taken_up"
    dismissed = "dismissed"
    all = "all"


class ReasonOption(StrEnum):
    season = "season"
    news = "news"
    reading = "reading"
    lawful = "lawful"
    duplicate = "duplicate"
    unclear = "unclear"


Ids = Annotated[list[int], typer.Argument(help="Numbers from the list.")]
Note = Annotated[str, typer.Option("--note", help="Why, in a sentence.")]

_WORDS = {
    "id": {
        "columns": ("no", "deret", "hari", "jumlah/diharapkan", "kampanye", "status"),
        "empty": "Tidak ada sinyal.",
        "days": ("hari", "jumlah", "diharapkan", "q", "pos"),
        "posts": "Contoh pos, risiko tertinggi dahulu",
        "history": "Riwayat",
        "open": "menunggu", "taken_up": "ditindaklanjuti", "dismissed": "bukan peringatan",
    },
    "en": {
        "columns": ("id", "series", "days", "count/expected", "campaigns", "state"),
        "empty": "There are no signals.",
        "days": ("day", "count", "expected", "q", "posts"),
        "posts": "Sample posts, the highest risk first",
        "history": "History",
        "open": "waiting", "taken_up": "taken up", "dismissed": "dismissed",
    },
}  # fmt: skip
_CAMPAIGNS = 4  # named
_POSTS = 8  # shown
_PROSE_WIDTH = 70  # characters


def list_signals(
    view: Annotated[ViewOption, typer.Option("--view", help="Which of them.")] = ViewOption.waiting,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 50,
    lang: Lang = LangOption.id,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List signals that scans raised, the latest first.

    Example: tppo-watch signals list --view taken_up
    """
    from ..watch import open_watch
    from ..wording import Words

    with open_watch(config) as watch:
        items = watch.signal_desk.listed(None, view=view.value, limit=limit + 1)
        words = Words("en" if lang == "en" else "id", watch.rules)
    if json:
        print_json([_line(item) for item in items[:limit]])
    elif not items:
        print(_WORDS[lang]["empty"])
    else:
        rows = [_row(item, words, lang) for item in items[:limit]]
        print_table(_WORDS[lang]["columns"], rows)
    if len(items) > limit:
        say(f"there are more than these {limit}; --limit shows more")


def _line(item: SignalItem) -> dict[str, Any]:
    record = item.record
    line: dict[str, Any] = {
        "id": record.id,
        "series": record.series,
        "first_day": record.first_day,
        "last_day": record.last_day,
        "status": record.status,
        "raised": record.raised.isoformat(),
        "campaigns": list(item.campaigns),
        "days": list(record.days),
    }
    if record.reason is not None:
        line["reason"] = record.reason
    return line


def _row(item: SignalItem, words: Words, lang: str) -> list[str]:
    record = item.record
    span = "\n".join(dict.fromkeys((record.first_day, record.last_day)))
    count = sum(day["count"] for day in record.days)
    expected = sum(day["expected"] for day in record.days)
    return [
        str(record.id),
        one_line(words.series(record.series)),
        span,
        f"{words.number(round(count, 2))} / {words.number(round(expected, 2))}",
        " ".join(item.campaigns[:_CAMPAIGNS]),
        _WORDS[lang][record.status],
    ]


def show(
    id: Annotated[int, typer.Argument(help="Its number in the list.")],
    lang: Lang = LangOption.id,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Show one signal: each day with what was expected of it, campaigns and posts behind it, what was done.

    Example: tppo-watch signals show 12
    """
    from ..alerts.masking import masked
    from ..alerts.views import excerpt
    from ..watch import open_watch
    from ..wording import Words

    with open_watch(config) as watch:
        case = watch.signal_desk.open(None, id, now=watch.now())
        words = Words("en" if lang == "en" else "id", watch.rules)
    posts = [
        {
            "id": post.id,
            "source": post.source_id,
            "time": post.time.isoformat(),
            "level": post.level,
            "excerpt": excerpt(masked(post.text, list(post.entities))),
        }
        for post in case.posts
    ]
    acts = [
        {"act": act.id, "at": act.at.isoformat(), "by": act.actor_name, "kind": act.kind, **act.body}
        for act in case.history
    ]
    if json:
        print_json({**_line(case.item), "posts": posts, "history": acts})
        return
    said, record = _WORDS[lang], case.item.record
    print(shown(f"{words.series(record.series)}: {said[record.status]}"))
    rows = [
        [day["date"], *(words.number(day[name]) for name in ("count", "expected")), f"{day['q']:.2g}",
         str(day["n_posts"])]
        for day in record.days
    ]  # fmt: skip
    print_table(said["days"], rows)
    if case.item.campaigns:
        print(f"{said['columns'][4]}: {' '.join(case.item.campaigns)}")
    print(f"\n{said['posts']}:")
    for post in posts[:_POSTS]:
        print(f"  {post['id']}  {one_line(post['source'])}  {post['level']}  "
              f"{one_line(post['excerpt'])[:_PROSE_WIDTH]}")  # fmt: skip
    if case.history:
        print(f"\n{said['history']}:")
        for act in case.history:
            what = " ".join(str(act.body[name]) for name in ("reason", "note") if act.body.get(name))
            print(
                one_line(f"  {act.id}  {local(act.at)}  {act.actor_name or 'tppo-watch'}  {act.kind}  {what}")
            )


def take_up(ids: Ids, note: Note = "", config: Config = CONFIG) -> None:
    """Say that a signal is worth following; `undo` takes it back.

    Example: tppo-watch signals take-up 12 --note "telepon dinas"
    """
    from ..review.signals import SignalDecision

    _decide(ids, SignalDecision("take_up", note), config)


def dismiss(
    ids: Ids,
    reason: Annotated[ReasonOption, typer.Option("--reason", help="Why it is no warning.")],
    note: Note = "",
    config: Config = CONFIG,
) -> None:
    """Say that a signal is no warning, and why; `undo` takes it back.

    Example: tppo-watch signals dismiss 12 13 --reason season
    """
    from ..review.signals import SignalDecision

    _decide(ids, SignalDecision("dismiss", note, reason.value), config)


def _decide(ids: list[int], decision: Any, config: Any) -> None:
    from ..watch import open_watch

    with open_watch(config) as watch:
        act = watch.signal_desk.decide(None, ids, decision, now=watch.now())
    say(f"act {act.id}; signals undo {act.id} takes it back")


def undo(
    act: Annotated[int, typer.Argument(help="Number of the act.")],
    config: Config = CONFIG,
) -> None:
    """Take a decision on signals back; all is as though it had not been made.

    Example: tppo-watch signals undo 31
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        made = watch.signal_desk.undo(None, act, now=watch.now())
    say(f"act {act} no longer holds (act {made.id})")


def feedback(json: Json = False, config: Config = CONFIG) -> None:
    """Say how often signals were worth following, of those somebody decided on, by kind of series.

    Example: tppo-watch signals feedback
    """
    from dataclasses import asdict

    from ..watch import open_watch

    with open_watch(config) as watch:
        figures = watch.signal_desk.figures()
    if json:
        print_json([asdict(figure) for figure in figures])
    elif not figures:
        say("nobody has decided on a signal yet")
    else:
        columns = ("series", "decided", "taken up", "share", "interval")
        rows = [
            [f.kind, str(f.decided), str(f.taken_up), f"{f.precision:.2f}", f"{f.low:.2f}-{f.high:.2f}"]
            for f in figures
        ]
        print_table(columns, rows)
