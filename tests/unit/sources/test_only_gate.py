"""One module of the package goes out to the network, whatever the others do."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[3] / "tppo_watch"
GATE = "sources/gate.py"
#: What can open a connection, in the standard library and in what the package depends on.
OPENERS = {
    "socket", "ssl", "http.client", "urllib.request", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib",
    "xmlrpc", "asyncio.open_connection", "httpx", "httpx2", "httpcore", "httpcore2", "h11", "requests",
    "urllib3", "aiohttp",
}  # fmt: skip
#: Modules that take something harmless of a library above, and what: addresses, or a socket that listens.
HARMLESS = {
    "sources/web.py": {"URL", "InvalidURL"},
    "cli/console.py": {"socket", "AF_INET", "AF_INET6", "create_server", "IPPROTO_TCP", "TCP_NODELAY"},
}


def opened_in(path: Path) -> set[str]:
    """The names in `path` that can open a connection."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {name for name in names for opener in OPENERS if f"{name}.".startswith(f"{opener}.")}
    return found


def test_only_the_gate_can_open_a_socket():
    """No other module imports what opens connections."""
    found = {path.relative_to(PACKAGE).as_posix(): opened_in(path) for path in PACKAGE.rglob("*.py")}
    assert found.pop(GATE)
    assert {name for name, openers in found.items() if openers} == set(HARMLESS)


def test_what_others_take_opens_no_connection():
    """Of the libraries that can go out, other modules use what they are allowed to, and nothing else."""
    for name, allowed in HARMLESS.items():
        tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
        used = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in OPENERS
        }
        assert used <= allowed, name


SCAN = """
import os, sys
from pathlib import Path

asked = []

def watch(event, arguments):
    if event == "socket.connect":
        frame, files = sys._getframe(), []
        while frame:
            files.append(frame.f_code.co_filename)
            frame = frame.f_back
        ours = next(file for file in files if "tppo_watch" in Path(file).parts)
        asked.append(Path(ours).name)

sys.addaudithook(watch)
from tests.scanning import KeywordAssessor, respond, rss, serving, settings_of
from tppo_watch.watch import open_watch

with serving({"/feed": rss(("1", "A", "Loker Kamboja"))}) as host:
    source = {"id": "f", "kind": "feed", "url": f"http://{host}/feed"}
    settings = settings_of(Path(sys.argv[1]), source, fetch={"allow_private": [host]})
    with open_watch(settings, assessor=KeywordAssessor()) as opened:
        assert opened.scan().total("alerts") == 1
print(*asked)
"""


def test_a_scan_connects_through_the_gate_alone(tmp_path):
    """Whatever the libraries do in a whole scan: each connection was opened from the gate."""
    root = PACKAGE.parent
    result = subprocess.run(
        [sys.executable, "-c", SCAN, str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=root,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["gate.py"]
