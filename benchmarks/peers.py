"""What others would build of well-known parts for the same ads; each reads ads and says what it costs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tppo_watch.knowledge import rules

Read = Callable[[Sequence[str]], object]
#: Processor time that ads take, in seconds.
Cost = Callable[[Sequence[str]], float]

#: medspaCy and fastText want other versions of what we are installed with.
ENVIRONMENT = Path(__file__).resolve().parents[1] / ".venv" / "peers"
OUTSIDE = ("medspacy>=1.3", "fasttext-community")


@dataclass(frozen=True)
class Contender:
    """Something that reads ads."""

    name: str
    cost: Cost


def here(read: Read) -> Cost:
    """The cost of what runs in this process."""

    def cost(ads: Sequence[str]) -> float:
        begun = time.process_time()
        read(ads)
        return time.process_time() - begun

    return cost


def presidio() -> Cost:
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
    for name, regex in PATTERNS.items():
        registry.add_recognizer(
            PatternRecognizer(name, patterns=[Pattern(name.lower(), regex, 0.5)], supported_language="id")
        )
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["id"])
    return here(lambda ads: [engine.analyze(ad, language="id") for ad in ads])


_MONTHS = "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember"
PATTERNS = {
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
_DENIALS = ("tidak", "tak", "bukan", "tanpa", "jangan", "belum", "nggak", "gak", "ga", "ndak", "no", "not")


def phrases() -> list[str]:
    """The words and phrases of our lexicon, as they stand there."""
    return sorted({member.rstrip("~") for members in rules.lexicon().values() for member in members})


def sklearn(corpus: Sequence[dict]) -> Cost:
    """The usual text classifier, fitted on the corpus: one label, no reasons."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    pipeline = make_pipeline(make_union(words, characters), LogisticRegression(max_iter=50, tol=0.1))
    # A third of the records gives a vocabulary of the usual size; speed does not depend on the fit.
    pipeline.fit([record["text"] for record in corpus[::3]], [record["label"] for record in corpus[::3]])
    return here(pipeline.predict_proba)


def spacy_textcat(corpus: Sequence[dict]) -> Cost:
    """spaCy's PhraseMatcher with our phrases, and its bag-of-words text classifier: one label, no reasons."""
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.training import Example

    nlp = spacy.blank("id")
    model = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": True, "ngram_size": 2}
    textcat = nlp.add_pipe("textcat", config={"model": {**model, "no_output_layer": False}})
    few = corpus[::200]  # speed does not depend on the fit
    labels = sorted({record["label"] for record in few})
    examples = [
        Example.from_dict(
            nlp.make_doc(record["text"]), {"cats": {one: float(one == record["label"]) for one in labels}}
        )
        for record in few
    ]
    textcat.initialize(lambda: examples, nlp=nlp, labels=labels)
    optimizer = nlp.resume_training()
    nlp.update(examples, sgd=optimizer)
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("SIGN", list(nlp.tokenizer.pipe(phrases())))
    return here(lambda ads: [(matcher(doc), doc.cats) for doc in nlp.pipe(ads)])


def aho_corasick() -> Cost:
    """A bare search for the words and phrases of the lexicon: no inflection, no gaps, no scope, no score."""
    automaton = _automaton()
    return here(lambda ads: [list(automaton.iter(ad.lower())) for ad in ads])


def floor(features: Sequence[str], weights: np.ndarray) -> Cost:
    """The least that anything of the kind costs: that search, and one product of TF-IDF with our weights."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    automaton = _automaton()
    known = {feature: column for column, feature in enumerate(features) if feature == feature.lower()}
    columns = list(known.values())
    vectors = TfidfVectorizer(ngram_range=(1, 2), vocabulary={name: i for i, name in enumerate(known)})
    vectors.fit(["x"])
    kept = np.ascontiguousarray(weights[columns])
    return here(lambda ads: ([list(automaton.iter(ad.lower())) for ad in ads], vectors.transform(ads) @ kept))


def _automaton():
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for phrase in phrases():
        automaton.add_word(phrase, phrase)
    automaton.make_automaton()
    return automaton


def outside(peer: str, corpus: Sequence[dict]) -> Cost:
    """A peer in an environment of its own, made where it is missing.

    Raises
    ------
    ImportError
        If it cannot be made, or the peer does not start in it.
    """
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "done").exists():
        quiet = {"check": False, "capture_output": True, "text": True}
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], **quiet)
        made = subprocess.run([python, "-m", "pip", "install", "-q", *OUTSIDE], **quiet)
        if made.returncode:
            raise ImportError(made.stderr.strip().splitlines()[-1])
        (ENVIRONMENT / "done").touch()
    some = corpus[::3]
    asked = {
        "peer": peer,
        "phrases": phrases(),
        "patterns": PATTERNS,
        "denials": _DENIALS,
        "texts": [record["text"] for record in some],
        "labels": [record["label"] for record in some],
    }
    process = subprocess.Popen(
        [python, Path(__file__).with_name("outside.py")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin and process.stdout

    def told(line: object) -> str:
        process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    if told(asked) != "ready":
        raise ImportError(f"{peer} does not start in {ENVIRONMENT}")
    return lambda ads: float(told(list(ads)))
