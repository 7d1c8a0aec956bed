"""``score``: rows in, rows out, and every way in which the input is not what it should be."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.io.naughty import NAUGHTY
from tppo_watch import assessor as real_assessor

ONE = b'{"id": "p1", "text": "Loker Poipet, visa turis"}\n'
TWO = b'{"id": "p2", "text": "Loker kasir di Depok"}\n'
ROOT = Path(__file__).parents[3]


def test_each_post_becomes_the_json_of_the_contract(tppo, assessor):
    """A line holds the id and the assessment's JSON form, nothing else."""
    result = tppo("score", stdin=ONE + TWO)
    assert (result.code, result.err) == (0, "")
    assert result.rows == [
        {"id": "p1", **assessor.assess("Loker Poipet, visa turis").to_dict()},
        {"id": "p2", **assessor.assess("Loker kasir di Depok").to_dict()},
    ]


@pytest.mark.parametrize("arguments", [[], ["-"], ["--format", "jsonl"], ["-", "--format", "jsonl"]])
def test_standard_input_is_json_lines_unless_said_otherwise(tppo, arguments):
    """No file and ``-`` are the same."""
    assert [row["id"] for row in tppo("score", *arguments, stdin=ONE + TWO).rows] == ["p1", "p2"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.jsonl", ONE), ("a.csv", b"id,text\np1,Loker Poipet\n"), ("a.TSV", b"id\ttext\np1\tLoker Poipet\n")],
)
def test_the_ending_of_a_file_tells_its_format(tppo, tmp_path, name, content):
    """No option is needed for a file with a usual ending."""
    (tmp_path / name).write_bytes(content)
    assert [row["id"] for row in tppo("score", tmp_path / name).rows] == ["p1"]


def test_format_overrules_the_ending(tppo, tmp_path):
    """A file of another ending is read as it is said to be."""
    (tmp_path / "a.log").write_bytes(b"Loker Poipet\n\nLoker Depok\n")
    rows = tppo("score", tmp_path / "a.log", "--format", "text").rows
    assert [(row["id"], row["level"]) for row in rows] == [("1", "medium"), ("3", "none")]


def test_fields_can_be_named(tppo):
    """``--text-field`` and ``--id-field`` say where the text and the id stand."""
    data = b"nomor;isi\n7;Loker Poipet\n"
    rows = tppo("score", "--format", "csv", "--text-field", "isi", "--id-field", "nomor", stdin=data).rows
    assert [(row["id"], row["level"]) for row in rows] == [("7", "medium")]


def test_several_files_keep_their_order_and_tell_their_lines_apart(tppo, tmp_path):
    """Posts without an id are called by file and line where there are several files."""
    (tmp_path / "a.txt").write_text("satu\ndua\n")
    (tmp_path / "b.jsonl").write_bytes(ONE)
    rows = tppo("score", tmp_path / "a.txt", tmp_path / "b.jsonl").rows
    assert [row["id"] for row in rows] == [f"{tmp_path}/a.txt:1", f"{tmp_path}/a.txt:2", "p1"]


def test_two_processes_say_what_one_says(tppo):
    """``--jobs`` changes neither the rows nor their order."""
    data = b"".join(b'{"id": %d, "text": "Loker Poipet nomor %d"}\n' % (n, n) for n in range(2000)) + b"[]\n"
    alone, together = tppo("score", stdin=data), tppo("score", "--jobs", "2", stdin=data)
    assert alone == together
    assert [row["id"] for row in alone.rows[:2000]] == list(range(2000))


@pytest.mark.parametrize(("least", "kept"), [("none", 3), ("low", 2), ("medium", 2), ("high", 1)])
def test_min_level_leaves_out_what_is_below(tppo, least, kept):
    """Posts at the level and above are written."""
    data = ONE + TWO + b'{"text": "Poipet"}\n'
    assert len(tppo("score", "--min-level", least, stdin=data).rows) == kept


def test_min_level_hides_no_error(tppo):
    """A line that could not be read has no level, and is kept."""
    assert [row.get("error") for row in tppo("score", "--min-level", "high", stdin=b"[]\n").rows] == [
        "a JSON object is wanted, not an array"
    ]


BAD = ONE + b"bukan json\n" + TWO + b'{"id": "p4", "text": null}\n' + ONE


def test_a_bad_line_is_kept_with_its_reason(tppo):
    """By default one row comes out for each that went in, and the call ends with 3."""
    result = tppo("score", stdin=BAD)
    assert result.code == 3
    assert [row["id"] for row in result.rows] == ["p1", "2", "p2", "p4", "p1"]
    assert [row.get("line") for row in result.rows] == [None, 2, None, 4, None]
    assert set(result.rows[3]) == {"id", "line", "error"}
    assert result.err.splitlines() == [
        "tppo-watch: standard input: line 2: not JSON: Expecting value at column 1",
        "tppo-watch: standard input: line 4: field 'text' is null, not a text",
        "tppo-watch: 2 of 5 lines could not be read",
    ]


def test_a_bad_line_can_be_left_out(tppo):
    """With skip it is reported and counted, and the others are there."""
    result = tppo("score", "--on-error", "skip", stdin=BAD)
    assert result.code == 3
    assert [row["id"] for row in result.rows] == ["p1", "p2", "p1"]
    assert "2 of 5" in result.err


def test_a_bad_line_can_stop_everything(tppo, tmp_path):
    """With stop nothing is written to a file, and the line is named."""
    result = tppo("score", "--on-error", "stop", "--out", tmp_path / "o.jsonl", stdin=BAD)
    assert result.code == 1
    assert "standard input: line 2: not JSON" in result.complaint
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["o.jsonl", "o.csv", "o.parquet"])
def test_the_ending_of_out_tells_its_format(tppo, tmp_path, name):
    """Every output format holds every row, in order."""
    result = tppo("score", "--out", tmp_path / name, stdin=BAD)
    assert (result.code, result.out) == (3, "")
    if name == "o.parquet":
        import pyarrow.parquet as pq

        rows = pq.read_table(tmp_path / name).to_pylist()
    elif name == "o.csv":
        rows = list(csv.DictReader(io.StringIO((tmp_path / name).read_text())))
    else:
        rows = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
    assert [row["id"] for row in rows] == ["p1", "2", "p2", "p4", "p1"]
    assert rows[1]["error"].startswith("not JSON")


def test_csv_can_go_to_standard_output(tppo):
    """``--to`` names the format where no file does."""
    rows = list(csv.DictReader(io.StringIO(tppo("score", "--to", "csv", stdin=ONE).out)))
    assert [(row["id"], row["level"]) for row in rows] == [("p1", "high")]


def test_a_file_can_be_scored_onto_itself(tppo, tmp_path):
    """The input is read to its end before the output takes its place."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(ONE + TWO)
    assert tppo("score", path, "--out", path).code == 0
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["p1", "p2"]


@pytest.mark.parametrize("format", ["jsonl", "csv", "text"])
@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_nothing_in_nothing_out(tppo, format, data):
    """An empty file is no error."""
    assert tppo("score", "--format", format, stdin=data) == tppo("score", stdin=b"")


def test_every_naughty_string_gets_a_row(tppo):
    """Strings that break careless programs are posts as any other."""
    data = "".join(json.dumps({"id": post, "text": post}) + "\n" for post in NAUGHTY).encode()
    result = tppo("score", stdin=data)
    assert (result.code, result.err) == (0, "")
    assert [row["id"] for row in result.rows] == [post or "1" for post in NAUGHTY]


def test_a_text_past_the_bound_costs_only_itself(tppo, monkeypatch):
    """A text longer than the assessor takes is refused in its row."""
    monkeypatch.setattr(real_assessor, "MAX_CHARACTERS", 30)
    result = tppo("score", stdin=TWO + json.dumps({"text": "x" * 31}).encode() + b"\n" + TWO)
    assert [row.get("error") for row in result.rows] == [None, "a text of more than 30 characters", None]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["nowhere.jsonl"], 1, "nowhere.jsonl: No such file or directory"),
        (["folder.csv"], 1, "folder.csv: is a folder; name the files in it"),
        (["photo.jpg"], 2, "photo.jpg: its ending is none of .jsonl"),
        (["photo.txt"], 1, "photo.txt: binary data, not text"),
        (["table.csv"], 1, "table.csv: no column 'text' among: a, b; name it with --text-field"),
        (["table.csv", "--format", "parquet"], 1, "table.csv: not a Parquet file"),
        (["table.csv", "--format", "xlsx"], 2, "'xlsx' is not one of"),
        (["table.csv", "--encoding", "utf-99"], 2, "no text encoding is called 'utf-99'"),
        (["table.csv", "--encoding", "rot13"], 2, "no text encoding is called 'rot13'"),
        (["table.csv", "--text-field", "a", "--out", "nowhere/o.csv"], 1, "nowhere/o.csv: cannot be written"),
        (["table.csv", "--text-field", "a", "--out", "folder.csv"], 1, "folder.csv: is a folder"),
        (["table.csv", "--text-field", "a", "--out", "o.xlsx"], 2, "its ending is none of .jsonl"),
        (["table.csv", "--text-field", "a", "--to", "parquet"], 2, "Parquet needs a file"),
        (["--jobs", "0"], 2, "--jobs"),
        (["--min-level", "hot"], 2, "'hot' is not one of"),
        (["--on-error", "cry"], 2, "'cry' is not one of"),
        (["--colour"], 2, "No such option: --colour"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(tppo, tmp_path, monkeypatch, arguments, code, complaint):
    """1 for what could not be done, 2 for a wrong call, and always one line that names the thing."""
    monkeypatch.chdir(tmp_path)
    Path("folder.csv").mkdir()
    Path("photo.txt").write_bytes(bytes(range(256)) * 4)
    Path("table.csv").write_text("a,b\n1,2\n")
    before = sorted(os.listdir())
    result = tppo("score", *arguments)
    assert (result.code, result.out) == (code, "")
    assert complaint in result.complaint
    assert sorted(os.listdir()) == before


def test_all_files_are_looked_for_before_anything_is_written(tppo, tmp_path):
    """A typing error in the last name costs no work."""
    (tmp_path / "a.jsonl").write_bytes(ONE)
    result = tppo("score", tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert (result.code, result.out) == (1, "")
    assert "b.jsonl: No such file" in result.complaint


def test_parquet_without_pyarrow_says_how_to_get_it(tppo, monkeypatch, tmp_path):
    """For input and output alike."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    hint = "pip install 'tppo-watch[parquet]'"
    assert hint in tppo("score", "--format", "parquet").complaint
    result = tppo("score", "--out", tmp_path / "o.parquet", stdin=ONE)
    assert result.code == 1
    assert hint in result.complaint
    assert os.listdir(tmp_path) == []


def test_a_fault_of_ours_is_one_line_too(tppo, monkeypatch):
    """What nobody foresaw ends with 1 and a line; the trace is in the log of -vv only."""
    monkeypatch.setattr("tppo_watch.assessor.load", lambda model=None, **more: 1 / 0)
    result = tppo("score", stdin=ONE)
    assert result.code == 1
    assert "unexpected ZeroDivisionError: division by zero" in result.complaint
    logged, complaint = tppo("score", "-vv", stdin=ONE).err.splitlines()
    assert "1 / 0" in json.loads(logged)["exception"]
    assert complaint == result.complaint


def test_a_text_that_breaks_the_assessor_costs_only_itself(tppo, assessor, monkeypatch):
    """The others of its batch have their rows; it is named, and its trace is in the log of -vv."""
    whole = assessor.assess

    def assess(text: str):
        return 1 / 0 if "Depok" in text else whole(text)

    monkeypatch.setattr(assessor, "assess", assess)
    result = tppo("score", stdin=ONE + TWO + ONE)
    assert result.code == 3
    assert [row["id"] for row in result.rows] == ["p1", "p2", "p1"]
    assert result.rows[1]["error"].startswith("unexpected ZeroDivisionError while assessing")
    assert "1 / 0" in json.loads(tppo("score", "-vv", stdin=TWO).err.splitlines()[0])["exception"]


def test_an_interrupt_is_no_accident(tppo, assessor, monkeypatch):
    """Ctrl-D and Ctrl-C end with a word, not with a trace."""

    def interrupt(text: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(assessor, "assess", interrupt)
    result = tppo("score", stdin=ONE)
    assert (result.code, result.complaint) == (1, "tppo-watch: stopped")


DRIVER = """
import sys
import tppo_watch.assessor
from tests.unit.cli.fake import FakeAssessor
tppo_watch.assessor.load = lambda model=None, **more: FakeAssessor()
from tppo_watch.cli.main import main
sys.exit(main())
"""


def start(*arguments: str, **options) -> subprocess.Popen:
    """The command in a process of its own."""
    command = [sys.executable, "-c", DRIVER, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def test_a_closed_pipe_is_not_an_error(tmp_path):
    """``tppo-watch score ... | head -1`` ends in peace."""
    (tmp_path / "a.jsonl").write_bytes(ONE * 5000)
    with start("score", str(tmp_path / "a.jsonl")) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_memory_does_not_grow_with_the_input():
    """Thirty times the input, of good lines and bad, takes the same memory."""

    def peak_kb(lines: int) -> int:
        program = DRIVER.replace("sys.exit(main())", "main()") + (
            "import resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
        )
        command = [
            sys.executable,
            "-c",
            program,
            "score",
            "--on-error",
            "skip",
            "--out",
            "/dev/null",
            "--to",
            "jsonl",
        ]
        data = (json.dumps({"text": "x" * 500}).encode() + b"\n" + b"{}\n" * 2) * lines
        process = subprocess.run(command, cwd=ROOT, input=data, stderr=subprocess.PIPE, check=False)
        return int(process.stderr.splitlines()[-1])

    small = peak_kb(200)
    assert peak_kb(6_000) < small + 15_000


def test_a_pipe_is_served_while_it_is_open():
    """The command reads from a pipe until it is closed, and shows no progress bar in one."""
    with start("score", stdin=subprocess.PIPE) as process:
        process.stdin.write(ONE)
        process.stdin.flush()
        time.sleep(0.05)
        out, err = process.communicate(TWO)
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["p1", "p2"]
    assert (process.returncode, err) == (0, b"")


def test_a_new_file_has_the_usual_mode(tppo, tmp_path):
    """The temporary file behind it is private; the result is not."""
    umask = os.umask(0o022)
    try:
        tppo("score", "--out", tmp_path / "o.jsonl", stdin=ONE)
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "o.jsonl").stat().st_mode) == 0o644
