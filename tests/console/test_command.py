"""``tppo-watch console`` as a user starts it: one command, one line, and an end without a trace."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tppo_watch.cli.main import main

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_console_starts_says_where_and_stops(tmp_path, stop):
    """It says where it is and how to make the first user, answers there, and ends with 0 when stopped."""
    (tmp_path / "tppo.toml").write_text("")
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, "-m", "tppo_watch", "console", "--port", str(port)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        answer = waited(f"http://127.0.0.1:{port}/sign-in", running)
        assert answer.status_code == 200 and "users add NAMA --role admin" in answer.text
    finally:
        running.send_signal(stop)
        out, err = running.communicate(timeout=120)
    assert (running.returncode, out) == (0, "")
    assert f"http://127.0.0.1:{port}" in err and "users add NAMA --role admin" in err
    assert "Traceback" not in err and len(err.splitlines()) == 2


def waited(address: str, running: subprocess.Popen[str]) -> httpx2.Response:
    """The first answer of a program that is still starting."""
    with httpx2.Client(trust_env=False, timeout=60) as client:
        for _ in range(1_200):
            assert running.poll() is None, running.stderr.read()
            try:
                return client.get(address)
            except httpx2.ConnectError:
                time.sleep(0.1)
    raise AssertionError("it never answered")


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (("--host", "0.0.0.0"), "reachable by others"),
        (("--tls-cert", "a.pem"), "belong together"),
        (("--tls-cert", "a.pem", "--tls-key", "b.pem"), "a.pem: no such file"),
        (("--plain-cookie", "--proxy", "10.0.0.1", "--name", "a.example"), "loopback without TLS"),
        (("--config", "tiada.toml"), "no such file"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(tmp_path, monkeypatch, capsys, argv, word):
    """Nothing listens, and the line says what to do."""
    monkeypatch.chdir(tmp_path)
    assert main(("console", *argv)) == 1
    err = capsys.readouterr().err
    assert word in err and err.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(tmp_path, monkeypatch, capfd):
    """The port is named, without a trace."""
    (tmp_path / "tppo.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(("console", "--port", str(port))) == 1
    err = capfd.readouterr().err
    assert "Traceback" not in err
    assert re.search(rf"port {port} is in use", err)
