"""What a scanner reads, as shares: the prevalence at which levels keep their promises.

A corpus is made of what is hard; life is not. Look-alikes of the corpus and ordinary posts are therefore
weighted to the shares below before anything is calibrated or a threshold chosen.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Population:
    """Shares of the posts that a scanner reads; they sum to 1.

    Attributes
    ----------
    cases : float
        Posts that a trained reviewer would take up.
    lookalikes : float
        Posts that share words with them: adverts for migrant work, warnings, news of cases, pleas, frauds.
    """

    cases: float = 0.01
    lookalikes: float = 0.02

    @property
    def ordinary(self) -> float:
        """All other posts."""
        return 1.0 - self.cases - self.lookalikes

    def to_dict(self) -> dict[str, float]:
        return {**asdict(self), "ordinary": self.ordinary}

    def weights(self, kinds: np.ndarray) -> np.ndarray:
        """Weight of each post so that kinds 0 (case), 1 (look-alike) and 2 (ordinary) sum to their shares."""
        shares = (self.cases, self.lookalikes, self.ordinary)
        weights = np.zeros(len(kinds))
        present = [kind for kind in (0, 1, 2) if np.any(kinds == kind)]
        scale = sum(shares[kind] for kind in present)
        for kind in present:
            members = kinds == kind
            weights[members] = shares[kind] / scale / members.sum()
        return weights
