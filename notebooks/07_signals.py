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
# # Signals: what rises, and how soon it is seen
#
# A signal is a day on which a series of counts lies above what its own past, and the other series, let one
# expect. Real rises are rare and nobody knows when they began, so methods are measured on a simulator that
# plants them: weekdays, Lebaran, outages and few posts are in it. `docs/signals.md` has the figures.

# %%
from datetime import date, timedelta

import matplotlib.pyplot as plt
import numpy as np

from tppo_watch.signals.detect import detect, weekdays_from
from tppo_watch.signals.emerging import WEEKS, Emerging, Use
from tppo_watch.signals.evaluate import measure
from tppo_watch.signals.methods import judge
from tppo_watch.signals.simulate import LEBARAN, simulate

panel = simulate(4, n_series=40, means=(0.5, 12))
counts = panel.counts()
signals = detect(counts, panel.names, panel.start, since=panel.day(panel.first_evaluated))
print(f"{len(panel.outbreaks)} outbreaks planted, {len(signals)} lines of signal")

# %% [markdown]
# ## What one line says
#
# The count of the day, what was expected, how many posts it has above that, and `q`: the share of false
# alarms one accepts on a day when taking this one for true. A day that was not read is unknown, not calm.

# %%
for signal in signals[:5]:
    print(signal.to_dict())

# %% [markdown]
# ## A year of three series
#
# Grey bars are the counts, the line is what was expected: it knows the week, and falls and rises with Lebaran
# because all series do. Red marks are signals, pale red the outbreak as planted, hatched days were not read.

# %%
evaluated = [o for o in panel.outbreaks if o.start >= panel.first_evaluated]
wanted = (9.0, 4.0, 1.5)  # posts a day
shown = [min(evaluated, key=lambda o: abs(np.log(panel.means[o.series] / mean))) for mean in wanted]
expected = judge(counts, weekdays_from(panel.start, panel.n_days), ["nb_scan"])["nb_scan"].expected
days = np.array([np.datetime64(panel.day(at)) for at in range(panel.n_days)])

figure, rows = plt.subplots(3, 1, figsize=(11, 7.5), sharex=True, layout="constrained")
for axes, outbreak in zip(rows, shown, strict=True):
    series = outbreak.series
    axes.bar(days, np.nan_to_num(counts[series]), width=1.0, color="#b8bec7", label="posts a day")
    axes.plot(days, expected[series], color="#1f4e79", lw=1.2, label="expected")
    for at, each in enumerate(o for o in panel.outbreaks if o.series == series):
        axes.axvspan(days[each.start], days[each.end - 1], color="#b2182b", alpha=0.13, lw=0,
                     label="outbreak as planted" if at == 0 else None)  # fmt: skip
    top = np.nanmax(counts[series]) * 1.12
    axes.fill_between(days, 0, top, where=np.isnan(counts[series]), step="mid", facecolor="none",
                      edgecolor="#8a8a8a", hatch="////", lw=0, label="not read")  # fmt: skip
    marks = [s for s in signals if s.series == panel.names[series]]
    axes.plot([np.datetime64(s.date) for s in marks], [s.count for s in marks], "o", ms=5, mfc="none",
              mec="#b2182b", mew=1.4, label="signal")  # fmt: skip
    axes.axvline(np.datetime64(LEBARAN[2]), color="#4d7c3a", ls=":", lw=1.3)
    axes.text(np.datetime64(LEBARAN[2]), top, " Lebaran", color="#4d7c3a", va="top", fontsize=9)
    axes.set(ylim=(0, top), ylabel="posts", title=f"a series of {panel.means[series]:.1f} posts a day")
    axes.title.set_fontsize(10)
    axes.spines[["top", "right"]].set_visible(False)
rows[-1].set_xlim(days[panel.first_evaluated], days[-1])
rows[0].legend(ncols=5, frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(0, 1.38))
plt.show()

# %% [markdown]
# ## How soon, by how thin a series is
#
# Each point is an outbreak of three times the usual count. The thinner a series, the later it can be told
# from chance, whatever the method: three posts in place of one happen by themselves.

# %%
names = ("ears_c2", "ewma", "nb_scan")
figure, axes = plt.subplots(figsize=(9, 4.4), layout="constrained")
for name, colour, marker in zip(names, ("#9aa0a8", "#d6902f", "#1f4e79"), ("x", "^", "o"), strict=True):
    is_alarm = np.zeros(counts.shape, dtype=bool)
    for one in detect(counts, panel.names, panel.start, method=name):
        is_alarm[panel.names.index(one.series), (one.date - panel.start).days] = True
    result = measure(panel, is_alarm)
    late = [25 if each.delay is None else each.delay for each in result.found]
    label = f"{name}: {result.sensitivity:.0%} found, {result.false_alarms_a_month:.1f} false a month"
    axes.plot([each.mean for each in result.found], late, marker, color=colour, ms=6, alpha=0.8, label=label)
axes.axhline(23, color="black", lw=0.6)
axes.set(xscale="log", xlabel="posts on an ordinary day", ylabel="days until the first signal")
axes.set_xticks([0.5, 1, 2, 5, 10], labels=["0.5", "1", "2", "5", "10"])
axes.set_yticks([0, 5, 10, 15, 20, 25], labels=["0", "5", "10", "15", "20", "never"])
axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.2), ncols=3, fontsize=8.5)
axes.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## New words
#
# Counts tell that something rises, not what it is called. Terms are counted by who uses them, inside flagged
# posts and elsewhere, week by week; here one new phrase is planted among everyday words. Sixty copies by one
# recruiter are one voice, and no new term.

# %%
today, draw = date(2026, 6, 1), np.random.default_rng(7)
everyday = [f"kata {rank}" for rank in range(300)]
shares = 1 / np.arange(5, 305)
shares /= shares.sum()


def post(number: int, day: date, voice: str, *more: str) -> Use:
    words = draw.choice(everyday, size=25, p=shares, replace=False).tolist()
    return Use(number, day, voice, dict.fromkeys([*words, *more], "word"))


flagged = [post(at, today - timedelta(days=1 + at % 84), f"author {at}") for at in range(400)]
flagged += [
    post(400 + at, today - timedelta(days=2 + 2 * at), f"new {at}", "paket senyap") for at in range(7)
]
flagged += [post(500 + at, today - timedelta(days=3), "one recruiter", "disalin terus") for at in range(60)]
emerging = Emerging(flagged, today=today)
for at in range(2000):
    emerging.add_other(f"somebody {at}", post(at, today, "").kinds)
found = emerging.ranked()
for term in found[:3]:
    print(
        f"{term.text}: {term.voices} voices since {term.since}, {term.others} elsewhere, by week {term.weeks}"
    )

# %%
figure, axes = plt.subplots(figsize=(9, 2.6), layout="constrained")
weeks = np.arange(WEEKS)
for shift, term, colour in zip((-0.2, 0.2), (found[0].text, "kata 3"), ("#b2182b", "#b8bec7"), strict=True):
    by_week = [
        len(
            {
                use.voice
                for use in flagged
                if term in use.kinds and (today - use.day).days - 1 in range(7 * w, 7 * w + 7)
            }
        )
        for w in weeks[::-1]
    ]
    axes.bar(weeks + shift, by_week, width=0.4, color=colour, label=term)
axes.set(xlabel="week", ylabel="voices", xticks=weeks)
axes.legend(frameon=False)
axes.spines[["top", "right"]].set_visible(False)
plt.show()
