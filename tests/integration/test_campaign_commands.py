"""`campaigns` on a database, as a user calls it."""

from __future__ import annotations

import json
import sqlite3

import pytest

from tests.scanning import KeywordAssessor
from tppo_watch.cli.main import main
from tppo_watch.watch import Watch

POSTS = [
    "Dibutuhkan tenaga sawit di Sabah segera, gaji RM 1500, hubungi 0812-0000-0001 sekarang juga",
    "Dibutuhkan tenaga sawit di Tawau segera, gaji RM 1700, hubungi 0812-0000-0001 sekarang juga",
    "Dibutuhkan tenaga sawit di Sandakan segera, gaji RM 1700, hubungi 0812-0000-0002 sekarang juga",
    "Jual motor bekas, 0812-0000-0003",
]


@pytest.fixture
def run(monkeypatch, capsysbinary, tmp_path):
    """Call the command in a folder with a scanned source."""
    monkeypatch.setattr(Watch, "_assessor", KeywordAssessor())
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps({"id": str(number), "text": text}) for number, text in enumerate(POSTS)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    source = '[[sources]]\nid = "a"\nkind = "jsonl"\npath = "a.jsonl"\nid_field = "id"\n'
    (tmp_path / "tppo.toml").write_text(source)

    def running(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    assert running("scan")[0] == 0
    return running


def test_campaigns_are_listed_and_shown(run):
    """The list names each with its alerts; a campaign shows its template, fillings and reasons, masked."""
    code, out, err = run("campaigns", "list", "--json")
    assert (code, err) == (0, "")
    (line,) = json.loads(out)
    assert (line["id"], line["posts"], line["open_alerts"]) == ("c1", 2, 1)
    assert "0812-0000-0001" not in out
    assert "c1" in run("campaigns", "list")[1]
    shown = json.loads(run("campaigns", "show", "c1", "--json")[1])
    assert shown["template"]["text"].startswith("Dibutuhkan tenaga sawit di {1} segera, gaji RM {2},")
    assert shown["template"]["fillings"][0] == {"Sabah": 1, "Tawau": 1}
    assert [reason["kind"] for reason in shown["posts"][0]["why"]] == ["contact"]
    code, out, err = run("campaigns", "show", "c1")
    assert code == 0
    assert "{1} Sabah (1x), Tawau (1x)" in out
    assert "kontak sama: phone, 2" in out
    assert "0000-0001" not in out
    assert "0812-0000-0001" in run("campaigns", "show", "c1", "--reveal", "--reason", "menelepon")[1]


def test_alerts_name_the_campaign(run):
    """One alert stands for the campaign, and says so."""
    alerts = json.loads(run("alerts", "list", "--json")[1])
    assert [(alert.get("campaign"), alert.get("campaign_posts")) for alert in alerts] == [
        ("c1", 2),
        (None, None),
    ]
    assert "kampanye c1: 2 pos" in run("alerts", "list")[1]


def test_a_person_merges_splits_and_takes_back(run):
    """What the program only suggests a person decides; each decision has a number and can be taken back."""
    (pair,) = json.loads(run("campaigns", "suggestions", "--json")[1])
    assert (pair["left"], pair["right"]) == ("c1", "3")
    assert run("campaigns", "suggestions")[1].count("c1") == 1
    code, _, err = run("campaigns", "merge", "c1", "3")
    assert (code, "campaigns undo 1" in err) == (0, True)
    assert json.loads(run("campaigns", "list", "--json")[1])[0]["posts"] == 3
    assert run("campaigns", "split", "1")[0] == 0
    assert json.loads(run("campaigns", "list", "--json")[1])[0]["posts"] == 2
    assert run("campaigns", "undo", "2")[0] == run("campaigns", "undo", "1")[0] == 0
    assert json.loads(run("campaigns", "list", "--json")[1])[0]["posts"] == 2


def test_wrong_calls_are_one_line(run):
    """Names and numbers that are not there."""
    assert run("campaigns", "show", "c9") == (1, "", "tppo-watch: no campaign with id 'c9'\n")
    assert run("campaigns", "merge", "c1", "c1")[2] == "tppo-watch: c1 and c1: belong together already\n"
    assert run("campaigns", "undo", "4")[2] == "tppo-watch: no decision with id '4'\n"
    assert run("campaigns", "--from", "a.jsonl", "list")[0] == 2


def test_no_campaigns_is_said(run, tmp_path):
    """An empty database has none, and no suggestions."""
    (tmp_path / "tppo.toml").write_text('[storage]\nurl = "sqlite:///empty.db"\n')
    assert run("campaigns", "list")[1] == "Tidak ada kampanye.\n"
    assert run("campaigns", "list", "--lang", "en")[1] == "There are no campaigns.\n"
    assert run("campaigns", "suggestions")[1] == "Tidak ada usulan.\n"


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE campaign_decisions SET left_posts = '[]' WHERE id = 1", "decision 1 on campaigns is not"),
        ("DELETE FROM campaign_decisions WHERE id = 2", "decision 2 on campaigns, which it"),
        (
            "INSERT INTO campaign_decisions (at, kind, left_posts, right_posts, undone) "
            "VALUES ('2026-11-24', 'undo', '[]', '[]', 1)",
            "decision 3 on campaigns was never logged",
        ),
    ],
)
def test_decisions_changed_behind_the_log_are_found(run, tampering, said):
    """Altered, cut off, added by another hand: `audit verify` names what is wrong."""
    assert run("campaigns", "merge", "c1", "3")[0] == 0
    assert run("campaigns", "undo", "1")[0] == 0
    assert run("audit", "verify")[0] == 0
    with sqlite3.connect("tppo.db") as file:
        file.execute(tampering)
    code, _, err = run("audit", "verify")
    assert (code, said in err) == (1, True), err
