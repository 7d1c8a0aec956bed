"""scikit-learn: the library as an estimator of whether a text should be taken up."""

from __future__ import annotations

import numpy as np
from scipy.special import logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .shared import shared_assessor


class RiskClassifier(ClassifierMixin, BaseEstimator):
    """Classifies texts by the risk that the library sees, recalibrated to the labels it is fitted on.

    `fit` keeps the library's order of texts and learns only a monotone map of its log-odds to the labels at
    hand (Platt 1999), so that a dozen reviewed posts are enough and nothing that a reviewer could not see is
    learnt. Texts come as a sequence, an array or a series of strings, or as a frame of one column.

    Parameters
    ----------
    model : str or None
        Installed name or folder of the model; the default one where None.
    C : float
        Inverse strength of the regularisation of the map.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        Labels in sorted order; the second stands for what should be taken up.
    map_ : LogisticRegression
        From the library's log-odds to those of the second label.
    """

    def __init__(self, model: str | None = None, C: float = 1.0) -> None:
        self.model = model
        self.C = C

    def fit(self, X, y, sample_weight=None):
        """Fit on texts `X` of shape (n,) and two classes of labels `y`.

        Raises
        ------
        ValueError
            Where `X` holds anything but texts, or `y` not exactly two classes.
        """
        X, y = validate_data(self, X, y, dtype=object, ensure_2d=False)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) != 2:
            found = f"the number of classes found is {len(self.classes_)} class(es)"
            raise ValueError(f"Only binary classification is supported: {found}")
        self.map_ = LogisticRegression(C=self.C).fit(self._log_odds(X), y, sample_weight)
        return self

    def decision_function(self, X) -> np.ndarray:
        """Log-odds of the second class, shape (n,)."""
        check_is_fitted(self)
        return self.map_.decision_function(self._read(X))

    def predict_proba(self, X) -> np.ndarray:
        """Probabilities of both classes, shape (n, 2)."""
        check_is_fitted(self)
        return self.map_.predict_proba(self._read(X))

    def predict(self, X) -> np.ndarray:
        """Likelier class of each text, shape (n,)."""
        check_is_fitted(self)
        return self.map_.predict(self._read(X))

    def _read(self, X) -> np.ndarray:
        return self._log_odds(validate_data(self, X, dtype=object, ensure_2d=False, reset=False))

    def _log_odds(self, X: np.ndarray) -> np.ndarray:
        """What the library says of texts, shape (n, 1)."""
        if X.ndim == 2 and X.shape[1] != 1:
            raise ValueError(f"X must be one column of texts, found {X.shape[1]} columns")
        texts = X.ravel().tolist()
        for text in texts:
            if not isinstance(text, str):
                raise ValueError(f"X must hold texts, found {type(text).__name__}")
        risks = np.array([a.risk for a in shared_assessor(self.model).assess_many(texts)])
        return logit(np.clip(risks, 1e-9, 1 - 1e-9)).reshape(-1, 1)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_class = False
        return tags
