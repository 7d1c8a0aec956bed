"""One reading of the evidence: its weights, its calibration, its thresholds.

A model has one or two. The student reads every post with rules and linear heads. The cascade reads again,
with an encoder, what the student does not rule out; what the encoder adds is evidence of another strength, so
it is weighed and calibrated by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit, logit

from .levels import Thresholds, thresholds_for, within_budget
from .weigh import Weigher

STUDENT, CASCADE = "", "cascade."  # what the names of their arrays begin with
STACK = "stack"  # student and encoder as one voice, an array of the cascade alone
ARRAYS = ("evidence", "refits", "knots", "values", "heldout")


@dataclass(frozen=True)
class Stage:
    """A fitted reading at one prevalence.

    Attributes
    ----------
    assistance : float
        Log-odds of needing help from which a post goes to the lane of its own.
    """

    weigher: Weigher
    thresholds: Thresholds
    assistance: float

    @classmethod
    def of(
        cls,
        settings: Mapping[str, Any],
        arrays: Mapping[str, np.ndarray],
        prefix: str,
        *,
        fitted: float,
        prevalence: float,
        alert_share: float | None,
    ) -> Stage:
        """The stage whose `arrays` begin with `prefix`, moved to another prevalence than that of its fit."""
        evidence, refits, knots, values, heldout = (
            arrays[prefix + name].astype(np.float64) for name in ARRAYS
        )
        weigher = Weigher(
            base=float(settings["base"]),
            weights=evidence,
            refits=refits,
            knots=knots,
            values=values,
            shift=float(logit(prevalence) - logit(fitted)),
        )
        sums, is_case, weights = heldout[0], heldout[1] > 0, heldout[2]
        scale = np.where(is_case, prevalence / fitted, (1 - prevalence) / (1 - fitted))
        risks = expit(weigher.log_odds(sums))
        thresholds = thresholds_for(risks, weights * scale, prevalence=prevalence)
        if alert_share is not None:
            thresholds = within_budget(thresholds, risks, weights * scale, alert_share)
        return cls(weigher, thresholds, float(settings["assistance_threshold"]))

    def widened(self, weights: np.ndarray) -> Stage:
        """With parts that no model has learned behind the others, see :meth:`Weigher.widened`."""
        return replace(self, weigher=self.weigher.widened(weights)) if len(weights) else self


def check_shapes(arrays: Mapping[str, np.ndarray], prefix: str, names: int) -> None:
    """ValueError where the numbers of a stage do not belong together, KeyError where some are missing."""
    evidence, refits, knots, values, heldout = (arrays[prefix + name] for name in ARRAYS)
    wanted = {
        "evidence": (evidence, (names,)),
        "refits": (refits, (refits.shape[0], names + 1)),
        "values": (values, knots.shape),
        "heldout": (heldout, (3, heldout.shape[-1])),
    }
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise ValueError(f"{prefix}{name} has shape {array.shape}, not {shape}")
    if knots.ndim != 1 or len(knots) < 2 or np.any(np.diff(knots) <= 0):
        raise ValueError(f"{prefix}knots must be two or more, and rise")
