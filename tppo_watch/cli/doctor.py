"""``tppo-watch doctor``: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import locale
import platform
import re
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal

import typer

from ..errors import WatchError
from .output import print_json, print_table

DISTRIBUTION = "tppo-watch"
CONFIG = Path("tppo.toml")

State = Literal["ok", "missing", "broken"]

_BAD = ("failing", "quiet", "stopped")  # of the ways a source can fare
_STALE_HEARTBEAT_S = 300  # a watch writes it every half minute


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `missing` costs a feature; `broken` stops the work."""

    name: str
    state: State
    detail: str
    repair: str | None = None  #: None where there is nothing to repair


def doctor(
    config: Annotated[Path, typer.Option(help="Configuration whose database is looked at.")] = CONFIG,
    json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """Say what is installed, which model, which database, what is missing and how to get it.

    Exits 1 when something the work cannot do without is broken.

    Example: tppo-watch doctor --json
    """
    findings = list(examine(config))
    if json:
        print_json([{k: v for k, v in asdict(finding).items() if v is not None} for finding in findings])
    else:
        _show(findings)
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(1)


def examine(config: Path) -> Iterator[Finding]:
    """Everything that is looked at, the most basic first."""
    yield _python()
    yield from _packages()
    yield _model(config)
    yield from _rules(config)
    yield Finding("sqlite", "ok", sqlite3.sqlite_version)
    yield _database(config)
    yield from _sources(config)
    yield from _left_over(config)
    yield from _channels(config)
    yield _author_key(config)
    yield _pictures()
    yield _encoding()


def _python() -> Finding:
    return Finding("python", "ok", f"{platform.python_version()} ({sys.executable})")


def _packages() -> Iterator[Finding]:
    """The packages that the project's own metadata asks for, and the extras as a whole."""
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
        yield Finding(DISTRIBUTION, "ok", metadata.version(DISTRIBUTION))
    except metadata.PackageNotFoundError:
        yield Finding(DISTRIBUTION, "missing", "runs from a folder, not installed", "pip install .")
        return
    extras: dict[str, list[str]] = {}
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)[0]
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", requirement)
        if extra is None:
            version = _version(name)
            if version:
                yield Finding(name, "ok", version)
            else:
                yield Finding(name, "broken", "not installed", f"pip install '{requirement}'")
        elif name != DISTRIBUTION:
            extras.setdefault(extra[1], []).append(name)
    for extra_name, names in extras.items():
        absent = [name for name in names if _version(name) is None]
        if absent:
            repair = f"pip install '{DISTRIBUTION}[{extra_name}]'"
            yield Finding(f"extra {extra_name}", "missing", f"without {', '.join(absent)}", repair)
        else:
            yield Finding(f"extra {extra_name}", "ok", ", ".join(names))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _model(config: Path) -> Finding:
    def check() -> str:
        from ..classifiers import store
        from ..config import load_settings

        folder = store.locate(load_settings(config).model.path if config.exists() else None)
        count = sum(1 for _ in store.checked_files(folder))
        return f"{folder}, {count} files as in the manifest"

    return _tried("model", check, f"pip install --force-reinstall {DISTRIBUTION}")


def _rules(config: Path) -> Iterator[Finding]:
    """Indicators of one's own, where the settings name a folder: schema and patterns."""
    from ..config import load_settings
    from ..errors import ConfigError

    try:
        folder = load_settings(config).model.rules if config.exists() else None
    except ConfigError:
        return  # a finding of its own
    if folder is None:
        return

    def check() -> str:
        from ..indicators.finder import Finder
        from ..knowledge.rules import local_indicators

        found = local_indicators(folder)
        Finder(found)
        return f"{folder}, {len(found)} of your own"

    yield _tried("rules", check, "mend the file that is named, see docs/indicators.md")


def _database(config: Path) -> Finding:
    if not config.exists():
        return Finding("database", "ok", f"none configured: no {config} here")

    def check() -> str:
        from ..config import load_settings
        from ..storage import open_store

        url = load_settings(config).storage.url
        place = url.partition(":///")[2].partition("?")[0]
        if url.startswith("sqlite") and place and not Path(place).exists():
            return f"{place}: not there yet; the first scan makes it"
        with open_store(url) as opened:  # as a scan does, so that doctor and scan cannot disagree
            return opened.name

    return _tried("database", check, f"correct [storage] url in {config}")


def _sources(config: Path) -> Iterator[Finding]:
    """How the sources fare, by what a scan left behind, and whether a watch still gives signs of life."""
    try:
        from ..config import load_settings

        settings = load_settings(config)
    except WatchError:
        return  # said of the database already
    if not settings.sources:
        return
    finding = _tried("sources", lambda: _by_status(config), "tppo-watch sources list")
    is_ill = finding.state == "ok" and any(f" {status} (" in finding.detail for status in _BAD)
    repair = f"tppo-watch sources list --config {config}"
    yield replace(finding, state="missing", repair=repair) if is_ill else finding
    heartbeat = settings.health.heartbeat
    if heartbeat.is_file():
        age_s = max(0, round(time.time() - heartbeat.stat().st_mtime))
        state: State = "ok" if age_s <= _STALE_HEARTBEAT_S else "missing"
        repair = None if state == "ok" else f"tppo-watch scan --watch --config {config}"
        yield Finding("watch", state, f"last sign of life {age_s} s ago ({heartbeat})", repair)


def _by_status(config: Path) -> str:
    from ..watch import open_watch

    with open_watch(config, is_dry_run=True) as watch:  # makes no database where there is none
        found: dict[str, list[str]] = {}
        for health in watch.health():
            found.setdefault(health.status, []).append(health.source_id)
    named = {status: f" ({', '.join(ids[:5])})" if status in _BAD else "" for status, ids in found.items()}
    return ", ".join(f"{len(ids)} {status}{named[status]}" for status, ids in found.items())


def _left_over(config: Path) -> Iterator[Finding]:
    """What waits for a person: items that could not be read, messages that could not be delivered."""
    if not config.exists():
        return
    from ..watch import open_watch

    try:
        with open_watch(config, is_dry_run=True) as watch:  # makes no database where there is none
            rejected = Counter(reject.source_id for reject in watch.rejects())
            messages = watch.deliveries.counts()
    except WatchError:
        return  # said of the database already
    if rejected:
        most = ", ".join(f"{id} {count}" for id, count in rejected.most_common(5))
        said = f"{rejected.total()} items could not be read ({most})"
        yield Finding("unreadable items", "missing", said, f"tppo-watch sources rejects --config {config}")
    else:
        yield Finding("unreadable items", "ok", "none kept")
    said = ", ".join(f"{count} {state}" for state, count in sorted(messages.items()) if count) or "none yet"
    if messages.get("dead"):
        repair = f"tppo-watch alerts deliveries --state dead --config {config}"
        said += "; dead ones were given up, alerts resend sends them again"
        yield Finding("messages", "missing", said, repair)
    else:
        yield Finding("messages", "ok", said)


def _channels(config: Path) -> Iterator[Finding]:
    """Whether every channel of ``[[notify]]`` can be reached in principle; nothing is sent."""
    if not config.exists():
        return
    from ..alerts.channels import channels
    from ..alerts.senders import is_known
    from ..config import load_settings

    try:
        found = channels(load_settings(config).notify)
    except WatchError:
        return  # said of the database already
    for channel in found:
        name = f"notify {channel.name}"
        try:
            if is_known(channel.settings):
                yield Finding(name, "ok", "webhook" if channel.settings.webhook else "apprise")
            else:
                repair = "see https://github.com/caronc/apprise for how its url is written"
                yield Finding(name, "broken", "its url is no address that apprise knows", repair)
        except WatchError as exc:
            yield Finding(name, "broken", str(exc), "pip install 'tppo-watch[scan]'")


def _author_key(config: Path) -> Finding:
    if not config.exists():
        return Finding("author key", "ok", f"none configured: no {config} here")

    def check() -> str:
        from ..config import load_settings
        from ..storage import keys, open_store

        settings = load_settings(config)
        path, url = settings.privacy.key_file, settings.storage.url
        place = url.partition(":///")[2].partition("?")[0]
        if url.startswith("sqlite") and place and not Path(place).exists():
            return f"{path}: the first scan makes it" if not path.exists() else f"{path}, not used yet"
        with open_store(url) as opened:
            is_used = bool(keys.known_key(opened, path))
        return f"{path}; keep a copy apart from the database" if is_used else f"{path}, not used yet"

    return _tried("author key", check, "bring the key file back from its own backup")


def _pictures() -> Finding:
    from ..sources.pictures import missing

    lack, _, repair = (missing() or "").partition("; run: ")
    if lack:
        return Finding("pictures", "missing", lack, repair)
    return Finding("pictures", "ok", "words in pictures can be read")


def _encoding() -> Finding:
    found = locale.getpreferredencoding(False)
    if found.replace("-", "").lower() == "utf8":
        return Finding("locale", "ok", found)
    return Finding("locale", "missing", f"{found}: output may lose letters", "export PYTHONUTF8=1")


def _tried(name: str, check: Callable[[], str], repair: str) -> Finding:
    try:
        return Finding(name, "ok", check())
    except WatchError as exc:
        return Finding(name, "broken", str(exc), repair)
    except Exception as exc:  # a doctor reports a broken patient, whatever broke it
        return Finding(name, "broken", f"{type(exc).__name__}: {' '.join(str(exc).split())[:300]}", repair)


def _show(findings: list[Finding]) -> None:
    from rich.text import Text

    styles = {"ok": "green", "missing": "yellow", "broken": "bold red"}
    print_table(
        ("what", "state", "found", "repair"),
        ((f.name, Text(f.state, style=styles[f.state]), f.detail, f.repair or "") for f in findings),
    )
