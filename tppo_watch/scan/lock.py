"""One scan at a time, under a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StorageBusyError, StorageError
from ..storage import Store


@contextmanager
def scan_lock(store: Store) -> Iterator[None]:
    """Hold the right to scan into `store`: a locked file beside SQLite, an advisory lock of PostgreSQL.

    Both end with the process that holds them, so a crash leaves nothing to clean up.

    Raises
    ------
    StorageBusyError
        If another scan holds it.
    """
    if store.path:
        with _locked_file(Path(f"{store.path}.lock")):
            yield
    elif store.is_sqlite:  # in memory: nobody else can see it
        yield
    else:
        with store.scan_lock():
            yield


@contextmanager
def _locked_file(path: Path) -> Iterator[None]:
    """Hold the lock file at `path` while the block runs.

    The operating system drops the lock with the process. The file itself stays: removing it would let two
    scans lock two files of the same name.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise StorageError(f"the scan lock cannot be opened: {exc.strerror}", url=str(path)) from exc
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            raise StorageBusyError(
                f"another scan is running (process {holder}); one scan runs at a time", url=str(path)
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)
