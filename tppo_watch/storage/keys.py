"""The key behind every author hash. Without it the hashes say nothing, so it is kept apart from the data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ..errors import ConfigError

_BYTES = 32


def load_key(path: Path) -> bytes:
    """The key in the file at `path`; a new file, readable by its owner only, gets a random one.

    Raises
    ------
    ConfigError
        If the file cannot be made or read, others may read it, or what it holds is no key.
    """
    try:
        _create(path)
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"others may read {path}; run: chmod 600 {path}", key="privacy.key_file")
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as exc:
        raise ConfigError(f"{path}: {exc.strerror or exc}", key="privacy.key_file") from exc
    except ValueError as exc:
        if isinstance(exc, ConfigError):
            raise
        key = b""
    if len(key) < _BYTES:
        raise ConfigError(f"{path} holds no key of {2 * _BYTES} hexadecimal digits", key="privacy.key_file")
    return key


def _create(path: Path) -> None:
    """Make the key file whole or not at all, also when the machine stops or two scans start at once."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(_BYTES) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # somebody else made one first: that one counts
    finally:
        draft.unlink()
