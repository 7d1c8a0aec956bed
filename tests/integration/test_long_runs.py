"""Long runs of ``score``: killed, cut short, without room or workers; a rerun goes on and loses nothing."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
ROWS = 6_000

# The command with an assessor that needs no model, and a checkpoint after every batch.
DRIVER = """
import sys
import tppo_watch.assessor
from tests.unit.cli.fake import FakeAssessor
from tppo_watch.io import growing
tppo_watch.assessor.load = lambda model=None, **more: FakeAssessor()
growing.CHECKPOINT_EVERY_S = 0.0
from tppo_watch.cli.main import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of posts, one of them of 50 MB and one that is none."""
    path = tmp_path_factory.mktemp("posts") / "posts.jsonl"
    with path.open("w") as file:
        for n in range(ROWS):
            file.write(json.dumps({"id": n, "text": f"Loker Poipet nomor {n}"}) + "\n")
            if n == ROWS // 2:
                file.write(json.dumps({"text": "x" * 50_000_000}) + "\nbukan json\n")
    return path


@pytest.fixture(scope="module")
def expected(posts: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a run that nothing disturbs writes."""
    out = tmp_path_factory.mktemp("expected") / "o.jsonl"
    assert call("score", posts, "--out", out).returncode == 3
    return out.read_bytes()


def start(*arguments: object, before: str = "") -> subprocess.Popen[str]:
    """The command in a process of its own, at the head of a group."""
    command = [sys.executable, "-c", before + DRIVER, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def call(*arguments: object, before: str = "") -> subprocess.CompletedProcess[str]:
    """The command, to its end."""
    process = start(*arguments, before=before)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def wait_for_checkpoint(out: Path, process: subprocess.Popen[str], rows: int) -> None:
    """Until some rows are done."""
    checkpoint = out.with_name(out.name + ".checkpoint")
    for _ in range(3000):
        assert process.poll() is None, "it ended before it was disturbed"
        if checkpoint.exists() and json.loads(checkpoint.read_text())["state"]["rows"] >= rows:
            return
        time.sleep(0.01)
    raise AssertionError("no checkpoint in 30 s")


def test_a_row_of_fifty_megabytes_costs_only_itself(expected):
    """Every post has its row, in order; the two that are none are named with their lines."""
    rows = [json.loads(line) for line in expected.splitlines()]
    assert [row["id"] for row in rows if "error" not in row] == list(range(ROWS))
    bad = [(row["line"], row["error"]) for row in rows if "error" in row]
    assert bad == [
        (ROWS // 2 + 2, "longer than 8,388,608 characters"),
        (ROWS // 2 + 3, "not JSON: Expecting value at column 1"),
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_run_goes_on_where_it_stopped(tmp_path, posts, expected, jobs):
    """Three kills at moments that nobody chose, and the file is what one run writes; nothing else is left."""
    out, rng, reached = tmp_path / "o.jsonl", random.Random(jobs), 0
    for _ in range(3):
        process = start("score", posts, "--out", out, "--jobs", jobs, "--resume")
        wait_for_checkpoint(out, process, reached + 256)
        time.sleep(rng.random() * 0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert not out.exists()
        state = json.loads((tmp_path / "o.jsonl.checkpoint").read_text())["state"]
        assert state["rows"] > reached
        reached = state["rows"]
    result = call("score", posts, "--out", out, "--jobs", jobs, "--resume")
    assert (result.returncode, result.stderr.splitlines()[-1]) == (
        3,
        f"tppo-watch: 2 of {ROWS + 2} lines could not be read",
    )
    assert out.read_bytes() == expected
    assert os.listdir(tmp_path) == ["o.jsonl"]


@pytest.mark.parametrize("ending", ["jsonl.gz", "csv", "parquet"])
def test_every_format_can_be_gone_on_with(tmp_path, posts, ending):
    """Compressed output, tables of text and of columns are the same as from one run."""
    whole, out = tmp_path / f"whole.{ending}", tmp_path / f"o.{ending}"
    call("score", posts, "--out", whole)
    process = start("score", posts, "--out", out)
    wait_for_checkpoint(out, process, 256)
    process.kill()
    process.communicate()
    assert call("score", posts, "--out", out, "--resume").returncode == 3
    assert out.read_bytes() == whole.read_bytes()


def test_a_killed_worker_is_named_and_a_rerun_goes_on(tmp_path, posts, expected):
    """One line says what happened and what to do; the work that was done is not done again."""
    out = tmp_path / "o.jsonl"
    process = start("score", posts, "--out", out, "--jobs", 2)
    wait_for_checkpoint(out, process, 256)
    workers = [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if "loky" in " ".join(child.cmdline()) and "tracker" not in " ".join(child.cmdline())
    ]
    workers[0].kill()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "a worker process was killed (SIGKILL(-9)), often for want of memory" in err.splitlines()[-1]
    assert "--resume goes on after the" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert call("score", posts, "--out", out, "--jobs", 2, "--resume").returncode == 3
    assert out.read_bytes() == expected


def test_a_full_disk_is_named_and_a_rerun_goes_on(tmp_path, posts, expected):
    """The file that found no room is named; with room, the rest is written."""
    out = tmp_path / "o.jsonl"
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({len(expected) // 2},) * 2)\n"
    result = call("score", posts, "--out", out, before=limit)
    assert result.returncode == 1
    complaint = f"tppo-watch: {out}: File too large; --resume goes on after the "
    assert result.stderr.splitlines()[-1].startswith(complaint)
    assert call("score", posts, "--out", out, "--resume").returncode == 3
    assert out.read_bytes() == expected


def test_a_file_cut_short_is_named_and_its_whole_goes_on(tmp_path, posts, expected):
    """What stood before the cut is scored; once the file is whole, the rest is."""
    packed, out = tmp_path / "posts.jsonl.gz", tmp_path / "o.jsonl"
    whole = gzip.compress(posts.read_bytes(), 1)
    packed.write_bytes(whole[: len(whole) - 40_000])
    result = call("score", packed, "--out", out)
    assert result.returncode == 1
    complaint = f"tppo-watch: {packed}: the gzip data is cut short; fetch it again; --resume goes on after "
    assert result.stderr.splitlines()[-1].startswith(complaint)
    packed.write_bytes(whole)
    assert call("score", packed, "--out", out, "--resume").returncode == 3
    assert out.read_bytes() == expected


def test_another_input_is_not_gone_on_with(tmp_path, posts):
    """A row that changed before the place where the run stopped would make a file of two halves."""
    copy, out = tmp_path / "posts.jsonl", tmp_path / "o.jsonl"
    copy.write_bytes(posts.read_bytes())
    process = start("score", copy, "--out", out)
    wait_for_checkpoint(out, process, 256)
    process.kill()
    process.communicate()
    copy.write_bytes(copy.read_bytes().replace(b"nomor 7", b"nomor 8", 1))
    result = call("score", copy, "--out", out, "--resume")
    assert result.returncode == 1
    assert "cannot go on: the input has changed, its rows differ; leave --resume out" in result.stderr


def test_stopping_by_hand_says_how_to_go_on(tmp_path, posts):
    """Ctrl-C in the middle of a long run throws nothing away."""
    out = tmp_path / "o.jsonl"
    process = start("score", posts, "--out", out)
    wait_for_checkpoint(out, process, 256)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.splitlines()[-1].startswith("tppo-watch: stopped; --resume goes on after the ")


def test_going_on_needs_a_file(tmp_path):
    """Standard output and devices hold nothing to go on with."""
    for arguments in ([], ["--out", "/dev/null", "--to", "jsonl"]):
        result = call("score", "--resume", *arguments)
        assert result.returncode == 2
        assert "--resume goes on with a file; name it with --out" in result.stderr
