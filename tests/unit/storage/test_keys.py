from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tppo_watch.errors import ConfigError
from tppo_watch.storage.keys import load_key


def test_a_key_is_made_once_and_private(tmp_path):
    """The first use makes a file only its owner reads; later uses find the same key; nothing else is left."""
    file = tmp_path / "tppo.key"
    key = load_key(file)
    assert len(key) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_key(file) == key
    assert list(tmp_path.iterdir()) == [file]


def test_scans_that_start_together_get_one_key(tmp_path):
    """Whoever comes first makes it, the others take it."""
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_key(tmp_path / "k"), range(32)))
    assert len(keys) == 1


@pytest.mark.parametrize("content", ["", "zz", "00" * 8])
def test_what_is_no_key_is_refused(tmp_path, content):
    """Empty, damaged and short keys are not used: the hashes would tell names."""
    file = tmp_path / "k"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="holds no key"):
        load_key(file)


def test_a_key_that_others_may_read_is_refused(tmp_path):
    """The error says which command repairs it."""
    load_key(tmp_path / "k")
    (tmp_path / "k").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_key(tmp_path / "k")


def test_a_key_that_cannot_be_made_is_refused(tmp_path):
    """A missing folder is named."""
    with pytest.raises(ConfigError, match="No such file"):
        load_key(tmp_path / "tiada" / "k")
