"""The measures of a model as one page: figures with their intervals, plots, and nothing to fetch.

Needs matplotlib, from the extra `research`.
"""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import precision_recall_curve

from ..types import LEVELS, Assessment
from .corpus import Record
from .evaluate import Measure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, CASE, REST, BAND = "#22303c", "#b2182b", "#4f7ea8", "#c9d6e2"
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding: .3rem 0; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8884; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 1rem 0; background: #fff; padding: .5rem; } figure svg { width: 100%; height: auto; }
figcaption { color: #22303c; font-size: .9rem; }
"""


def html_report(
    title: str,
    measures: Sequence[Measure],
    slices: Sequence[Measure],
    records: Sequence[Record],
    assessments: Sequence[Assessment],
) -> str:
    """A page that stands by itself.

    Parameters
    ----------
    measures, slices
        As :mod:`tppo_watch.training.evaluate` gives them; `slices` from ``slice_measures``.
    records, assessments
        The posts that were measured on. No text of theirs is shown.
    """
    calibration = [m for m in measures if m.name.startswith("calibration")]
    figures = [
        (
            _ranking(records, assessments),
            "Precision and recall over all thresholds, and where the levels lie.",
        ),
        (_levels(records, assessments), "Share of each stance and label at each level."),
    ]
    if calibration:
        figures.append((_calibration(calibration), _CALIBRATION))
    if slices:
        figures.append(
            (_slices(slices), "At medium by group, with 95 % Wilson intervals; few posts, wide bars.")
        )
    body = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p>{len(records):,} labelled posts. A score orders the review of posts; it is no finding about a "
        "person. Intervals are 95 %.</p>",
        "<h2>Plots</h2>",
        *(f"<figure>{_svg(f)}<figcaption>{html.escape(c)}</figcaption></figure>" for f, c in figures),
        "<h2>Figures</h2>",
        _table("All measures", [m for m in measures if m not in slices]),
        _table("By group", slices),
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>{"".join(body)}</html>\n'
    )


_CALIBRATION = (
    "Expected share of cases against the observed one in each range of risk, on held-out folds, "
    "with the 95 % band of a perfectly calibrated model."
)


def _table(caption: str, measures: Sequence[Measure]) -> str:
    rows = "".join(
        f'<tr><td>{html.escape(m.name)}</td><td class="n">{m.value:.3f}</td><td class="n">'
        + ("" if m.low is None else f"{m.low:.3f} to {m.high:.3f}")
        + f'</td><td class="n">{m.n:,}</td></tr>'
        for m in measures
    )
    head = "<tr><th>measure</th><th>value</th><th>interval</th><th>n</th></tr>"
    return f"<table><caption>{html.escape(caption)}</caption>{head}{rows}</table>" if rows else ""


def _svg(figure: Figure) -> str:
    """The figure as SVG inside a page; the same figure gives the same bytes."""
    import matplotlib as mpl

    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "tppo-watch", "svg.fonttype": "path"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    content = out.getvalue()
    return content[content.index("<svg") :]


def _canvas(width: float, height: float, columns: int = 1) -> tuple[Figure, list]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)[0].tolist()
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _ranking(records: Sequence[Record], assessments: Sequence[Assessment]) -> Figure:
    case = np.array([record.label == "trafficking" for record in records])
    risk = np.array([assessment.risk for assessment in assessments])
    precision, recall, _ = precision_recall_curve(case, risk)
    figure, (axis,) = _canvas(7, 3.6)
    axis.step(recall, precision, where="post", color=INK)
    for level, colour in (("medium", REST), ("high", CASE)):
        at = np.array([LEVELS.index(a.level) >= LEVELS.index(level) for a in assessments])
        if at.any():
            axis.plot(at[case].mean(), case[at].mean(), "o", color=colour, label=f"at {level} or above")
    axis.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.03))
    axis.legend(frameon=False, loc="lower left")
    return figure


def _levels(records: Sequence[Record], assessments: Sequence[Assessment]) -> Figure:
    groups: dict[str, list[str]] = {}
    for record, assessment in zip(records, assessments, strict=True):
        name = "cases" if record.label == "trafficking" else f"{record.label}: {record.stance}"
        groups.setdefault(name, []).append(assessment.level)
    names = sorted(groups, key=lambda name: (name == "cases", len(groups[name])))
    figure, (axis,) = _canvas(7, 0.9 + 0.3 * len(names))
    start = np.zeros(len(names))
    for level, colour in zip(LEVELS, ("#e8edf2", BAND, "#e0a15a", CASE), strict=True):
        shares = np.array([groups[name].count(level) / len(groups[name]) for name in names])
        axis.barh(
            [f"{name} ({len(groups[name])})" for name in names], shares, left=start, color=colour, label=level
        )
        start += shares
    axis.set(xlim=(0, 1), xlabel="share")
    axis.legend(frameon=False, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.12))
    return figure


def _calibration(measures: Sequence[Measure]) -> Figure:
    ranges = [m.name.removesuffix(": expected") for m in measures if m.name.endswith(": expected")]
    by_name = {m.name: m for m in measures}
    figure, (axis,) = _canvas(7, 3.2)
    for i, name in enumerate(ranges):
        expected, observed = by_name[f"{name}: expected"], by_name[f"{name}: observed"]
        axis.plot([i, i], [observed.low, observed.high], color=BAND, lw=9, solid_capstyle="butt")
        axis.plot(i, expected.value, "D", color=INK, label="expected" if i == 0 else None)
        axis.plot(i, observed.value, "o", color=CASE, label="observed" if i == 0 else None)
    labels = [name.removeprefix("calibration, risk ") for name in ranges]
    axis.set_xticks(range(len(ranges)), labels=labels)
    axis.set(yscale="symlog", ylabel="share of cases", xlabel="risk")
    axis.set_yscale("symlog", linthresh=0.001)
    axis.set_ylim(0, 1.4)
    axis.legend(frameon=False, loc="upper left")
    return figure


def _slices(slices: Sequence[Measure]) -> Figure:
    kinds = ("recall at medium: ", "false alarms at medium: ")
    rows = [[m for m in slices if m.name.startswith(kind)] for kind in kinds]
    figure, axes = _canvas(10, 1 + 0.22 * max(map(len, rows)), columns=2)
    for axis, kind, members, colour in zip(axes, kinds, rows, (CASE, REST), strict=True):
        names = [f"{m.name.removeprefix(kind)} ({m.n})" for m in members]
        for i, m in enumerate(members):
            axis.plot([m.low, m.high], [i, i], color=BAND, lw=5, solid_capstyle="butt")
            axis.plot(m.value, i, "o", color=colour, ms=4)
        axis.set_yticks(range(len(names)), labels=names)
        axis.set(xlim=(-0.02, 1.02), xlabel=kind.removesuffix(": "))
        axis.invert_yaxis()
    return figure
