"""The scikit-learn estimator."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

import tppo_watch
from tppo_watch.integrations import shared
from tppo_watch.integrations.sklearn import RiskClassifier

CASES = [
    "Loker admin Poipet, gaji 12jt bersih, paspor ditahan, berangkat pakai visa turis, tiket ditanggung",
    "Butuh CS judi online Kamboja, gaji 1000 USD, paspor dipegang bos, kalau keluar bayar denda 30 juta",
    "Cewek umur 16 boleh, kerja LC karaoke Batam, kasbon di depan, tinggal di mess, tidak boleh keluar",
    "ABK kapal Taiwan, gaji ditahan 3 bulan, potong utang, dokumen dipegang agen, berangkat minggu ini",
]  # fmt: skip
OTHERS = [
    "Dibutuhkan kasir minimarket di Sleman, gaji UMK, BPJS, lamaran ke HRD",
    "Resep rendang ibu saya, dimasak empat jam sampai kering",
    "Jual motor Supra 2012, pajak hidup, COD Malang",
    "Lowongan guru matematika SMP, honor per jam, kirim CV ke sekolah",
]
TEXTS = CASES + OTHERS
LABELS = ["case"] * 4 + ["other"] * 4

#: What the checks ask of numbers and no text can give.
NOT_FOR_TEXTS = {
    "check_n_features_in": "a text is no row of features, so they are not counted, as in TfidfVectorizer",
    "check_n_features_in_after_fitting": "features again",
    "check_classifiers_train": "ends in asking that features be counted",
    "check_fit2d_predict1d": "one dimension is the usual form of texts",
    "check_array_api_input": "texts are no arrays of numbers on a device",
}  # fmt: skip


class OnNumbers(RiskClassifier):
    """The checks bring numbers: the sum of a row stands for its log-odds, all else is the estimator's."""

    def _log_odds(self, X):
        return np.asarray(X, dtype=float).sum(axis=1, keepdims=True)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.one_d_array = False
        tags.input_tags.two_d_array = True
        return tags


def test_the_estimator_passes_the_checks_of_scikit_learn():
    """Every check passes but the ones that cannot hold for texts, and each of those is still needed."""
    results = check_estimator(OnNumbers(), expected_failed_checks=NOT_FOR_TEXTS, on_skip=None)
    assert len(results) > 50
    assert {r["check_name"] for r in results if r["status"] != "passed"} == set(NOT_FOR_TEXTS)
    with pytest.warns(SkipTestWarning, match="one_d_array=True"):  # the tags say that it reads texts
        (cloneable,) = check_estimator(RiskClassifier(), on_skip=None)
    assert cloneable["status"] == "passed"


def test_labels_follow_the_risk():
    """Fitted on a handful of posts, it tells unseen ones apart, and its answers agree with each other."""
    fitted = RiskClassifier().fit(TEXTS, LABELS)
    assert fitted.classes_.tolist() == ["case", "other"]
    texts = ["Admin Sihanoukville 15jt, paspor ditahan, visa turis, denda kalau kabur", "Penjahit di Solo"]
    assert fitted.predict(texts).tolist() == ["case", "other"]
    probability = fitted.predict_proba(texts)
    assert probability.shape == (2, 2)
    assert probability.sum(axis=1) == pytest.approx(1)
    assert (fitted.decision_function(texts) > 0).tolist() == (probability[:, 1] > 0.5).tolist()


@pytest.mark.parametrize("form", [list, tuple, np.array, pd.Series, lambda t: np.array(t, dtype=object)])
def test_texts_come_in_any_usual_form(form):
    """Lists, arrays and series of the same texts have the same answers."""
    fitted = RiskClassifier().fit(form(TEXTS), LABELS)
    assert fitted.predict(form(TEXTS)).tolist() == LABELS


def test_a_frame_of_one_column_keeps_its_name():
    """A column's name is remembered, and another name at prediction is refused."""
    frame = pd.DataFrame({"isi": TEXTS})
    fitted = RiskClassifier().fit(frame, LABELS)
    assert fitted.feature_names_in_.tolist() == ["isi"]
    assert fitted.predict(frame).tolist() == LABELS
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(frame.rename(columns={"isi": "text"}))


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        ("gaji 5 juta", TypeError, "got scalar"), (iter(TEXTS), TypeError, "got scalar"),
        (["a", None], ValueError, "found NoneType"), ([b"a"], ValueError, "found bytes"),
        ([1.5], ValueError, "found float"),
        ([], ValueError, "0 sample"), (np.array([["a", "b"]]), ValueError, "found 2 columns"),
    ],
)  # fmt: skip
def test_what_is_no_sequence_of_texts_is_refused(texts, error, message):
    """The error says what was given; one text is not read as a sequence of letters."""
    fitted = RiskClassifier().fit(TEXTS, LABELS)
    with pytest.raises(error, match=message):
        fitted.predict(texts)


@pytest.mark.parametrize("labels", [["x"] * 8, list("abcabcab"), [[0, 1]] * 8, np.linspace(0, 1, 8)])
def test_only_two_classes_are_learnt(labels):
    """One class, three classes, several labels a text and numbers on a scale are refused."""
    with pytest.raises(ValueError):  # noqa: PT011 - the words are scikit-learn's for half of them
        RiskClassifier().fit(TEXTS, labels)


def test_before_fit_it_says_so():
    """Prediction before fitting is a NotFittedError, as everywhere in scikit-learn."""
    with pytest.raises(NotFittedError):
        RiskClassifier().predict(TEXTS)


def test_it_works_in_pipelines_and_searches():
    """Pipeline, cross_val_score, GridSearchCV and clone treat it as any classifier."""
    pipeline = Pipeline(
        [("strip", FunctionTransformer(lambda X: [x.strip() for x in X])), ("risk", RiskClassifier())]
    )
    assert cross_val_score(pipeline, TEXTS, LABELS, cv=4, scoring="accuracy").mean() == 1
    search = GridSearchCV(pipeline, {"risk__C": [0.1, 10.0]}, cv=2).fit(TEXTS, LABELS)
    assert search.predict(TEXTS).tolist() == LABELS
    assert clone(search.best_estimator_).get_params()["risk__C"] == search.best_params_["risk__C"]


def test_pickled_it_is_small_and_the_same():
    """The model stays in its folder: a pickle holds the map alone and answers as before."""
    fitted = RiskClassifier().fit(TEXTS, LABELS)
    stored = pickle.dumps(fitted)
    assert len(stored) < 10_000
    assert (pickle.loads(stored).predict_proba(TEXTS) == fitted.predict_proba(TEXTS)).all()


def test_weights_of_posts_count():
    """A post of weight two counts as the same post given twice, which is not as once."""
    doubled = RiskClassifier().fit(TEXTS + CASES, LABELS + ["case"] * 4)
    weighted = RiskClassifier().fit(TEXTS, LABELS, sample_weight=[2.0] * 4 + [1.0] * 4)
    assert weighted.decision_function(OTHERS) == pytest.approx(doubled.decision_function(OTHERS), abs=1e-3)
    plain = RiskClassifier().fit(TEXTS, LABELS)
    assert weighted.decision_function(OTHERS) != pytest.approx(plain.decision_function(OTHERS), abs=1e-3)


def test_the_model_is_loaded_once(monkeypatch):
    """Folds, clones and calls share one loaded model."""
    loaded = []
    monkeypatch.setattr(shared, "load", lambda folder: loaded.append(folder) or tppo_watch.load(folder))
    shared._loaded.cache_clear()
    cross_val_score(RiskClassifier(), TEXTS, LABELS, cv=2)
    RiskClassifier(model="default").fit(TEXTS, LABELS).predict(TEXTS)
    assert len(loaded) == 1
    shared._loaded.cache_clear()


def test_a_model_trained_anew_is_loaded_anew(tmp_path, monkeypatch):
    """A folder whose manifest has changed is another model."""
    monkeypatch.setattr(shared, "load", lambda folder: object())
    (tmp_path / "manifest.json").write_text("{}")
    first = shared.shared_assessor(tmp_path)
    assert shared.shared_assessor(str(tmp_path)) is first
    (tmp_path / "manifest.json").write_text("{ }")
    assert shared.shared_assessor(tmp_path) is not first
    shared._loaded.cache_clear()


def test_a_model_that_is_not_there_is_named():
    """The name is stored as given and checked in fit, where the error says what is missing."""
    with pytest.raises(tppo_watch.WatchError, match="'nowhere'"):
        RiskClassifier(model="nowhere").fit(TEXTS, LABELS)
