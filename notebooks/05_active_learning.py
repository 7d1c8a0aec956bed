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
# # What to label next
#
# Labelling is the dearest part. This replays the labelling of the corpus as if its labels were not known:
# once taking posts at random, once taking those of which the model is least sure, that are unlike what was
# taken, and whose language is rare. Both start from the same posts and are measured on the same posts held
# apart.

# %%
import matplotlib.pyplot as plt
import numpy as np

from tppo_watch.classifiers.store import model_root
from tppo_watch.training.active import simulate
from tppo_watch.training.corpus import load_corpus

SHARE, ROUNDS, SEEDS = 4, 8, 3  # 1, 20 and 10 in earnest
records = load_corpus([model_root() / "corpus"])[::SHARE]
len(records)

# %% [markdown]
# ## Both courses
#
# Average precision on the posts held apart, mean and range over the seeds.

# %%
figure, axes = plt.subplots(figsize=(7.5, 4.4), layout="constrained")
for is_random, name, colour in ((True, "at random", "#7a8794"), (False, "chosen", "#b2182b")):
    courses = [
        simulate(records, is_random=is_random, start=100, step=100, rounds=ROUNDS, seed=s)
        for s in range(SEEDS)
    ]
    labels, found = courses[0].labels, np.array([course.precision for course in courses])
    axes.fill_between(labels, found.min(axis=0), found.max(axis=0), color=colour, alpha=0.15, lw=0)
    axes.plot(labels, found.mean(axis=0), "o-", color=colour, label=name)
axes.set(
    xlabel="labels known",
    ylabel="average precision, posts held apart",
    title="Labels chosen and labels drawn",
)
axes.legend(frameon=False, loc="lower right")
axes.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## When to stop
#
# Labelling may stop when three rounds in a row hardly change what the model says of posts that are never
# labelled. `None` means that the replay ended before that.

# %%
[course.stop for course in courses]
