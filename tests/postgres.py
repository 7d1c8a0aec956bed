"""A real PostgreSQL of our own, from the system's packages, in a temporary folder on a Unix socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url


def _binaries() -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4].split(".")[0])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    assert on_path, "the tests need PostgreSQL's server: sudo apt-get install postgresql"
    return Path(on_path).parent


def _owner() -> dict[str, Any]:
    """Whom to run as: the server refuses root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


class PostgresServer:
    """A running server; each database it makes is empty and named once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._made = folder, 0

    def new_database(self, *, template: str | None = None) -> str:
        """Make a database, empty or like the one at the address `template`; its address for `open_store`."""
        self._made += 1
        name = f"t{self._made}"
        like = make_url(template).database if template else "template0"
        with psycopg.connect(host=str(self.folder), user="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} ENCODING 'UTF8'")
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"


# The server ends, and its folder goes, when our end of the pipe closes: also when the tests are killed.
_SERVE = """
"$0" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c full_page_writes=off >"$1/log" 2>&1 &
server=$!
cat
kill -QUIT $server
wait $server
rm -rf "$1"
"""


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Make a cluster, start it, and stop and remove it at the end."""
    binaries = _binaries()
    # Short: the path of a socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="tppo-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    initdb = [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust"]
    options = ["--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run([*initdb, *options], check=True, capture_output=True, cwd=folder, **_owner())
    serve = ["sh", "-c", _SERVE, binaries / "postgres", folder]
    with subprocess.Popen(serve, stdin=subprocess.PIPE, cwd=folder, **_owner()) as process:
        _wait_for(folder)
        yield PostgresServer(folder)
        assert process.stdin is not None
        process.stdin.close()


def _wait_for(folder: Path) -> None:
    """Until the server takes connections; a busy machine gets minutes."""
    for attempt in range(3000):
        try:
            psycopg.connect(host=str(folder), user="postgres").close()
            return
        except psycopg.OperationalError:
            assert attempt < 2999, (folder / "log").read_text()
            time.sleep(0.1)
