"""The key behind every author hash. Without it the hashes say nothing, so it is kept apart from the data.

The file holds one key a line, the oldest first. A rotation adds a line and hashes every stored hash again
with it: what was linked stays linked, and a copy of the database from before says nothing of one from after.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from sqlalchemy import Connection, delete, select, update

from ..errors import ConfigError
from .engine import Store
from .posts import KEY_BYTES, rehashed
from .schema import facts, insert_or_update, metadata

_SETTING = "privacy.key_file"
_FACT = "author_key"


def load_key(path: Path) -> bytes:
    """The keys in the file at `path`, one after the other; a new file, its owner's only, gets a random one.

    Raises
    ------
    ConfigError
        If the file cannot be made or read, others may read it, or what it holds is no key.
    """
    try:
        if not path.exists():
            _write(path, [secrets.token_hex(KEY_BYTES)])
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"others may read {path}; run: chmod 600 {path}", key=_SETTING)
        keys = [bytes.fromhex(line) for line in path.read_text("ascii").split()]
    except OSError as exc:
        raise ConfigError(f"{path}: {exc.strerror or exc}", key=_SETTING) from exc
    except ValueError as exc:
        if isinstance(exc, ConfigError):
            raise
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ConfigError(f"{path} holds no key of {2 * KEY_BYTES} hexadecimal digits", key=_SETTING)
    return b"".join(keys)


def open_key(store: Store, path: Path) -> bytes:
    """The key that the hashes of `store` are made with; the first use of a database makes it or notes it.

    Finishes a rotation that was interrupted.

    Raises
    ------
    ConfigError
        As `load_key`, and where the file is missing or holds another key than that of the hashes.
    """
    with store.read() as connection:
        known = _known(connection)
    if known is None:
        key = load_key(path)
        with store.write() as connection:
            known = _known(connection) or _note(connection, key)
    return _matching(path, known)


def known_key(store: Store, path: Path) -> bytes:
    """The key as `open_key` gives it; empty, and nothing is made, where the database has no hash yet."""
    with store.read() as connection:
        known = _known(connection)
    return b"" if known is None else _matching(path, known)


def _matching(path: Path, known: str) -> bytes:
    """The key in the file, which must be the one with this fingerprint."""
    if not path.exists():
        said = "is missing, and this database has author hashes made with it"
        raise ConfigError(f"{path} {said}; {_ADVICE}", key=_SETTING)
    key = load_key(path)
    if fingerprint(key) == known:
        return key
    draft = _draft(path)
    if draft.exists() and fingerprint(load_key(draft)) == known:  # killed between the database and the file
        os.replace(draft, path)
        return load_key(path)
    said = "is not the key that the author hashes of this database were made with"
    raise ConfigError(f"{path} {said}; {_ADVICE}", key=_SETTING)


_ADVICE = "bring it back from its own backup, or give the old links up: tppo-watch store rotate-key --lost"


def rotate_key(store: Store, path: Path) -> int:
    """Add a key, and hash every author hash again with it; how many authors that were.

    Killed at any point, the file and the database fit together again with the next `open_key`.

    Raises
    ------
    ConfigError
        As `open_key`.
    """
    old = open_key(store, path)
    new = secrets.token_bytes(KEY_BYTES)
    draft = _draft(path)
    draft.unlink(missing_ok=True)
    _write(draft, [*path.read_text("ascii").split(), new.hex()])
    authors: set[str] = set()
    with store.write() as connection:
        for table in metadata.sorted_tables:
            if "author_key" in table.columns:
                key = table.c.author_key
                known = connection.execute(select(key).distinct().where(key.is_not(None))).scalars().all()
                for author in known:
                    changed = {"author_key": rehashed(new, author)}
                    connection.execute(update(table).where(key == author).values(changed))
                authors.update(known)
        _note(connection, old + new)
    os.replace(draft, path)
    return len(authors)


def give_up_key(store: Store, path: Path) -> None:
    """Go on with the key in the file, or a new one: posts from now on link with none so far."""
    key = load_key(path)
    with store.write() as connection:
        connection.execute(delete(facts).where(facts.c.name == _FACT))
        _note(connection, key)


def fingerprint(key: bytes) -> str:
    """What tells one key from another and nothing else about it."""
    return hashlib.blake2b(b"tppo-watch author key\n" + key, digest_size=16).hexdigest()


def _known(connection: Connection) -> str | None:
    return connection.execute(select(facts.c.value).where(facts.c.name == _FACT)).scalar()


def _note(connection: Connection, key: bytes) -> str:
    told = fingerprint(key)
    connection.execute(insert_or_update(connection, facts).values(name=_FACT, value=told))
    return told


def _draft(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _write(path: Path, lines: list[str]) -> None:
    """Make a key file whole or not at all, also when the machine stops or two scans start at once."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write("".join(f"{line}\n" for line in lines))
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # somebody else made one first: that one counts
    finally:
        draft.unlink()
