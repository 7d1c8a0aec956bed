"""Labels to look at again: where models that have not seen a record contradict its label with confidence.

Confident learning (Northcutt, Jiang and Chuang 2021, JAIR 70) as `cleanlab` has it, over the probabilities of
a linear model on held-out folds. It finds candidates; whoever reads the record decides.

``python -m tppo_watch.training.noise FILE…`` prints them, the least credible first. Needs the extra
`research`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

from ..assess.evidence import inputs_of
from ..assessor import read_texts
from ..classifiers.features import Vocabulary
from .corpus import Record, load_corpus
from .fit import FOLDS, HEAD_C, groups_of


@dataclass(frozen=True, slots=True)
class Doubt:
    """A record whose label the models contradict."""

    id: str
    given: str
    likelier: str
    credibility: float  #: of the given label, in [0, 1]: its probability for models that have not seen it


def doubts(
    records: Sequence[Record], value: Callable[[Record], str] = lambda record: record.label, *, seed: int
) -> list[Doubt]:
    """Records whose label, or another `value` of theirs, is likely wrong, the least credible first.

    Raises
    ------
    ImportError
        Where cleanlab is not installed.
    """
    from cleanlab.filter import find_label_issues

    inputs = [inputs_of(reading) for reading in read_texts([record.text for record in records])]
    given = np.array([value(record) for record in records])
    classes, truth = np.unique(given, return_inverse=True)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    matrix = Vocabulary.fit(inputs).transform(inputs)
    model = LogisticRegression(C=HEAD_C, max_iter=400)
    chances = cross_val_predict(
        model, matrix, truth, groups=groups_of(records), cv=folds, method="predict_proba"
    )
    found = find_label_issues(truth, chances, return_indices_ranked_by="self_confidence", n_jobs=1)
    return [
        Doubt(records[i].id, given[i], classes[chances[i].argmax()], float(chances[i, truth[i]]))
        for i in found
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tppo_watch.training.noise")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--stance", action="store_true", help="of the stance, not the label")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    value = (lambda record: record.stance) if options.stance else (lambda record: record.label)
    for doubt in doubts(load_corpus(options.files), value, seed=options.seed):
        print(f"{doubt.id:12} {doubt.given:12} likelier {doubt.likelier:12} {doubt.credibility:.3f}")


if __name__ == "__main__":
    main()
