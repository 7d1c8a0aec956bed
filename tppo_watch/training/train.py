"""``train``: corpus and background in, a model folder with its card out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from scipy.special import expit
from sklearn.metrics import average_precision_score

from .. import __version__
from ..assess.evidence import EvidenceSpace
from ..assess.levels import thresholds_for
from ..assess.stage import ARRAYS, CASCADE, STACK, STUDENT
from ..assess.weigh import Weigher
from ..assessor import read_text
from ..classifiers.store import write_model
from .background import TRAINS, public_texts
from .cascade import Cascade, Teaching, fit_cascade
from .corpus import Record, load_corpus
from .fit import Fitted, TrainingSet, fit, gather
from .population import Population


def train(
    corpus: Sequence[Path],
    out: Path,
    *,
    background: Path | None = None,
    population: Population | None = None,
    teaching: Teaching | None = None,
    seed: int = 7,
    today: date,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, float]:
    """Train a model and write its folder.

    Parameters
    ----------
    corpus : sequence of Path
        JSONL files, or folders of them, in the form of ``docs/guideline.md``.
    out : Path
        Folder of the model; its name becomes the model's name.
    background : Path, optional
        Public text; the half that may train is used as unlabelled ordinary text.
    teaching : Teaching, optional
        How to make the encoder that reads again what the linear heads do not rule out; a model without one
        where not given.

    Returns
    -------
    dict of str to float
        Figures on held-out folds, as the card states them.

    Raises
    ------
    InputError
        Where a record breaks the form.
    """
    population = population or Population()
    records = load_corpus(corpus)
    say(f"reading {len(records):,} records")
    texts = [] if background is None else [t.text for t in public_texts(background, TRAINS)]
    data = gather(records, texts, read_text)
    fitted = fit(data, population, seed=seed, say=say)
    cascade = None
    if teaching is not None:
        cascade = fit_cascade(data, fitted, population, teaching=teaching, seed=seed, say=say)
    figures = heldout_figures(fitted, data, population)
    if cascade is not None:
        figures |= asked_figures(cascade, data)
    config = {
        "name": f"{out.name}-1",
        "made": today.isoformat(),
        "library": __version__,
        "seed": seed,
        "types": list(fitted.heads.types),
        "evidence": list(EvidenceSpace().names),
        "prevalence": population.cases,
        "population": population.to_dict(),
        "base": fitted.weigher.base,
        "assistance_threshold": fitted.assistance_threshold,
        "records": len(records),
        "background": len(texts),
        "figures": figures,
    }
    if cascade is not None:
        config["cascade"] = cascade.settings()
    arrays = {
        "idf": fitted.heads.vocabulary.idf,
        # Half precision moves no log-odds by more than 0.01 and halves the largest file.
        "weights": fitted.heads.weights.astype(np.float16),
        "bias": fitted.heads.bias,
        **_arrays(STUDENT, fitted.weigher, fitted.heldout),
    }
    if cascade is not None:
        arrays |= _arrays(CASCADE, cascade.weigher, cascade.heldout)
        arrays[CASCADE + STACK] = cascade.stack
    write_model(
        out,
        config=config,
        features=fitted.heads.vocabulary.features,
        arrays=arrays,
        card=model_card(config, records),
        encoder=None if cascade is None else cascade.encoder,
    )
    return figures


def _arrays(prefix: str, weigher: Weigher, heldout: np.ndarray) -> dict[str, np.ndarray]:
    """What a stage keeps; see :mod:`tppo_watch.assess.stage`."""
    values = (weigher.weights, weigher.refits, weigher.knots, weigher.values, heldout)
    return {prefix + name: value for name, value in zip(ARRAYS, values, strict=True)}


def asked_figures(cascade: Cascade, data: TrainingSet) -> dict[str, float]:
    """How much the encoder is asked, and what becomes of it."""
    sums, is_case, shares = cascade.heldout
    return {
        "cases that reach the encoder": float(cascade.asked[data.kinds == 0].mean()),
        "ordinary posts that reach the encoder": float(cascade.asked[data.kinds == 2].mean()),
        "average precision, what reached the encoder": float(average_precision_score(is_case, sums)),
    }


def heldout_figures(fitted: Fitted, data: TrainingSet, population: Population) -> dict[str, float]:
    """What the folds that were held out say, labelled texts and ordinary ones."""
    sums, _, shares = fitted.heldout
    risks = expit(fitted.weigher.log_odds(sums))
    limits = thresholds_for(risks, shares, prevalence=population.cases)
    own = np.array([record is not None for record in data.records])
    case, ordinary = data.kinds == 0, data.kinds == 2
    lookalike = data.kinds == 1
    return {
        "average precision, corpus": float(average_precision_score(case[own], sums[own])),
        "recall at medium": float((risks[case] >= limits.medium).mean()),
        "recall at high": float((risks[case] >= limits.high).mean()),
        "look-alikes at medium": float((risks[lookalike] >= limits.medium).mean()),
        "look-alikes at high": float((risks[lookalike] >= limits.high).mean()),
        "ordinary posts at medium": float((risks[ordinary] >= limits.medium).mean()),
        "ordinary posts at high": float((risks[ordinary] >= limits.high).mean()),
    }


def model_card(config: dict, records: Sequence[Record]) -> str:
    """The card in Markdown: data, use, limits, figures on held-out folds."""
    labels = Counter(r.label for r in records)
    languages = Counter(r.lang[0] for r in records)
    kinds = Counter(r.types[0] for r in records if r.types)
    p = config["population"]

    def table(title: str, rows: Sequence[tuple[str, str]]) -> str:
        return "\n".join([f"| {title} | |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)])

    return f"""# Model {config["name"]}

Made {config["made"]} with tppo-watch {config["library"]}, seed {config["seed"]}:
linear heads over words, pairs of words and signs; an additive model over indicators, counter-evidence,
combinations, stance and text; a monotone calibration.

**Use.** To order posts for human review by a trained task force. **Not for** judging a person, removing a
post, contacting anyone, or any decision without a reviewer. A score is no accusation.

**Data.** {config["records"]:,} records written for this project and {config["background"]:,} unlabelled
public texts as background. No word enters the vocabulary that does not stand in the project's own records.

**Population assumed.** {p["cases"]:.1%} cases, {p["lookalikes"]:.1%} look-alikes,
{p["ordinary"]:.1%} ordinary posts. Risks, levels and their promises hold for that mix; set
`[model] prevalence` to what your own reviews show.

{table("records by label", [(k, f"{n:,}") for k, n in labels.most_common()])}

{table("figure on held-out folds", [(k, f"{v:.4f}") for k, v in config["figures"].items()])}

{table("cases by kind of exploitation", [(k, f"{n:,}") for k, n in kinds.most_common()])}

{table("records by main language", [(k, f"{n:,}") for k, n in languages.most_common()])}

**Figures on posts held apart.** `docs/evaluation.md` of the project has those of its default model, and those
of a model trained on the corpus alone, without public text as background; `tppo-watch evaluate` gives them
for any model.

**Limits.** One annotator; no native reader of most regional varieties; offers state their terms more openly
than many real ones. Pictures, voice and links are not read. A recruiter who names nothing but a job and a
number is not found.
"""
