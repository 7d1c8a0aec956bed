"""The front door of the library: one text, or a million, to explained assessments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from scipy.special import expit, logit

from .assess.evidence import EvidenceSpace, Reading, inputs_of, likeliest_stance, missing_in
from .assess.levels import MAY_BE_HIGH, Thresholds, level_of, thresholds_for
from .assess.weigh import Weigher
from .classifiers.features import Vocabulary
from .classifiers.linear import LinearHeads, Scores
from .classifiers.store import StoredModel, read_model
from .entities import find_entities
from .errors import ModelMismatchError
from .indicators.finder import default_finder
from .text.document import read
from .text.language import language
from .types import STANCES, Assessment, Label, Match

BATCH = 256  # texts assessed together; more gains nothing and holds more memory
LEAST_SHOWN = 0.05  # kinds of exploitation below this share are left out
_OFFERING = [STANCES.index(stance) for stance in MAY_BE_HIGH]
MAX_CHARACTERS = 1_000_000  # of one text; a post is never longer, an attack is


def load(model: str | Path | None = None, *, prevalence: float | None = None) -> Assessor:
    """An assessor with the default model, an installed one by name, or the one in a folder.

    Parameters
    ----------
    prevalence : float, optional
        Share of trafficking posts among those that will be read, in (0, 1); that of the model card where not
        given. Risks and the thresholds of the levels follow it.

    Raises
    ------
    ModelNotFoundError, ModelMismatchError
    """
    return Assessor(read_model(model), prevalence=prevalence)


class Assessor:
    """Reads texts and says what it sees, with reasons.

    Holds no state between texts; safe to share between threads.
    """

    def __init__(self, model: StoredModel, *, prevalence: float | None = None) -> None:
        config, arrays = model.config, model.arrays
        self.name = str(config["name"])
        self._space = EvidenceSpace()
        if tuple(config["evidence"]) != self._space.names:
            raise ModelMismatchError(
                model.name,
                "model.json",
                "the indicators of this version",
                "others; retrain it with `tppo-watch train`",
            )
        self._heads = LinearHeads(
            Vocabulary(model.features, arrays["idf"]), config["types"], arrays["weights"], arrays["bias"]
        )
        fitted = float(config["prevalence"])
        self.prevalence = fitted if prevalence is None else prevalence
        if not 0 < self.prevalence < 1:
            raise ValueError(f"prevalence must lie between 0 and 1, not {self.prevalence}")
        self._weigher = Weigher(
            base=float(config["base"]),
            weights=arrays["evidence"].astype(np.float64),
            refits=arrays["refits"].astype(np.float64),
            knots=arrays["knots"].astype(np.float64),
            values=arrays["values"].astype(np.float64),
            shift=float(logit(self.prevalence) - logit(fitted)),
        )
        self._assistance = float(config["assistance_threshold"])
        self.thresholds = self._thresholds(arrays["heldout"].astype(np.float64), fitted)

    def _thresholds(self, heldout: np.ndarray, fitted: float) -> Thresholds:
        sums, is_case, weights = heldout[0], heldout[1] > 0, heldout[2]
        scale = np.where(is_case, self.prevalence / fitted, (1 - self.prevalence) / (1 - fitted))
        risks = expit(self._weigher.log_odds(sums))
        return thresholds_for(risks, is_case, weights * scale, prevalence=self.prevalence)

    def assess(self, text: str) -> Assessment:
        """Assess one text of at most a million characters; see :class:`~tppo_watch.types.Assessment`."""
        return self._batch([text])[0]

    def assess_many(self, texts: Iterable[str], jobs: int = 1) -> Iterator[Assessment]:
        """Assess texts lazily and in order, with bounded memory.

        Parameters
        ----------
        jobs : int
            Processes to use; -1 for one a core.
        """
        batches = _batched(texts, BATCH)
        if jobs == 1:
            for batch in batches:
                yield from self._batch(batch)
            return
        from joblib import Parallel, delayed

        parallel = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs")
        for done in parallel(delayed(self._batch)(batch) for batch in batches):
            yield from done

    def evidence(self, readings: Sequence[Reading]) -> tuple[Scores, np.ndarray]:
        """Scores of the heads, and the evidence that is weighed: shape (n, n_names)."""
        scores = self._heads.score([inputs_of(reading) for reading in readings])
        return scores, self._space.matrix(readings, scores)

    def _batch(self, texts: Sequence[str]) -> list[Assessment]:
        for text in texts:
            if not isinstance(text, str):
                raise TypeError(f"a text must be a str, not {type(text).__name__}")
            if len(text) > MAX_CHARACTERS:
                raise ValueError(f"a text may have {MAX_CHARACTERS:,} characters, this one has {len(text):,}")
        readings = [read_text(text) for text in texts]
        scores, evidence = self.evidence(readings)
        sums = self._weigher.sums(evidence)
        log_odds = self._weigher.log_odds(sums)
        risks = expit(log_odds)
        intervals = self._weigher.intervals(evidence, risks)
        parts = evidence * self._weigher.weights
        return [
            self._assessment(
                readings[i], scores, i, parts[i], float(log_odds[i] - sums[i]), risks[i], intervals[i]
            )
            for i in range(len(texts))
        ]

    def _assessment(
        self,
        reading: Reading,
        scores: Scores,
        i: int,
        parts: np.ndarray,
        calibration: float,
        risk: float,
        interval: np.ndarray,
    ) -> Assessment:
        stance = likeliest_stance(scores.stance[i])
        names = self._space.names
        reasons = [("base", self._weigher.base)]
        for column in np.flatnonzero(parts):
            name = names[column]
            reasons.append((f"stance:{stance}" if name == "stance" else name, float(parts[column])))
        reasons.append(("calibration", calibration))
        indicators = self._weighted(reading.signs.indicators, parts, "")
        asserted = sum(match.scope == "asserted" for match in indicators)
        offering = float(scores.stance[i, _OFFERING].sum())
        level = level_of(risk, offering, asserted, self.thresholds)
        types = scores.types[i]
        shown = [] if level == "none" else np.flatnonzero(types >= LEAST_SHOWN)
        return Assessment(
            risk=float(risk),
            level=level,
            label=self._label(risk, float(scores.fraud[i])),
            stance=stance,
            assistance=stance != "news" and bool(scores.assistance[i] >= self._assistance),
            interval=(float(interval[0]), float(interval[1])),
            exploitation={
                self._heads.types[k]: float(types[k]) for k in sorted(shown, key=lambda k: (-types[k], k))
            },
            indicators=indicators,
            counter=self._weighted(reading.signs.counter, parts, "counter:"),
            entities=reading.entities,
            reasons=tuple(reasons),
            missing=missing_in(reading) if stance == "offer" else (),
            lang=reading.lang,
            model=self.name,
            text=reading.document.text,
        )

    def _weighted(self, matches: tuple[Match, ...], parts: np.ndarray, prefix: str) -> tuple[Match, ...]:
        """The matches with the log-odds of their rule on the first asserted one of each rule."""
        counted: set[str] = set()
        out = []
        for match in matches:
            if match.scope == "asserted" and match.id not in counted:
                counted.add(match.id)
                match = replace(match, weight=float(parts[self._space.column[prefix + match.id]]))
            out.append(match)
        return tuple(out)

    @staticmethod
    def _label(risk: float, fraud: float) -> Label:
        if risk >= 0.5:
            return "trafficking"
        return "fraud" if fraud > 0 else "benign"


def read_text(text: str) -> Reading:
    """Rules and patterns of one text, before any model has seen it."""
    document = read(text)
    entities = find_entities(document)
    return Reading(document, entities, default_finder().find(document, entities), language(document))


def _batched(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    source = iter(texts)
    while batch := list(islice(source, size)):
        yield batch
