"""What keeps a database in order: purge, retention, backup, move, rotation of the key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from ..config import Settings
from ..review import audit
from ..review.acts import forget
from ..storage import Store, keys, open_store, posts, purge, transfer
from .lock import scan_lock

_RETENTION_EVERY = timedelta(days=1)  # the shortest time that data may be kept


class Upkeep:
    """The upkeep of one database. Get it from `Watch.upkeep`."""

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._retained: datetime | None = None

    def purge_post(self, post_id: int) -> dict[str, int]:
        """Remove a post for good. See :func:`tppo_watch.storage.purge.purge_post`."""
        with self._purging() as (connection, forgotten):
            removed = purge.purge_post(connection, post_id, now=self._clock(), forget=forgotten)
        self._store.erase_traces()
        return removed

    def purge_author(self, post_id: int) -> dict[str, int]:
        """Remove every post of whoever wrote this one. See :func:`tppo_watch.storage.purge.purge_author`."""
        with self._purging() as (connection, forgotten):
            author = posts.author_of(connection, post_id)
            removed = purge.purge_author(connection, author, now=self._clock(), forget=forgotten)
        self._store.erase_traces()
        return removed

    def retain(self) -> dict[str, int]:
        """Remove what is older than the settings allow; rows removed by table."""
        now, limits = self._clock(), self._settings.retention

        def before(age: timedelta | None) -> datetime | None:
            return now - age if age else None

        removed = purge.retain(
            self._purging,
            now=now,
            posts_before=before(limits.posts),
            alerts_before=before(limits.alerts),
            messages_before=before(limits.messages),
            runs_before=before(limits.runs),
        )
        self._retained = now
        return removed

    def retain_daily(self) -> None:
        """As `retain`, where that was not done within a day."""
        if self._retained is None or not timedelta(0) <= self._clock() - self._retained < _RETENTION_EVERY:
            self.retain()

    def back_up(self, target: Path) -> None:
        """Write the database into one SQLite file. See :func:`tppo_watch.storage.transfer.back_up`."""
        transfer.back_up(self._store, target)

    def copy_to(
        self, url: str, *, on_progress: transfer.Progress = lambda table, rows: None
    ) -> list[transfer.TableCopy]:
        """Fill the empty database at `url` with everything, while no scan runs. Raises `StorageError`."""
        with scan_lock(self._store), open_store(url) as target:
            return transfer.copy_all(self._store, target, on_progress=on_progress)

    def rotate_key(self) -> int:
        """Add a key for the hashes of authors. See :func:`tppo_watch.storage.keys.rotate_key`."""
        with scan_lock(self._store):
            return keys.rotate_key(self._store, self._settings.privacy.key_file)

    def give_up_key(self) -> None:
        """Begin with another key. See :func:`tppo_watch.storage.keys.give_up_key`."""
        with scan_lock(self._store):
            keys.give_up_key(self._store, self._settings.privacy.key_file)

    @contextmanager
    def _purging(self) -> Iterator[tuple[Connection, purge.Forget]]:
        """A transaction that removes posts, and what removes and logs what people said of their alerts."""
        now = self._clock()
        with audit.recording(self._store, self._settings.audit.anchor) as writing:
            yield writing.connection, lambda alert_ids: forget(writing, alert_ids, now=now)
