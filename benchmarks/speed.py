"""Speed of explained scoring beside its peers, on the same ads, in one run, on one core.

    python benchmarks/speed.py [--ads 1000] [--rounds 5] [--public FOLDER]

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
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tppo_watch
from tppo_watch.assessor import BATCH, read_texts
from tppo_watch.knowledge import rules
from tppo_watch.training.background import MEASURES, public_texts

CORPUS = Path(__file__).resolve().parents[1] / "models" / "corpus"
CHARACTERS = 240
RARE = 0.03  # share of texts in the daily mix that are no everyday texts
SEED = 7

Reader = Callable[[Sequence[str]], object]


@dataclass(frozen=True)
class Contender:
    """Something that reads ads."""

    name: str
    read: Reader


def records() -> list[dict]:
    """The records of the corpus."""
    files = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.jsonl"))]
    return [json.loads(line) for content in files for line in content.split("\n") if line]


def samples(corpus: Sequence[dict], ads: int) -> dict[str, list[str]]:
    """Ads of exactly `CHARACTERS` characters: the daily mix, and offers alone."""
    rng = random.Random(SEED)
    everyday, rare, offers = [], [], []
    for record in corpus:
        is_everyday = record.get("ordinary") or record["stance"] == "other"
        (everyday if is_everyday else rare).append(record["text"])
        if record["stance"] == "offer":
            offers.append(record["text"])
    few = max(1, round(ads * RARE))
    mix = rng.choices(everyday, k=ads - few) + rng.choices(rare, k=few)
    rng.shuffle(mix)
    if ads < len(offers):
        offers = rng.sample(offers, ads)
    return {
        "daily mix": [_fitted(text, everyday, rng) for text in mix],
        "offers": [_fitted(text, offers, rng) for text in offers],
    }


def _fitted(text: str, more: Sequence[str], rng: random.Random) -> str:
    """`text` cut to the length, or lengthened with others of its kind."""
    while len(text) < CHARACTERS:
        text += "\n" + rng.choice(more)
    return text[:CHARACTERS]


def contenders(assessor: tppo_watch.Assessor, corpus: Sequence[dict]) -> Iterator[Contender]:
    """Ours, then the peers that are installed; says which are not."""
    yield Contender("tppo_watch, full explained scoring", lambda ads: list(assessor.assess_many(ads)))
    whole = tppo_watch.load()
    yield Contender("tppo_watch, with the encoder (default)", lambda ads: list(whole.assess_many(ads)))
    yield Contender("tppo_watch, rules and entities only", _rules_only)
    peers = {
        "presidio-analyzer, 21 pattern recognisers": _presidio,
        "scikit-learn, TF-IDF words and characters": lambda: _sklearn(corpus),
        "pyahocorasick, the words of the lexicon": _aho_corasick,
    }
    for name, build in peers.items():
        try:
            yield Contender(name, build())
        except ImportError as exc:
            print(f"left out: {name} ({exc})", file=sys.stderr)


def _rules_only(ads: Sequence[str]) -> None:
    """What no model has part in, in the batches in which the assessor reads."""
    for first in range(0, len(ads), BATCH):
        read_texts(ads[first : first + BATCH])


def _presidio() -> Reader:
    """Presidio with a pattern recogniser for each thing we find, on a blank pipeline: no model of its own."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        def load(self) -> None:
            self.nlp = {"id": spacy.blank("id")}

    nlp = Blank(models=[{"lang_code": "id", "model_name": "blank"}])
    nlp.load()
    registry = RecognizerRegistry(supported_languages=["id"], recognizers=[])
    for name, regex in PRESIDIO_PATTERNS.items():
        registry.add_recognizer(
            PatternRecognizer(name, patterns=[Pattern(name.lower(), regex, 0.5)], supported_language="id")
        )
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["id"])
    return lambda ads: [engine.analyze(ad, language="id") for ad in ads]


_MONTHS = "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember"
PRESIDIO_PATTERNS = {
    "PHONE": r"(?:\+62|62|0)8\d{1,2}[ .-]?\d{3,4}[ .-]?\d{3,5}",
    "WHATSAPP": r"\b(?:wa|whatsapp)\b\s*[:.]?\s*\+?\d[\d .-]{8,14}",
    "TELEGRAM": r"\b(?:tele|telegram|t\.me)\b\s*[:/]?\s*@?\w{4,}",
    "INSTAGRAM": r"\b(?:ig|instagram)\b\s*[:/]?\s*@?[\w.]{3,}",
    "LINE": r"\b(?:id )?line\b\s*:?\s*@?[\w.]{3,}",
    "EMAIL": r"\b[\w.+-]+@[\w-]+\.[\w.]{2,}\b",
    "URL": r"\bhttps?://\S+|\bwww\.\S+",
    "MONEY_RP": r"\brp\.?\s?\d[\d.,]*",
    "MONEY_SHORT": r"\b\d+(?:[.,]\d+)?\s?(?:jt|juta|rb|ribu|k)\b",
    "MONEY_RANGE": r"\b\d+(?:[.,]\d+)?\s?(?:-|sampai|s/d)\s?\d+(?:[.,]\d+)?\s?(?:jt|juta|rb|ribu)\b",
    "MONEY_FOREIGN": r"(?:\$|usd|usdt|sgd|myr|rm|baht|yuan|won)\s?\d[\d.,]*",
    "SALARY": r"\b(?:gaji|upah|bayaran|penghasilan|income)\b\D{0,20}\d[\d.,]*\s?(?:jt|juta|rb|ribu)?",
    "FEE": r"\b(?:biaya|bayar|setor|deposit|dp|admin)\b\D{0,20}\d[\d.,]*\s?(?:jt|juta|rb|ribu)?",
    "DEBT": r"\b(?:hutang|utang|pinjam\w*|potong\w*)\b\D{0,20}\d[\d.,]*\s?(?:jt|juta|rb|ribu)?",
    "AGE": r"\b(?:usia|umur)\b\D{0,10}\d{1,2}(?:\s?(?:-|sampai|s/d)\s?\d{1,2})?",
    "GENDER": r"\b(?:pria|wanita|cewek|cowok|perempuan|laki-laki)\b",
    "DATE": rf"\b\d{{1,2}}\s(?:{_MONTHS})(?:\s\d{{4}})?\b",
    "DATE_NUMERIC": r"\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b",
    "LICENCE": r"\b(?:sip3mi|sip2mi|siuppak)\b\D{0,10}[\w./-]*",
    "DOCUMENT": r"\b(?:ktp|kk|paspor|passport|ijazah|visa|akta)\b",
    "AGENCY": r"\b(?:pt|cv)\.?\s[A-Z]\w+(?:\s[A-Z]\w+){0,3}",
}


def _sklearn(corpus: Sequence[dict]) -> Reader:
    """The usual text classifier, fitted on the corpus: one label, no reasons."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    pipeline = make_pipeline(make_union(words, characters), LogisticRegression(max_iter=50, tol=0.1))
    # A third of the records gives a vocabulary of the usual size; speed does not depend on the fit.
    pipeline.fit([record["text"] for record in corpus[::3]], [record["label"] for record in corpus[::3]])
    return pipeline.predict_proba


def _aho_corasick() -> Reader:
    """A bare search for the words and phrases of the lexicon: no inflection, no gaps, no scope, no score."""
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for members in rules.lexicon().values():
        for member in members:
            automaton.add_word(member.rstrip("~"), member)
    automaton.make_automaton()
    return lambda ads: [list(automaton.iter(ad.lower())) for ad in ads]


def microseconds(contender: Contender, ads: Sequence[str]) -> float:
    """Processor time of one round, in microseconds an ad."""
    begin = time.process_time()
    contender.read(ads)
    return (time.process_time() - begin) / len(ads) * 1e6


def single_call(assessor: tppo_watch.Assessor, ads: Sequence[str]) -> float:
    """Median time of one call on one ad, in microseconds by the clock on the wall."""
    times = []
    for ad in ads:
        begin = time.perf_counter()
        assessor.assess(ad)
        times.append((time.perf_counter() - begin) * 1e6)
    return statistics.median(times)


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
                best[contender.name] = min(best[contender.name], microseconds(contender, texts))
        best["tppo_watch, a single call (median)"] = single_call(assessor, texts[:300])
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
