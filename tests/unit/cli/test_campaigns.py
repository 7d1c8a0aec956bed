"""``campaigns --from``: one line a post, in order."""

from __future__ import annotations

import json
from functools import lru_cache

import pytest

from tests.unit.cli.conftest import Tppo
from tppo_watch import assessor

_load = lru_cache(assessor.load)


@pytest.fixture
def tppo_real(tppo: Tppo, monkeypatch: pytest.MonkeyPatch) -> Tppo:
    """The command with the model of the package, which reads contacts and tells a warning from an offer."""
    monkeypatch.setattr("tppo_watch.assessor.load", lambda model=None: _load())
    return tppo


def lines(*texts: str) -> bytes:
    """JSON Lines of posts with ids."""
    return b"".join(
        json.dumps({"id": f"p{number}", "text": text}).encode() + b"\n" for number, text in enumerate(texts)
    )


def test_one_line_a_post(tppo_real: Tppo):
    """Posts under one number have one campaign and say why; another has none, not an empty one."""
    posts = lines(
        "Loker admin Poipet gaji 12 juta, WA 0812-0000-0123",
        "Lowongan guru PAUD di Tenggarong, telepon 0812-0000-0999",
        "Berangkat Kamis, masih kurang dua orang. WA 081200000123",
    )
    result = tppo_real("campaigns", "--from", "-", stdin=posts)
    assert (result.code, result.err) == (0, "")
    assert [row["id"] for row in result.rows] == ["p0", "p1", "p2"]
    assert [row.get("campaign") for row in result.rows] == ["c1", None, "c1"]
    assert "campaign" not in result.rows[1]
    assert result.rows[1]["why"] == []
    assert result.rows[2]["why"] == [{"kind": "contact", "post": "p0", "detail": "phone", "posts": 1}]
    assert "0123" not in result.out


def test_bad_lines_cost_no_other(tppo_real: Tppo):
    """A line that cannot be read is named, the others are grouped, and the code is 3; ids may come twice."""
    first, last = "Lowongan penjaga toko, WA 0812-0000-0123", "Lowongan kasir, WA 0812-0000-0123"
    posts = lines(first) + b"{broken\n" + lines(last)
    result = tppo_real("campaigns", "--from", "-", stdin=posts)
    assert result.code == 3
    assert "standard input: line 2: " in result.err
    assert "1 of 3 lines could not be read" in result.err
    assert [(row["id"], row["campaign"]) for row in result.rows] == [("p0", "c1"), ("p0", "c1")]


def test_nothing_to_group(tppo_real: Tppo):
    """An empty file gives nothing, without complaint."""
    result = tppo_real("campaigns", "--from", "-", stdin=b"")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_wrong_calls(tppo: Tppo, tmp_path):
    """Without anything to do, with an unknown ending, and with a file that is not there."""
    assert tppo("campaigns").code == 2
    assert tppo("campaigns", "--from", tmp_path / "posts.doc").code == 2
    result = tppo("campaigns", "--from", tmp_path / "none.jsonl")
    assert result.code == 1
    assert "No such file" in result.complaint
