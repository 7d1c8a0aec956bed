"""The front door of the library: one text, or a million, to explained assessments."""

from __future__ import annotations

import gc
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from .assess.cascade import Band, DeepReader
from .assess.evidence import EvidenceSpace, Reading, inputs_of, missing_in
from .assess.levels import MAY_BE_HIGH, Thresholds, level_of
from .assess.stage import CASCADE, STACK, STUDENT, Stage, check_shapes
from .assess.weigh import SPECIFICITY_LOG_ODDS
from .classifiers.features import Vocabulary
from .classifiers.linear import FIXED_HEADS, LinearHeads, Scores, stacked
from .classifiers.store import MANIFEST, StoredModel, locate, manifest_digest, model_root, read_model
from .classifiers.transformer.runtime import Encoder
from .entities import find_entities
from .errors import ModelMismatchError
from .indicators.finder import Finder, default_finder
from .indicators.seen import SignLimits
from .knowledge.rules import Indicator, local_indicators
from .parallel import map_in_order
from .text.document import Document, read
from .text.language import language
from .types import STANCES, Assessment, Match

BATCH = 256  # texts assessed together; more gains nothing and holds more memory
LEAST_SHOWN = 0.05  # kinds of exploitation below this share are left out
_OFFERING = [STANCES.index(stance) for stance in MAY_BE_HIGH]
MAX_CHARACTERS = 1_000_000  # of one text; a post is never longer, an attack is


def load(
    model: str | Path | None = None,
    *,
    prevalence: float | None = None,
    alert_share: float | None = None,
    rules: str | Path | None = None,
) -> Assessor:
    """An assessor with the default model, an installed one by name, or the one in a folder.

    Parameters
    ----------
    model : str or Path, optional
        ``"student"`` is the default model without its encoder: faster, and all there is where onnxruntime
        is not installed.
    prevalence : float, optional
        Share of trafficking posts among those that will be read, in (0, 1); that of the model card where not
        given. Risks and the thresholds of the levels follow it.
    alert_share : float, optional
        Share of posts, in (0, 1], of which reviewers have time to see an alert: 20 of 10,000 a day are 0.002.
        It raises the thresholds of `medium` and `high` where more would pass, and never lowers one.
    rules : str or Path, optional
        A folder with indicators of one's own, in the form of ``knowledge/data/indicators``. The model has not
        learned them: each weighs what its `standalone_specificity` says.

    Raises
    ------
    ModelNotFoundError, ModelMismatchError, KnowledgeError
    """
    if alert_share is not None and not 0 < alert_share <= 1:
        raise ValueError(f"alert_share must lie above 0 and be at most 1, not {alert_share}")
    if prevalence is not None and not 0 < prevalence < 1:
        raise ValueError(f"prevalence must lie between 0 and 1, not {prevalence}")
    stored = read_model(model)
    local = () if rules is None else local_indicators(Path(rules))
    try:
        return Assessor(stored, prevalence=prevalence, alert_share=alert_share, rules=local)
    except (KeyError, TypeError, ValueError, IndexError) as exc:  # the digests hold, yet it is no model
        raise ModelMismatchError(
            stored.name, "model.json", "a model of this version", f"{type(exc).__name__}: {exc}"
        ) from exc


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What one stage says of some texts; one row or item a text."""

    readings: Sequence[Reading]
    scores: Scores
    stage: Stage
    stances: list[int]
    offering: list[float]  #: probability that the writer may be offering
    is_fraud: list[bool]
    needs_help: list[bool]
    columns: list[int]  #: of the parts that are not 0, text by text
    parts: list[float]  #: their log-odds
    ends: list[int]  #: how many of them there are up to each text, which included
    calibration: list[float]  #: log-odds
    risks: list[float]
    intervals: list[list[float]]

    @classmethod
    def of(cls, readings: Sequence[Reading], scores: Scores, evidence: np.ndarray, stage: Stage) -> _Weighed:
        sums = stage.weigher.sums(evidence)
        log_odds, risks, intervals = stage.weigher.judged(evidence, sums)
        parts = evidence * stage.weigher.weights
        rows, columns = parts.nonzero()
        return cls(
            readings,
            scores,
            stage,
            stances=scores.stance.argmax(axis=1).tolist(),
            offering=sum(scores.stance[:, stance] for stance in _OFFERING).tolist(),
            is_fraud=(scores.fraud > 0).tolist(),
            needs_help=(scores.assistance >= stage.assistance).tolist(),
            columns=columns.tolist(),
            parts=parts[rows, columns].tolist(),
            ends=np.bincount(rows, minlength=len(readings)).cumsum().tolist(),
            calibration=(log_odds - sums).tolist(),
            risks=risks.tolist(),
            intervals=intervals.tolist(),
        )


class Assessor:
    """Reads texts and says what it sees, with reasons.

    Holds no state between texts; safe to share between threads.
    """

    def __init__(
        self,
        model: StoredModel,
        *,
        prevalence: float | None = None,
        alert_share: float | None = None,
        rules: Sequence[Indicator] = (),
    ) -> None:
        config, arrays = model.config, model.arrays
        self._model, self._rules = model, tuple(rules)
        self._finder = Finder(self._rules) if self._rules else default_finder()
        self.name = str(config["name"])
        self._space = EvidenceSpace([rule.id for rule in self._rules])
        #: names of the parts as the reasons give them, where the stance is named
        self._names = {
            stance: tuple(f"stance:{stance}" if name == "stance" else name for name in self._space.names)
            for stance in STANCES
        }
        learned = len(self._space.names) - len(self._rules)
        if tuple(config["evidence"]) != self._space.names[:learned]:
            raise ModelMismatchError(
                model.name,
                "model.json",
                "the indicators of this version",
                "others",
            )
        self._heads = LinearHeads(
            Vocabulary(model.features, arrays["idf"]), config["types"], arrays["weights"], arrays["bias"]
        )
        _check(model, learned)
        fitted = float(config["prevalence"])
        self.prevalence = fitted if prevalence is None else prevalence
        self._alert_share = alert_share
        known = {"fitted": fitted, "prevalence": self.prevalence, "alert_share": alert_share}
        fixed = np.array([SPECIFICITY_LOG_ODDS[rule.standalone_specificity] for rule in self._rules])
        self._student = Stage.of(config, arrays, STUDENT, **known).widened(fixed)
        self._reader: DeepReader | None = None
        if model.encoder is not None:
            cascade = config["cascade"]
            self._cascade = Stage.of(cascade, arrays, CASCADE, **known).widened(fixed)
            self._stack = arrays[CASCADE + STACK].astype(np.float64)
            self._reader = DeepReader(
                Encoder(*model.encoder), Band(**cascade["band"]), SignLimits(**cascade["signs"]), self._finder
            )

    def __reduce__(self) -> tuple[Callable[..., Assessor], tuple[Any, ...]]:
        # Another process reads the folder, once, instead of being sent tens of megabytes with every batch.
        model = self._model
        settings = (self.prevalence, self._alert_share, model.encoder is not None, self._rules)
        # An installed model goes by its name: on another machine it lies elsewhere.
        folder, root = model.folder.resolve(), model_root()
        is_installed = root is not None and folder.parent == root.resolve()
        return _opened, (folder.name if is_installed else folder, model.digest, *settings)

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides what is said: each byte of the model, settings, rules of one's own."""
        _, parts = self.__reduce__()
        return hashlib.sha256(repr(parts[1:]).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def thresholds(self) -> Thresholds:
        """Lowest risk of each level, as the last stage has them."""
        return (self._student if self._reader is None else self._cascade).thresholds

    def assess(self, text: str | Document) -> Assessment:
        """Assess one text of at most a million characters; see :class:`~tppo_watch.types.Assessment`.

        Whoever needs its words for something else too reads it with :func:`tppo_watch.text.document.read` and
        gives the document.
        """
        return self._batch([text])[0]

    def assess_many(self, texts: Iterable[str | Document], jobs: int = 1) -> Iterator[Assessment]:
        """Assess texts lazily and in order, with bounded memory.

        Parameters
        ----------
        jobs : int
            Processes to use, or workers of the backend of :func:`joblib.parallel_config`; -1 for one a core.

        Raises
        ------
        WorkerError
            If a process was killed.
        """
        for done in map_in_order(self._batch, _batched(texts, BATCH), jobs):
            yield from done

    def _batch(self, texts: Sequence[str | Document]) -> list[Assessment]:
        for given in texts:
            text = given.text if isinstance(given, Document) else given
            if not isinstance(text, str):
                raise TypeError(f"a text must be a str, not {type(text).__name__}")
            if len(text) > MAX_CHARACTERS:
                raise ValueError(f"a text may have {MAX_CHARACTERS:,} characters, this one has {len(text):,}")
        with uncollected():
            return self._assessments(texts)

    def _assessments(self, texts: Sequence[str | Document]) -> list[Assessment]:
        readings = read_texts(texts, self._finder)
        values = self._heads.log_odds([inputs_of(reading) for reading in readings])
        scores = Scores.of(values)
        evidence = self._space.matrix(readings, scores)
        student = _Weighed.of(readings, scores, evidence, self._student)
        out = [self._assessment(student, i) for i in range(len(texts))]
        if self._reader is not None:
            sums = self._student.weigher.sums(evidence)
            asked = self._reader.band.holds(sums, scores.assistance).nonzero()[0].tolist()
            if asked:
                again = self._read_again([readings[i] for i in asked], values[asked])
                for row, i in enumerate(asked):
                    out[i] = self._assessment(again, row)
        return out

    def _read_again(self, readings: Sequence[Reading], values: np.ndarray) -> _Weighed:
        assert self._reader is not None
        deep, readings = self._reader.read(readings)
        scores = Scores.of(stacked(self._stack, values, deep), deep[:, 0])
        return _Weighed.of(readings, scores, self._space.matrix(readings, scores), self._cascade)

    def _assessment(self, weighed: _Weighed, i: int) -> Assessment:
        reading, stage = weighed.readings[i], weighed.stage
        risk, stance = weighed.risks[i], STANCES[weighed.stances[i]]
        first, end = weighed.ends[i - 1] if i else 0, weighed.ends[i]
        columns, parts = weighed.columns[first:end], weighed.parts[first:end]
        weights = dict(zip(columns, parts, strict=True))
        reasons = zip(map(self._names[stance].__getitem__, columns), parts, strict=True)
        indicators = self._weighted(reading.signs.indicators, weights, "")
        asserted = sum([match.scope == "asserted" for match in indicators])
        level = level_of(risk, weighed.offering[i], asserted, stage.thresholds)
        low, high = weighed.intervals[i]
        return Assessment(
            risk=risk,
            level=level,
            label="trafficking" if risk >= 0.5 else "fraud" if weighed.is_fraud[i] else "benign",
            stance=stance,
            assistance=stance != "news" and weighed.needs_help[i],
            interval=(low, high),
            exploitation={} if level == "none" else self._exploitation(weighed.scores.types[i]),
            indicators=indicators,
            counter=self._weighted(reading.signs.counter, weights, "counter:"),
            entities=reading.entities,
            reasons=(("base", stage.weigher.base), *reasons, ("calibration", weighed.calibration[i])),
            missing=missing_in(reading) if stance == "offer" else (),
            lang=reading.lang,
            model=self.name,
            text=reading.document.text,
        )

    def _exploitation(self, types: np.ndarray) -> dict[str, float]:
        """Kinds of exploitation that are worth showing, the likeliest first."""
        shown = sorted(np.flatnonzero(types >= LEAST_SHOWN).tolist(), key=lambda k: (-types[k], k))
        return {self._heads.types[k]: float(types[k]) for k in shown}

    def _weighted(
        self, matches: tuple[Match, ...], weights: Mapping[int, float], prefix: str
    ) -> tuple[Match, ...]:
        """The matches with the log-odds of their rule on the first asserted one of each rule."""
        counted: set[str] = set()
        out = []
        for match in matches:
            if match.scope == "asserted" and match.id not in counted:
                counted.add(match.id)
                weight = weights.get(self._space.column[prefix + match.id], 0.0)
                # Spelled out: dataclasses.replace takes twice as long.
                match = Match(
                    match.id, match.start, match.end, match.text, match.element, match.scope, weight
                )
            out.append(match)
        return tuple(out)


@lru_cache(maxsize=2)
def _opened(
    model: str | Path,
    digest: str,
    prevalence: float,
    alert_share: float | None,
    has_encoder: bool,
    rules: tuple[Indicator, ...],
) -> Assessor:
    """The assessor of a folder or installed name, as long as its manifest is the one of `digest`."""
    folder = locate(model)
    if (found := manifest_digest(folder)) != digest:
        raise ModelMismatchError(folder.name, MANIFEST, f"sha256 {digest[:12]}…", f"sha256 {found[:12]}…")
    stored = read_model(folder)
    stored = stored if has_encoder else stored.without_encoder()
    return Assessor(stored, prevalence=prevalence, alert_share=alert_share, rules=rules)


def read_text(text: str) -> Reading:
    """Rules and patterns of one text, before any model has seen it."""
    return read_texts([text])[0]


def read_texts(texts: Sequence[str | Document], finder: Finder | None = None) -> list[Reading]:
    """Rules and patterns of texts, or of documents read from them; the packaged ones, or those of a finder.

    Each room reads all of them before the next one does: what a room works with then stays in the processor's
    cache, an eighth of the time (measured on batches of 256).
    """
    documents = [text if isinstance(text, Document) else read(text) for text in texts]
    entities = [find_entities(document) for document in documents]
    signs = (finder or default_finder()).find_many(documents, entities)
    return list(map(Reading, documents, entities, signs, map(language, documents)))


def _check(model: StoredModel, names: int) -> None:
    """ValueError where the numbers of a model do not belong together, KeyError where some are missing."""
    config, arrays, features = model.config, model.arrays, len(model.features)
    heads = len(FIXED_HEADS) + len(config["types"])
    wanted = {"idf": (features,), "weights": (features, heads), "bias": (heads,)}
    wanted |= {CASCADE + STACK: (2 * heads + 1, heads)} if model.encoder else {}
    for name, shape in wanted.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has shape {arrays[name].shape}, not {shape}")
    stages = [(STUDENT, config)] + ([(CASCADE, config["cascade"])] if model.encoder else [])
    for prefix, settings in stages:
        check_shapes(arrays, prefix, names)
        if not math.isfinite(float(settings["base"])) or math.isnan(float(settings["assistance_threshold"])):
            raise ValueError("base or assistance_threshold is out of range")
    if not 0 < float(config["prevalence"]) < 1:
        raise ValueError("prevalence is out of range")


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for garbage within: a batch makes no cycles, and each search reads all that it has made."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _batched(texts: Iterable[str | Document], size: int) -> Iterator[list[str | Document]]:
    source = iter(texts)
    while batch := list(islice(source, size)):
        yield batch
