"""False discovery control over all series of a day.

References
----------
Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57, 289-300. Benjamini & Yekutieli (2001), Ann. Stat. 29,
1165-1188.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def q_values(p: NDArray[np.float64], *, any_dependence: bool = False) -> NDArray[np.float64]:
    """The least rate of false discoveries at which each is still one; NaN stays NaN and counts for nothing.

    Parameters
    ----------
    p : ndarray of shape (n_series,)
        In [0, 1], or NaN for a series that is not judged.
    any_dependence : bool
        Benjamini and Yekutieli's bound for whatever dependence, six times as strict over 200 series. Without
        it, Benjamini and Hochberg's, which holds where series rise together rather than move apart: as those
        do that share a source or count the same post.
    """
    q = np.full(p.shape, np.nan)
    judged = np.flatnonzero(~np.isnan(p))
    n = len(judged)
    if not n:
        return q
    order = judged[np.argsort(p[judged], kind="stable")]
    ranks = np.arange(1, n + 1)
    factor = (1 / ranks).sum() if any_dependence else 1.0
    q[order] = np.minimum.accumulate((p[order] * n * factor / ranks)[::-1])[::-1].clip(0, 1)
    return q
