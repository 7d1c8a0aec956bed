# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Where the model errs
#
# The default model learnt from these records, so its figures here say nothing of new posts; the folds of
# `tppo-watch train` and `tppo-watch evaluate` do. What this shows is how to look: which groups are judged
# worse, and which reasons carry the errors. Point it at your own reviewed posts.

# %%
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import tppo_watch
from tppo_watch.classifiers.store import model_root
from tppo_watch.training.corpus import load_corpus
from tppo_watch.training.evaluate import slice_measures

records = load_corpus([model_root() / "corpus"])[::9]
assessed = list(tppo_watch.load("student").assess_many(record.text for record in records))
up = np.array([a.level in ("medium", "high") for a in assessed])
case = np.array([r.label == "trafficking" for r in records])
pd.crosstab(np.where(case, "case", "other"), pd.Series([a.level for a in assessed], name="level"))

# %% [markdown]
# ## By group
#
# Recall for cases, false alarms for the rest, each with its 95 % interval. A wide bar is a group of few
# posts: nothing can be said of it yet, and that is a finding too.

# %%
measures = slice_measures(records, assessed)
figure, axes = plt.subplots(1, 2, figsize=(11, 7), layout="constrained")
for ax, what, colour in zip(axes, ("recall", "false alarms"), ("#b2182b", "#4f7ea8"), strict=True):
    rows = sorted((m for m in measures if m.name.startswith(what) and m.n >= 8), key=lambda m: m.value)
    for i, m in enumerate(rows):
        ax.plot([m.low, m.high], [i, i], color=colour, lw=5, alpha=0.3, solid_capstyle="butt")
        ax.plot(m.value, i, "o", color=colour, ms=5)
    ax.set_yticks(range(len(rows)), labels=[f"{m.name.partition(': ')[2]} ({m.n})" for m in rows])
    ax.set(xlim=(-0.02, 1.02), xlabel=f"{what} at medium")
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## By reason
#
# In posts that were called up though they are no cases: what each reason added, on the average. A rule that
# stands high here and not in the cases is too wide, or lacks a counter-pattern.


# %%
def mean_of(rows: np.ndarray) -> pd.Series:
    """Mean contribution of each reason over the posts in `rows`, in log-odds."""
    total: Counter[str] = Counter()
    for i in np.flatnonzero(rows):
        total.update(
            {name: value for name, value in assessed[i].reasons if name not in ("base", "calibration")}
        )
    return pd.Series(total) / max(int(rows.sum()), 1)


reasons = pd.DataFrame({"false alarms": mean_of(up & ~case), "cases found": mean_of(up & case)}).fillna(0)
top = reasons.loc[reasons["false alarms"].abs().nlargest(14).index[::-1]]
figure, ax = plt.subplots(figsize=(8, 5), layout="constrained")
ax.barh(np.arange(len(top)) + 0.2, top["false alarms"], 0.4, color="#4f7ea8", label="false alarms")
ax.barh(np.arange(len(top)) - 0.2, top["cases found"], 0.4, color="#b2182b", label="cases found")
ax.set_yticks(range(len(top)), labels=top.index)
ax.set(xlabel="mean log-odds added")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()
