"""What a hostile server sends costs its own source, with a named reason, within time and memory."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zlib

import brotli
import pytest
from backports import zstd

PROGRAM = """
import json, resource, socket, sys, threading, time
from pathlib import Path
from tests.scanning import KeywordAssessor, respond, rss, serving, settings_of
from tppo_watch.watch import open_watch

folder = Path(sys.argv[1])
GOOD = rss(("1", "A", "Loker Kamboja"))

def packed(coding):
    bomb = (folder / f"bomb.{coding}").read_bytes()
    return lambda handler: respond(handler, 200, bomb, Content_Encoding=coding)

def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"<")
            time.sleep(0.05)
    except OSError:
        pass

count = iter(range(10**9))
entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
routes = {
    "/good1": GOOD, "/good2": GOOD,
    "/gzip": packed("gzip"), "/deflate": packed("deflate"), "/br": packed("br"), "/zstd": packed("zstd"),
    "/drip": drip,
    "/loop": lambda handler: respond(handler, 302, b"", Location=f"/loop?{next(count)}"),
    "/entities": f"<!DOCTYPE r [{entities}]><rss><channel><title>&a9;</title></channel></rss>".encode(),
    "/quadratic": f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]><rss>{"&a;" * 50_000}</rss>'.encode(),
    "/attributes": ("<rss " + " ".join(f"a{n}='x'" for n in range(200_000)) + ">").encode(),
    "/nested": b"<rss><channel><item>" + b"<a>" * 2_000_000,
}
class Routes(dict):
    def get(self, path):
        return super().get(path.partition("?")[0])

with serving(Routes(routes)) as host:
    names = ["good1", *(name[1:] for name in routes if "good" not in name), "good2"]
    sources = [{"id": name, "kind": "feed", "url": f"http://{host}/{name}"} for name in names]
    limits = {"timeout_s": 1.5, "parse_timeout_s": 0.5, "host_pause_s": 0}
    settings = settings_of(folder, *sources, fetch={"allow_private": [host], **limits})
    with open_watch(settings, assessor=KeywordAssessor()) as opened:
        opened.settings = settings.model_copy(update={"sources": settings.sources[:1]})
        opened.scan()
        opened.settings = settings
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.monotonic()
        report = opened.scan(is_everything=True)
        took = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({
    "took_s": took, "extra_mb": (after - before) / 1024,
    "ended": {s.id: [s.status, *(f.reason for f in s.failures)] for s in report.sources},
}))
"""

REASONS = {
    "gzip": "refused: too large",
    "deflate": "refused: too large",
    "br": "refused: too large",
    "zstd": "refused: too large",
    "drip": "refused: too slow",
    "loop": "refused: more than 5 redirects",
    "entities": "refused: the feed declares entities",
    "quadratic": "refused: the feed declares entities",
    "attributes": "refused: its first tag is longer",
    "nested": "refused: reading it took longer",
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """One scan of ten hostile sources between two good ones, in a process whose memory is measured."""
    folder = tmp_path_factory.mktemp("bombs")
    zeros = bytes(200_000_000)
    for name, pack in {"gzip": gzip, "deflate": zlib, "br": brotli, "zstd": zstd}.items():
        options = {"quality": 5} if name == "br" else {}
        (folder / f"bomb.{name}").write_bytes(pack.compress(zeros, **options))
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("name", REASONS)
def test_each_bomb_ends_with_its_reason(outcome, name):
    """The rule that was broken is named in what the source reports."""
    status, reason = outcome["ended"][name]
    assert status == "failed"
    assert REASONS[name] in reason


def test_others_go_on(outcome):
    """The sources before and after the bombs are read."""
    assert [outcome["ended"][name][0] for name in ("good1", "good2")] == ["read", "read"]


def test_all_of_them_cost_little_memory(outcome):
    """Ten bombs take less than 64 MiB beyond what a scan takes."""
    assert outcome["extra_mb"] < 64
