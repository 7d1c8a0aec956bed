"""``doctor`` and ``models``: what is there, what is missing, and what to do about it."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest

from tests.scanning import NOW
from tppo_watch.classifiers import store
from tppo_watch.cli import doctor
from tppo_watch.storage import open_store, outbox, rejects, sources
from tppo_watch.types import Failure


def findings(result) -> dict[str, dict]:
    """The findings of ``doctor --json`` by name."""
    return {finding["name"]: finding for finding in json.loads(result.out)}


@pytest.fixture
def model(tmp_path, monkeypatch) -> Path:
    """A folder of installed models that holds one, with two files."""
    folder = tmp_path / "models" / store.DEFAULT
    store.write_model(folder, config={"name": "default-9"}, features=("a", "b"), arrays={}, card="# Card")
    monkeypatch.setattr(store, "model_root", lambda: tmp_path / "models")
    return folder


def test_a_sound_installation_is_ok(tppo, model, monkeypatch, tmp_path):
    """Everything the work needs is found, and the call ends with 0."""
    monkeypatch.chdir(tmp_path)
    result = tppo("doctor", "--json")
    assert result.code == 0
    found = findings(result)
    assert found["model"]["state"] == "ok"
    assert found["database"]["detail"] == "none configured: no tppo.toml here"
    assert found["scikit-learn"]["detail"] == metadata.version("scikit-learn")
    assert "repair" not in found["scikit-learn"]


def test_the_table_says_the_same(tppo, model):
    """For people, with one line a finding."""
    out = tppo("doctor").out
    assert "scikit-learn" in out
    assert "as in the manifest" in out


def test_a_missing_extra_names_its_install_command(tppo, model, monkeypatch):
    """It costs a feature, not the work: the call ends with 0."""
    known = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "pyarrow" else known(name))
    result = tppo("doctor", "--json")
    assert result.code == 0
    assert findings(result)["extra parquet"] == {
        "name": "extra parquet",
        "state": "missing",
        "detail": "without pyarrow",
        "repair": "pip install 'tppo-watch[parquet]'",
    }


def test_a_missing_package_stops_the_work(tppo, model, monkeypatch):
    """The call ends with 1 and says what to install."""
    known = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "scipy" else known(name))
    result = tppo("doctor", "--json")
    assert result.code == 1
    assert findings(result)["scipy"]["state"] == "broken"
    assert findings(result)["scipy"]["repair"].startswith("pip install 'scipy")


def test_an_altered_model_is_found(tppo, model):
    """Doctor and verify say which file differs, and end with 1."""
    (model / store.VOCABULARY).write_text("a\nc\n")
    result = tppo("doctor", "--json")
    assert result.code == 1
    assert findings(result)["model"]["state"] == "broken"
    verified = tppo("models", "verify", "--json")
    assert verified.code == 1
    (row,) = json.loads(verified.out)
    assert (row["name"], row["ok"]) == ("default", False)
    assert "vocabulary.txt: expected sha256" in row["problem"]


def test_no_model_at_all_is_found(tppo, tmp_path, monkeypatch):
    """Verify does not call an empty folder sound."""
    monkeypatch.setattr(store, "model_root", lambda: tmp_path)
    assert tppo("models", "verify").code == 1
    assert findings(tppo("doctor", "--json"))["model"]["state"] == "broken"
    assert json.loads(tppo("models", "list", "--json").out) == []


def test_models_are_listed_by_name(tppo, model):
    """With the name of the trained model and its folder."""
    assert json.loads(tppo("models", "list", "--json").out) == [
        {"name": "default", "model": "default-9", "folder": str(model)}
    ]
    assert "default-9" in tppo("models", "list").out


def test_a_model_can_be_verified_by_its_folder(tppo, model):
    """A folder anywhere is as good as an installed name."""
    (row,) = json.loads(tppo("models", "verify", model, "--json").out)
    assert (row["ok"], row["files"]) == (True, 4)


@pytest.mark.parametrize(
    ("url", "state", "detail"),
    [
        ("sqlite:///here.db", "ok", "here.db"),
        ("sqlite:///later.db", "ok", "the first scan makes it"),
        ("sqlite:///no.db", "broken", "not a database"),
        ("sqlite:///other.db", "broken", "another program"),
        ("postgresql://localhost:1/x", "broken", "cannot be used"),
    ],
)
def test_the_configured_database_is_looked_at(tppo, model, monkeypatch, tmp_path, url, state, detail):
    """One that answers, one that is still to be made, and a file that is none."""
    import sqlite3

    monkeypatch.chdir(tmp_path)
    sqlite3.connect("here.db").close()
    with sqlite3.connect("other.db") as other:
        other.execute("CREATE TABLE theirs (x)")
    Path("no.db").write_bytes(b"not a database at all" * 100)
    Path("tppo.toml").write_text(f'[storage]\nurl = "{url}"\n')
    found = findings(tppo("doctor", "--json"))["database"]
    assert found["state"] == state
    assert detail in found["detail"]


def test_a_broken_configuration_is_a_finding(tppo, model, monkeypatch, tmp_path):
    """Doctor goes on, and says what is wrong with it."""
    monkeypatch.chdir(tmp_path)
    Path("tppo.toml").write_text("[storage\n")
    result = tppo("doctor", "--json")
    assert result.code == 1
    assert "tppo.toml" in findings(result)["database"]["detail"]
    assert "locale" in findings(result)


def test_the_model_looked_at_is_the_one_a_scan_would_use(tppo, model, monkeypatch, tmp_path):
    """A configuration that names a model which is not there is broken, though the default is sound."""
    monkeypatch.chdir(tmp_path)
    Path("tppo.toml").write_text('[model]\npath = "nothere"\n')
    result = tppo("doctor", "--json")
    assert result.code == 1
    assert findings(result)["model"]["state"] == "broken"


def test_channels_are_looked_at_and_their_addresses_kept_secret(tppo, model, monkeypatch, tmp_path):
    """An address that no service knows is found before the first alert; no address is printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tppo.toml").write_text(
        '[[notify]]\nname = "baik"\nurl = "json://rahasia.example"\n'
        '[[notify]]\nname = "aneh"\nurl = "entah://rahasia"\n'
    )
    result = tppo("doctor", "--json")
    found = findings(result)
    assert (found["notify baik"]["state"], found["notify aneh"]["state"]) == ("ok", "broken")
    assert "rahasia" not in result.out


def test_rules_of_ones_own_are_looked_at(tppo, model, monkeypatch, tmp_path):
    """How many there are; a file that breaks the schema is named, and stops the work."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tppo.toml").write_text('[model]\nrules = "rules"\n')
    (tmp_path / "rules").mkdir()
    sound = findings(tppo("doctor", "--json"))["rules"]
    assert sound["state"] == "ok" and "0 of your own" in sound["detail"]
    (tmp_path / "rules" / "a.yaml").write_text("- {id: x}")
    result = tppo("doctor", "--json")
    broken = findings(result)["rules"]
    assert result.code == 1 and broken["state"] == "broken" and "a.yaml: x" in broken["detail"]


def test_what_waits_for_a_person_is_found(tppo, model, monkeypatch, tmp_path):
    """Items that could not be read and messages that were given up are counted, with what shows them."""
    monkeypatch.chdir(tmp_path)
    Path("tppo.toml").write_text('[storage]\nurl = "sqlite:///here.db"\n')
    found = findings(tppo("doctor", "--json"))
    assert {found[name]["state"] for name in ("unreadable items", "messages")} == {"ok"}
    assert not Path("here.db").exists()
    with open_store("sqlite:///here.db") as store, store.write() as connection:
        sources.ensure(connection, "a")
        rejects.keep(connection, "a", [Failure("a: line 3", "read", "is no object", b"x")], now=NOW)
        outbox.pack(connection, "m", "mail", "alert", [], now=NOW)
        outbox.change(connection, "m", state="dead")
    found = findings(tppo("doctor", "--json"))
    assert "1 items could not be read (a 1)" in found["unreadable items"]["detail"]
    assert found["unreadable items"]["repair"].startswith("tppo-watch sources rejects")
    assert "1 dead" in found["messages"]["detail"]
    assert "--state dead" in found["messages"]["repair"]
