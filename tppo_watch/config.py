"""`tppo.toml` into one frozen tree of settings. Every default stands here; unknown keys are refused."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from .errors import ConfigError


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: the module of `tppo_watch.sources` that reads it, and settings of its own."""

    module: str
    options: frozenset[str] = frozenset()


_TABLE = frozenset({"text_field", "id_field", "time_field", "author_field"})
_IMAGES = frozenset({"images"})
#: Every kind, the most particular first: in this order `sources check` tries them on a place.
KINDS: dict[str, Kind] = {
    "json_feed": Kind("json_feed", _IMAGES),
    "telegram_export": Kind("telegram_export", _IMAGES),
    "mastodon": Kind("social", _IMAGES),
    "bluesky": Kind("social", _IMAGES),
    "feed": Kind("feed", _IMAGES),
    "sitemap": Kind("sitemap", frozenset({"max_pages", "match"})),
    "telegram_public": Kind("telegram_public", _IMAGES | {"max_pages"}),
    "whatsapp_export": Kind("whatsapp_export", _IMAGES | {"date_order"}),
    "parquet": Kind("table", _TABLE),
    "jsonl": Kind("table", _TABLE),
    "csv": Kind("table", _TABLE),
    "page": Kind("page"),
    "folder": Kind("folder", _IMAGES | {"after_reading", "date_order"}),
}

_EVERY = re.compile(r"(\d{1,5})\s*([mhd])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", re.ASCII)
_WEB = re.compile(r"https?://[^\s/?#]+", re.IGNORECASE)
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})", re.ASCII)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _age(value: Any) -> timedelta:
    found = re.fullmatch(r"(\d{1,5})\s*d", value, re.ASCII) if isinstance(value, str) else None
    if isinstance(value, timedelta):
        return value
    if not found or not 1 <= int(found[1]) <= 36_500:
        raise ValueError('must be a number of days with d, such as "365d"')
    return timedelta(days=int(found[1]))


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = _EVERY.fullmatch(value) if isinstance(value, str) else None
    every = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(0)
    if not timedelta(minutes=1) <= every <= timedelta(days=30):
        raise ValueError('must be a number with m, h or d between "1m" and "30d", such as "30m"')
    return every


class StorageSettings(_Section):
    """Where posts and alerts are kept. A relative SQLite path counts from the folder of the file."""

    url: str = "sqlite:///tppo.db"


class FetchSettings(_Section):
    """Limits of every outgoing request, and of the local files that sources name."""

    allow_private: tuple[str, ...] = ()  #: exact ``host:port`` pairs that may be reached although private
    timeout_s: float = Field(default=30.0, gt=0, le=300)  #: for one request, redirects and body included
    max_bytes: int = Field(default=10 * 2**20, ge=1024, le=2**30)  #: of one answer, after decompression
    max_items: int = Field(default=2000, ge=1, le=100_000)  #: read from one feed
    max_redirects: int = Field(default=5, ge=0, le=20)
    max_file_bytes: int = Field(default=256 * 2**20, ge=1024, le=2**36)  #: of one local file
    host_pause_s: float = Field(default=5.0, ge=0, le=3600)  #: between two requests to one host
    parse_timeout_s: float = Field(default=10.0, gt=0, le=300)  #: to make posts of one feed
    parse_memory_mb: int = Field(default=512, ge=128, le=16_384)  #: for the process that reads feeds
    max_pictures: int = Field(default=200, ge=1, le=10_000)  #: of one source, read in one scan
    max_picture_bytes: int = Field(default=10 * 2**20, ge=1024, le=2**28)  #: of one picture
    max_picture_pixels: int = Field(default=40_000_000, ge=1024, le=400_000_000)  #: width times height
    picture_timeout_s: float = Field(default=30.0, ge=1, le=300)  #: processor time to read one picture
    contact: str | None = None  #: an address in the user agent, so that a site can reach whoever scans it

    @field_validator("allow_private", mode="before")
    @classmethod
    def _exact_pairs(cls, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or not all(isinstance(pair, str) for pair in value):
            raise ValueError('must be a list such as ["127.0.0.1:8080"]')
        for pair in value:
            found = _HOST_PORT.fullmatch(pair)
            if not found or not 0 < int(found[2]) < 65536:
                raise ValueError(f'{pair!r} is no host:port pair; write one such as "127.0.0.1:8080"')
        return tuple(pair.lower() for pair in value)

    @field_validator("contact")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[!-~]{1,200}", value):
            raise ValueError("must be one address without spaces, such as an e-mail address or a URL")
        return value


class SourceSettings(_Section):
    """One place posts come from: an address or a file, how to read it and how often."""

    id: str
    kind: str
    url: str | None = None
    path: Path | None = None  #: absolute after loading
    #: The longest wait between two looks; None: learned from what the source publishes.
    every: Annotated[timedelta, BeforeValidator(_duration)] | None = None
    #: Silence after which it is flagged; None: four times its usual gap, and an export never.
    quiet_after: Annotated[timedelta, BeforeValidator(_duration)] | None = None
    province: str | None = Field(default=None, max_length=80)
    text_field: str = "text"
    id_field: str | None = None  #: rows without an id are known by their text
    time_field: str | None = None
    author_field: str | None = None
    date_order: Literal["auto", "dmy", "mdy", "ymd"] = "auto"
    timezone: Literal["WIB", "WITA", "WIT"] = "WIB"  #: of times that name no zone
    #: Of a site map or a channel, read in one scan; None: as many as its reader thinks polite.
    max_pages: int | None = Field(default=None, ge=1, le=2000)
    match: str | None = Field(default=None, max_length=500)  #: read only addresses like this, with * for any
    after_reading: Literal["keep", "move"] = "keep"  #: move files of a folder away, or remember them
    images: bool = False  #: also read the words in pictures; needs the extra `ocr` and Tesseract

    @field_validator("id")
    @classmethod
    def _plain_id(cls, value: str) -> str:
        if not _ID.fullmatch(value):
            raise ValueError("must be up to 80 letters, digits, '.', '_' or '-', a letter or digit first")
        return value

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(f"there is no kind {value!r}; allowed: {', '.join(KINDS)}")
        return value

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://[^\s/?#]+", value, re.IGNORECASE):
            raise ValueError("must be an http:// or https:// address; use path for a file")
        return value

    @field_validator("path", mode="before")
    @classmethod
    def _file_path(cls, value: Any) -> Any:
        if isinstance(value, str):
            if not value or "\0" in value:
                raise ValueError("must name a file")
            return Path(value)
        return value

    @model_validator(mode="after")
    def _fits_kind(self) -> SourceSettings:
        if (self.url is None) == (self.path is None):
            raise ValueError("needs exactly one of url and path")
        special = set().union(*(kind.options for kind in KINDS.values())) - KINDS[self.kind].options
        if wrong := sorted(special & self.model_fields_set):
            raise ValueError(f"{', '.join(wrong)} does not belong to kind {self.kind!r}")
        if self.kind == "folder" and self.url is not None:
            raise ValueError("kind 'folder' needs a path, not a url")
        return self


class HealthSettings(_Section):
    """When somebody is told that a source does not fare well, and where others can look."""

    failures: int = Field(default=3, ge=1, le=1000)  #: in a row, before a source counts as failing
    quiet_factor: float = Field(default=4.0, ge=1, le=1000)  #: usual gaps of silence before it is flagged
    heartbeat: Path = Path("tppo.heartbeat")  #: written by ``scan --watch``; absolute after loading
    metrics: str | None = None  #: ``host:port`` where ``scan --watch`` shows its counts; a port: on loopback

    @field_validator("heartbeat", mode="before")
    @classmethod
    def _heartbeat_path(cls, value: Any) -> Any:
        return Path(value) if isinstance(value, str) and value else value

    @field_validator("metrics", mode="before")
    @classmethod
    def _host_and_port(cls, value: Any) -> Any:
        place = f"127.0.0.1:{value}" if isinstance(value, int) and not isinstance(value, bool) else value
        found = _HOST_PORT.fullmatch(place) if isinstance(place, str) else None
        if place is not None and (not found or not 0 < int(found[2]) < 65536):
            raise ValueError('must be a port, or a host:port pair such as "127.0.0.1:9464"')
        return place


class NotifySettings(_Section):
    """Where alerts are delivered: an apprise address or a signed webhook, from which level on, and when."""

    url: str | None = Field(default=None, min_length=1, repr=False)  #: an apprise address; holds secrets
    webhook: str | None = Field(default=None, repr=False)  #: an address that takes signed JSON
    secret_file: Path | None = None  #: of a webhook: absolute after loading; made with mode 0600
    name: str | None = None  #: what the channel is called in lists; a digest of its address without it
    min_level: Literal["medium", "high"] = "high"
    assistance: bool = True  #: also posts in which somebody needs help, whatever their level
    notices: bool = True  #: also what is wrong with the sources
    signals: bool = True  #: also series that rise above their past
    quiet: str | None = None  #: hours in which only calls for help are delivered, such as 21:00-06:00
    digest: str | None = None  #: everything but calls for help once a day, at this time, such as 07:00
    timezone: Literal["WIB", "WITA", "WIT"] = "WIB"  #: of `quiet` and `digest`
    lang: Literal["id", "en"] = "id"

    @field_validator("webhook")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not _WEB.match(value):
            raise ValueError("must be an http:// or https:// address")
        return value

    @field_validator("secret_file", mode="before")
    @classmethod
    def _secret_path(cls, value: Any) -> Any:
        return Path(value) if isinstance(value, str) and value else value

    @field_validator("name")
    @classmethod
    def _plain_name(cls, value: str | None) -> str | None:
        if value is not None and (not _ID.fullmatch(value) or len(value) > 40):
            raise ValueError("must be up to 40 letters, digits, '.', '_' or '-', a letter or digit first")
        return value

    @field_validator("quiet")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        if value is not None and len({_time(part) for part in value.split("-")}) != 2:
            raise ValueError('must be two times of day such as "21:00-06:00"')
        return value

    @field_validator("digest")
    @classmethod
    def _hour(cls, value: str | None) -> str | None:
        if value is not None:
            _time(value)
        return value

    @model_validator(mode="after")
    def _one_address(self) -> NotifySettings:
        if (self.url is None) == (self.webhook is None):
            raise ValueError("needs exactly one of url and webhook")
        if (self.webhook is None) != (self.secret_file is None):
            raise ValueError("webhook and secret_file belong together: its messages are signed")
        return self

    @property
    def quiet_hours(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Hour and minute in which quiet begins and ends; only where `quiet` is set."""
        start, _, end = (self.quiet or "").partition("-")
        return _time(start), _time(end)

    @property
    def digest_at(self) -> tuple[int, int]:
        """Hour and minute of the digest; only where `digest` is set."""
        return _time(self.digest or "")


def _time(value: str) -> tuple[int, int]:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value.strip(), re.ASCII)
    if not found:
        raise ValueError('must be a time of day such as "07:00"')
    return int(found[1]), int(found[2])


class ModelSettings(_Section):
    """Which model assesses; none named means the one that ships with the library."""

    path: Path | None = None  #: absolute after loading
    rules: Path | None = None  #: a folder with indicators of one's own; absolute after loading
    prevalence: float | None = Field(default=None, gt=0, lt=1)  #: of trafficking posts; None: the model's
    #: How many alerts reviewers have time for, and of how many posts; both or neither.
    alerts_per_day: float | None = Field(default=None, gt=0)
    posts_per_day: float | None = Field(default=None, gt=0)

    @property
    def alert_share(self) -> float | None:
        """Share of posts of which reviewers have time to see an alert, at most 1."""
        if self.alerts_per_day is None or self.posts_per_day is None:
            return None
        return min(self.alerts_per_day / self.posts_per_day, 1.0)

    @model_validator(mode="after")
    def _budget(self) -> ModelSettings:
        if (self.alerts_per_day is None) != (self.posts_per_day is None):
            raise ValueError("alerts_per_day and posts_per_day belong together: set both, or neither")
        return self

    @field_validator("path", "rules", mode="before")
    @classmethod
    def _model_path(cls, value: Any) -> Any:
        return Path(value) if isinstance(value, str) and value else value


class PrivacySettings(_Section):
    """How author names are kept: as keyed hashes, with this key, never as names."""

    key_file: Path = Path("tppo.key")  #: absolute after loading; made with mode 0600 on first use

    @field_validator("key_file", mode="before")
    @classmethod
    def _key_path(cls, value: Any) -> Any:
        return Path(value) if isinstance(value, str) and value else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class ReviewSettings(_Section):
    """How posts are reviewed: how long each lane may wait, how many are seen by two."""

    assistance_within: Duration = timedelta(hours=1)
    high_within: Duration = timedelta(days=1)
    medium_within: Duration = timedelta(days=7)
    hold_for: Duration = timedelta(minutes=15)  #: a post that somebody has open is kept from the others
    second_share: float = Field(default=0.1, ge=0, le=1)  #: of decided posts, seen blind by a second person
    session_for: Duration = timedelta(hours=10)  #: after that somebody signs in again
    console: str | None = None  #: address of the console: messages then link to its posts

    @field_validator("console")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        found = urlsplit(value)
        is_here = found.hostname in ("localhost", "127.0.0.1", "::1")
        is_plain = not (found.path.strip("/") or found.query or found.fragment or found.username)
        if found.scheme != "https" and not (found.scheme == "http" and is_here) or not found.hostname:
            raise ValueError("must be an https:// address, or http:// on this machine")
        if not is_plain:
            raise ValueError("must be an address without a path, such as https://tinjau.contoh.go.id")
        return value.rstrip("/")


class AuditSettings(_Section):
    """Where the log of who did what is anchored: a file apart from the database, best on another disk."""

    anchor: Path = Path("tppo.audit")  #: absolute after loading

    @field_validator("anchor", mode="before")
    @classmethod
    def _anchor_path(cls, value: Any) -> Any:
        return Path(value) if isinstance(value, str) and value else value


class RetentionSettings(_Section):
    """How old each class of data may become; what is not named is kept. What waits for a person always is."""

    #: Posts without an alert, since they were fetched.
    posts: Annotated[timedelta, BeforeValidator(_age)] | None = None
    #: Closed alerts with their posts, since they were last seen.
    alerts: Annotated[timedelta, BeforeValidator(_age)] | None = None
    #: Messages that were sent or given up, since they were made, once no alert they tell of is kept.
    messages: Annotated[timedelta, BeforeValidator(_age)] | None = None
    #: Reports of scans, and what was told of the sources.
    runs: Annotated[timedelta, BeforeValidator(_age)] | None = None


class Settings(_Section):
    """Everything `tppo.toml` can say. Compared by value, never changed after loading."""

    storage: StorageSettings = StorageSettings()
    fetch: FetchSettings = FetchSettings()
    sources: tuple[SourceSettings, ...] = ()
    notify: tuple[NotifySettings, ...] = ()
    health: HealthSettings = HealthSettings()
    model: ModelSettings = ModelSettings()
    privacy: PrivacySettings = PrivacySettings()
    review: ReviewSettings = ReviewSettings()
    audit: AuditSettings = AuditSettings()
    retention: RetentionSettings = RetentionSettings()

    @field_validator("sources", "notify", mode="before")
    @classmethod
    def _array_of_tables(cls, value: Any, info: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise ValueError(f"write it as [[{info.field_name}]], one table each")
        return tuple(value)

    @field_validator("notify")
    @classmethod
    def _different_names(cls, value: tuple[NotifySettings, ...]) -> tuple[NotifySettings, ...]:
        names = [one.name or one.url or one.webhook for one in value]
        if len(set(names)) < len(names):
            raise ValueError("two tables have the same name or address; give each its own name")
        return value

    @field_validator("sources")
    @classmethod
    def _different_ids(cls, value: tuple[SourceSettings, ...]) -> tuple[SourceSettings, ...]:
        seen: set[str] = set()
        for source in value:
            # Ids become names of files and rows: two that differ by case only would be confused by people.
            if source.id.casefold() in seen:
                raise ValueError(f"two sources have the id {source.id!r}; give each its own")
            seen.add(source.id.casefold())
        return value


def load_settings(path: str | Path) -> Settings:
    """Read the settings file at `path`.

    Relative paths inside it (sources, SQLite file, key, model) count from its own folder, so that a timer
    that starts elsewhere finds the same files.

    Raises
    ------
    ConfigError
        With the file, the key and what is allowed there.
    """
    file = Path(path)
    try:
        data = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError("there is no such file; name yours with --config", file=str(path)) from None
    except OSError as exc:
        raise ConfigError(f"cannot be read: {exc.strerror or exc}", file=str(path)) from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"is not UTF-8 text (byte {exc.start})", file=str(path)) from None
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise ConfigError(f"is not valid TOML: {exc}", file=str(path)) from None
    return settings_from(data, folder=file.resolve().parent, file=str(path))


def settings_from(data: dict[str, Any], *, folder: Path, file: str | None = None) -> Settings:
    """Settings from a parsed TOML table; relative paths count from `folder`. Raises `ConfigError`."""
    try:
        settings = Settings.model_validate(data)
    except ValidationError as exc:
        raise _explain(exc, file) from None
    try:
        return _anchor(settings, folder)
    except RuntimeError as exc:  # `~nobody/…`
        raise ConfigError(f"a path begins with the home of an unknown user: {exc}", file=file) from None


def _anchor(settings: Settings, folder: Path) -> Settings:
    """The same settings with every path absolute."""

    def absolute(path: Path) -> Path:
        return folder / path.expanduser()

    url = settings.storage.url
    if (found := re.fullmatch(r"(sqlite(?:\+pysqlite)?:///)(?!/)([^?]+)(\?.*)?", url)) and found[
        2
    ] != ":memory:":
        url = f"{found[1]}{folder / found[2]}{found[3] or ''}"
    return settings.model_copy(
        update={
            "storage": StorageSettings(url=url),
            "sources": tuple(
                source.model_copy(update={"path": absolute(source.path)}) if source.path else source
                for source in settings.sources
            ),
            "model": settings.model.model_copy(
                update={
                    name: absolute(path)
                    for name in ("path", "rules")
                    if (path := getattr(settings.model, name)) is not None
                }
            ),
            "privacy": PrivacySettings(key_file=absolute(settings.privacy.key_file)),
            "health": settings.health.model_copy(
                update={"heartbeat": absolute(settings.health.heartbeat)}
            ),
            "audit": AuditSettings(anchor=absolute(settings.audit.anchor)),
            "notify": tuple(
                one.model_copy(update={"secret_file": absolute(one.secret_file)}) if one.secret_file else one
                for one in settings.notify
            ),
        }
    )


_SECTIONS: dict[str, type[_Section]] = {
    "storage": StorageSettings,
    "fetch": FetchSettings,
    "sources": SourceSettings,
    "notify": NotifySettings,
    "health": HealthSettings,
    "model": ModelSettings,
    "privacy": PrivacySettings,
    "review": ReviewSettings,
    "audit": AuditSettings,
    "retention": RetentionSettings,
}


def _explain(exc: ValidationError, file: str | None) -> ConfigError:
    """The first error in one line a user can act on; a typing slip before what follows from it."""
    errors = sorted(exc.errors(), key=lambda error: error["type"] != "extra_forbidden")
    error = errors[0]
    where = list(error["loc"])
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        section = _SECTIONS.get(str(where[0])) if len(where) > 1 else Settings
        allowed = list((section or Settings).model_fields)
        near = difflib.get_close_matches(str(where[-1]), allowed, n=1)
        message = (
            f"unknown key; did you mean {near[0]!r}?"
            if near
            else f"unknown key; allowed: {', '.join(allowed)}"
        )
    elif error["type"] == "missing":
        message = "is missing"
    elif not error["type"].startswith("value_error"):
        message = f"{message[0].lower()}{message[1:]}, not {_short(error['input'])}"
    return ConfigError(message, file=file, key=key or None)


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."
