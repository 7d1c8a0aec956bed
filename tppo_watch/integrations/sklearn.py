"""scikit-learn: the library as an estimator of whether a text should be taken up."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ..assessor import load


class RiskClassifier(ClassifierMixin, BaseEstimator):
    """Classifies texts by the risk that the library sees, recalibrated to the labels it is fitted on.

    `fit` keeps the library's order of texts and learns only a monotone map of its log-odds to the labels at hand
    (Platt 1999), so that a dozen reviewed posts are enough and nothing that a reviewer could not see is learnt.

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
    """

    def __init__(self, model: str | None = None, C: float = 1.0) -> None:
        self.model = model
        self.C = C

    def fit(self, X, y):
        """Fit on texts `X` of shape (n,) and two classes of labels `y`."""
        from sklearn.linear_model import LogisticRegression

        texts = self._texts(X)
        labels = np.asarray(y)
        check_classification_targets(labels)
        if len(texts) != len(labels):
            raise ValueError(f"X has {len(texts)} texts and y has {len(labels)} labels")
        self.classes_ = np.unique(labels)
        if len(self.classes_) != 2:
            raise ValueError(f"RiskClassifier needs two classes, found {len(self.classes_)} class(es)")
        self.map_ = LogisticRegression(C=self.C).fit(self._log_odds(texts), labels)
        return self

    def decision_function(self, X) -> np.ndarray:
        """Log-odds of the second class, shape (n,)."""
        check_is_fitted(self)
        return self.map_.decision_function(self._log_odds(self._texts(X)))

    def predict_proba(self, X) -> np.ndarray:
        """Probabilities of both classes, shape (n, 2)."""
        check_is_fitted(self)
        return self.map_.predict_proba(self._log_odds(self._texts(X)))

    def predict(self, X) -> np.ndarray:
        """Likelier class of each text, shape (n,)."""
        return self.classes_[(self.decision_function(X) > 0).astype(int)]

    def _log_odds(self, texts: list[str]) -> np.ndarray:
        risks = np.array([a.risk for a in load(self.model).assess_many(texts)])
        risks = np.clip(risks, 1e-9, 1 - 1e-9)
        return np.log(risks / (1 - risks)).reshape(-1, 1)

    @staticmethod
    def _texts(X) -> list[str]:
        texts = list(X)
        for text in texts:
            if not isinstance(text, str):
                raise ValueError(f"X must be an iterable of texts, found {type(text).__name__}")
        if not texts:
            raise ValueError("X holds no text")
        return texts

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.classifier_tags.multi_class = False
        return tags
