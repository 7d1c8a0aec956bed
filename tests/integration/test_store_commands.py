"""`posts`, `store` and what `doctor` says of the key, as a user calls them."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.scanning import KeywordAssessor
from tppo_watch.cli.main import main
from tppo_watch.watch import Watch, open_watch

ROWS = (
    ("1", "Loker Kamboja gaji 12jt, WA 0812-0000-0001", "ani"),
    ("2", "Loker Kamboja gaji 12jt, WA 0812-0000-0001", "budi"),
    ("3", "Kerja sawit, hubungi Ani", "ani"),
    ("4", "jual motor", ""),
    ("5", "TOLONG SAYA di Kamboja", "citra"),
)


@pytest.fixture
def run(monkeypatch, capsysbinary, tmp_path):
    """Call the command in a folder with a scanned source: exit code, standard output, standard error."""
    monkeypatch.setattr(Watch, "_assessor", KeywordAssessor())
    monkeypatch.chdir(tmp_path)
    write(ROWS)
    fields = 'id_field = "id"\nauthor_field = "akun"\n'
    Path("tppo.toml").write_text(f'[[sources]]\nid = "a"\nkind = "jsonl"\npath = "a.jsonl"\n{fields}')

    def running(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    assert running("scan")[0] == 0
    return running


def write(rows) -> None:
    lines = [json.dumps({"id": id, "text": text, "akun": author}) for id, text, author in rows]
    Path("a.jsonl").write_text("\n".join(lines) + "\n")


def found(run, words: str) -> list[dict]:
    code, out, _ = run("posts", "search", words, "--json")
    assert code == 0
    return json.loads(out)


def test_posts_are_searched_and_numbers_hidden(run):
    """A table for people and JSON for programs; phone numbers only where they are asked for."""
    (post,) = found(run, "kamboja gaji")
    assert (post["level"], post["alert_state"]) == ("high", "open")
    assert "0812-0000-0001" not in post["text"]
    code, out, _ = run("posts", "search", "loker kamboja", "--reveal", "--reason", "menelepon")
    assert code == 0
    assert "0812-0000-0001" in " ".join(out.split())
    assert found(run, "tolong")[0]["assistance"] is True
    out = run("posts", "search", "tolong")[1]
    assert ("HELP" in out, "0.95" in out) == (True, False)
    assert run("posts", "search", "tiada")[1] == "No post has these words.\n"
    assert run("posts", "search", "--", "-")[0] == 1


def test_an_edit_keeps_its_history(run):
    """Each version is shown with when it appeared and what was said of it."""
    write([("3", "Kerja sawit lewat Kamboja", "ani")])
    run("scan", "--all")
    (post,) = found(run, "sawit kamboja")
    code, out, _ = run("posts", "history", str(post["id"]), "--json")
    assert [version["level"] for version in json.loads(out)] == ["medium", "high"]
    assert "Kerja sawit, hubungi Ani" in run("posts", "history", str(post["id"]))[1]
    assert run("posts", "history", "99")[::2] == (1, "tppo-watch: no post with id '99'\n")


def test_a_purged_post_does_not_come_back(run):
    """Gone from search, alerts and files, and the next scans bring neither it nor its copy."""
    (post,) = found(run, "loker kamboja")
    assert run("posts", "purge", str(post["id"]))[0] == 2
    code, out, _ = run("posts", "purge", str(post["id"]), "--yes", "--json")
    assert (code, json.loads(out)["posts"]) == (0, 2)
    Path("a.jsonl").touch()
    code, out, _ = run("scan", "--all", "--json")
    assert json.loads(out)["new"] == 0
    assert found(run, "loker kamboja") == []
    assert all(b"Loker Kamboja" not in file.read_bytes() for file in Path().glob("tppo.db*"))


def test_a_purged_author_leaves_the_others(run):
    """Every post of one person goes; who wrote the same keeps theirs, with the alert."""
    (post,) = found(run, "sawit")
    code, out, _ = run("posts", "purge", str(post["id"]), "--author", "--yes", "--json")
    assert (code, json.loads(out)["posts"]) == (0, 2)
    assert found(run, "sawit") == []
    (left,) = found(run, "loker kamboja")
    assert left["alert_state"] == "open"
    assert run("posts", "purge", str(found(run, "motor")[0]["id"]), "--author", "--yes")[0] == 1


def test_a_backup_comes_back(run):
    """Into a new place; never over data that is there."""
    code, _, err = run("store", "backup", "b.db")
    assert code == 0
    assert "tppo.key" in err
    assert run("store", "restore", "b.db")[::2][0] == 1
    Path("tppo.db").unlink()
    code, out, _ = run("store", "restore", "b.db", "--json")
    assert code == 0
    assert {row["table"]: row["rows"] for row in json.loads(out)}["posts"] == 5
    assert len(found(run, "loker kamboja")) == 1
    assert "holds data already" in run("store", "restore", "b.db")[2]


def test_everything_moves_to_postgresql(run, postgres):
    """The rows are counted and compared, and the service goes on there with the next scan."""
    url = postgres.new_database()
    code, out, err = run("migrate-store", url)
    assert code == 0
    assert "both agree" in err
    assert "posts" in out
    settings = Path("tppo.toml")
    settings.write_text(f'[storage]\nurl = "{url}"\n' + settings.read_text())
    write([*ROWS, ("6", "Loker Kamboja lagi", "ani")])
    code, out, _ = run("scan", "--all", "--json")
    assert (code, json.loads(out)["new"]) == (0, 1)
    assert len(found(run, "loker kamboja")) == 2
    assert "holds data already" in run("migrate-store", url)[2]


def test_the_key_is_looked_after(run):
    """It rotates, its loss is seen by doctor and scan, and a lost one can be given up."""
    assert "hashed 3 authors" in run("store", "rotate-key")[2]
    key = {row["name"]: row for row in json.loads(run("doctor", "--json")[1])}["author key"]
    assert (key["state"], "keep a copy" in key["detail"]) == ("ok", True)
    Path("tppo.key").unlink()
    key = {row["name"]: row for row in json.loads(run("doctor", "--json")[1])}["author key"]
    assert (key["state"], "is missing" in key["detail"]) == ("broken", True)
    code, _, err = run("scan", "--all")
    assert code == 1
    assert "rotate-key --lost" in err
    assert not Path("tppo.key").exists()
    assert run("store", "rotate-key", "--lost")[0] == 0
    assert run("scan", "--all")[0] == 0


def test_what_is_too_old_goes_with_the_next_scan(run):
    """Plain posts after their time; what waits for a person stays, and nothing comes back."""
    with Path("tppo.toml").open("a") as file:
        file.write('[retention]\nposts = "30d"\nruns = "30d"\n')
    later = datetime.now(UTC) + timedelta(days=40)
    with closing(open_watch("tppo.toml", assessor=KeywordAssessor(), clock=lambda: later)) as watch:
        Path("a.jsonl").touch()
        assert watch.scan(is_everything=True).total("new") == 0
        assert watch.search("motor") == []
        assert len(watch.search("loker kamboja")) == 1
        Path("a.jsonl").touch()
        assert watch.scan(is_everything=True).total("new") == 0
    assert run("store", "retain")[1] == "Nothing is older than it may become.\n"
