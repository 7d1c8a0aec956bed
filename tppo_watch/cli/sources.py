"""``tppo-watch sources``: where posts come from, and how each place fared lately."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import SourceError
from ..text.showing import shown
from .output import print_json, print_table, say
from .reveal import Reason, Reveal, reason_for

if TYPE_CHECKING:
    from ..config import SourceSettings
    from ..scan import Health
    from ..sources.discovery import Found
    from ..storage.rejects import Reject

app = typer.Typer(help="The sources, and how each fared lately.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", help="The settings file.")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
CONFIG = Path("tppo.toml")


@app.command("list")
def list_sources(config: Config = CONFIG, json: Json = False) -> None:
    """List the sources in the order of the settings file.

    Example: tppo-watch sources list --config tppo.toml
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        kept = {source.id: state.posts for source, state in watch.sources() if state}
        healths = {health.source_id: health for health in watch.health()}
        rejected = Counter(reject.source_id for reject in watch.rejects())
        rows = [
            _row(source, healths[source.id], kept.get(source.id)) | {"unreadable": rejected[source.id]}
            for source in watch.settings.sources
        ]
    if json:
        print_json(rows)
    elif rows:
        columns = (
            "id", "kind", "every", "posts", "unreadable", "status", "last success", "last item", "last error"
        )  # fmt: skip
        print_table(columns, [[_cell(row.get(name.replace(" ", "_"))) for name in columns] for row in rows])
    else:
        say(f"{config} names no sources; add one with: tppo-watch sources add")


def _row(source: SourceSettings, health: Health, posts: int | None) -> dict[str, Any]:
    fared = health.to_dict()
    row: dict[str, Any] = {
        "id": source.id,
        "kind": source.kind,
        "place": source.url or str(source.path),
        "every": _every(source),
        "province": source.province,
        "posts": posts,
        "last_error": fared.pop("error", None),
        **fared,
    }
    return {name: value for name, value in row.items() if value is not None}


def _every(source: SourceSettings) -> str:
    if source.every is None:
        return "learned" if source.url else "15m"
    minutes = int(source.every.total_seconds()) // 60
    for unit, length in (("d", 1440), ("h", 60)):
        if minutes % length == 0:
            return f"{minutes // length}{unit}"
    return f"{minutes}m"


def _iso(time: datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time else None


def _cell(value: Any) -> str:
    return "–" if value is None else str(value)


@app.command()
def add(
    id: Annotated[str, typer.Argument(help="A short name of your choice.")],
    place: Annotated[str, typer.Argument(help="An http(s) address, or a file.")],
    kind: Annotated[str | None, typer.Option(help="How to read it; found out where not given.")] = None,
    every: Annotated[
        str | None, typer.Option(help="The longest wait, such as 30m, 1h or 1d; learned where not given.")
    ] = None,
    province: Annotated[str | None, typer.Option(help="The province it watches.")] = None,
    config: Config = CONFIG,
) -> None:
    """Add a source to the settings file.

    Example: tppo-watch sources add loker-kaltim https://example.org/feed.xml --every 30m
    """
    from ..sources.entries import add_source

    options: dict[str, Any] = {}
    if kind is None:
        found = _identified(place, config)
        if found.kind is None:
            raise SourceError(place, f"{found.hint}; name its kind with --kind if you know better")
        kind, options = found.kind, dict(found.options)
    # A relative path in the file counts from the file, one on the command line from here.
    where = {"url": place} if _is_url(place) else {"path": str(Path(place).resolve())}
    more = {"every": every, "province": province}
    entry = {"id": id, "kind": kind, **where, **options} | {k: v for k, v in more.items() if v}
    add_source(config, entry)
    say(f"added {id} ({kind}) to {config}")


@app.command()
def remove(id: Annotated[str, typer.Argument(help="Its id.")], config: Config = CONFIG) -> None:
    """Take a source out of the settings file. Posts and alerts that came from it stay.

    Example: tppo-watch sources remove loker-kaltim
    """
    from ..sources.entries import remove_source

    remove_source(config, id)
    say(f"removed {id} from {config}; what came from it stays in the database")


@app.command()
def rejects(
    id: Annotated[str | None, typer.Argument(help="A source; all of them without it.")] = None,
    show: Annotated[int | None, typer.Option("--show", help="Print one of them, by its number.")] = None,
    reveal: Reveal = False,
    reason: Reason = None,
    clear: Annotated[bool, typer.Option("--clear", help="Delete those of this source.")] = False,
    config: Config = CONFIG,
    json: Json = False,
) -> None:
    """List what could not be read: the last 50 items of each source, for 90 days.

    Example: tppo-watch sources rejects loker-kaltim
    """
    if clear and id is None:
        raise typer.BadParameter("name the source whose items are to be deleted", param_hint="--clear")
    why = reason_for(reveal, reason)
    from ..watch import open_watch

    with open_watch(config) as watch:
        if clear:
            assert id is not None
            say(f"deleted {watch.clear_rejects(id)} unreadable items of {id}")
        elif show is not None:
            found = watch.reject(show)
            watch.exports.note_shown(f"reject:{show}", now=watch.now())
            if why is not None:
                watch.exports.reveal(f"reject:{show}", why, now=watch.now())
            print(_raw(found, reveal))
        else:
            _print_rejects(watch.rejects(id), json)


def _print_rejects(found: list[Reject], json: bool) -> None:
    if json:
        print_json([_of_reject(reject) for reject in found])
    elif found:
        columns = ("number", "item", "reason", "bytes", "scans", "last seen")
        print_table(columns, [[_cell(value) for value in list(_of_reject(r).values())[1:]] for r in found])
    else:
        say("everything that was read could be read")


def _of_reject(reject: Reject) -> dict[str, Any]:
    return {
        "source": reject.source_id,
        "number": reject.id,
        "item": shown(reject.item),
        "reason": shown(reject.reason),
        "bytes": reject.size,
        "scans": reject.times,
        "last_seen": _iso(reject.last_seen),
    }


def _raw(reject: Reject, reveal: bool) -> str:
    """The bytes as text that is safe on a terminal."""
    from ..alerts.masking import masked

    text = (reject.raw or b"").decode("utf-8", "replace")
    lines = (text if reveal else masked(text)).splitlines()
    return "\n".join(shown(line) for line in lines)


@app.command()
def check(
    place: Annotated[str, typer.Argument(help="An http(s) address, or a file.")],
    config: Config = CONFIG,
    json: Json = False,
) -> None:
    """Try a place once and say what it is. Keeps nothing.

    Example: tppo-watch sources check https://example.org/feed.xml
    """
    found = _identified(place, config)
    if found.kind is None:
        raise SourceError(place, found.hint or "cannot be read")
    if json:
        print_json(_described(place, found))
        return
    options = (f"{name} = {'true' if value is True else value}" for name, value in found.options.items())
    kind = ", ".join([found.kind, *options])
    print(f"{shown(place)}: {shown(kind)}, {len(found.posts)} posts, {len(found.failures)} unreadable items")
    for post in found.posts[:3]:
        print(f"  {_iso(post.published) or 'no time':25}  {_first_words(post.title or post.text)}")
    for failure in found.failures[:3]:
        say(f"{failure.item}: {failure.reason}")
    for note in found.notes:
        print(f"Note: {shown(note)}")
    print(f"Add it with: tppo-watch sources add NAME {shown(place)}")


def _described(place: str, found: Found) -> dict[str, Any]:
    times = [post.published for post in found.posts if post.published]
    return {
        "place": place,
        "kind": found.kind,
        "options": dict(found.options),
        "posts": len(found.posts),
        "failures": [{"item": f.item, "reason": f.reason} for f in found.failures[:50]],
        "notes": list(found.notes),
        **({"oldest": _iso(min(times)), "newest": _iso(max(times))} if times else {}),
    }


def _identified(place: str, config: Path) -> Found:
    from ..config import FetchSettings, load_settings
    from ..sources.discovery import identify

    try:
        fetch = load_settings(config).fetch if config.exists() else FetchSettings()
        return identify(place, fetch, now=datetime.now(UTC))
    except SourceError as exc:
        raise SourceError(place, exc.message) from exc  # it has no id yet


def _is_url(place: str) -> bool:
    return re.match(r"https?://", place, re.I) is not None


def _first_words(text: str) -> str:
    from ..alerts.masking import masked
    from ..alerts.views import excerpt

    return shown(excerpt(masked(text)))
