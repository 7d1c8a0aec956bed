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
# # What the corpus holds
#
# The labelled posts that the default model learns from lie in a clone under `models/corpus`. They were
# written for this project by the rules of `docs/guideline.md`; none is a post of a real person. Before
# training on a corpus, look at it: what there is little of, a model will not know.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage

from tppo_watch.classifiers.store import model_root
from tppo_watch.training.corpus import load_corpus

records = load_corpus([model_root() / "corpus"])
posts = pd.DataFrame(
    {
        "label": [r.label for r in records],
        "stance": [r.stance for r in records],
        "kind": [r.types[0] if r.types else None for r in records],
        "lang": [r.lang[0] for r in records],
        "words": [len(r.text.split()) for r in records],
        "signs": [frozenset(s.id for s in r.spans if s.kind == "indicator") for r in records],
    },
    index=[r.id for r in records],
)
posts.sample(5, random_state=1).drop(columns="signs")

# %% [markdown]
# ## Labels and stances
#
# A stance is what the writer does. Nearly all cases are offers, but most offers are no cases: the words of
# recruiters also stand in news, warnings and pleas, and a model has to tell them apart.

# %%
pd.crosstab(posts.stance, posts.label, margins=True).sort_values("All", ascending=False)

# %% [markdown]
# ## Languages and lengths
#
# Left: posts whose main language is not Indonesian, by ISO 639 code. There are few cases of each; a figure
# for one of these languages alone is a rough one. Right: cases and benign posts have much the same lengths,
# so length alone gives nothing away; frauds are shorter, and there are few of them.

# %%
COLOURS = {"trafficking": "#b2182b", "fraud": "#d6902f", "benign": "#4f7ea8"}

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
languages = pd.crosstab(posts.lang, posts.label).drop(index="id")
languages = languages.loc[languages.sum(axis=1).sort_values().index[-14:]]
start = np.zeros(len(languages))
for label, colour in COLOURS.items():
    left.barh(languages.index, languages[label], left=start, color=colour, label=label)
    start += languages[label].to_numpy()
left.set(
    xlabel="posts", title=f"Main language other than Indonesian (id: {(posts.lang == 'id').sum():,} posts)"
)
left.legend(frameon=False)

edges = np.geomspace(3, posts.words.max(), 26)
for label, colour in COLOURS.items():
    words = posts.words[posts.label == label]
    right.hist(
        words, edges, weights=np.full(len(words), 100 / len(words)), histtype="step", lw=2, color=colour
    )
    right.axvline(words.median(), color=colour, lw=1, ls=":")
right.set(xscale="log", xlabel="words", ylabel="% of the label", title="Length (dotted: median)")
right.set_xticks([5, 10, 20, 50, 100, 200, 500], labels=["5", "10", "20", "50", "100", "200", "500"])
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## Which indicators stand in which kind of exploitation
#
# Each cell is the share of a kind's cases in which the indicator is marked. Rows and columns stand beside
# those most like them. What an offer is for shows in one column (`organ_sale_offer`); how people are held
# shows in many (`exit_penalty`, `document_confiscation`). One sign is not a case: the assessment gives weight
# to act, means and purpose found together.

# %%
cases = posts[posts.label == "trafficking"]
pairs = cases[["kind", "signs"]].explode("signs").dropna()
shares = pd.crosstab(pairs.signs, pairs.kind) / cases.kind.value_counts()
shares = shares[shares.max(axis=1) >= 0.15].fillna(0)


def ordered(table: pd.DataFrame) -> list[int]:
    """Rows of a table so that like stands beside like."""
    return leaves_list(linkage(table, "average", metric="cosine", optimal_ordering=True))


shares = shares.iloc[ordered(shares), ordered(shares.T)]
figure, axes = plt.subplots(figsize=(9.5, 0.23 * len(shares) + 2.2), layout="constrained")
image = axes.imshow(100 * shares, cmap="magma_r", vmin=0, vmax=80, aspect="auto")
axes.set_xticks(range(shares.shape[1]), shares.columns, rotation=40, ha="right", rotation_mode="anchor")
axes.set_yticks(range(len(shares)), shares.index, fontsize=8)
figure.colorbar(image, label="% of the kind's cases", shrink=0.5, extend="max")
axes.set_title("Indicators by kind of exploitation")
plt.show()

# %% [markdown]
# ## Which indicators stand together
#
# Lift is how often two indicators share a post, against how often they would if they fell on cases by
# chance. Pairs of one kind of exploitation are no surprise, so lift is taken within each kind and averaged:
# what remains are habits of recruiters.

# %%
signs = pairs.assign(there=1).pivot_table(index=pairs.index, columns="signs", values="there", fill_value=0)
together, expected = 0, 0
for kind in cases.kind.unique():
    present = signs[cases.kind.reindex(signs.index) == kind].to_numpy()
    together = together + present.T @ present
    expected = expected + np.outer(present.sum(axis=0), present.sum(axis=0)) / len(present)
upper = np.triu_indices(len(signs.columns), 1)
lift = pd.DataFrame(
    {
        "first": signs.columns[upper[0]],
        "second": signs.columns[upper[1]],
        "posts": together[upper].astype(int),
        "lift": (together[upper] / np.maximum(expected[upper], 1e-9)).round(1),
    }
)
lift[lift.posts >= 15].nlargest(12, "lift")
