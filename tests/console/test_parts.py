"""The parts of the console that need no server: marks, forms, preferences, addresses."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.console.world import KEY, assessed
from tppo_watch.cli.console import reached
from tppo_watch.console import preferences
from tppo_watch.console.charts import WIDTH, bars
from tppo_watch.console.forms import Forms, Pending
from tppo_watch.console.marking import SHOWN_CHARACTERS, marked
from tppo_watch.console.visit import local
from tppo_watch.errors import InputError
from tppo_watch.text.showing import shown
from tppo_watch.types import Assessment, Match


def of(text: str, *spans: tuple[int, int, str]) -> Assessment:
    """An assessment of `text` with a sign on each span, of that scope."""
    from dataclasses import replace

    signs = tuple(Match(f"s{i}", a, b, text[a:b], "means", scope) for i, (a, b, scope) in enumerate(spans))
    return replace(assessed(text), indicators=signs, counter=(), entities=())


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=8))
def test_a_marked_text_is_the_text(text, ends):
    """However marks overlap, the pieces joined are what was written, and each mark ends once."""
    spans = [(min(a, b), max(a, b), "asserted") for a, b in ends if max(a, b) <= len(text) and a != b]
    seen = marked(of(text, *spans))
    assert "".join(piece.text for piece in seen.pieces) == shown(text)
    ended = [number for piece in seen.pieces for number in piece.ending]
    assert sorted(ended) == [mark.number for mark in seen.marks]


def test_the_innermost_mark_gives_the_colour():
    """A sign within a longer one is seen as itself; one that is denied is no sign."""
    text = "paspor tidak ditahan kantor"
    seen = marked(of(text, (0, 27, "asserted"), (7, 20, "negated")))
    assert [(piece.text, piece.kind) for piece in seen.pieces] == [
        ("paspor ", "means"), ("tidak ditahan", "unasserted"), (" kantor", "means"),
    ]  # fmt: skip


def test_a_text_without_end_is_shown_in_part():
    """A hostile post neither fills the page nor takes its time; what is left out is counted."""
    text = "x" * 300_000
    seen = marked(of(text, *((i, i + 1, "asserted") for i in range(5_000))))
    assert seen.unshown_characters == 300_000 - SHOWN_CHARACTERS
    assert len(seen.marks) + seen.unshown_matches == 5_000
    assert len(seen.marks) <= 200


def test_signs_of_other_alphabets_that_hide_are_seen():
    """Marks that reorder a line, and control characters, are shown as signs of their own."""
    pieces = marked(of("aman\u202eilak\x00\x07", (0, 4, "asserted"))).pieces
    assert "".join(piece.text for piece in pieces) == "aman\ufffdilak\u2400\u2407"


@given(st.lists(st.floats(-30, 30), max_size=20))
def test_bars_stay_within_their_drawing(values):
    """The largest fills its half, none is invisible, each is on its side of zero."""
    for bar in bars([("x", value) for value in values]):
        assert bar.width > 0
        assert -2 <= bar.x and bar.x + bar.width <= WIDTH + 2
        assert bar.x >= WIDTH / 2 if bar.is_up else bar.x + bar.width <= WIDTH / 2 + 2


def test_forms_are_of_one_person_in_one_session():
    """A token of another session is ours but stale; one of another key is forged."""
    forms, other = Forms(KEY), Forms(b"o" * 32)
    token = forms.token(7, "session-a")
    assert forms.is_of(token, 7, "session-a")
    assert not forms.is_of(token, 7, "session-b")
    assert not forms.is_of(token, 8, "session-a")
    assert forms.maker(token) == 7
    assert [other.maker(token), forms.maker("x.y"), forms.maker("")] == [None, None, None]


@given(st.text(max_size=200))
def test_no_text_is_a_token(text):
    """Whatever is sent as a token, nothing breaks and nothing is believed."""
    forms = Forms(KEY)
    assert forms.maker(text) is None
    assert forms.kept(text) is None


def test_a_form_is_kept_whole_or_not_at_all():
    """What is too long to be carried through the door is not cut."""
    forms = Forms(KEY)
    pending = Pending(3, "/posts/1/decide", {"note": "lihat ⟨dua⟩", "decision": "take_up"})
    assert forms.kept(forms.keep(pending)) == pending
    assert forms.keep(Pending(3, "/x", {"note": secrets.token_hex(20_000)})) == ""
    assert forms.kept(forms.token(3, "s")) is None


@given(st.text(max_size=200))
def test_any_cookie_gives_preferences(text):
    """A garbled cookie is the defaults, not an error."""
    found = preferences.read(text)
    assert preferences.read(preferences.written(found)) == found


@pytest.mark.parametrize(
    "path",
    [
        "https://jahat.example/",
        "//jahat.example",
        "/\\jahat.example",
        "",
        "queue",
        "/a\nb",
        "/" + "a" * 600,
    ],
)
def test_no_form_leads_to_another_site(path):
    """Where a form says to go on to is a page of ours, or the queue."""
    assert local(path) == "/queue"
    assert local("/posts/1?said=undone") == "/posts/1?said=undone"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"host": "0.0.0.0"}, "reachable by others"),
        ({"host": "10.1.2.3", "has_tls": True}, "--name"),
        ({"host": "127.0.0.1", "proxy": "10.0.0.1"}, "--name"),
        ({"host": "0.0.0.0", "proxy": "*", "name": "a.example"}, "no address"),
        ({"host": "0.0.0.0", "proxy": "10.0.0.1", "has_tls": True, "name": "a.example"}, "either"),
    ],
)
def test_nothing_is_served_in_the_clear_to_others(options, word):
    """Beyond loopback there is TLS or a proxy named by its address, and one name; else nothing starts."""
    given_ = {"name": None, "has_tls": False, "proxy": None} | options
    with pytest.raises(InputError, match=word):
        reached(given_.pop("host"), 8737, **given_)


def test_loopback_answers_to_its_own_names_only():
    """On loopback no name is needed; behind a proxy only the public one is answered."""
    front = reached("127.0.0.1", 8737, name=None, has_tls=False, proxy=None)
    assert front.hosts == ("127.0.0.1:8737", "localhost:8737", "[::1]:8737") and not front.is_secure
    behind = reached("10.0.0.2", 8737, name="tinjau.example", has_tls=False, proxy="10.0.0.1")
    assert behind.hosts == ("tinjau.example",) and behind.is_secure
    own = reached("10.0.0.2", 8443, name="tinjau.example", has_tls=True, proxy=None)
    assert own.hosts == ("tinjau.example:8443",) and own.address == "https://tinjau.example:8443"
