"""Whether a change of the code changed an answer: every field of every assessment, before and after.

    python -m benchmarks.same keep ANSWERS [--public FOLDER] [--model student]
    python -m benchmarks.same compare ANSWERS [--public FOLDER] [--model student]

The texts are the corpus, the same texts in disguises and damaged, and those of every JSONL file in `FOLDER`.
`keep` writes one line of JSON a text, gzipped, all numbers unrounded. `compare` answers again, prints the
first texts whose line is another, and ends with 1 where one is. Keep with the old code, compare with the new.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import tppo_watch
from benchmarks.speed import records

SEED = 11
SHOWN = 5  # differing texts


def texts(public: Path | None) -> Iterator[str]:
    """All texts, in the same order at every call."""
    rng = random.Random(SEED)
    own = [record["text"] for record in records()]
    yield from own
    for text in own[::3]:
        yield _damaged(text, rng)
    for file in sorted(public.glob("**/*.jsonl")) if public else ():
        for line in file.read_text(encoding="utf-8").split("\n"):
            row = json.loads(line) if line else {}
            if isinstance(row.get("text"), str):
                yield row["text"][: tppo_watch.assessor.MAX_CHARACTERS]


def _damaged(text: str, rng: random.Random) -> str:
    """`text` with characters replaced, doubled and dropped, and white space of all kinds."""
    odd = "0134@$!*.-'\"  \n\n\t\r\xa0\u200b\u2028\x1c\x85😀🇰🇭\ufe0f\u200déа1oil8"
    out = []
    for char in text:
        chance = rng.random()
        if chance < 0.02:
            out.append(rng.choice(odd))
        if 0.02 < chance < 0.03:
            out.append(char)
        if chance < 0.98:
            out.append(char)
    return "".join(out)


def answers(model: str, public: Path | None) -> Iterator[tuple[str, str]]:
    """Each text with its assessment in one line of JSON."""
    assessor = tppo_watch.load(model)
    for answer in assessor.assess_many(texts(public)):
        yield answer.text, json.dumps(asdict(answer), ensure_ascii=True, sort_keys=True)


def keep(path: Path, model: str, public: Path | None) -> int:
    """Write all answers; returns how many."""
    count = 0
    with gzip.open(path, "wt", encoding="ascii", compresslevel=1) as file:
        for _, line in answers(model, public):
            file.write(line + "\n")
            count += 1
    return count


def differing(path: Path, model: str, public: Path | None) -> Iterator[tuple[str, str, str] | None]:
    """For each text None, or the text with the line that was kept and the line of now."""
    with gzip.open(path, "rt", encoding="ascii") as file:
        for (text, now), before in zip(answers(model, public), file, strict=True):
            yield None if now == before.rstrip("\n") else (text, before, now)


def main() -> int:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("what", choices=("keep", "compare"))
    parser.add_argument("answers", type=Path)
    parser.add_argument("--model", default="student", help="name or folder")
    parser.add_argument("--public", type=Path, help="a folder of JSONL files with a field `text`")
    options = parser.parse_args()
    if options.what == "keep":
        print(f"{keep(options.answers, options.model, options.public):,} answers kept")
        return 0
    count = others = 0
    for found in differing(options.answers, options.model, options.public):
        count += 1
        if found is not None:
            others += 1
            if others <= SHOWN:
                text, before, now = found
                old, new = json.loads(before), json.loads(now)
                print(f"{text!r}", file=sys.stderr)
                for name in sorted(old.keys() | new.keys()):
                    if old.get(name) != new.get(name):
                        print(f"  {name}: {old.get(name)} -> {new.get(name)}", file=sys.stderr)
    print(f"{count:,} answers compared, {others:,} differ")
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main())
