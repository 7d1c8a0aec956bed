"""Do risks mean what they say: the share of cases they promise against the share there is, in the population.

A model keeps the sums, labels and population weights of the posts it was not fitted on; this reads them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit

from ..assess.levels import Thresholds
from ..assess.weigh import interpolate
from .evaluate import RESAMPLES, Measure


def calibration_measures(
    arrays: Mapping[str, np.ndarray], thresholds: Thresholds, *, seed: int
) -> list[Measure]:
    """Expected and observed share of cases among posts between the thresholds of the levels.

    Parameters
    ----------
    arrays : mapping
        Those of a stored model: `heldout` (uncalibrated sum, is case, weight in the population), `knots`
        and `values`.

    Returns
    -------
    list of Measure
        By range of risk: the expected share, which is the mean risk; the observed share, with its 95 % band.
        `n` are the held-out posts in it. Ranges without a post are left out.

    Notes
    -----
    The band is from simulated held-out sets: posts of one kind (case, look-alike, ordinary) drawn anew with
    replacement, as many as there were, for their numbers were chosen and are not chance. The calibration has
    a few parameters fitted on the same sums, so agreement is a little better here than on new posts.
    """
    sums, truth, weight = arrays["heldout"].astype(np.float64)
    knots, values = arrays["knots"].astype(np.float64), arrays["values"].astype(np.float64)
    risk, case = expit(interpolate(sums, knots, values)), truth > 0
    edges = [0.0, thresholds.low, thresholds.medium, thresholds.high, 1.0]
    within = np.digitize(risk, edges[1:-1])
    copies = _copies(case, weight, seed)
    out = []
    for at, (low, high) in enumerate(zip(edges, edges[1:], strict=False)):
        members = within == at
        if not members.any():
            continue
        n, mass = int(members.sum()), weight[members]
        drawn = copies[:, members] * mass
        total = drawn.sum(axis=1)
        shares = (drawn @ case[members])[total > 0] / total[total > 0]
        name = f"calibration, risk {low:.3f} to {high:.3f}"
        out.append(Measure(f"{name}: expected", float(np.average(risk[members], weights=mass)), n))
        ends = np.percentile(shares, (2.5, 97.5))
        observed = float(np.average(case[members], weights=mass))
        out.append(Measure(f"{name}: observed", observed, n, float(ends[0]), float(ends[1])))
    return out


def _copies(case: np.ndarray, weight: np.ndarray, seed: int) -> np.ndarray:
    """How often each post stands in each simulated set, shape (RESAMPLES, n).

    Kinds are told apart by label and weight: all posts of a kind weigh the same.
    """
    rng = np.random.default_rng(seed)
    copies = np.zeros((RESAMPLES, len(case)), dtype=np.float32)
    _, kind = np.unique(np.column_stack([case, weight]), axis=0, return_inverse=True)
    for k in range(kind.max() + 1):
        members = np.flatnonzero(kind.ravel() == k)
        copies[:, members] = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), RESAMPLES)
    return copies
