"""`users` and `audit` as the person calls them who sets the service up."""

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path

import pytest

from tests.reviewing import Office
from tppo_watch.cli.main import main
from tppo_watch.errors import SignInError
from tppo_watch.review import Decision
from tppo_watch.training.corpus import load_corpus
from tppo_watch.watch import open_watch

PHRASE = "kuda laut makan siang"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Call the command in a folder with an empty settings file, a line on standard input."""
    monkeypatch.chdir(tmp_path)
    Path("tppo.toml").write_text("")

    def running(*argv: str, typed: str = PHRASE) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return running


def test_there_is_nobody_until_the_command_line_makes_the_first(run):
    """No default account: the list is empty, and says how to make the first admin, who can then sign in."""
    code, out, _ = run("users", "list")
    assert code == 0 and "--role admin" in out
    code, _, err = run("users", "add", "Budi")
    assert code == 0 and "no admin yet" in err
    assert run("users", "add", "Ani", "--role", "admin")[0] == 0
    users = json.loads(run("users", "list", "--json")[1])
    assert [(user["name"], user["role"], user["state"]) for user in users] == [
        ("Ani", "admin", "active"), ("Budi", "reviewer", "active"),
    ]  # fmt: skip
    with open_watch("tppo.toml") as watch:
        session = watch.accounts.sign_in("ani", PHRASE, client="127.0.0.1", now=watch.now())
        assert session.user.role == "admin"


def test_disabled_and_reset(run):
    """A closed account lets nobody in; a reset opens it with another password; the last admin stays."""
    run("users", "add", "Ani", "--role", "admin")
    run("users", "add", "Budi")
    assert run("users", "disable", "budi")[0] == 0
    with open_watch("tppo.toml") as watch, pytest.raises(SignInError):
        watch.accounts.sign_in("Budi", PHRASE, client="a", now=watch.now())
    assert run("users", "reset", "Budi", "--role", "lead", typed="gajah terbang tinggi")[0] == 0
    with open_watch("tppo.toml") as watch:
        user = watch.accounts.sign_in("Budi", "gajah terbang tinggi", client="a", now=watch.now()).user
        assert user.role == "lead"
    code, _, err = run("users", "disable", "Ani")
    assert code == 1 and "last admin" in err


@pytest.mark.parametrize(
    "argv, typed, said",
    [
        (("add", "Ani"), "pendek", "12 to 256"),
        (("add", "Ani"), "aaaaaaaaaaaaaaa", "few signs"),
        (("add", "Ani"), "saya ani sekali ya", "holds the name"),
        (("add", "\u200b"), PHRASE, "printable"),
        (("disable", "Tiada"), PHRASE, "no user"),
        (("reset", "Tiada"), PHRASE, "no user"),
    ],
)
def test_what_cannot_be_is_one_line(run, argv, typed, said):
    """A weak password, a name of nothing and an unknown person are each named in a line, exit 1."""
    code, out, err = run("users", *argv, typed=typed)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert said in err and typed not in err


def test_a_password_is_no_argument(run):
    """There is no option for it: whoever lists the processes of the machine must not read it."""
    assert run("users", "add", "Ani", "--password", PHRASE)[0] == 2


def test_audit_verify_says_whole_or_names_the_record(run):
    """Exit 0 with the count, exit 1 with the first bad record."""
    run("users", "add", "Ani", "--role", "admin")
    run("users", "add", "Budi")
    code, out, _ = run("audit", "verify", "--json")
    assert (code, json.loads(out)["records"]) == (0, 2)
    with sqlite3.connect("tppo.db") as file:
        file.execute("UPDATE audit SET action = 'view' WHERE seq = 2")
    code, out, err = run("audit", "verify")
    assert (code, out) == (1, "")
    assert "audit record 2:" in err


def test_settled_decisions_are_written_for_the_training(run):
    """Two files as the corpus has them, rules that fired in vain, shares by week; the export is logged."""
    with open_watch("tppo.toml") as watch:
        office = Office(watch._store, Path("."), second_share=0)
        office.desk = watch.desk
        for decision in (Decision("take_up"), Decision("not_trafficking", reason="lawful")):
            alert = office.raised()
            office.desk.decide(office.ani, alert, decision, seen=0, now=office.now)
    code, out, err = run("alerts", "feedback", "--out", "umpan", "--json")
    said = json.loads(out)
    assert (code, said["records"]) == (0, 2) and "train models/corpus" not in out
    assert said["rules"] == [{"id": "visitor_visa_for_work", "fired": 2, "false_alarms": 1}]
    assert [(week["level"], week["decided"], week["confirmed"]) for week in said["weeks"]] == [("high", 2, 1)]
    assert len(load_corpus([Path("umpan")])) == 2
    assert run("audit", "verify")[0] == 0
    with sqlite3.connect("tppo.db") as file:
        assert file.execute("SELECT count(*) FROM audit WHERE action = 'export_training'").fetchone() == (1,)
