"""Two processes write the same posts into one database at the same time."""

from __future__ import annotations

import os
import subprocess
import sys

from sqlalchemy import func, select

from tppo_watch.storage import open_store
from tppo_watch.storage.schema import alerts, assessments, posts

CHILD = """
import sys
from contextlib import nullcontext
from tests.scanning import KeywordAssessor
from tppo_watch.scan import run
from tppo_watch.watch import open_watch
run.scan_lock = nullcontext  # as if each were on a machine of its own that knows no lock
with open_watch(sys.argv[1], assessor=KeywordAssessor()) as opened:
    print("ready", flush=True)
    sys.stdin.readline()
    print(opened.scan().total("new"), flush=True)
"""


def test_two_ingests_at_once_keep_each_post_once(tmp_path, store_url):
    """Even without the lock of the scan nothing is kept or raised twice, and both end well."""
    rows = [f"{n};teks nomor {n} {'Kamboja' if n % 10 == 0 else ''}" for n in range(3000)]
    (tmp_path / "a.csv").write_text("no;text\n" + "\n".join(rows) + "\n")
    source = '[[sources]]\nid = "a"\nkind = "csv"\npath = "a.csv"\nid_field = "no"\n'
    (tmp_path / "tppo.toml").write_text(f'[storage]\nurl = "{store_url}"\n{source}')
    command = [sys.executable, "-c", CHILD, str(tmp_path / "tppo.toml")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    children = [subprocess.Popen(command, env=environment, **pipes) for _ in range(2)]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    new = [int(child.communicate(timeout=300)[0]) for child in children]
    assert [child.returncode for child in children] == [0, 0]
    with open_store(store_url) as store, store.read() as connection:
        counts = {t.name: connection.execute(select(func.count()).select_from(t)).scalar()
                  for t in (posts, assessments, alerts)}  # fmt: skip
        copies = connection.execute(select(func.sum(alerts.c.copies))).scalar()
    assert counts == {"posts": 3000, "assessments": 3000, "alerts": 300}
    assert (sum(new), copies) == (3000, 0)
