"""Notebooks run from the first cell to the last, and draw something."""

from __future__ import annotations

import runpy
import tokenize
from pathlib import Path

import matplotlib
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
FIGURES = {
    "01_explore_corpus": 2,
    "02_train_and_compare": 1,
    "03_calibrate_and_choose_thresholds": 1,
    "04_errors_and_slices": 2,
    "05_active_learning": 1,
    "06_spacy_and_pandas": 0,
    "07_signals": 3,
}
PICTURES = ROOT / "docs" / "notebooks"


def test_every_notebook_is_expected():
    """A new notebook is added to the table above; one that is gone leaves it."""
    assert [path.stem for path in NOTEBOOKS] == sorted(FIGURES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, request, monkeypatch, tmp_path):
    """As a plain script, wherever it is called from, it ends, draws its figures and writes nothing."""
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plt, "show", lambda: None)
    runpy.run_path(str(path))
    figures = [plt.figure(number) for number in plt.get_fignums()]
    try:
        assert len(figures) == FIGURES[path.stem]
        for number, figure in enumerate(figures, 1):
            assert all(axes.has_data() for axes in figure.axes)
            if request.config.getoption("--update-docs"):
                figure.savefig(PICTURES / f"{path.stem}_{number}.png", dpi=80)
    finally:
        plt.close("all")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_one_for_jupytext(path):
    """It is in the percent format: a header that names it, and cells of text and code."""
    with tokenize.open(path) as file:
        content = file.read()
    assert "format_name: percent" in content.partition("# %%")[0]
    assert content.count("\n# %% [markdown]\n") >= 3
    assert content.count("\n# %%\n") >= 3
