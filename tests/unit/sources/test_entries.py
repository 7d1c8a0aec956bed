from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tppo_watch.config import load_settings
from tppo_watch.errors import ConfigError
from tppo_watch.sources.entries import _quoted, add_source, remove_source

FILE = """# milik tim
[storage]
url = "sqlite:///a.db"  # tetap

[[sources]]  # pertama
id = "a"
kind = "feed"
url = "https://a.example/"

# catatan b
[[sources]]
id = "b"
kind = "feed"
url = "https://b.example/"

[fetch]
max_items = 7
"""


ONE = '[[sources]]\nid = "a"\nkind = "feed"\nurl = "https://a.example/"\n'


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "tppo.toml"
    path.write_text(FILE)
    return path


def ids(file) -> list[str]:
    return [source.id for source in load_settings(file).sources]


def test_a_source_is_added_and_the_rest_stays(file):
    """What the owner wrote is kept word for word, comments included."""
    add_source(
        file, {"id": "c", "kind": "feed", "url": "https://c.example/?a=1", "province": 'D.I. "Yogya" \\'}
    )
    assert file.read_text().startswith(FILE)
    assert ids(file) == ["a", "b", "c"]
    assert load_settings(file).sources[2].province == 'D.I. "Yogya" \\'


def test_a_missing_file_is_made(tmp_path):
    """The first source may be added before there is a file."""
    add_source(tmp_path / "new.toml", {"id": "a", "kind": "feed", "url": "https://a.example/"})
    assert ids(tmp_path / "new.toml") == ["a"]


@pytest.mark.parametrize("entry", [{"id": "a"}, {"id": "c", "kind": "fed"}, {"id": "c\n", "kind": "feed"}])
def test_a_wrong_source_changes_nothing(file, entry):
    """An id that is taken, a wrong kind and a wrong id are refused before anything is written."""
    with pytest.raises(ConfigError):
        add_source(file, {"kind": "feed", "url": "https://c.example/", **entry})
    assert file.read_text() == FILE


@pytest.mark.parametrize(("gone", "left"), [("a", ["b"]), ("b", ["a"])])
def test_a_source_is_removed_and_the_rest_stays(file, gone, left):
    """Only its own table goes."""
    before = load_settings(file)
    remove_source(file, gone)
    after = load_settings(file)
    assert [source.id for source in after.sources] == left
    assert (after.fetch, after.storage) == (before.fetch, before.storage)
    assert "# milik tim" in file.read_text()


def test_removing_what_is_not_there_names_what_is(file):
    """A typing slip shows the ids there are."""
    with pytest.raises(ConfigError, match="no source 'z'; there are: a, b"):
        remove_source(file, "z")


def test_a_file_written_another_way_is_left_alone(tmp_path):
    """Inline tables, and brackets inside a text, are for a person to edit."""
    file = tmp_path / "tppo.toml"
    for text in (
        'sources = [{id = "a", kind = "feed", url = "https://a.example/"}]\n',
        f'{ONE}province = """\n[[sources]]\n"""\n',
        f'{ONE}province = """\n[x]\n"""\n',
    ):
        file.write_text(text)
        with pytest.raises(ConfigError, match="by hand"):
            remove_source(file, "a")
        assert file.read_text() == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_as_a_toml_string(text):
    """Whatever stands in a name or address reads back the same."""
    assert tomllib.loads(f"a = {_quoted(text)}") == {"a": text}
