"""Speed of explained scoring beside its peers, on the same ads, in one run, on one core.

    python -m benchmarks.speed [--ads 1000] [--rounds 5] [--public FOLDER]

Every contender reads the same 240-character ads, one after the other in each round, so that a busy machine
slows all of them alike; its best round counts, in processor time. A peer that is not installed is named and
left out.
"""

from __future__ import annotations

import os

# Read when numpy is first imported, hence the imports below it.
for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_pool, "1")

import argparse
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import tppo_watch
from benchmarks import peers
from benchmarks.peers import Contender, here
from benchmarks.samples import CHARACTERS, SEED, records, samples
from tppo_watch.assessor import BATCH, read_texts
from tppo_watch.classifiers.features import words_of
from tppo_watch.text.document import read
from tppo_watch.training.background import MEASURES, public_texts


def contenders(assessor: tppo_watch.Assessor, corpus: Sequence[dict]) -> Iterator[Contender]:
    """Ours, then the peers that are installed; says which are not."""
    yield Contender("tppo_watch, full explained scoring", here(lambda ads: list(assessor.assess_many(ads))))
    whole = tppo_watch.load()
    yield Contender("tppo_watch, with the encoder (default)", here(lambda ads: list(whole.assess_many(ads))))
    yield Contender("tppo_watch, rules and entities only", here(_rules_only))
    heads = assessor._heads
    yield Contender(
        "tppo_watch, words and heads only",
        here(lambda ads: heads.log_odds([(words_of(read(ad)), ()) for ad in ads])),
    )
    built = {
        "presidio-analyzer, 21 pattern recognisers": peers.presidio,
        "medspaCy, our phrases, 21 patterns, ConText": lambda: peers.outside("medspacy", corpus),
        "spaCy, PhraseMatcher and textcat": lambda: peers.spacy_textcat(corpus),
        "scikit-learn, TF-IDF words and characters": lambda: peers.sklearn(corpus),
        "fastText, supervised": lambda: peers.outside("fasttext", corpus),
        "floor: pyahocorasick and one TF-IDF product": lambda: peers.floor(
            heads.vocabulary.features, heads.weights
        ),
        "pyahocorasick, the words of the lexicon": peers.aho_corasick,
    }
    for name, build in built.items():
        try:
            yield Contender(name, build())
        except ImportError as exc:
            print(f"left out: {name} ({exc})", file=sys.stderr)


def _rules_only(ads: Sequence[str]) -> None:
    """What no model has part in, in the batches in which the assessor reads."""
    for first in range(0, len(ads), BATCH):
        read_texts(ads[first : first + BATCH])


def single_call(assessor: tppo_watch.Assessor, ads: Sequence[str]) -> list[float]:
    """Time of one call on each ad, in microseconds of the processor, the shortest first."""
    times = []
    for ad in ads:
        begun = time.process_time()
        assessor.assess(ad)
        times.append((time.process_time() - begun) * 1e6)
    return sorted(times)


def run(
    assessor: tppo_watch.Assessor, ads: int, rounds: int, public: Path | None = None
) -> dict[str, dict[str, float]]:
    """Best round of each contender on each sample, in microseconds an ad; the first contender is ours."""
    corpus = records()
    drawn = samples(corpus, ads)
    if public is not None:
        texts = [text.text for text in public_texts(public, MEASURES) if len(text.text) >= CHARACTERS]
        drawn["public text"] = [text[:CHARACTERS] for text in random.Random(SEED).sample(texts, ads)]
    entered = list(contenders(assessor, corpus))
    results: dict[str, dict[str, float]] = {}
    for sample, texts in drawn.items():
        best = {contender.name: float("inf") for contender in entered}
        for _ in range(rounds):
            for contender in entered:
                spent = contender.cost(texts) / len(texts) * 1e6
                best[contender.name] = min(best[contender.name], spent)
        models = {"a single call": assessor, "a single call with the encoder": tppo_watch.load()}
        for name, model in models.items():
            times = single_call(model, texts[:300])
            best[f"tppo_watch, {name} (median)"] = statistics.median(times)
            best[f"tppo_watch, {name} (99th in 100)"] = times[int(0.99 * len(times))]
        results[sample] = best
    return results


def table(results: dict[str, dict[str, float]]) -> str:
    """Results as Markdown: ratios to our full scoring first."""
    lines = ["| sample | contender | times ours | µs an ad | ads a second |"]
    lines.append("| --- | --- | ---: | ---: | ---: |")
    for sample, times in results.items():
        ours = next(iter(times.values()))
        lines += [
            f"| {sample} | {name} | {value / ours:.2f} | {value:,.0f} | {1e6 / value:,.0f} |"
            for name, value in times.items()
        ]
    return "\n".join(lines)


def main() -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--ads", type=int, default=1000, help="ads of each sample")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", default="student", help="name or folder")
    parser.add_argument("--public", type=Path, help="public text as a third sample")
    options = parser.parse_args()
    print(table(run(tppo_watch.load(options.model), options.ads, options.rounds, options.public)))


if __name__ == "__main__":
    main()
