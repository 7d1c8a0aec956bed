from __future__ import annotations

import os

import pytest

from tests.scanning import respond, serving
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import SourceFetcher


def opened(source: SourceSettings, **options) -> tuple[bytes | None, SourceFetcher]:
    fetcher = SourceFetcher(FetchSettings(), **options)
    stream = fetcher.open(source)
    if stream is None:
        return None, fetcher
    with stream:
        return stream.read(), fetcher


def test_an_unchanged_file_is_not_read_again(tmp_path):
    """A file is read once, again when it changed, and again when the settings read it differently."""
    file = tmp_path / "a.csv"
    file.write_bytes(b"text\na\n")
    source = SourceSettings(id="a", kind="csv", path=file)
    body, first = opened(source)
    assert body == b"text\na\n"
    assert opened(source, etag=first.etag)[0] is None
    assert opened(source, etag=first.etag)[1].unchanged
    assert opened(source.model_copy(update={"text_field": "isi"}), etag=first.etag)[0] is not None
    file.write_bytes(b"text\nb\n")
    os.utime(file, ns=(1, 1))
    assert opened(source, etag=first.etag)[0] == b"text\nb\n"


def test_an_unchanged_address_is_not_read_again():
    """What the server said of its version is given back to it."""

    def answer(handler):
        known = handler.headers.get("If-None-Match") == '"v1"'
        respond(handler, 304 if known else 200, b"" if known else b"isi", ETag='"v1"')

    with serving({"/f": answer}) as host:
        source = SourceSettings(id="a", kind="feed", url=f"http://{host}/f")
        config = FetchSettings(allow_private=[host])
        first = SourceFetcher(config)
        assert first.open(source).read() == b"isi"
        second = SourceFetcher(config, etag=first.etag)
        assert second.open(source) is None
        assert second.unchanged


def test_what_cannot_be_opened_is_one_clear_error(tmp_path):
    """A missing file, a folder, a pipe and a file that is too large each say what is wrong."""
    os.mkfifo(tmp_path / "pipa")
    (tmp_path / "besar").write_bytes(bytes(3000))
    config = FetchSettings(max_file_bytes=2000)
    for name, says in (
        ("tiada", "No such file"),
        ("", "not a file"),
        ("pipa", "not a file"),
        ("besar", "3000 bytes"),
    ):
        source = SourceSettings(id="a", kind="csv", path=tmp_path / name)
        with pytest.raises(SourceError, match=says):
            SourceFetcher(config).open(source)
