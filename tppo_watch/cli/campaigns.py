"""``tppo-watch campaigns``: posts of one recruiter, from a file or from the database."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..io.reading import InputFormat, Row, read_rows
from .files import check_readable, input_format, opened, position, shown_name
from .output import say, tracked

if TYPE_CHECKING:
    from ..campaigns import Grouper

app = typer.Typer()

# Contacts of a file are compared within one run only, so any key will do; a fixed one keeps runs alike.
_KEY_OF_FILES = b"tppo-watch campaigns --from"
_NO_FINDING = {
    "id": "Kelompok hanya berarti tulisan atau kontak yang sama; orang yang memutuskan.",
    "en": "A group only means shared wording or contacts; a person decides.",
}
_WORDS = {
    "id": {
        "columns": ("kampanye", "pos", "peringatan", "pertama, terakhir (WIB)", "isi"),
        "empty": "Tidak ada kampanye.",
        "template": "Pola",
        "slots": "Isian",
        "posts": "Pos",
        "nothing": "(kosong)",
    },
    "en": {
        "columns": ("campaign", "posts", "alerts", "first, last (WIB)", "text"),
        "empty": "There are no campaigns.",
        "template": "Template",
        "slots": "Fillings",
        "posts": "Posts",
        "nothing": "(nothing)",
    },
}
_PROSE_WIDTH = 60  # characters a line

Config = Annotated[Path, typer.Option("--config", help="The settings file.")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
Lang = Annotated[str, typer.Option("--lang", help="Language of the words: id or en.")]
CONFIG = Path("tppo.toml")


@app.callback(invoke_without_command=True)
def campaigns(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Group the posts of this file; - is standard input."),
    ] = None,
    format: Annotated[
        InputFormat | None,
        typer.Option(help="Format of the file, where the ending does not say. Standard input: jsonl."),
    ] = None,
    text_field: Annotated[str, typer.Option(help="Field or column with the text.")] = "text",
    id_field: Annotated[str, typer.Option(help="Field or column with the id; else the line number.")] = "id",
    model: Annotated[str | None, typer.Option(help="Folder of another model than the default.")] = None,
) -> None:
    """Group the posts of a file, without a database: one line a post, in order, with its campaign and why.

    A post that is of no campaign has no `campaign`. Exits 3 when some lines could not be read.

    Example: tppo-watch campaigns --from posts.jsonl
    """
    if context.invoked_subcommand is not None:
        if source is not None:
            raise typer.BadParameter(f"--from stands alone, without {context.invoked_subcommand}")
        return
    if source is None:
        print(context.get_help())
        raise typer.Exit(2)
    kind = input_format(source, format)
    check_readable(source)
    from .. import assessor

    judge = assessor.load(model)
    with opened(source) as file:
        name = shown_name(source)
        rows = read_rows(file, kind, name=name, text_field=text_field, id_field=id_field)
        grouped = _Grouped(name, assessor.MAX_CHARACTERS)
        grouped.read(judge, tracked(rows, name, partial(position, file)))
    grouped.write()
    if grouped.bad:
        say(f"{grouped.bad} of {grouped.seen} lines could not be read")
        raise typer.Exit(3)


class _Grouped:
    """The posts of one file and their campaigns."""

    def __init__(self, name: str, max_characters: int) -> None:
        from ..campaigns import Grouper

        self._name, self._max = name, max_characters
        self._grouper: Grouper = Grouper()
        self._ids: list[tuple[str, str | int]] = []  # by which a post is grouped, and its own
        self.seen = self.bad = 0

    def read(self, judge: Any, rows: Iterator[Row]) -> None:
        """Group the rows that have a text; complain of the others."""
        from ..campaigns import print_of

        waiting: deque[Row] = deque()

        def texts() -> Iterator[str]:
            for row in rows:
                self.seen += 1
                if self._is_good(row):
                    waiting.append(row)
                    yield row.text or ""

        for assessment in judge.assess_many(texts()):
            row = waiting.popleft()
            id = str(row.line) if row.id is None else row.id
            # An id that comes twice names two posts.
            inner = str(id) if str(id) not in self._grouper else f"{id} (line {row.line})"
            self._ids.append((inner, id))
            self._grouper.add(print_of(inner, assessment, _KEY_OF_FILES))

    def write(self) -> None:
        """One line a post."""
        from ..io.writing import dumps

        for inner, id in self._ids:
            line: dict[str, Any] = {"id": id}
            if (campaign := self._grouper.campaign_of(inner)) is not None:
                line["campaign"] = campaign
            line["why"] = [reason.to_dict() for reason in self._grouper.why(inner)]
            sys.stdout.write(dumps(line) + "\n")

    def _is_good(self, row: Row) -> bool:
        error = row.error
        if row.text is not None and len(row.text) > self._max:
            error = f"a text of more than {self._max:,} characters"
        if error is None:
            return True
        self.bad += 1
        say(f"{self._name}: line {row.line}: {error}")
        return False
