"""Damaged feeds through the guarded process that reads them: none may break it, none may take long.

    python -m benchmarks.feeds [--mutations 100000] [--seed 7]

Every mutation is one of the sample feeds or a feed that once made feedparser raise, cut, doubled, shuffled,
overwritten, nested or with hostile pieces put in. Prints how they ended, and exits 1 if any broke the reader
or took longer than 5 s of processor time.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files

from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import guarded
from tppo_watch.types import Post

LIMIT_S = 5.0  # of processor time, for one feed
#: What an error says, and what that is called here.
REFUSALS = {
    "took longer": "too long",
    "of memory": "too much memory",
    "crashed": "crashed",
    "no answer": "crashed",
    "refused": "refused",
}
BAD = ("too long", "too much memory", "crashed")
SAMPLES = ("berita-daerah.rss.xml", "blog-loker.atom.xml")
#: Small inputs of the kinds that break parsers of feeds.
ODD = (
    b"<rss><channel><item><title>a</title><pubDate>Mon, 99 Foo 2026</pubDate></item></channel></rss>",
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="a/b">!</content></entry></feed>',
    b'<rss><channel><item><enclosure length="x" url=""/><guid isPermaLink="x"/></item></channel></rss>',
    b'<?xml version="1.0" encoding="utf-7"?><rss><channel><item><title>+ADw-</title></item></channel></rss>',
    b'<rdf:RDF xmlns:rdf="x"><item rdf:about="\x00"/></rdf:RDF>',
    b'<rss xmlns:georss="x"><channel><item><georss:point>1</georss:point></item></channel></rss>',
)
PIECES = (
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?xml?>", b"&#0;", b"&#xD800;", b"&#x110000;", b"&amp;" * 50,
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"<item>", b"</item>", b"</channel>", b'<a href="',
    b"<svg/onload=x>", b"<!DOCTYPE x>", b"&a;", b'xml:base="http://[', b'<link href="http://[::1"/>',
    b"<pubDate>0000-00-00</pubDate>", b"<updated>" + b"9" * 60 + b"</updated>", b"<georss:point>" + b"9" *
    400 + b"</georss:point>", b"<b>" * 200, b"<itunes:duration>1:2:3:4</itunes:duration>",
    b"<content type='xhtml'><div><div>", b"<media:content url='' width='x'/>", b"\xe2\x80\xae", b"'\"",
    b"%s%n",
    b"<x:y/>",
)  # fmt: skip


def seeds() -> list[bytes]:
    """What is mutated."""
    folder = files("tppo_watch") / "samples"
    return [*((folder / name).read_bytes() for name in SAMPLES), *ODD]


def mutated(seeded: random.Random, feeds: list[bytes]) -> bytes:
    """One of `feeds` after a few changes."""
    body = bytearray(seeded.choice(feeds))
    for _ in range(seeded.randint(1, 6)):
        at, end = sorted(seeded.randrange(len(body) + 1) for _ in range(2))
        change = seeded.randrange(7)
        if change == 0:
            body[at:at] = seeded.choice(PIECES)
        elif change == 1:
            del body[at : min(end, at + 300)]
        elif change == 2:
            body[at:at] = body[at : min(end, at + 2000)]
        elif change == 3 and at < len(body):
            body[at] = seeded.randrange(256)
        elif change == 4:
            body = body[:end] or body
        elif change == 5:
            body[at:at] = seeded.choice(PIECES) * seeded.randint(1, 60)
        elif change == 6:
            body[at:end] = bytes(reversed(body[at : min(end, at + 100)])) + body[at + 100 : end]
        body = body or bytearray(b"<rss>")
    return bytes(body[:50_000])


def outcomes(count: int, seed: int) -> Iterator[str]:
    """How each of `count` mutations ended. What the reader raises beside `SourceError` goes through."""
    seeded, feeds, config = random.Random(seed), seeds(), FetchSettings(parse_timeout_s=LIMIT_S)
    source = SourceSettings(id="f", kind="feed", url="http://contoh.example/feed")
    for _ in range(count):
        try:
            found = list(guarded.items("feed", mutated(seeded, feeds), source, config))
        except SourceError as exc:
            yield next((name for sign, name in REFUSALS.items() if sign in exc.message), "no feed")
        else:
            yield "read" if all(isinstance(item, Post) for item in found) else "read in part"


def main() -> int:
    """Print the table of endings."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mutations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    begun = time.perf_counter()
    endings = Counter(outcomes(arguments.mutations, arguments.seed))
    took_s = time.perf_counter() - begun
    print("| ending | feeds |\n| --- | ---: |")
    for ending, count in endings.most_common():
        print(f"| {ending} | {count:,} |")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\n{arguments.mutations / took_s:,.0f} feeds/s; memory of the caller: {memory} MiB at most")
    return int(any(endings[name] for name in BAD))


if __name__ == "__main__":
    sys.exit(main())
