"""`scan`, `sources` and `alerts` as a user calls them, with an assessor that goes by words."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.delivering import webhook
from tests.scanning import KeywordAssessor
from tppo_watch.cli.main import main
from tppo_watch.review import Decision
from tppo_watch.storage import open_store, pictures
from tppo_watch.types import Picture
from tppo_watch.watch import Watch, open_watch

WHY = ("--reveal", "--reason", "permintaan penyidik")
JSONL = '[[sources]]\nid = "a"\nkind = "jsonl"\npath = "a.jsonl"\n'


@pytest.fixture
def run(monkeypatch, capsysbinary, tmp_path):
    """Call the command in an empty folder: exit code, standard output, standard error."""
    monkeypatch.setattr(Watch, "_assessor", KeywordAssessor())
    monkeypatch.chdir(tmp_path)

    def running(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return running


@pytest.fixture
def demo(run):
    assert run("scan", "--demo", "demo")[0] == 0
    return ("--config", "demo/tppo.toml")


def test_the_demo_scans_the_samples_and_shows_the_alerts(run):
    """The first run shows what was found and how to look closer; the second says that nothing is new."""
    code, out, err = run("scan", "--demo", "demo")
    assert (code, err) == (0, "")
    assert "64 new posts" in out
    assert "tppo-watch alerts show" in out
    assert "Kamboja" in out
    code, out, _ = run("scan", "--demo", "demo")
    assert code == 0
    assert "Nothing new." in out
    assert "alerts show" in out


def test_the_demo_names_the_command_as_it_was_called(run, monkeypatch):
    """What it says to do next can be pasted, also where the command is not on the path."""
    monkeypatch.setattr(sys, "argv", [".venv/bin/tppo-watch"])
    out = run("scan", "--demo", "demo")[1]
    number = re.search(r"\.venv/bin/tppo-watch alerts show (\d+) --config demo/tppo.toml\n", out)[1]
    assert run("alerts", "show", number, "--config", "demo/tppo.toml")[0] == 0


def test_a_plea_in_the_list_has_no_score(run):
    """Whoever may need help is not shown as a suspect: no risk, no kind of exploitation."""
    Path("tppo.toml").write_text(JSONL)
    posts = ("Loker Kamboja", "tolong saya di Kamboja")
    Path("a.jsonl").write_text("".join(json.dumps({"text": post}) + "\n" for post in posts))
    run("scan")
    table = run("alerts", "list")[1].splitlines()
    (plea,) = [line for line in table if "tolong saya" in line]
    assert "PERTOLONGAN" in plea
    assert "0," not in "".join(table[table.index(plea) : table.index(plea) + 2])


def test_the_demo_leaves_other_folders_alone(run):
    """A folder that holds something else is refused before anything is copied."""
    Path("penuh").mkdir()
    Path("penuh/surat.txt").write_text("x")
    code, _, err = run("scan", "--demo", "penuh")
    assert code == 1
    assert "not empty" in err
    assert [file.name for file in Path("penuh").iterdir()] == ["surat.txt"]


def test_a_scan_with_failures_exits_3(run):
    """What failed is named on standard error, what worked is done."""
    Path("a.jsonl").write_text('{"text": "Kamboja"}\nrusak\n')
    broken = '[[sources]]\nid = "b"\nkind = "feed"\npath = "tiada"\n'
    Path("tppo.toml").write_text(JSONL + broken)
    code, out, err = run("scan")
    assert code == 3
    assert "1 new post, 0 of them copies; 1 alert (1 high)." in out
    assert "a: line 2" in err and "tiada" in err


def test_the_report_as_json(run):
    """`--json` gives one document with the counts of every source."""
    Path("tppo.toml").write_text(JSONL)
    Path("a.jsonl").write_text('{"text": "Kamboja"}\n')
    code, out, _ = run("scan", "--json")
    report = json.loads(out)
    assert (code, report["new"], report["lanes"], report["sources"][0]["id"]) == (0, 1, {"high": 1}, "a")


@pytest.mark.parametrize(
    "argv",
    [("scan",), ("alerts", "list"), ("sources", "list"), ("alerts", "show", "1", "--config", "tiada.toml")],
)
def test_a_missing_settings_file_is_one_line(run, argv):
    """Every command of the service says which file it looked for."""
    code, out, err = run(*argv)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "no such file" in err


def test_a_scan_delivers_what_it_raised(run):
    """`[[notify]]` is acted on in the same call; what could not be delivered is said, listed, and exit 3."""
    Path("a.jsonl").write_text('{"text": "Loker Kamboja, WA 0812-0000-0001"}\n')
    with webhook() as receiver:
        Path("tppo.toml").write_text(
            f'{JSONL}[fetch]\nallow_private = ["{receiver.address}"]\n[[notify]]\nname = "hook"\n'
            f'webhook = "http://{receiver.address}/"\nsecret_file = "rahasia"\n'
        )
        code, _, err = run("scan")
        assert (code, receiver.bodies[0]["alerts"][0]["lane"]) == (0, "high")
        assert "1 message delivered" in err
        receiver.answers = [500]
        Path("a.jsonl").write_text('{"text": "Loker Kamboja lagi"}\n')
        code, _, err = run("scan", "--all")
        assert code == 3 and "1 to be tried again" in err
    states = {row["state"]: row for row in json.loads(run("alerts", "deliveries", "--json")[1])}
    assert set(states) == {"sent", "waiting"} and states["waiting"]["error"] == "answered 500"
    code, _, err = run("alerts", "resend", states["waiting"]["id"])
    assert code == 1 and "only a dead one" in err


def test_alerts_are_listed_with_numbers_hidden(run, demo):
    """Table and JSON hold the same alerts in the same order, and no phone number."""
    _, table, _ = run("alerts", "list", *demo)
    _, out, _ = run("alerts", "list", "--json", *demo)
    alerts = json.loads(out)
    assert alerts
    assert all(set(alert) >= {"id", "lane", "level", "risk", "source", "time", "excerpt"} for alert in alerts)
    order = [("assistance", "high", "medium").index(alert["lane"]) for alert in alerts]
    assert order == sorted(order)
    for alert in alerts:
        assert f"│ {alert['id']} " in table
    assert "0812-0000-01" not in table + out


def test_one_alert_is_explained_with_reasons_before_the_score(run, demo):
    """Text, reasons, advice and score come in this order, with numbers hidden until asked."""
    alerts = json.loads(run("alerts", "list", "--json", "--lane", "medium", *demo)[1])
    id = str(next(alert["id"] for alert in alerts if alert["source"] == "blog-loker"))
    code, out, _ = run("alerts", "show", id, *demo)
    assert code == 0
    places = [out.index(title) for title in ("\nTeks", "\nAlasan", "\nYang perlu diperiksa", "\nPenilaian")]
    assert places == sorted(places)
    assert "Skor bukan tuduhan" in out
    assert "0812-0000-0102" not in out
    assert "0812-0000-0102" in run("alerts", "show", id, "--reveal", "--reason", "menelepon", *demo)[1]
    shown = json.loads(run("alerts", "show", id, "--json", *demo)[1])
    assert shown["assessment"]["reasons"] and shown["advice"]


def test_an_unknown_alert_is_one_line(run, demo):
    """The number is named."""
    code, out, err = run("alerts", "show", "999", *demo)
    assert (code, out) == (1, "")
    assert "no alert with id '999'" in err


def test_alerts_are_exported(run, demo):
    """JSON Lines and CSV hold every alert."""
    code, out, _ = run("alerts", "export", *demo)
    count = len(out.splitlines())
    assert code == 0 and count == len(json.loads(run("alerts", "list", "--json", *demo)[1]))
    code, out, err = run("alerts", "export", "--format", "csv", "--out", "a.csv", *demo)
    assert (code, out) == (0, "")
    assert f"{count} alerts" in err
    assert Path("a.csv").read_text().startswith("id,lane")


@pytest.mark.parametrize(
    "argv",
    [
        ("alerts", "show", "1"),
        ("alerts", "export", "--format", "jsonl"),
        ("alerts", "export", "--format", "csv", "--id", "1"),
        ("posts", "search", "kerja"),
        ("posts", "history", "1"),
        ("campaigns", "show", "c1"),
        ("sources", "rejects", "--show", "1"),
    ],
)
def test_numbers_are_shown_for_a_reason_only(run, demo, argv):
    """Wherever the command line can show them: without a reason nothing is shown, and one line says so."""
    code, out, err = run(*argv, "--reveal", *demo)
    assert (code, out, "--reason" in err, err.count("\n")) == (2, "", True, 1)


def test_what_leaves_or_is_shown_is_in_the_log(run, demo):
    """Tables, dossiers, one alert on a terminal, numbers: a record each; the reason is with the act."""
    run("alerts", "show", "1", *demo)
    run("alerts", "export", "--format", "csv", "--out", "a.csv", *demo)
    run("alerts", "export", "--id", "1", "--id", "2", *WHY, *demo)
    run("posts", "search", "kerja", *WHY, *demo)
    run("brief", "2026-W47", "--out", "buletin", *demo)
    with sqlite3.connect("demo/tppo.db") as file:
        rows = file.execute("SELECT action, object, length(digest) FROM audit ORDER BY seq").fetchall()
        reasons = file.execute("SELECT body FROM review_acts WHERE kind = 'reveal' ORDER BY id").fetchall()
        shown = file.execute("SELECT count(*) FROM review_targets").fetchone()
    count = len(json.loads(run("alerts", "list", "--json", *demo)[1]))
    assert rows[-6:] == [
        ("view", "alert:1", 0),
        ("export_csv", f"alerts:{count}", 64),
        ("export_jsonl", "alerts:2", 64),
        ("reveal", f"act:{len(reasons) - 1}", 64),
        ("reveal", f"act:{len(reasons)}", 64),
        ("export_bulletin", "bulletin:ID-KI/2026-W47", 0),
    ]
    assert [json.loads(body)["reason"] for (body,) in reasons][-2:] == ["permintaan penyidik"] * 2
    assert shown[0] >= 2
    assert run("audit", "verify", *demo)[0] == 0


@pytest.mark.parametrize(
    ("form", "start"), [("pdf", b"%PDF-"), ("json", b"["), ("stix", b"{"), ("misp", b"{")]
)
def test_cases_are_exported_for_referral(run, demo, form, start):
    """One alert becomes a dossier in each form; numbers come out for a reason only."""
    (first, *_) = json.loads(run("alerts", "list", "--json", *demo)[1])
    ask = ("alerts", "export", "--format", form, "--id", str(first["id"]), "--out", "berkas", *demo)
    code, out, err = run(*ask)
    assert (code, out, err) == (0, "", "tppo-watch: wrote 1 alerts to berkas\n")
    assert Path("berkas").read_bytes().startswith(start)
    code, _, err = run(*ask, "--reveal")
    assert (code, "--reason" in err, err.count("\n")) == (2, True, 1)
    assert run(*ask, "--reveal", "--reason", "permintaan penyidik")[0] == 0


def test_a_dossier_holds_what_reviewers_decided_and_its_export_is_logged(run, demo):
    """Reasons of decisions in force stand in it, those taken back do not; the log says what left."""
    (first, *_) = json.loads(run("alerts", "list", "--json", *demo)[1])
    with open_watch("demo/tppo.toml") as watch:
        user = watch.accounts.add(None, "Rini", "admin", "panjang sekali rahasia", now=watch.now())
        for number, note in enumerate(("visa turis, hubungi 0812-0000-0456", "keliru")):
            seen = watch.desk.open(user, first["id"], now=watch.now()).item.state.version
            decision = Decision("take_up" if number == 0 else "needs_help", note=note)
            act = watch.desk.decide(user, first["id"], decision, seen=seen, now=watch.now())
        watch.desk.undo(user, act.id, now=watch.now())
    out = run("alerts", "export", "--format", "json", "--id", str(first["id"]), *demo)[1]
    (note,) = json.loads(out)[0]["reviews"]
    assert (note["decision"], note["reviewer"]) == ("ditindaklanjuti", "Rini")
    assert note["reason"].startswith("visa turis") and "0000-0456" not in out
    with open_watch("demo/tppo.toml") as watch:
        assert watch.lists.log(user, limit=1)[0].action == "export_json"
        watch.verify_audit()


def test_a_dossier_names_the_pictures_of_its_post(run, demo):
    """What was received beside the text is named by its digest."""
    (first, *_) = json.loads(run("alerts", "list", "--json", *demo)[1])
    picture = Picture("ab" * 32, "image/png", b"1234", "")
    with open_watch("demo/tppo.toml") as watch:
        post_id, now = watch.alert(first["id"]).post_id, watch.now()
    with open_store("sqlite:///demo/tppo.db") as store, store.write() as connection:
        pictures.attach(connection, post_id, [picture], now=now)
    out = run("alerts", "export", "--format", "json", "--id", str(first["id"]), *demo)[1]
    files = [{"name": "1 image/png", "sha256": picture.sha256, "bytes": 4}]
    assert json.loads(out)[0]["evidence"]["files"] == files


def test_the_bulletin_is_made_from_the_database(run, demo):
    """Four files of a week that is over, or one clear line; numbers of it as JSON hold no small one."""
    code, out, err = run("brief", "2026-W47", "--out", "buletin", *demo)
    assert (code, err) == (0, "")
    assert [Path(line).name for line in out.splitlines()] == [
        "brief-ID-KI-2026-W47-id.html", "brief-ID-KI-2026-W47-id.pdf",
        "brief-ID-KI-2026-W47-id-public.pdf", "brief-ID-KI-2026-W47-id-public.png",
    ]  # fmt: skip
    assert Path(out.splitlines()[1]).read_bytes().startswith(b"%PDF-")
    numbers = json.loads(run("brief", "2026-W47", "--json", *demo)[1])
    assert numbers["province"] == "ID-KI"
    for argv, said in (
        (("2019-W01",), "nothing to report"),
        (("2026-W60",), "no such week"),
        (("--province", "Atlantis"), "no such province"),
    ):
        code, out, err = run("brief", *argv, *demo)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert said in err


def test_a_dossier_of_nothing_is_one_line(run, demo):
    """An unknown alert, or a lane without any, ends in a line that says so."""
    assert run("alerts", "export", "--format", "pdf", "--id", "999999", *demo)[0] == 1
    code, _, err = run("alerts", "export", "--format", "pdf", "--state", "closed", *demo)
    assert (code, err) == (1, "tppo-watch: there is no alert to put into a dossier\n")


def test_alerts_are_closed_and_reopened(run, demo):
    """A closed alert leaves the list and comes back when it is opened."""
    ids = [alert["id"] for alert in json.loads(run("alerts", "list", "--json", *demo)[1])]
    assert run("alerts", "close", str(ids[0]), *demo)[0] == 0
    assert [alert["id"] for alert in json.loads(run("alerts", "list", "--json", *demo)[1])] == ids[1:]
    assert run("alerts", "reopen", str(ids[0]), *demo)[0] == 0
    assert [alert["id"] for alert in json.loads(run("alerts", "list", "--json", *demo)[1])] == ids
    _, _, err = run("alerts", "list", "--limit", "1", *demo)
    assert "more than these 1" in err


def test_sources_are_checked_added_listed_and_removed(run, demo):
    """A place is tried, named, read from then on, and taken out again."""
    code, out, _ = run("sources", "check", "demo/wa-rt-05.txt")
    assert code == 0 and "whatsapp_export, 19 posts" in out
    assert run("sources", "add", "wa", "demo/wa-rt-05.txt", "--every", "2h", "--config", "baru.toml")[0] == 0
    rows = json.loads(run("sources", "list", "--json", "--config", "baru.toml")[1])
    assert [(row["id"], row["kind"], row["every"]) for row in rows] == [("wa", "whatsapp_export", "2h")]
    assert run("scan", "--config", "baru.toml")[0] == 0
    assert json.loads(run("sources", "list", "--json", "--config", "baru.toml")[1])[0]["posts"] == 15
    assert "wa-rt-05" in run("sources", "list", *demo)[1]
    assert run("sources", "remove", "wa", "--config", "baru.toml")[0] == 0
    assert json.loads(run("sources", "list", "--json", "--config", "baru.toml")[1]) == []


def test_what_could_not_be_read_is_counted_shown_and_cleared(run):
    """Numbers in it are hidden unless they are asked for; the rest of the source went in."""
    Path("tppo.toml").write_text(JSONL)
    Path("a.jsonl").write_text('{"text": "halo"}\n{rusak 0812-0000-0131\n')
    code, _, err = run("scan")
    assert code == 3 and "line 2" in err and "rusak" not in err
    (row,) = json.loads(run("sources", "list", "--json")[1])
    assert (row["posts"], row["unreadable"]) == (1, 1)
    (kept,) = json.loads(run("sources", "rejects", "--json")[1])
    assert (kept["item"], kept["bytes"], kept["scans"]) == ("a: line 2", 21, 1)
    assert "a: line 2" in run("sources", "rejects", "a")[1]
    shown = run("sources", "rejects", "--show", str(kept["number"]))[1]
    assert "rusak" in shown and "0131" not in shown
    assert "0131" in run("sources", "rejects", "--show", str(kept["number"]), *WHY)[1]
    assert run("sources", "rejects", "--show", "99")[0] == 1
    assert run("sources", "rejects", "--clear")[0] == 2
    assert run("sources", "rejects", "a", "--clear")[0] == 0
    assert "could be read" in run("sources", "rejects")[2]


def test_a_place_nothing_can_read_is_one_line(run):
    """What it is not is said, and nothing is added."""
    Path("halo.txt").write_text("halo")
    for argv in (("check", "halo.txt"), ("add", "x", "halo.txt"), ("check", "http://127.0.0.1:9/")):
        code, _, err = run("sources", *argv)
        assert code == 1
        assert err.count("\n") == 1
    assert not Path("tppo.toml").exists()


def test_a_locked_database_is_one_line(run, demo, monkeypatch):
    """Somebody else writing is said in one line, without a traceback."""
    monkeypatch.setattr("tppo_watch.storage.engine.open_store.__kwdefaults__", {"busy_timeout_s": 0.05})
    other = sqlite3.connect("demo/tppo.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    code, _, err = run("alerts", "close", "1", *demo)
    other.close()
    assert code == 1
    assert err.count("\n") == 1 and "another process is writing" in err


WATCHING = """
import sys
from tests.delivering import webhook
from tests.scanning import KeywordAssessor
from tppo_watch.cli.main import main
from tppo_watch.review import Decision
from tppo_watch.storage import open_store, pictures
from tppo_watch.types import Picture
from tppo_watch.watch import Watch, open_watch
Watch._assessor = KeywordAssessor()
sys.exit(main(["scan", "--watch", "--config", sys.argv[1]]))
"""


def test_watching_ends_well_on_sigterm(run, demo):
    """The work in hand is finished, and the exit code is 0."""
    for file in Path("demo").glob("tppo.db*"):
        file.unlink()
    process = subprocess.Popen(
        [sys.executable, "-c", WATCHING, "demo/tppo.toml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    lines = iter(process.stdout.readline, "")
    assert any("64 new posts" in line for line in lines)
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert time.monotonic() - begun < 3
    assert "the work in hand is finished" in err


def test_a_watch_in_which_a_source_failed_says_so_in_its_exit_code(tmp_path):
    """What could be read was read; that something could not is told when the watch ends."""
    (tmp_path / "tppo.toml").write_text(
        '[[sources]]\nid = "gone"\nkind = "csv"\npath = "gone.csv"\nevery = "1h"\n', encoding="utf-8"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", WATCHING, str(tmp_path / "tppo.toml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert any("gone" in line for line in iter(process.stdout.readline, ""))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 3


def test_logs_hold_no_number_of_anybody(run, monkeypatch):
    """Though an error quotes a post, its number reaches no log, not even in a traceback."""
    Path("tppo.toml").write_text(JSONL)
    Path("a.jsonl").write_text('{"text": "hubungi 0812-0000-0042"}\n')

    def quoting(source, fetcher):
        raise RuntimeError("cannot digest 'hubungi 0812-0000-0042'")
        yield

    monkeypatch.setattr("tppo_watch.scan.run.read", quoting)
    code, out, err = run("scan", "-vv")
    assert code == 3
    assert "cannot digest" in err
    assert "0000-0042" not in out + err


def test_a_source_in_trouble_shows_everywhere(run):
    """Scan, list and doctor each name it, with its error, and doctor says what to do."""
    Path("tppo.toml").write_text('[health]\nfailures = 2\n' + JSONL)
    run("scan", "--all")
    code, _, err = run("scan", "--all")
    assert code == 3
    assert "Source a could not be read 2 times in a row" in err
    (row,) = json.loads(run("sources", "list", "--json")[1])
    assert (row["status"], row["failures_in_row"], row["every"]) == ("failing", 2, "15m")
    assert "failing" in run("sources", "list")[1]
    found = {one["name"]: one for one in json.loads(run("doctor", "--json")[1])}
    assert (found["sources"]["state"], found["sources"]["detail"]) == ("missing", "1 failing (a)")
    assert "sources list" in found["sources"]["repair"]
    Path("a.jsonl").write_text('{"text": "halo"}\n')
    assert "Source a can be read again." in run("scan", "--all")[2]
    found = {one["name"]: one for one in json.loads(run("doctor", "--json")[1])}
    assert found["sources"]["detail"] == "1 ok"


def test_doctor_says_when_a_watch_was_last_alive(run):
    """A fresh heartbeat is well, an old one is not, and none is none's business."""
    Path("tppo.toml").write_text(JSONL)

    def told():
        return {one["name"]: one for one in json.loads(run("doctor", "--json")[1])}.get("watch")

    assert told() is None
    beat = Path("tppo.heartbeat")
    beat.write_text("{}")
    assert told()["state"] == "ok"
    os.utime(beat, (time.time() - 3600,) * 2)
    assert told()["state"] == "missing"
    assert "scan --watch" in told()["repair"]
