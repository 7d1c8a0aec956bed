"""What the tests of the review share: a database with alerts, a clock moved by hand, four people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from tests.scanning import NOW, assessment
from tppo_watch.alerts.lanes import lane_for
from tppo_watch.config import ReviewSettings
from tppo_watch.review import Accounts, Bulk, Desk, Exhibits, Exports, Lists, User
from tppo_watch.storage import Store, alerts, open_store, posts, sources, users
from tppo_watch.storage.posts import NewPost, content_hash
from tppo_watch.types import Assessment


class Office:
    """A database of its own with four people; passwords are nobody's business here, so none is hashed."""

    def __init__(self, store: Store, folder: Path, **settings: object) -> None:
        self.store, self.now = store, NOW
        self.anchor = folder / "tppo.audit"
        self.settings = ReviewSettings(**settings)
        self.lists = Lists(store, self.settings)
        self.desk = Desk(store, self.settings, self.anchor)
        self.bulk = Bulk(store, self.settings, self.anchor)
        self.exports = Exports(store, self.settings, self.anchor)
        self.exhibits = Exhibits(store, self.anchor)
        self.accounts = Accounts(store, self.settings, self.anchor)
        self._posts = 0
        with store.write() as connection:
            sources.ensure(connection, "s")
        self.ani, self.budi = self.hire("Ani"), self.hire("Budi")
        self.citra, self.dewi = self.hire("Citra", "lead"), self.hire("Dewi", "reader")

    def hire(self, name: str, role: str = "reviewer") -> User:
        with self.store.write() as connection:
            user_id = users.add(
                connection, name=name, name_key=name.casefold(), role=role, password="-", now=NOW
            )
        return next(user for user in self.accounts.listed() if user.id == user_id)

    def raised(
        self,
        level: str = "high",
        *,
        text: str | None = None,
        risk: float | None = None,
        assistance: bool = False,
        at: datetime | None = None,
    ) -> int:
        """An alert about a post of its own; its id."""
        draft = self.draft(level, text=text, risk=risk, assistance=assistance)
        with self.store.write() as connection:
            return self.keep(connection, draft, at=at)

    def draft(
        self,
        level: str = "high",
        *,
        text: str | None = None,
        risk: float | None = None,
        assistance: bool = False,
    ) -> tuple[NewPost, Assessment]:
        """A post that says something new, and what is said of it; nothing is kept."""
        self._posts += 1
        said = text or f"Loker Kamboja nomor {self._posts}, WA 0812-0000-{self._posts:04}"
        found = assessment(said, level=level, assistance=assistance, sign="kamboja", risk=risk)
        return NewPost("s", str(self._posts), content_hash(said), said, NOW, (str(self._posts),)), found

    def keep(
        self, connection: Connection, draft: tuple[NewPost, Assessment], *, at: datetime | None = None
    ) -> int:
        """Keep a draft and raise its alert in the caller's transaction; the id of the alert."""
        new, found = draft
        (post_id,) = posts.add(connection, [(new, None)])
        posts.add_assessments(connection, [(post_id, found)])
        return alerts.raise_alert(connection, post_id, lane_for(found), now=at or self.now)

    def seen(self, alert_id: int, actor: User) -> int:
        """Open a post and return its version, as a form holds it."""
        return self.desk.open(actor, alert_id, now=self.now).item.state.version

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@contextmanager
def office(folder: Path, **settings: object) -> Iterator[Office]:
    """An office on an SQLite file in `folder`."""
    with open_store(f"sqlite:///{folder}/a.db") as store:
        yield Office(store, folder, **settings)
