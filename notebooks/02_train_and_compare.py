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
# # Train a model and compare it
#
# A model is trained from labelled records by one call, `tppo-watch train`, or from Python as here. This
# notebook trains two small ones on a part of the corpus, one of them without the posts in regional languages,
# and asks whether the second may take the place of the first.

# %%
import tempfile
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt

import tppo_watch
from tppo_watch.classifiers.store import model_root
from tppo_watch.training.compare import compare
from tppo_watch.training.corpus import half_of, jsonl_files, load_corpus
from tppo_watch.training.evaluate import posts_measures
from tppo_watch.training.slices import NATIONAL
from tppo_watch.training.train import train

SHARE = 6  # one record in so many trains, for time; 1 takes all of them
files = jsonl_files(model_root() / "corpus")
lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
records = load_corpus(files)
held = [i for i, r in enumerate(records) if half_of(r.id) and r.pair is None][:: SHARE // 2]
learns = [i for i, r in enumerate(records) if not half_of(r.id)][::SHARE]
national = [i for i in learns if NATIONAL.issuperset(records[i].lang)]
len(learns), len(national), len(held)

# %% [markdown]
# ## Two models
#
# The step takes the records, and where given ordinary public text, reads them by rules, fits the heads on
# folds, weighs the evidence, calibrates. With `teaching=Teaching(...)` it also teaches an encoder, which
# takes most of an hour; here it is left out.


# %%
def trained(rows: list[int], folder: str) -> tppo_watch.Assessor:
    corpus = Path(folder) / "corpus.jsonl"
    corpus.write_text("\n".join(lines[i] for i in rows), encoding="utf-8")
    train([corpus], Path(folder) / "model", today=date.today())
    return tppo_watch.load(Path(folder) / "model")


posts = [records[i] for i in held]
assessed = {}
for name, rows in (("all languages", learns), ("Indonesian, Malay and English", national)):
    with tempfile.TemporaryDirectory() as folder:
        assessed[name] = list(trained(rows, folder).assess_many(post.text for post in posts))
{name: round(posts_measures(posts, a, seed=1)[0].value, 3) for name, a in assessed.items()}

# %% [markdown]
# ## Where they differ
#
# Both are measured on the same posts and the same bootstrap samples, so that what is hard for both cancels
# out. A bar that lies wholly left of zero is a loss beyond chance. The second model would replace the first
# only if there were none; `tppo-watch evaluate --against` does the same from the command line.

# %%
champion, challenger = assessed.values()
found = [d for d in compare(posts, champion, challenger, seed=1) if d.low < d.high]
found.sort(key=lambda d: d.low + d.high)
shown = found[:9] + found[-9:]
figure, axes = plt.subplots(figsize=(8.5, 5.2), layout="constrained")
for i, d in enumerate(shown):
    colour = "#b2182b" if d.is_worse else "#4f7ea8"
    axes.plot([d.low, d.high], [i, i], color=colour, lw=5, alpha=0.35, solid_capstyle="butt")
    axes.plot((d.low + d.high) / 2, i, "o", color=colour)
axes.axvline(0, color="#22303c", lw=1)
axes.set_yticks(range(len(shown)), labels=[f"{d.name} ({d.n})" for d in shown])
axes.set(
    xlabel="gain of the second model (95 % interval; right is better)",
    title="Trained without regional languages",
)
axes.spines[["top", "right"]].set_visible(False)
axes.invert_yaxis()
plt.show()
