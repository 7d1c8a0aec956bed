"""How soon planted outbreaks are found, and how often there is none: every method on the simulator.

python benchmarks/signals.py              # complete counts
python benchmarks/signals.py --replay     # each day judged at its end, by what had been read by then
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

import numpy as np

from tppo_watch.signals.baseline import WINDOWS, Outlook
from tppo_watch.signals.detect import MAX_Q, alarms
from tppo_watch.signals.evaluate import Measures, judged_counts, measure, scores_of, together
from tppo_watch.signals.methods import METHODS, Scores, nb_scan
from tppo_watch.signals.regression import Fit
from tppo_watch.signals.simulate import Panel, simulate

SEEDS = (101, 102, 103)  # none that a detector was tried on while it was written
MEANS = ((0.1, 0.3), (0.3, 1), (1, 2), (2, 3), (3, 5), (5, 10), (10, 21))
#: Which share of outbreaks is found while false alarms stay below one a month is looked for among these.
RATES = tuple(float(rate) for rate in np.geomspace(0.2, 1e-12, 36))
ORACLE = "oracle: truth known"


def oracle(panel: Panel) -> Scores:
    """What `nb_scan` would do if it knew the mean of every day and the dispersion of every series."""
    counts, start = panel.counts(), panel.first_evaluated
    n_series, n_days = counts.shape
    view = Outlook(
        start=start,
        mean=np.where(np.isnan(counts), 0.0, panel.baseline)[:, start:],
        design=np.zeros((n_days - start, 1)),
        fit=Fit(np.zeros((n_series, 1)), np.zeros((n_series, 1, 1))),
        dispersion=dict.fromkeys(WINDOWS, panel.dispersion),
    )
    p = np.full(counts.shape, np.nan)
    p[:, start:] = nb_scan(view, np.nan_to_num(counts), range(start, n_days))
    return Scores(panel.baseline, np.where(np.isnan(counts), np.nan, p))


def run(seeds: Sequence[int], *, is_replay: bool = False) -> dict[str, dict[float, Measures]]:
    """Method -> rate of false discoveries -> what it did over all panels."""
    parts: dict[str, dict[float, list[Measures]]] = {}
    for seed in seeds:
        panel = simulate(seed)
        counts = judged_counts(panel, is_replay=is_replay)
        scores = scores_of(panel, METHODS, is_replay=is_replay)
        if not is_replay:
            scores[ORACLE] = oracle(panel)
        for name, each in scores.items():
            is_above, q = alarms(counts, each, max_q=1.0)
            for rate in (MAX_Q, *RATES):
                found = measure(panel, is_above & (q <= rate))
                parts.setdefault(name, {}).setdefault(rate, []).append(found)
    return {name: {rate: together(each) for rate, each in by.items()} for name, by in parts.items()}


def at_one_a_month(by_rate: dict[float, Measures]) -> tuple[float, Measures] | None:
    """The rate at which most outbreaks are found with at most one false alarm a month."""
    fit = [(each.sensitivity, rate) for rate, each in by_rate.items() if each.false_alarms_a_month <= 1]
    return (max(fit)[1], by_rate[max(fit)[1]]) if fit else None


def table(results: dict[str, dict[float, Measures]]) -> Iterator[str]:
    """Two tables in Markdown: each method at the default rate and at its best; by mean of the series."""
    yield "| method | max q | found | precision | delay | false a month | from 3 a day: found | delay |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, by_rate in results.items():
        yield _line(name, MAX_Q, by_rate[MAX_Q])
        if best := at_one_a_month(by_rate):
            yield _line(f"{name}, at one a month", *best)
    yield ""
    chosen = {name: by[MAX_Q] for name, by in results.items() if name == "nb_scan"}
    if ORACLE in results:
        chosen[ORACLE] = results[ORACLE][MAX_Q]
    yield (
        "| posts a day | outbreaks | " + " | ".join(f"{name}: found | median delay" for name in chosen) + " |"
    )
    yield "| --- | ---: | " + " | ".join("---: | ---:" for _ in chosen) + " |"
    for low, high in MEANS:
        parts = [each.within(low, high) for each in chosen.values()]
        cells = " | ".join(f"{part.sensitivity:.0%} | {_days(part.median_delay)}" for part in parts)
        yield f"| {low:g} to {high:g} | {len(parts[0].found)} | {cells} |"


def _line(name: str, rate: float, each: Measures) -> str:
    thick = each.within(3, 1e9)
    return (
        f"| {name} | {rate:.2g} | {each.sensitivity:.0%} | {each.precision:.0%} | {_days(each.median_delay)} "
        f"| {each.false_alarms_a_month:.2f} | {thick.sensitivity:.0%} | {_days(thick.median_delay)} |"
    )


def _days(delay: float) -> str:
    return "not found" if np.isinf(delay) else f"{delay:g}"


def main() -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument(
        "--replay", action="store_true", help="judge each day by what had been read at its end"
    )
    options = parser.parse_args()
    print("\n".join(table(run(options.seeds, is_replay=options.replay))))


if __name__ == "__main__":
    main()
