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
# # What a risk means, and where levels begin
#
# A risk of 0.6 should mean that of ten such posts a reviewer would take up six, in life, where one post in a
# hundred is a case. A corpus is no sample of life, so every kind of post is weighted to the share it has
# there.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.special import expit

import tppo_watch
from tppo_watch.assess.stage import CASCADE, STUDENT
from tppo_watch.assess.weigh import interpolate
from tppo_watch.classifiers.store import read_model
from tppo_watch.training.population import Population

model = read_model()
stage = CASCADE if model.encoder else STUDENT
arrays = {name.removeprefix(stage): array for name, array in model.arrays.items()}
sums, is_case, share = arrays["heldout"].astype(float)
Population(**{k: v for k, v in model.config["population"].items() if k != "ordinary"})

# %% [markdown]
# ## The calibration
#
# Each held-out post has a sum of evidence, from folds that had not seen it. The line is the map from that sum
# to the log-odds of life; it is one more term of the reasons, `calibration`, so that they add up. Dots are
# observed shares in tenths of the posts by their sum; a tenth without a case, or of nothing else, has no dot.

# %%
grid = np.linspace(sums.min(), sums.max(), 300)
knots, values = arrays["knots"].astype(float), arrays["values"].astype(float)
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
left.plot(grid, interpolate(grid, knots, values), color="#22303c")
left.plot(knots, values, "o", color="#22303c", ms=4)
for part in np.array_split(np.argsort(sums), 12):
    cases, others = share[part][is_case[part] > 0].sum(), share[part][is_case[part] == 0].sum()
    if cases and others:
        left.plot(sums[part].mean(), np.log(cases / others), "o", color="#b2182b", ms=6)
left.set(xlabel="sum of evidence", ylabel="log-odds in life", title="From evidence to risk")

# %% [markdown]
# ## The levels
#
# `high` is the largest set of which nine in ten are cases, `medium` the largest below it of which one in two
# is. The rarer the crime among what is read, the higher both must lie: at a thousandth instead of a hundredth
# the same post means less. Set `[model] prevalence` to what your own reviews show.

# %%
prevalences = np.geomspace(0.001, 0.1, 9)
limits = [tppo_watch.load(prevalence=p).thresholds for p in prevalences]
risk = expit(interpolate(sums, knots, values))
for level, colour in (("high", "#b2182b"), ("medium", "#d6902f")):
    right.plot(prevalences, [getattr(limit, level) for limit in limits], "o-", color=colour, label=level)
right.set(
    xscale="log",
    ylim=(0, 1),
    xlabel="share of cases among posts",
    ylabel="lowest risk",
    title="Where levels begin",
)
right.set_xticks([0.001, 0.01, 0.1], labels=["0.1 %", "1 %", "10 %"])
right.legend(frameon=False)
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## A budget
#
# Where reviewers have time for so many alerts a day and no more, thresholds rise until that many pass. They
# never fall below the promise of a level.

# %%
[
    (
        f"{alerts} alerts of 10,000 posts",
        round(tppo_watch.load(alert_share=alerts / 10_000).thresholds.medium, 3),
    )
    for alerts in (20, 50, 80, 200)
]
