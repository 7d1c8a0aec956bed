"""``tppo-watch campaigns``: posts of one recruiter, from a file or from the database."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..io.reading import InputFormat, read_rows
from ..io.rows import Row
from .alerts import CONFIG, Config, Json, Lang, LangOption
from .files import Files, check_readable, input_format, shown_name
from .output import local, one_line, print_json, print_table, say, shown, tracked
from .reveal import Reason, Reveal, reason_for

if TYPE_CHECKING:
    from ..campaigns import Grouper, Template

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
        "no_suggestions": "Tidak ada usulan.",
        "pair": ("satu", "lain", "kemiripan"),
    },
    "en": {
        "columns": ("campaign", "posts", "alerts", "first, last (WIB)", "text"),
        "empty": "There are no campaigns.",
        "template": "Template",
        "slots": "Fillings",
        "posts": "Posts",
        "nothing": "(nothing)",
        "no_suggestions": "There are no suggestions.",
        "pair": ("one", "other", "overlap"),
    },
}
_REASONS = {
    "id": {
        "contact": "kontak sama",
        "wording": "kalimat sama",
        "decision": "keputusan",
    },
    "en": {
        "contact": "same contact",
        "wording": "same wording",
        "decision": "decision",
    },
}
_PROSE_WIDTH = 60  # characters a line


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
    reading = Files([source])
    rows = (
        row
        for _, name, file in reading
        for row in read_rows(file, kind, name=name, text_field=text_field, id_field=id_field)
    )
    grouped = _Grouped(shown_name(source), assessor.MAX_CHARACTERS)
    grouped.read(judge, tracked(rows, shown_name(source), reading))
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
        from ..text.document import Document, read

        waiting: deque[tuple[Row, Document]] = deque()

        def documents() -> Iterator[Document]:
            for row in rows:
                self.seen += 1
                if self._is_good(row):
                    waiting.append((row, read(row.text or "")))
                    yield waiting[-1][1]

        for assessment in judge.assess_many(documents()):
            row, document = waiting.popleft()
            id = str(row.line) if row.id is None else row.id
            # An id that comes twice names two posts.
            inner = str(id) if str(id) not in self._grouper else f"{id} (line {row.line})"
            self._ids.append((inner, id))
            self._grouper.add(inner, print_of(document, assessment, _KEY_OF_FILES))

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


@app.command("list")
def list_campaigns(
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 50,
    lang: Lang = LangOption.id,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """List campaigns: those with the most open alerts first, then the largest. Phone numbers are masked.

    Example: tppo-watch campaigns list --limit 10
    """
    from ..alerts.masking import masked
    from ..alerts.views import excerpt
    from ..watch import open_watch

    with open_watch(config) as watch:
        records = watch.campaign_desk.listed(limit=limit + 1)
    lines = [
        {
            "id": f"c{record.first}",
            "posts": record.posts,
            "open_alerts": record.open_alerts,
            "first_seen": record.first_seen.isoformat(),
            "last_seen": record.last_seen.isoformat(),
            "excerpt": excerpt(masked(record.text, record.entities)),
        }
        for record in records[:limit]
    ]
    if json:
        print_json(lines)
    elif not lines:
        print(_WORDS[lang]["empty"])
    else:
        columns = list(_WORDS[lang]["columns"])
        rows = [
            [
                str(line["id"]), str(line["posts"]), str(line["open_alerts"]),
                f"{local(record.first_seen)}\n{local(record.last_seen)}", str(line["excerpt"]),
            ]
            for line, record in zip(lines, records, strict=False)
        ]  # fmt: skip
        print_table(columns, rows, widths={columns[4]: _PROSE_WIDTH})
    if len(records) > limit:
        say(f"there are more than these {limit}; --limit shows more")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its name in the list, such as c12.")],
    reveal: Reveal = False,
    reason: Reason = None,
    lang: Lang = LangOption.id,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Show one campaign: what its posts have in common, what varies, and why each is in it.

    Example: tppo-watch campaigns show c12
    """
    from ..alerts.masking import masked
    from ..campaigns import template_of
    from ..watch import open_watch

    why = reason_for(reveal, reason)
    with open_watch(config) as watch:
        members, _ = watch.campaign_desk.opened(None, name)
        if why is not None:
            watch.exports.reveal(f"campaign:{name}", why, now=watch.now())
    texts = [post.text if reveal else masked(post.text, post.entities) for post, _ in members]
    template = template_of(texts)
    posts = [
        {
            "id": str(post.id),
            "source": post.source_id,
            "time": post.time.isoformat(),
            "level": post.level,
            "text": text,
            "why": [reason.to_dict() for reason in reasons],
        }
        for (post, reasons), text in zip(members, texts, strict=True)
    ]
    if json:
        record: dict[str, Any] = {"id": name, "posts": posts}
        if template is not None:
            record["template"] = {
                "text": template.text,
                "fillings": [dict(filling) for filling in template.fillings],
                "posts": template.posts,
            }
        print_json(record)
        return
    _print_campaign(posts, template, lang)


def _print_campaign(posts: list[dict[str, Any]], template: Template | None, lang: str) -> None:
    said = _WORDS[lang]
    if template is not None:
        print(f"{said['template']}:\n{shown(template.text)}\n\n{said['slots']}:")
        for number, fillings in enumerate(template.fillings, start=1):
            filled = ", ".join(
                f"{one_line(filling) or said['nothing']} ({count}x)" for filling, count in fillings
            )
            print(f"  {{{number}}} {filled}")
        print()
    print(f"{said['posts']}:")
    for post in posts:
        reasons = "; ".join(_in_words(reason, lang) for reason in post["why"])
        print(f"  {post['id']}  {post['source']}  {post['level']}  {one_line(post['text'])[:_PROSE_WIDTH]}")
        print(f"      {reasons}")
    say(_NO_FINDING[lang])


def _in_words(reason: dict[str, Any], lang: str) -> str:
    """A reason on one line."""
    name = _REASONS[lang][reason["kind"]]
    known = [str(reason[field]) for field in ("detail", "post") if field in reason]
    if "similarity" in reason:
        known.append(f"{reason['similarity']:.2f}")
    return f"{name}: {', '.join(known)}" if known else name


@app.command()
def suggestions(json: Json = False, lang: Lang = LangOption.id, config: Config = CONFIG) -> None:
    """List what may be one campaign: below what joins by itself, so a person decides.

    Example: tppo-watch campaigns suggestions
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        found = watch.campaign_desk.suggestions()
    if json:
        print_json([{"left": s.left, "right": s.right, "similarity": round(s.similarity, 2)} for s in found])
    elif not found:
        print(_WORDS[lang]["no_suggestions"])
    else:
        rows = [[pair.left, pair.right, f"{pair.similarity:.2f}"] for pair in found]
        print_table(_WORDS[lang]["pair"], rows)


@app.command()
def merge(
    left: Annotated[str, typer.Argument(help="A campaign, such as c12, or the id of a post.")],
    right: Annotated[str, typer.Argument(help="Another.")],
    config: Config = CONFIG,
) -> None:
    """Make one campaign of two; `undo` takes it back.

    Example: tppo-watch campaigns merge c12 c31
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        number = watch.campaign_desk.merge(None, left, right)
    say(f"decision {number}; campaigns undo {number} takes it back")


@app.command()
def split(
    posts: Annotated[list[str], typer.Argument(help="Ids of posts of one campaign.")],
    config: Config = CONFIG,
) -> None:
    """Make posts a campaign of their own, apart from the rest of theirs; `undo` takes it back.

    Example: tppo-watch campaigns split 14 17
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        number = watch.campaign_desk.split(None, posts)
    say(f"decision {number}; campaigns undo {number} takes it back")


@app.command()
def undo(
    number: Annotated[int, typer.Argument(help="Number of the decision.")],
    config: Config = CONFIG,
) -> None:
    """Take a decision back; the campaigns are as though it had not been made.

    Example: tppo-watch campaigns undo 3
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        made = watch.campaign_desk.undo(None, number)
    say(f"decision {number} no longer holds (decision {made})")
