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
# # With pandas and spaCy
#
# For those whose posts are in a frame or in a pipeline already. The posts here are the samples that come
# with the library, written for it; no score is an accusation, a person decides.

# %%
from importlib.resources import files

import pandas as pd
import spacy
from spacy import displacy
from spacy.matcher import Matcher

import tppo_watch

with (files("tppo_watch") / "samples" / "iklan-medsos.csv").open(encoding="utf-8") as table:
    posts = pd.read_csv(table, sep=";", index_col="no", parse_dates=["waktu"], date_format="%d/%m/%Y %H.%M")
posts.head()

# %% [markdown]
# ## pandas
#
# `assess_frame` answers with a frame on the same index, so it joins. `level` is ordered: it sorts and
# compares. `assistance` marks who needs help now; it is a lane of its own, and nobody in it is shown as a
# suspect.

# %%
found = tppo_watch.assess_frame(posts, text="isi")
assessed = posts.join(found)
assessed.loc[assessed.assistance, ["akun", "stance", "isi"]]

# %%
queue = assessed[~assessed.assistance].sort_values(["level", "risk"], ascending=False)
queue[["akun", "level", "risk", "low", "high", "stance", "exploitation"]].round(3).head(8)

# %% [markdown]
# What the posts worth a look have in common, and why the first of them stands first: the largest parts of
# its log-odds.

# %%
worth = queue[queue.level >= "low"]
worth.indicators.explode().value_counts().head(10)

# %%
reasons = pd.DataFrame(queue.reasons.iloc[0], columns=["reason", "log-odds"]).set_index("reason")
reasons.sort_values("log-odds", key=abs, ascending=False).head(8).round(2)

# %% [markdown]
# ## spaCy
#
# The component sets `doc._.tppo`, the same assessment, and `doc.spans["tppo_indicators"]`. Its input is the
# text, so it stands anywhere in a pipeline.

# %%
nlp = spacy.blank("id")
nlp.add_pipe("tppo_watch")
docs = list(nlp.pipe(queue.isi))
[(doc._.tppo.level, [(span.label_, span.text) for span in doc.spans["tppo_indicators"]]) for doc in docs[:2]]

# %%
options = {"spans_key": "tppo_indicators"}
displacy.render(docs[0], style="span", options=options)

# %% [markdown]
# Spans are spans of tokens, so they meet whatever else a pipeline finds. Here: indicators after which,
# within ten tokens, the reader is called to a private chat.

# %%
matcher = Matcher(nlp.vocab)
matcher.add(
    "CHAT", [[{"LOWER": {"IN": ["wa", "whatsapp", "chat", "dm", "inbox", "japri", "tele", "telegram"]}}]]
)
near = [
    (sign.label_, doc[chat.start : chat.end + 2].text)
    for doc in docs
    for sign in doc.spans["tppo_indicators"]
    for chat in matcher(doc, as_spans=True)
    if 0 <= chat.start - sign.end <= 10
]
pd.DataFrame(near, columns=["indicator", "chat"]).head(8)
