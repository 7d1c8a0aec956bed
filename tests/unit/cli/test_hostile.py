"""What an attacker found once stays mended: one clear line, and nothing else lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import tppo_watch
from tppo_watch.classifiers.store import model_root, read_model, write_model
from tppo_watch.cli.main import main
from tppo_watch.config import settings_from
from tppo_watch.errors import ConfigError, ModelMismatchError, StorageError
from tppo_watch.storage.engine import open_store

AD = "Loker admin Poipet, gaji 12jt bersih, berangkat visa turis, paspor ditahan. "


@pytest.mark.parametrize(
    "unit",
    [
        "tidak ada paspor ditahan ",
        "SIPPMI No. 123/2020 ",
        '> "paspor ditahan" katanya\n',
        AD + "WA 0812-0000-0123. ",
    ],
    ids=["negated", "licence", "quoted", "ad"],
)
def test_repetition_is_read_in_linear_time(unit: str) -> None:
    """Eight times the text takes no more than thirty times as long, where the square would take 64."""
    assessor = tppo_watch.load()

    def seconds(characters: int) -> float:
        begin = time.process_time()
        assessor.assess(unit * (characters // len(unit)))
        return time.process_time() - begin

    seconds(2_000)
    assert seconds(160_000) < 30 * max(seconds(20_000), 0.02)


def test_a_pipe_with_a_name_is_read_once(tmp_path: Path, capsys) -> None:
    """A named pipe is opened once, so that what is written to it is scored and nobody waits."""
    pipe = tmp_path / "posts"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(json.dumps({"id": "p", "text": "halo"}) + "\n"))
    writer.start()
    assert main(["score", "--format", "jsonl", str(pipe)]) == 0
    writer.join(timeout=10)
    assert json.loads(capsys.readouterr().out)["id"] == "p"


def test_a_long_csv_field_is_a_post_like_any_other(tmp_path: Path, capsys) -> None:
    """The CSV reader's own limit does not refuse what the library assesses."""
    file = tmp_path / "long.csv"
    file.write_text('id,text\n1,"' + "gaji besar " * 16_000 + '"\n')
    assert main(["score", str(file)]) == 0
    assert "error" not in json.loads(capsys.readouterr().out)


def test_columns_of_one_name_are_refused(tmp_path: Path, capsys) -> None:
    """Which of two texts was meant is not guessed."""
    file = tmp_path / "twice.csv"
    file.write_text("text,text,id\na,b,1\n")
    assert main(["score", str(file)]) == 1
    assert "'text' stands 2 times" in capsys.readouterr().err


def test_an_unreadable_parquet_cell_costs_its_row_alone(tmp_path: Path, capsys) -> None:
    """A text that is not UTF-8 is an error of its row; an id no calendar has is no id."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    raw = pa.array([b"\xff\xfe", b"halo"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    ids = pa.array([2**62, 2**62], pa.timestamp("ms"))
    pq.write_table(pa.table({"id": ids, "text": texts}), tmp_path / "bad.parquet")
    assert main(["score", str(tmp_path / "bad.parquet")]) == 3
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert "unreadable" in first["error"] and second["level"] == "none"


@pytest.mark.parametrize("encoding", ["idna", "punycode", "undefined", "rot13", "nobody"])
def test_what_is_no_text_encoding_is_misuse(encoding: str, tmp_path: Path, capsys) -> None:
    """A codec for something else than text is refused as a wrong call."""
    (tmp_path / "x.csv").write_text("text\na\n")
    assert main(["score", "--encoding", encoding, str(tmp_path / "x.csv")]) == 2
    assert "unexpected" not in capsys.readouterr().err


def test_utf16_without_its_mark_is_named(tmp_path: Path, capsys) -> None:
    """A file that is not in the encoding named ends in one line, not in a fault of ours."""
    (tmp_path / "x.txt").write_bytes(b"halo semua\n" * 3)
    assert main(["score", "--encoding", "utf-16", str(tmp_path / "x.txt")]) == 1
    assert "unexpected" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("score - <&-", "standard input: is closed"),
        ("explain - <&-", "standard input: is closed"),
        ("explain halo >&-", "standard output is closed"),
    ],
)
def test_a_closed_stream_is_one_line(arguments: str, message: str) -> None:
    """A standard stream that is closed is said, and is no fault of ours."""
    code = "import sys; from tppo_watch.cli.main import main; sys.exit(main())"
    command = f"{sys.executable} -c '{code}' {arguments}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert message in done.stderr and "unexpected" not in done.stderr


@pytest.mark.parametrize(
    "url",
    ["sqlite:///a\0b", "sqlite:///x.db?timeout=abc", "sqlite://h:99/x", "sqlite+nope:///x.db", "sqlite://h:99999999/x"],
)
def test_an_odd_database_address_is_a_storage_error(url: str) -> None:
    """Whatever a database address holds, the error is about the address."""
    with pytest.raises(StorageError):
        open_store(url)


def test_the_home_of_nobody_is_a_setting_to_correct(tmp_path: Path) -> None:
    """A path that begins with an unknown user's home is refused as a setting."""
    with pytest.raises(ConfigError, match="unknown user"):
        settings_from({"privacy": {"key_file": "~nosuchuser/key"}}, folder=tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda c, a: c.update(base=float("nan")),
        lambda c, a: c.update(base="x"),
        lambda c, a: c.update(prevalence=2),
        lambda c, a: c.pop("types"),
        lambda c, a: c.pop("evidence"),
        lambda c, a: a.pop("knots"),
        lambda c, a: a.update(knots=np.zeros(0)),
        lambda c, a: a.update(evidence=a["evidence"][:-1]),
        lambda c, a: a.update(evidence=a["evidence"] * np.nan),
        lambda c, a: a.update(weights=a["weights"][:, :-1]),
    ],
)
def test_an_altered_model_is_refused_though_its_digests_hold(change, tmp_path: Path) -> None:
    """Numbers that are missing, not finite or of another shape make no model: never a risk of NaN."""
    model = read_model()
    config, arrays = {k: v for k, v in model.config.items() if k != "format"}, dict(model.arrays)
    change(config, arrays)
    write_model(tmp_path / "m", config=config, features=model.features, arrays=arrays, card="")
    with pytest.raises(ModelMismatchError):
        tppo_watch.load(tmp_path / "m")


@pytest.mark.parametrize("content", [b"[]", b"\xff", b"[" * 100_000])
def test_a_configuration_that_is_none_is_refused(content: bytes, tmp_path: Path) -> None:
    """A model file with a right digest and a wrong content ends in a clear error."""
    import hashlib

    folder = tmp_path / "m"
    shutil.copytree(model_root() / "default", folder)
    (folder / "model.json").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"]["model.json"] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelMismatchError):
        tppo_watch.load(folder)
