"""Pages of signals and new terms: seen, decided, taken back, by those who may."""

from __future__ import annotations

import re

import pytest

from tests.console.world import AD, World, fill, offer_term, raise_signal


@pytest.fixture(scope="module")
def filled(world: World) -> World:
    """Two signals and a term, with posts behind them."""
    fill(world.watch, [AD, f"{AD} lagi", "Ikut paket senyap, hubungi Mbak Sukinah Tarwiyah 0812-0000-0311"],
         now=world.clock())  # fmt: skip
    raise_signal(world.watch, [1, 2], now=world.clock())
    raise_signal(world.watch, [2], now=world.clock(), series="campaigns:kind:scam_compound")
    offer_term(world.watch, [3], now=world.clock())
    return world


def send(client, page: str, path: str, **fields: str):
    """Send a form of a page as its reader would."""
    html = client.get(page).text
    hidden = dict(re.findall(r'name="(token|version)" value="([^"]*)"', html))
    answer = client.post(path, data={**hidden, **fields})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"])


def test_signals_are_listed_in_words(filled):
    """What they count, the day, count and expected."""
    page = filled.client("reader").get("/signals").text
    assert "tujuan Kamboja" in page and "kampanye: jenis:" in page
    assert "21,40" in page and "5,10" in page and "23 Nov 2026" in page


def test_a_signal_explains_itself(filled):
    """Each day, sample posts with numbers masked; a reader decides nothing."""
    page = filled.client("reader", lang="en").get("/signals/1").text
    assert "Loker admin Poipet" in page and "0147" not in page
    assert "Take up" not in page
    assert filled.client("reader").get("/signals/99").status_code == 404


def test_a_decision_and_its_undo(filled):
    """Dismissed with a reason, it leaves the list; undone, it is back; the history tells both."""
    client = filled.client("reviewer", lang="en")
    done = send(client, "/signals/1", "/signals/1/decide", decision="dismiss", reason="season", note="haji")
    assert "The decision is kept." in done.text and '/signals/1"' not in done.text
    assert '/signals/1"' in client.get("/signals?view=dismissed").text
    page = client.get("/signals/1").text
    assert "No warning: a season or feast" in page and "haji" in page
    act = re.search(r'name="act" value="(\d+)"', page)[1]
    send(client, "/signals/1", "/signals/undo", act=act, back="/signals/1")
    assert '/signals/1"' in client.get("/signals").text


def test_a_page_that_is_behind_changes_nothing(filled):
    """Somebody acted meanwhile: the reader is told, in their language."""
    client = filled.client("lead")
    html = client.get("/signals/2").text
    hidden = dict(re.findall(r'name="(token|version)" value="([^"]*)"', html))
    send(filled.client("reviewer"), "/signals/2", "/signals/2/decide", decision="assign")
    late = client.post("/signals/2/decide", data={**hidden, "decision": "take_up"})
    assert late.status_code == 422 and "lihat lagi" in late.text
    assert "reviewer" in client.get("/signals/2").text


def test_a_term_is_accepted_as_a_rule_and_taken_back(filled):
    """By a lead: the file is there, then it is not; no name or number stands on the page."""
    page = filled.client("reviewer").get("/terms").text
    assert "paket senyap" in page and "term_paket_senyap" in page
    assert not re.search("sukinah|tarwiyah|0311", page, re.IGNORECASE)
    assert "/terms/1/decide" not in page
    client = filled.client("lead", lang="en")
    assert "accepted" in send(client, "/terms", "/terms/1/decide", decision="accept").text
    assert [rule.id for rule in filled.watch.rules] == ["term_paket_senyap"]
    act = re.search(r'name="act" value="(\d+)"', client.get("/terms").text)[1]
    send(client, "/terms", "/terms/undo", act=act)
    assert filled.watch.rules == ()


def test_nothing_is_said_plainly(world_of_nothing):
    """No signal and no term: the pages say so."""
    client = world_of_nothing.client("reader", lang="en")
    assert "No signals" in client.get("/signals").text
    assert "No new term" in client.get("/terms").text


@pytest.fixture
def world_of_nothing(tmp_path):
    from tests.console.world import console

    with console(tmp_path) as empty:
        yield empty
