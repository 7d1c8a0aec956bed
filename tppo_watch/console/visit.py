"""One request seen from a page: who asks, in which language, what may be done, and how to answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

from ..review import Session, User, may
from ..review.roles import Action
from ..watch import Watch
from . import preferences
from .bulletins import Bulletins
from .forms import Forms
from .language import Speaker
from .preferences import Preferences
from .templating import KEY_HELP, key_cap, token_field

REST_POSTS = 10  # fewer posts than these need no break, however long they lay open
_MAX_READERS = 2_000

#: Page -> its address and what one must be allowed to do to see it, in the order of the navigation.
NAVIGATION: tuple[tuple[str, str, Action], ...] = (
    ("queue", "/queue", "view"),
    ("campaigns", "/campaigns", "view"),
    ("signals", "/signals", "view"),
    ("sources", "/sources", "view"),
    ("statistics", "/statistics", "view"),
    ("bulletin", "/bulletin", "view"),
    ("deliveries", "/deliveries", "rules"),
    ("audit", "/audit", "audit"),
    ("users", "/users", "users"),
)


@dataclass(slots=True)
class Reading:
    """How long and how much somebody has read without a break."""

    since: datetime
    posts: int = 0


class Readings:
    """`Reading` by user; forgotten when the program ends, since nobody else needs to know."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, Reading] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, user_id: int, now: datetime) -> Reading:
        with self._lock:
            reading = self._held.setdefault(user_id, Reading(now))
            self._held.move_to_end(user_id)
            while len(self._held) > _MAX_READERS:
                self._held.popitem(last=False)
            return reading

    def rested(self, user_id: int) -> None:
        with self._lock:
            self._held.pop(user_id, None)


@dataclass(frozen=True, slots=True)
class House:
    """What the pages of one console share."""

    watch: Watch
    templates: Environment
    forms: Forms
    is_secure: bool
    has_plain_cookie: bool
    first_user_command: str
    bulletins: Bulletins
    readings: Readings = field(default_factory=Readings)

    @property
    def cookie(self) -> str:
        """The name of the session cookie; one with ``__Host-`` comes from this very host, and secure."""
        return "tppo-session" if self.has_plain_cookie else "__Host-tppo-session"


@dataclass(frozen=True, slots=True)
class Says:
    """One line on top of a page: what was done, or what is wrong."""

    text: str
    kind: str = ""  #: ``wrong``, ``kind`` or empty
    undo: int = 0  #: the act that the button beside it takes back; 0: no button


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form. What it is called is the word of its sender."""

    name: str
    content: bytes


class Visit:
    """One request, its person if there is one, and the answers it can get."""

    def __init__(self, house: House, request: Request, session: Session | None) -> None:
        self.house, self.request, self.session = house, request, session
        self.now = house.watch.now()
        self.prefs: Preferences = preferences.read(request.cookies.get(preferences.COOKIE, ""))
        self.form: Mapping[str, list[str]] = {}
        self.upload: Upload | None = None
        self.says: Says | None = self._said()

    @property
    def user(self) -> User:
        """Who is signed in; only routes that need somebody ask."""
        assert self.session is not None
        return self.session.user

    @cached_property
    def speaker(self) -> Speaker:
        return Speaker(self.prefs.lang, self.prefs.zone, self.house.watch.rules)

    @property
    def path(self) -> str:
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @property
    def client(self) -> str:
        """The address the request came from; that of the reader's machine behind a trusted proxy."""
        return self.request.client.host if self.request.client else ""

    @property
    def came_from(self) -> str:
        """The page of ours that led here; the queue where none is named."""
        came = urlsplit(self.request.headers.get("referer", ""))
        is_ours = came.netloc == self.request.headers.get("host") and came.path != self.request.url.path
        return local(f"{came.path}?{came.query}" if came.query else came.path) if is_ours else "/queue"

    @cached_property
    def users(self) -> list[User]:
        """Everybody with an account, by name; asked for once a request."""
        return self.house.watch.accounts.listed()

    def say(self, key: str, **values: object) -> str:
        return self.speaker.say(key, **values)

    def may(self, action: Action) -> bool:
        return self.session is not None and may(self.user, action)

    def field(self, name: str, default: str = "") -> str:
        """The first value of a field of the form that was sent."""
        return self.form.get(name, [default])[0]

    def page(self, template: str, *, here: str = "", status: int = 200, **context: Any) -> Response:
        """A whole page."""
        html = self.house.templates.get_template(template).render(
            speaker=self.speaker,
            words=self.speaker.words,
            t=self.say,
            prefs=self.prefs,
            me=self.user if self.session else None,
            here=here,
            path=self.path if self.request.method == "GET" else "/queue",
            nav=[(name, path) for name, path, action in NAVIGATION if self.may(action)],
            dead=self.house.watch.deliveries.dead() if self.may("rules") else 0,
            says=self.says,
            rest=self._rest(),
            csrf=self._token_field,
            key=key_cap if self.prefs.shortcuts else lambda _: "",
            key_help=KEY_HELP,
            may=self.may,
            **context,
        )
        return HTMLResponse(html, status)

    def message(
        self,
        name: str,
        status: int,
        *,
        again: Mapping[str, Any] | None = None,
        fields: Iterable[tuple[str, str]] = (),
        back: str | None = None,
        **values: object,
    ) -> Response:
        """A page with one message, ``message.NAME``, perhaps a form to send again, and a way back."""
        return self.page(
            "message.html",
            status=status,
            title=self.say(f"message.{name}_title"),
            text=self.say(f"message.{name}", **values),
            fields=list(fields),
            again=again,
            back=local(back) if back else self.came_from,
        )

    def go(self, path: str, *, said: str = "") -> RedirectResponse:
        """On to another page of the console; `said` is what that page says of what was done."""
        target = urlsplit(local(path))
        query = [(name, value) for name, value in parse_qsl(target.query) if name != "said"]
        if said:
            query.append(("said", said))
        return RedirectResponse(urlunsplit(target._replace(query=urlencode(query))), 303)

    def set_preferences(self, chosen: Preferences, response: Response) -> Response:
        response.set_cookie(
            preferences.COOKIE,
            preferences.written(chosen),
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="strict",
            secure=self.house.is_secure,
        )
        return response

    def _token_field(self) -> str:
        session = self.session
        return token_field(self.house.forms.token(session.user.id, session.token) if session else "")

    def _said(self) -> Says | None:
        """What the page before wants said; one of our own sentences, whatever the address holds."""
        key = f"said.{self.request.query_params.get('said', '')}"
        return Says(self.say(key)) if self.speaker.knows(key) else None

    def _rest(self) -> dict[str, int] | None:
        """The hint to take a break: after some time of reading, not before some posts were read."""
        if self.session is None or not self.prefs.rest:
            return None
        reading = self.house.readings.of(self.user.id, self.now)
        if reading.posts < REST_POSTS or self.now - reading.since < timedelta(minutes=self.prefs.rest):
            return None
        return {"minutes": int((self.now - reading.since).total_seconds() // 60), "posts": reading.posts}


def local(path: str) -> str:
    """`path` if it leads to a page of this console, else the queue: forms are no way out to other sites."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and len(path) <= 500 else "/queue"
