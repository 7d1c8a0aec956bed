"""What the pages say: in two languages, whole, and nothing that no page asks for."""

from __future__ import annotations

import ast
import re
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import tppo_watch.console
import tppo_watch.review
from tppo_watch.console.language import LANGUAGES, Speaker, messages
from tppo_watch.knowledge.agencies import referral
from tppo_watch.review import REASONS, ROLES

ROOM = Path(tppo_watch.console.__file__).parent
#: Keys whose last part is data: every value there can be must have words.
OPEN = {
    "roles": ROLES,
    "reasons": REASONS,
    "agency_roles": {role for agency in referral().agencies for role in agency.roles},
    "channels": {
        channel.type.partition("_")[0]
        for agency in referral().agencies
        for channel in agency.channels
        if channel.type != "see"
    },
}


def fields(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_both_languages_have_the_same_keys_and_fields():
    """No page lacks a sentence in one language, and no sentence lacks what is filled in."""
    indonesian, english = (messages(lang) for lang in LANGUAGES)
    assert indonesian.keys() == english.keys()
    assert [key for key in indonesian if fields(indonesian[key]) != fields(english[key])] == []
    assert [key for key in indonesian if not indonesian[key].strip() or not english[key].strip()] == []


@pytest.mark.parametrize("table", OPEN)
def test_everything_that_can_be_shown_has_words(table):
    """Roles, reasons, agencies: none is shown by its id."""
    missing = [f"{table}.{value}" for value in OPEN[table] if f"{table}.{value}" not in messages("id")]
    assert missing == []


def test_every_key_that_a_page_asks_for_exists():
    """A page never fails for a sentence that nobody wrote."""
    sources = [*ROOM.rglob("*.html"), *ROOM.rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    asked = set(re.findall(r"""\b(?:t|say)\(\s*["']([a-z_]+(?:\.[a-z_0-9]+)+)["'](?! ~)""", text))
    assert len(asked) > 100
    assert asked - messages("id").keys() == set()


def test_no_sentence_is_written_for_nothing():
    """Every message is asked for by its key, or by a table of keys."""
    sources = [*ROOM.rglob("*.html"), *ROOM.rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    tables = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_]+)*[._])(?:["'] ~|\{)""", text))
    unused = [
        key
        for key in messages("id")
        if f"{key}" not in text and not any(key.startswith(table) for table in tables)
    ]
    assert unused == []


def test_whatever_the_review_refuses_is_said_in_both_languages():
    """Every refusal that a form can meet has a sentence, with what belongs into it."""
    rooms = [*Path(tppo_watch.review.__file__).parent.glob("*.py"), *ROOM.rglob("*.py")]
    calls = [
        node
        for path in rooms
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("ReviewError", "InputError")
    ]
    named = [{key.arg: key.value for key in call.keywords} for call in calls]
    assert len(named) > 20
    assert [ast.unparse(call) for call, keys in zip(calls, named, strict=True) if "why" not in keys] == []
    for keys in named:
        given = {key.value for key in keys["values"].keys} if "values" in keys else set()
        assert fields(messages("id")[f"refused.{keys['why'].value}"]) == given


@pytest.mark.parametrize(
    ("minutes", "indonesian", "english"),
    [(0, "0 menit", "0 min"), (59, "59 menit", "59 min"), (61, "1 jam", "1 h"), (47 * 60, "47 jam", "47 h"),
     (72 * 60, "3 hari", "3 days"), (-5, "0 menit", "0 min")],
)  # fmt: skip
def test_spans_are_said_in_their_largest_unit(minutes, indonesian, english):
    """Two hours short of two days are hours still; nothing is negative."""
    span = timedelta(minutes=minutes)
    assert (Speaker("id").span(span), Speaker("en").span(span)) == (indonesian, english)


def test_moments_name_their_zone():
    """The same moment in Jakarta, Samarinda and Jayapura."""
    moment = datetime(2026, 8, 17, 16, 5, tzinfo=UTC)
    assert Speaker("id", "WIB").time(moment) == "17 Agu 2026, 23.05 WIB"
    assert Speaker("id", "WITA").time(moment) == "18 Agu 2026, 00.05 WITA"
    assert Speaker("en", "WIT").time(moment) == "18 Aug 2026, 01:05 WIT"
