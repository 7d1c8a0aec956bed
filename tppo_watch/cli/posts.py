"""``tppo-watch posts``: every post that is kept, alert or not; search it, see its versions, purge it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import print_json, print_table, say
from .reveal import Reason, Reveal, reason_for

if TYPE_CHECKING:
    from ..storage.posts import Version
    from ..storage.search import Found

app = typer.Typer(help="The posts: search, history, purge.", no_args_is_help=True)

CONFIG = Path("tppo.toml")
_PROSE_WIDTH = 60  # characters a line

Config = Annotated[Path, typer.Option("--config", help="The settings file.")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
PostId = Annotated[int, typer.Argument(help="Its number in the list.")]


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 50,
    reveal: Reveal = False,
    reason: Reason = None,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Find posts by their words, the latest first: "" keeps words together, * ends a beginning, - excludes.

    Example: tppo-watch posts search 'kamboja "tanpa pengalaman" -awas'
    """
    from ..watch import open_watch

    why = reason_for(reveal, reason)
    with open_watch(config) as watch:
        found = watch.search(" ".join(words), limit=limit + 1)
        if why is not None:
            watch.exports.reveal(f"posts:{len(found[:limit])}", why, now=watch.now())
    if json:
        print_json([_as_dict(post, reveal) for post in found[:limit]])
    elif not found:
        print("No post has these words.")
    else:
        columns = ("id", "alert", "level, risk", "from, time (WIB)", "text")
        rows = [_row(post, reveal) for post in found[:limit]]
        print_table(columns, rows, widths={"text": _PROSE_WIDTH})
    if len(found) > limit:
        say(f"there are more than these {limit}; --limit shows more")


def _as_dict(post: Found, reveal: bool) -> dict[str, Any]:
    from ..alerts.masking import masked

    values = {
        "id": post.post_id,
        "source": post.source_id,
        "time": (post.published or post.fetched).isoformat(),
        "title": post.title if reveal or not post.title else masked(post.title),
        "text": post.text if reveal else masked(post.text),
        "url": post.url,
        "level": post.level,
        "risk": post.risk,
        "assistance": post.assistance or None,
        "alert": post.alert_id,
        "alert_state": post.alert_state,
    }
    return {name: value for name, value in values.items() if value is not None}


def _row(post: Found, reveal: bool) -> list[str]:
    from ..alerts.masking import masked
    from ..alerts.views import excerpt
    from .output import local

    text = post.text if reveal else masked(post.text)
    alert = f"#{post.alert_id} {post.alert_state}" if post.alert_id else ""
    level = _level(post)
    origin = f"{post.source_id}\n{local(post.published or post.fetched)}"
    return [str(post.post_id), alert, level, origin, excerpt(text)]


def _level(post: Found | Version) -> str:
    from ..wording import Words

    if post.assistance:
        return "HELP"  # whoever may need help is no suspect: how likely an offer is says nothing of them
    return "" if post.risk is None else f"{post.level}\n{Words('en').share(post.risk)}"


@app.command()
def history(
    id: PostId,
    reveal: Reveal = False,
    reason: Reason = None,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Show every version of a post, the latest last: what was edited, when, and how each was assessed.

    Example: tppo-watch posts history 12
    """
    from ..watch import open_watch

    why = reason_for(reveal, reason)
    with open_watch(config) as watch:
        versions = watch.history(id)
        watch.exports.note_shown(f"post:{id}", now=watch.now())
        if why is not None:
            watch.exports.reveal(f"post:{id}", why, now=watch.now())
    if json:
        print_json([_version(version, reveal) for version in versions])
        return
    from .output import local

    rows = []
    for version in versions:
        told = _version(version, reveal)
        level = _level(version)
        rows.append([str(version.id), local(version.since), level, told["text"]])
    print_table(("id", "shown since (WIB)", "level, risk", "text"), rows, widths={"text": _PROSE_WIDTH})


def _version(version: Version, reveal: bool) -> dict[str, Any]:
    from ..alerts.masking import masked

    values = {
        "id": version.id,
        "since": version.since.isoformat(),
        "first_seen": version.fetched.isoformat(),
        "title": version.title if reveal or not version.title else masked(version.title),
        "text": version.text if reveal else masked(version.text),
        "level": version.level,
        "risk": version.risk,
        "assistance": version.assistance or None,
    }
    return {name: value for name, value in values.items() if value is not None}


@app.command()
def purge(
    id: PostId,
    author: Annotated[bool, typer.Option("--author", help="Every post of whoever wrote it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Remove a post with its versions and copies, or its author's posts, from every table, for good.

    No source brings it back. Backups made before still hold it.

    Example: tppo-watch posts purge 12 --author
    """
    from ..watch import open_watch

    what = f"every post of the author of post {id}" if author else f"post {id}, its versions and its copies"
    if not yes:
        if not sys.stdin.isatty():
            raise typer.BadParameter("cannot ask here; --yes removes without asking")
        typer.confirm(f"Remove {what} for good?", abort=True, err=True)
    with open_watch(config) as watch:
        removed = watch.upkeep.purge_author(id) if author else watch.upkeep.purge_post(id)
    if json:
        print_json(removed)
    else:
        print_table(("table", "rows removed"), [[table, str(rows)] for table, rows in removed.items()])
