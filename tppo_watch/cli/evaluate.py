"""``tppo-watch evaluate``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import print_json, print_table, say

if TYPE_CHECKING:
    from ..training.corpus import Record
    from ..training.evaluate import Measure
    from ..types import Assessment


def evaluate(
    posts: Annotated[
        list[Path], typer.Argument(help="Labelled posts that the model was not trained on: JSONL.")
    ],
    model: Annotated[
        str | None, typer.Option(help="Installed name or folder; the default model otherwise.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Pairs that differ only in what decides: JSONL with `pair`.")
    ] = None,
    public: Annotated[
        Path | None,
        typer.Option(
            help="Ordinary public text: JSONL with id, text, kind. The half that never trains measures."
        ),
    ] = None,
    slices: Annotated[
        bool, typer.Option("--slices", help="Also by kind, language, length and source.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            help="Another model, the champion: say where `--model` differs from it, and nothing else."
        ),
    ] = None,
    stress: Annotated[
        bool, typer.Option("--stress", help="Also the recall lost when cases are disguised.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(help="Also write the figures as a page with plots. Needs matplotlib.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap and of disguises.")] = 7,
    json: Annotated[bool, typer.Option("--json", help="Machine output.")] = False,
) -> None:
    """Measure a model on labelled posts, with 95 % bootstrap intervals.

    Example: tppo-watch evaluate dev.jsonl --pairs dev_pairs.jsonl --public real/
    """
    from ..assess.stage import ARRAYS, CASCADE, STUDENT
    from ..assessor import Assessor
    from ..classifiers.store import read_model
    from ..training import evaluate as measures
    from ..training.background import MEASURES, public_texts
    from ..training.calibration import calibration_measures
    from ..training.corpus import load_corpus

    stored = read_model(model)
    assessor = Assessor(stored)
    records = load_corpus(posts)
    say(f"{assessor.name}: {len(records):,} labelled posts")
    assessed = measures.assess_records(assessor, records)
    if against is not None:
        return _compare(against, records, assessed, seed=seed, json=json)
    found = measures.posts_measures(records, assessed, seed=seed)
    found += measures.span_measures(records, assessed, seed=seed)
    found += measures.balance_measures(assessed)
    last = CASCADE if stored.encoder else STUDENT
    arrays = {name: stored.arrays[last + name] for name in ARRAYS}
    found += calibration_measures(arrays, assessor.thresholds, seed=seed)
    if pairs is not None:
        twins = load_corpus([pairs])
        found += measures.pair_measures(twins, measures.assess_records(assessor, twins))
    if public is not None:
        texts = list(public_texts(public, MEASURES))
        say(f"{len(texts):,} public texts")
        rows = measures.public_measures(texts, list(assessor.assess_many(t.text for t in texts)))
        found += rows if slices else rows[:2]
    if stress:
        from ..training.stress import stress_measures

        say("disguising cases")
        found += stress_measures(records, assessor.assess_many, seed=seed)
    groups = measures.slice_measures(records, assessed) if slices or html is not None else []
    if html is not None:
        from ..training.report import html_report

        html.write_text(html_report(assessor.name, found, groups, records, assessed), encoding="utf-8")
        say(f"wrote {html}")
    if slices:
        found += groups
    if json:
        print_json([{k: v for k, v in asdict(m).items() if v is not None} for m in found])
        return
    print_table(("measure", "value", "95 % interval", "n"), (_row(m) for m in found))


def _compare(
    against: str, records: list[Record], assessed: list[Assessment], *, seed: int, json: bool
) -> None:
    """Differences from the champion, the worst first, and what follows from them."""
    from ..assessor import load
    from ..training.compare import compare
    from ..training.evaluate import assess_records

    found = compare(records, assess_records(load(against), records), assessed, seed=seed)
    if json:
        print_json([{**asdict(d), "is_worse": d.is_worse} for d in found])
    else:
        columns = ("measure", "champion", "challenger", "95 % interval of the gain", "n")
        print_table(
            columns,
            (
                (
                    d.name,
                    f"{d.champion:.4f}",
                    f"{d.challenger:.4f}",
                    f"{d.low:+.3f} to {d.high:+.3f}",
                    f"{d.n:,}",
                )
                for d in found
            ),
        )
    worse = [d.name for d in found if d.is_worse]
    say(f"worse, beyond chance, in: {'; '.join(worse)}" if worse else f"no worse than {against} in any slice")


def _row(m: Measure) -> tuple[str, ...]:
    interval = "" if m.low is None or m.high is None else f"{m.low:.3f} to {m.high:.3f}"
    return m.name, f"{m.value:.4f}", interval, f"{m.n:,}"
