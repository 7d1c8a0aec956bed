"""Real receivers on loopback that remember what they took, and a sender that is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.scanning import NOW
from tppo_watch.alerts.channels import Channel, channels
from tppo_watch.alerts.delivery import deliver
from tppo_watch.alerts.lanes import LANES
from tppo_watch.alerts.outbox import note_alert
from tppo_watch.alerts.senders import Send, sender
from tppo_watch.config import FetchSettings, NotifySettings
from tppo_watch.storage import alerts, open_store


@dataclass
class Receiver:
    """What a webhook took. It answers with the next of `answers`, then with 200."""

    address: str = ""
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.taken]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.taken]


@contextmanager
def webhook() -> Iterator[Receiver]:
    """A webhook on loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.answers.pop(0) if receiver.answers else 200
            if status == 200:
                receiver.taken.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def mail_server() -> Iterator[tuple[int, list[Any]]]:
    """A mail server on loopback: its port, and the mails it took."""
    from aiosmtpd.controller import Controller

    mails: list[Any] = []

    class Box:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            mails.append(message_from_bytes(envelope.content, policy=policy.default))
            return "250 OK"

    class OnAnyPort(Controller):
        def _trigger_server(self):  # asks for the port it was given, before it knows it
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    controller = OnAnyPort(Box(), hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller.port, mails
    finally:
        controller.stop()


def deliver_and_die(folder: Path, receiver: Receiver, step: int, template: Path) -> tuple[int, int]:
    """Raise three alerts and deliver them in a process killed at its `step`-th step; then deliver again.

    A step is a moment before or after a transaction is committed, or before or after a message is sent. The
    database is a copy of the empty one in `template`.

    Returns
    -------
    (int, int)
        How many messages the receiver took more than once, and how many steps the process had come to.

    Raises
    ------
    AssertionError
        If an alert that is kept was not told, or was told under two ids.
    """
    folder.mkdir()
    shutil.copy(template, folder / "a.db")
    receiver.taken.clear()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _work_and_die(folder, receiver.address, step, writing)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as steps:
        reached = len(steps.read())
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert died or os.waitstatus_to_exitcode(status) == 0
    with open_store(f"sqlite:///{folder}/a.db") as store:
        for later in range(3):
            clock = partial(NOW.__add__, timedelta(hours=1 + later))
            deliver(store, _hook(folder, receiver.address), _send(receiver.address), clock=clock)
        with store.read() as connection:
            kept = {record.id for record in alerts.listed(connection, lanes=LANES)}
    told: dict[int, set[str]] = {}
    for body in receiver.bodies:
        for alert in body["alerts"]:
            told.setdefault(alert["id"], set()).add(body["id"])
    assert set(told) == kept, f"step {step}: lost {kept - set(told)}, of nothing {set(told) - kept}"
    assert all(len(ids) == 1 for ids in told.values()), f"step {step}: told under two ids: {told}"
    return len(receiver.ids) - len(set(receiver.ids)), reached


def _hook(folder: Path, address: str) -> tuple[Channel, ...]:
    table = NotifySettings(webhook=f"http://{address}/", secret_file=folder / "secret", name="hook")
    return channels([table])


def _send(address: str) -> Send:
    return sender(FetchSettings(allow_private=(address,), timeout_s=20))


def _work_and_die(folder: Path, address: str, step: int, pipe: int) -> None:
    """In the child: raise, note, deliver, and end at the step. Never returns."""
    from tests.reviewing import Office

    try:
        store = open_store(f"sqlite:///{folder}/a.db")
        office = Office(store, folder)
        count = 0

        def at() -> None:
            nonlocal count
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1
            os.write(pipe, b".")

        write, send = store.write, _send(address)

        @contextmanager
        def dangerous() -> Iterator[Any]:
            with write() as connection:
                yield connection
                at()
            at()

        def dangerous_send(*arguments: Any) -> None:
            at()
            send(*arguments)
            at()

        where = _hook(folder, address)
        for level, is_help in (("high", False), ("high", False), ("none", True)):
            post = office.draft(level, assistance=is_help)
            with dangerous() as connection:
                alert = office.keep(connection, post)
                lane = "assistance" if is_help else "high"
                note_alert(connection, where, alert, lane=lane, level=level, now=NOW)
        store.write = dangerous  # type: ignore[method-assign]
        deliver(store, where, dangerous_send, clock=lambda: NOW)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
