"""Ads to measure on, from the corpus of the project, by a seed: the same for all contenders and runs."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[1] / "models" / "corpus"
CHARACTERS = 240
RARE = 0.03  # share of texts in the daily mix that are no everyday texts
SEED = 7
_SHORT_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?!\d)")  # not part of the number of a phone


def records() -> list[dict]:
    """The records of the corpus."""
    files = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.jsonl"))]
    return [json.loads(line) for content in files for line in content.split("\n") if line]


def samples(corpus: Sequence[dict], ads: int) -> dict[str, list[str]]:
    """Ads of exactly `CHARACTERS` characters: the daily mix, and offers alone."""
    rng = random.Random(SEED)
    everyday, rare, offers = [], [], []
    for record in corpus:
        (everyday if _is_everyday(record) else rare).append(record["text"])
        if record["stance"] == "offer":
            offers.append(record["text"])
    few = max(1, round(ads * RARE))
    mix = rng.choices(everyday, k=ads - few) + rng.choices(rare, k=few)
    rng.shuffle(mix)
    if ads < len(offers):
        offers = rng.sample(offers, ads)
    return {
        "daily mix": [fitted(text, everyday, rng) for text in mix],
        "offers": [fitted(text, offers, rng) for text in offers],
    }


def _is_everyday(record: dict) -> bool:
    return bool(record.get("ordinary")) or record["stance"] == "other"


def fitted(text: str, more: Sequence[str], rng: random.Random) -> str:
    """`text` cut to the length, or lengthened with others of its kind."""
    while len(text) < CHARACTERS:
        text += "\n" + rng.choice(more)
    return text[:CHARACTERS]


def stream(corpus: Sequence[dict], count: int) -> Iterator[str]:
    """Ads of the daily mix, hardly two of them the same: put together anew, with other ages and sums."""
    rng = random.Random(SEED)
    everyday = [record["text"] for record in corpus if _is_everyday(record)]
    rare = [record["text"] for record in corpus if not _is_everyday(record)]
    for _ in range(count):
        text = rng.choice(rare if rng.random() < RARE else everyday)
        text = text[rng.randint(0, max(0, len(text) - CHARACTERS)) :]
        yield _SHORT_NUMBER.sub(lambda found: str(rng.randint(1, 999)), fitted(text, everyday, rng))


def write_posts(path: Path, count: int) -> None:
    """A file of JSON Lines with posts of `stream`."""
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(stream(records(), count)):
            file.write(json.dumps({"id": f"p{number}", "text": text}, ensure_ascii=False) + "\n")
