"""Readers of hostile content in a process of their own, which can be ended: a limit of time and of memory.

The process is started when it is first needed and kept: a feed costs one message there and one back. It gets
the bytes and the settings of a source, no database or secret, and answers in JSON, which is checked.

Time is counted as the processor counts it, so that a busy machine costs no feed.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, replace
from datetime import datetime
from importlib import import_module
from typing import IO, Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from ..config import FetchSettings, SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from .content import Fetcher

#: Modules of this room with a function ``items(body, source, max_items, now)``, run in a guarded process:
#: those that parse what a server sends. Tables and exports are files that somebody put there, of any length.
Task = Literal["feed", "json_feed", "page", "sitemap", "social", "telegram_public"]

_HALF = re.compile("[\ud800-\udfff]")
_SIZE = struct.Struct(">Q")
_MOST = 2**30  # bytes of one message; more is none of ours
_OUT_OF_MEMORY = 3  # exit code of the process
_ANSWER = TypeAdapter(
    list[Post | Failure] | str,  # or why the source as a whole cannot be read
    config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"),
)
_BY_CLOCK_S = 60  # beside the limit on processor time: for a process that waits, whatever for
_GRACE_S = 5  # later still it ends itself, should nobody be there to end it


def read(
    task: Task, source: SourceSettings, fetcher: Fetcher, *, is_page: bool = False
) -> Iterator[Post | Failure]:
    """What the module `task` reads in what `source` holds; nothing where that did not change.

    Raises as `items`, and as the fetcher does.
    """
    stream = fetcher.open(source, is_page=is_page)
    if stream is None:
        return
    with stream:
        body = stream.read()
    yield from items(task, body, source, fetcher.config, fetcher.now)


def items(
    task: Task, body: bytes, source: SourceSettings, config: FetchSettings, now: datetime | None = None
) -> Iterator[Post | Failure]:
    """What the module `task` reads in `body`, read in the guarded process.

    Parameters
    ----------
    now : datetime, optional
        What times such as "two hours ago" count from.

    Raises
    ------
    SourceError
        As the module does, and where it takes longer or needs more memory than `config` allows.
    """
    # A span of time is no part of how content is read.
    header = {
        "task": task,
        "source": json.loads(
            source.model_dump_json(exclude={"every", "quiet_after"}, exclude_unset=True)
        ),
        "max_items": config.max_items,
        "now": now.isoformat() if now else None,
        "timeout_s": config.parse_timeout_s,
    }
    answer = _shared.ask(json.dumps(header).encode(), body, source.id, config)
    try:
        found = _ANSWER.validate_json(answer)
    except ValidationError:
        found = "gave no answer that could be read"
    if isinstance(found, str):
        raise SourceError(source.id, found[:500])
    yield from found


class _Guarded:
    """The parent's side. One question at a time; a process that ended is replaced by the next question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = self._memory_mb = 0

    def ask(self, header: bytes, body: bytes, source_id: str, config: FetchSettings) -> bytes:
        with self._lock:
            process = self._ready(config)
            timer = threading.Timer(_BY_CLOCK_S + config.parse_timeout_s, process.kill)
            timer.start()
            try:
                assert process.stdin is not None and process.stdout is not None
                for part in (header, body):
                    _send(process.stdin, part)
                return _received(process.stdout)
            except (OSError, EOFError):
                self._end()
                raise SourceError(source_id, f"refused: {_reason(process.returncode, config)}") from None
            except BaseException:  # told to stop: an answer to come would be taken for that of the next
                self._end()
                raise
            finally:
                timer.cancel()

    def _ready(self, config: FetchSettings) -> subprocess.Popen[bytes]:
        process = self._process
        # A fork of ours shares the pipes with its parent: it needs a process of its own.
        is_ours = self._owner == os.getpid() and self._memory_mb == config.parse_memory_mb
        if process is not None and is_ours and process.poll() is None:
            return process
        if self._owner == os.getpid():
            self._end()
        self._owner, self._memory_mb = os.getpid(), config.parse_memory_mb
        program = f"from {__name__} import serve; serve({config.parse_memory_mb})"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Nothing of the environment, which may hold secrets, but the way to the same modules.
            env={"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
            start_new_session=True,  # a key pressed in the terminal is for us
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    stream.close()
            try:
                process.wait(_GRACE_S)  # it ends by itself once nobody asks
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self) -> None:
        """End the process, if there is one of ours; nobody waits for its answer."""
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._end()


def _reason(code: int, config: FetchSettings) -> str:
    if code in (-signal.SIGPROF, -signal.SIGKILL):
        return f"reading it took longer than {config.parse_timeout_s:g} s ([fetch] parse_timeout_s)"
    if code == _OUT_OF_MEMORY:
        return f"reading it took more than {config.parse_memory_mb} MiB of memory ([fetch] parse_memory_mb)"
    return "reading it crashed"


_shared = _Guarded()
close = _shared.close
atexit.register(close)


def serve(memory_mb: int) -> None:
    """The other side: answer questions until there is nobody who asks."""
    # A service that is told to stop finishes its batch, and needs us for that.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _limit_memory(memory_mb)
    while True:
        try:
            header, body = json.loads(_received(questions)), _received(questions)
        except EOFError:
            return
        # Nothing in Python, and nothing in a library, can hold these signals up.
        signal.setitimer(signal.ITIMER_PROF, header["timeout_s"])
        signal.alarm(int(_BY_CLOCK_S + header["timeout_s"]) + _GRACE_S)
        try:
            answer = _answer(header, body)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)  # what is left of it is of no use to the next question
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        _send(answers, answer)


def _answer(header: dict[str, Any], body: bytes) -> bytes:
    source = SourceSettings.model_validate(header["source"])
    module = import_module(f".{header['task']}", __package__)
    try:
        now = datetime.fromisoformat(header["now"]) if header["now"] else None
        found = list(module.items(body, source, header["max_items"], now))
    except SourceError as exc:
        return _ANSWER.dump_json(exc.message.encode("utf-8", "replace").decode())
    try:
        return _ANSWER.dump_json(found)
    except PydanticSerializationError:  # halves of surrogate pairs, which no encoding can write
        return _ANSWER.dump_json([_sendable(item) for item in found])


def _sendable(item: Post | Failure) -> Post | Failure:
    """The item with replacement characters for what cannot be written."""
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    words = {name: _HALF.sub("\ufffd", value) for name, value in values.items() if isinstance(value, str)}
    if isinstance(item, Post):
        words["images"] = tuple(_HALF.sub("\ufffd", image) for image in item.images)
    return replace(item, **words)


def _limit_memory(memory_mb: int) -> None:
    """Allow `memory_mb` beyond what the interpreter itself takes."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
    except OSError:  # no Linux: no limit
        return
    most = taken + memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _send(stream: IO[bytes], message: bytes) -> None:
    stream.write(_SIZE.pack(len(message)))
    stream.write(message)
    stream.flush()


def _received(stream: IO[bytes]) -> bytes:
    (length,) = _SIZE.unpack(_exactly(stream, _SIZE.size))
    if length > _MOST:
        raise EOFError
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
