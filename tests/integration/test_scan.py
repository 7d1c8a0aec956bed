"""Whole scans: real files, a real SQLite database, a real HTTP server, real processes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.scanning import NOW, SAMPLES, KeywordAssessor, respond, rss, serving, settings_of
from tppo_watch.config import load_settings
from tppo_watch.errors import ConfigError, StorageBusyError
from tppo_watch.scan import scan_lock
from tppo_watch.storage import open_store
from tppo_watch.watch import open_watch


@pytest.fixture
def samples(tmp_path) -> Path:
    return Path(shutil.copytree(SAMPLES, tmp_path / "demo"))


def watch(settings, **options):
    return open_watch(settings, assessor=KeywordAssessor(), **options)


def test_the_samples_are_scanned_once(samples):
    """All five sources are read without a failure; a second scan finds nothing new."""
    with watch(samples / "tppo.toml") as opened:
        first = opened.scan()
        assert [source.status for source in first.sources] == ["read"] * 5
        assert (first.total("new"), first.total("failed_items")) == (64, 0)
        second = opened.scan(is_everything=True)
        assert [source.status for source in second.sources] == ["unchanged"] * 5
        assert (second.total("new"), second.total("alerts")) == (0, 0)
        assert opened.scan().not_due == 5


def test_samples_touched_but_not_changed_add_nothing(samples):
    """Reading every source again in full finds every post known."""
    with watch(samples / "tppo.toml") as opened:
        opened.scan()
        for file in samples.iterdir():
            os.utime(file)
        again = opened.scan(is_everything=True)
    assert [source.status for source in again.sources] == ["read"] * 5
    assert (again.total("items"), again.total("new")) == (66, 0)


def test_the_parts_of_a_chat_are_one_post(samples):
    """What a recruiter wrote in four messages is assessed together, with its contact."""
    assessor = KeywordAssessor()
    with open_watch(samples / "tppo.toml", assessor=assessor) as opened:
        opened.scan()
    (recruitment,) = [text for text in assessor.texts if "gaji 900 dolar" in text]
    assert "0812-0000-0131" in recruitment


def test_a_feed_over_http_is_read_with_its_validators(tmp_path):
    """The second request is conditional, and an item that was added is the only one that is new."""
    body, asked = [rss(("1", "A", "Loker Kamboja"))], []

    def answer(handler):
        known = handler.headers.get("If-None-Match")
        asked.append(known)
        tag = f'"v{len(body[0])}"'
        respond(handler, 304 if known == tag else 200, b"" if known == tag else body[0], ETag=tag)

    with serving({"/feed": answer}) as host:
        source = {"id": "f", "kind": "feed", "url": f"http://{host}/feed"}
        settings = settings_of(tmp_path, source, fetch={"allow_private": [host], "host_pause_s": 0})
        with watch(settings) as opened:
            assert opened.scan().total("alerts") == 1
            assert opened.scan(is_everything=True).sources[0].status == "unchanged"
            body[0] = rss(("2", "B", "berita"), ("1", "A", "Loker Kamboja"))
            assert opened.scan(is_everything=True).total("new") == 1
    assert asked[0] is None
    assert asked[1] == asked[2] is not None


def test_trouble_of_one_source_is_told_and_the_others_are_read(tmp_path):
    """A dead server, a private address, a page and a broken feed each say what is wrong."""
    routes = {
        "/busy": lambda handler: respond(handler, 503, b""),
        "/page": b"<html>halo</html>",
        "/good": rss(("1", "A", "berita")),
        "/cut": rss(("1", "B", "berita dua"), ("2", "C", "x"))[:-80],
    }
    with serving(routes) as host:
        urls = {name: f"http://{host}/{name}" for name in ("busy", "page", "good", "cut")}
        urls["private"] = "http://127.0.0.1:9/"
        sources = [{"id": name, "kind": "feed", "url": url} for name, url in urls.items()]
        settings = settings_of(tmp_path, *sources, fetch={"allow_private": [host], "host_pause_s": 0})
        with watch(settings) as opened:
            report = opened.scan()
            states = {source.id: state for source, state in opened.sources()}
    status = {source.id: source.status for source in report.sources}
    assert status == {"busy": "failed", "page": "failed", "good": "read", "cut": "read", "private": "failed"}
    assert report.has_failures
    assert "answered 503" in states["busy"].last_error
    assert "no RSS or Atom" in states["page"].last_error
    assert "private address" in states["private"].last_error
    assert states["good"].last_error is None


CHILD = """
import sys
from tests.scanning import KeywordAssessor
from tppo_watch.watch import open_watch
with open_watch(sys.argv[1], assessor=KeywordAssessor()) as opened:
    print("ready", flush=True)
    print(opened.scan().total("new"), flush=True)
"""


def child(config: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(config)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )


def test_a_scan_killed_at_any_point_loses_and_doubles_nothing(tmp_path):
    """After kills at random moments the database is sound, and one more scan makes it complete."""
    rows = [f"{n};teks nomor {n} {'Kamboja' if n % 10 == 0 else ''}" for n in range(4000)]
    (tmp_path / "a.csv").write_text("no;text\n" + "\n".join(rows) + "\n")
    config = tmp_path / "tppo.toml"
    config.write_text('[[sources]]\nid = "a"\nkind = "csv"\npath = "a.csv"\nid_field = "no"\n')
    seeded = random.Random(7)
    for _ in range(4):
        process = child(config)
        assert process.stdout.readline() == "ready\n"
        time.sleep(seeded.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with sqlite3.connect(tmp_path / "tppo.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            half = (
                "SELECT id FROM posts WHERE copy_of IS NULL AND id NOT IN (SELECT post_id FROM assessments)"
            )
            assert connection.execute(half).fetchall() == []
    with watch(config) as opened:
        opened.scan(is_everything=True)
        assert len(opened.alerts()) == 400
    with sqlite3.connect(tmp_path / "tppo.db") as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT native_id) FROM posts").fetchone() == (
            4000,
            4000,
        )


def test_one_scan_runs_at_a_time(samples):
    """A scan beside another gives up with one clear line, and the next one works."""
    with watch(samples / "tppo.toml") as opened:
        with (
            open_store(opened.settings.storage.url) as other,
            scan_lock(other),
            pytest.raises(StorageBusyError, match="another scan is running"),
        ):
            opened.scan()
        assert opened.scan().total("new") == 64


def test_watching_scans_what_falls_due_until_told_to_stop(samples):
    """Each source is read when its time has come; the stop ends the wait at once."""
    now, stop = [NOW], threading.Event()
    reports = []
    with watch(samples / "tppo.toml", clock=lambda: now[0]) as opened:
        for report in opened.keep_scanning(stop):
            reports.append([source.id for source in report.sources])
            now[0] += timedelta(minutes=31)
            if len(reports) == 3:
                stop.set()
    assert reports[0] == [source.id for source in load_settings(samples / "tppo.toml").sources]
    assert reports[1:] == [["berita-daerah"], ["berita-daerah", "blog-loker"]]


def test_a_dry_run_on_a_new_place_leaves_no_file(samples):
    """Neither database, lock nor key is made."""
    before = sorted(samples.iterdir())
    with watch(samples / "tppo.toml", is_dry_run=True) as opened:
        assert opened.scan().total("new") == 64
    assert sorted(samples.iterdir()) == before


def test_settings_are_checked_before_anything_is_made(tmp_path):
    """A wrong file leaves no database behind."""
    (tmp_path / "tppo.toml").write_text("[storage]\nurl = 3\n")
    with pytest.raises(ConfigError):
        open_watch(tmp_path / "tppo.toml")
    assert [file.name for file in tmp_path.iterdir()] == ["tppo.toml"]
