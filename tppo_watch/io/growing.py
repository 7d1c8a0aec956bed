"""A file that grows beside its name for as long as it takes, and goes on where a killed run left it.

Two files stand beside ``scores.jsonl`` meanwhile: ``scores.jsonl.part`` with what is done, and
``scores.jsonl.checkpoint``, which says how much of it counts and how far the input was read for it. The first
is on the disk before the second names it, so that a power cut costs what came after the last checkpoint.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import InputError
from .writing import replacing

#: A run shorter than this leaves nothing behind where it fails.
CHECKPOINT_EVERY_S = 10.0


class GrowingFile:
    """What `growing` gives: append, and say how far the input has been read for it."""

    def __init__(self, path: Path, settings: Mapping[str, Any], *, is_resumed: bool) -> None:
        self._path = Path(os.path.realpath(path))  # a link stays a link
        self._part = self._path.with_name(f"{self._path.name}.part")
        self._checkpoint = self._path.with_name(f"{self._path.name}.checkpoint")
        self._fresh = self._path.with_name(f"{self._path.name}.checkpoint.part")  # on its way to its place
        self._settings = dict(settings)
        self._handle = self._locked()
        self.state: dict[str, Any] = {}  #: as it was given last, or by the run that is gone on with
        self._length = 0
        self.is_kept = False  #: whether there is a checkpoint to go on from
        self._last = time.monotonic()
        try:
            self._begin(is_resumed)
        except BaseException:
            os.close(self._handle)
            raise

    def _locked(self) -> int:
        if self._path.is_dir():
            raise IsADirectoryError(21, "is a folder, not a file", str(self._path))
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            handle = os.open(self._part, flags, 0o666)
        except OSError as exc:
            raise OSError(exc.errno, f"cannot be written: {exc.strerror}", str(self._path)) from exc
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = os.path.samestat(os.fstat(handle), os.stat(self._part))
        except (BlockingIOError, FileNotFoundError):
            is_ours = False
        if not is_ours:
            os.close(handle)
            raise InputError("another run is writing it; wait for that, or end it", item=str(self._path))
        if self._path.exists():
            os.fchmod(handle, self._path.stat().st_mode & 0o777)
        return handle

    def _begin(self, is_resumed: bool) -> None:
        if is_resumed and (kept := self._read_checkpoint()) is not None:
            for name, value in self._settings.items():
                if kept["settings"].get(name) != value:
                    raise self._refused(f"{name} differs from that of the run that stopped")
            if os.fstat(self._handle).st_size < kept["length"]:
                raise self._refused(f"{self._part.name} is shorter than its checkpoint says")
            self.state, self._length, self.is_kept = kept["state"], kept["length"], True
        else:
            self._checkpoint.unlink(missing_ok=True)
        self._fresh.unlink(missing_ok=True)
        os.ftruncate(self._handle, self._length)
        os.lseek(self._handle, self._length, os.SEEK_SET)

    def _read_checkpoint(self) -> dict[str, Any] | None:
        try:
            kept = json.loads(self._checkpoint.read_bytes())
            return {
                "settings": dict(kept["settings"]),
                "state": dict(kept["state"]),
                "length": int(kept["length"]),
            }
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._refused(f"{self._checkpoint.name} cannot be read") from None

    def _refused(self, reason: str) -> InputError:
        return InputError(f"cannot go on: {reason}; leave --resume out to begin anew", item=str(self._path))

    def append(self, data: bytes, state: Mapping[str, Any]) -> None:
        """Add `data`; a run that goes on from here finds `state`, which JSON can hold, in `state`."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as exc:
            raise OSError(exc.errno, exc.strerror, str(self._path)) from exc
        self._length += len(data)
        self.state = dict(state)
        if time.monotonic() - self._last >= CHECKPOINT_EVERY_S:
            self.keep()

    def keep(self) -> None:
        """Make a checkpoint now."""
        os.fsync(self._handle)
        kept = {"settings": self._settings, "state": self.state, "length": self._length}
        with replacing(self._checkpoint, through=self._fresh) as file:
            file.write(json.dumps(kept).encode())
        self.is_kept = True
        self._last = time.monotonic()

    def _stop(self) -> None:
        """Leave what a later run can go on from; nothing where no checkpoint was made yet."""
        if not self.is_kept:
            self._part.unlink(missing_ok=True)
            return
        with suppress(OSError):  # a full disk: then the last checkpoint counts
            os.ftruncate(self._handle, self._length)  # what was half written makes room for the checkpoint
            self.keep()

    def _finish(self, complete: Callable[[BinaryIO, BinaryIO], None] | None) -> None:
        if complete is None:
            os.fsync(self._handle)
            os.replace(self._part, self._path)
        else:
            with self._part.open("rb") as parts, replacing(self._path, through=self._fresh) as out:
                complete(parts, out)
            self._part.unlink()
        self._checkpoint.unlink(missing_ok=True)

    def close(self) -> None:
        os.close(self._handle)


@contextmanager
def growing(
    path: Path,
    settings: Mapping[str, Any],
    *,
    is_resumed: bool = False,
    complete: Callable[[BinaryIO, BinaryIO], None] | None = None,
) -> Iterator[GrowingFile]:
    """A file that takes the place of `path` when the block ends well.

    Otherwise it waits beside it for a run that is resumed, if it has lasted for `CHECKPOINT_EVERY_S`.

    Parameters
    ----------
    settings : mapping
        What a resumed run must have in common with the one before; JSON can hold it.
    complete : callable, optional
        Makes the file (second argument) of what was appended (first), where that is not the file itself.

    Raises
    ------
    InputError
        If another run writes to the file, or a resumed one has other settings or a damaged checkpoint.
    OSError
        If it cannot be written; with the name of the file.
    """
    file = GrowingFile(path, settings, is_resumed=is_resumed)
    try:
        yield file
        file._finish(complete)
    except BaseException:
        file._stop()
        raise
    finally:
        file.close()
