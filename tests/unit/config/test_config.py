from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tppo_watch.config import Settings, load_settings, settings_from
from tppo_watch.errors import ConfigError

FULL = """
[storage]
url = "sqlite:///data/tppo.db"
[fetch]
allow_private = ["127.0.0.1:8080", "[::1]:80"]
timeout_s = 10
max_bytes = 2048
max_items = 10
contact = "tim@contoh.example"
[[sources]]
id = "loker-kaltim"
kind = "feed"
url = "https://contoh.example/feed.xml"
every = "30m"
province = "Kalimantan Timur"
[[sources]]
id = "iklan"
kind = "csv"
path = "iklan.csv"
text_field = "isi"
[[notify]]
url = "mailto://tim@contoh.example"
min_level = "medium"
assistance = false
[model]
path = "model"
prevalence = 0.02
[privacy]
key_file = "kunci"
"""


def load(folder: Path, text: str) -> Settings:
    file = folder / "tppo.toml"
    file.write_text(text, "utf-8")
    return load_settings(file)


def test_every_key_of_the_contract_is_read(tmp_path):
    """A file with every key gives settings that say the same."""
    settings = load(tmp_path, FULL)
    feed, table = settings.sources
    assert (feed.every, feed.province) == (timedelta(minutes=30), "Kalimantan Timur")
    assert table.text_field == "isi"
    assert settings.fetch.allow_private == ("127.0.0.1:8080", "[::1]:80")
    assert (settings.notify[0].min_level, settings.notify[0].assistance) == ("medium", False)
    assert settings.model.prevalence == 0.02


def test_relative_paths_count_from_the_file(tmp_path, monkeypatch):
    """Sources, database, model and key are found from any working folder."""
    monkeypatch.chdir("/")
    settings = load(tmp_path, FULL)
    assert settings.sources[1].path == tmp_path / "iklan.csv"
    assert settings.storage.url == f"sqlite:///{tmp_path}/data/tppo.db"
    assert settings.model.path == tmp_path / "model"
    assert settings.privacy.key_file == tmp_path / "kunci"


def test_an_empty_file_gives_the_defaults(tmp_path):
    """Nothing needs to be written that has a default, and loading twice gives equal settings."""
    settings = load(tmp_path, "")
    assert settings == load(tmp_path, "")
    assert settings.sources == ()
    assert settings.fetch.timeout_s == 30


def test_an_absolute_path_and_memory_stay_as_they_are(tmp_path):
    """Only relative database paths are anchored."""
    for url in ("sqlite:////var/tppo.db", "sqlite:///:memory:", "sqlite://"):
        assert settings_from({"storage": {"url": url}}, folder=tmp_path).storage.url == url


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("[fetch]\ntimeout = 3", "fetch.timeout", "did you mean 'timeout_s'"),
        ("[storag]\n", "storag", "did you mean 'storage'"),
        ("[fetch]\nxyzzy = 3", "fetch.xyzzy", "allowed: allow_private, timeout_s"),
        ("[fetch]\ntimeout_s = 0", "fetch.timeout_s", "greater than 0"),
        ("[fetch]\ntimeout_s = 'lama'", "fetch.timeout_s", "'lama'"),
        ("[fetch]\nallow_private = ['10.0.0.0/8']", "fetch.allow_private", "no host:port pair"),
        ("[fetch]\nallow_private = ['a:99999']", "fetch.allow_private", "no host:port pair"),
        ("[fetch]\nallow_private = 'a:80'", "fetch.allow_private", "a list such as"),
        ("[fetch]\ncontact = 'a b\\n'", "fetch.contact", "without spaces"),
        ("sources = 3", "sources", "[[sources]]"),
        ("[[sources]]\nkind='feed'\nurl='http://a/'", "sources[0].id", "is missing"),
        (
            "[[sources]]\nid='a'\nkind='fed'\nurl='http://a/'",
            "sources[0].kind",
            "allowed: json_feed, telegram_export",
        ),
        ("[[sources]]\nid='a'\nkind='feed'", "sources[0]", "exactly one of url and path"),
        ("[[sources]]\nid='a'\nkind='feed'\nurl='http://a/'\npath='b'", "sources[0]", "exactly one"),
        ("[[sources]]\nid='a'\nkind='feed'\nurl='ftp://a/'", "sources[0].url", "http:// or https://"),
        ("[[sources]]\nid='a'\nkind='feed'\nurl='http://a/'\nevery='5s'", "sources[0].every", '"30m"'),
        ("[[sources]]\nid='a'\nkind='feed'\nurl='http://a/'\nevery=30", "sources[0].every", '"30m"'),
        ("[[sources]]\nid='a/b'\nkind='feed'\nurl='http://a/'", "sources[0].id", "letters, digits"),
        (
            "[[sources]]\nid='a'\nkind='feed'\nurl='http://a/'\ntext_field='b'",
            "sources[0]",
            "does not belong",
        ),
        ("[[notify]]\nurl='x'\nmin_level='low'", "notify[0].min_level", "'medium' or 'high'"),
        ("[model]\nprevalence = 1.5", "model.prevalence", "less than 1"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, text, key, says):
    """The error names the file, the key and what is allowed, on one line."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert caught.value.key == key
    assert says in message
    assert str(tmp_path / "tppo.toml") in message
    assert "\n" not in message


def test_two_sources_cannot_share_an_id(tmp_path):
    """Ids that differ by case only count as the same."""
    two = (
        "[[sources]]\nid='a'\nkind='feed'\nurl='http://a/'\n[[sources]]\nid='A'\nkind='feed'\nurl='http://b/'"
    )
    with pytest.raises(ConfigError, match="two sources have the id 'A'"):
        load(tmp_path, two)


def test_a_folder_has_no_address(tmp_path):
    """A folder lies on this machine."""
    with pytest.raises(ConfigError, match="needs a path"):
        load(tmp_path, "[[sources]]\nid='a'\nkind='folder'\nurl='http://a/'")


@pytest.mark.parametrize(
    ("content", "says"), [(b"[a\n", "not valid TOML"), (b"\xff\xfe", "not UTF-8"), (None, "no such file")]
)
def test_a_file_that_is_no_toml_is_one_clear_error(tmp_path, content, says):
    """Broken, binary and missing files each give one line."""
    file = tmp_path / "tppo.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=says):
        load_settings(file)


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("https://tinjau.contoh.go.id", True),
        ("https://tinjau.contoh.go.id:8443/", True),
        ("http://127.0.0.1:8737", True),
        ("http://tinjau.contoh.go.id", False),
        ("https://a:b@tinjau.contoh.go.id", False),
        ("https://tinjau.contoh.go.id/konsol", False),
        ("https://tinjau.contoh.go.id?x", False),
        ("javascript:alert(1)", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_the_address_of_the_console_is_one_that_messages_may_name(address, is_good):
    """TLS beyond this machine, no secret, no path: whoever follows a link signs in there."""
    data = {"review": {"console": address}}
    if is_good:
        assert settings_from(data, folder=Path(os.sep)).review.console == address.rstrip("/")
    else:
        with pytest.raises(ConfigError, match="review.console"):
            settings_from(data, folder=Path(os.sep))


def test_a_folder_is_no_settings_file(tmp_path):
    """A folder in the place of the file is a ConfigError too."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path)


@given(
    st.dictionaries(
        st.sampled_from(["storage", "fetch", "sources", "notify", "model", "privacy", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["url", "path", "id", "kind", "every", "key_file", "allow_private", "z"]),
                    inner,
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_any_table_gives_settings_or_a_config_error(data):
    """No shape of input ends in another error, and every error is one line."""
    try:
        settings_from(data, folder=Path(os.sep))
    except ConfigError as exc:
        assert "\n" not in str(exc)
