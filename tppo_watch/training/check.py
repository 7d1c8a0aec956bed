"""Does a corpus keep the guideline? Form, labels, spans, near-duplicates, and leaks into files that measure.

Run as ``python -m tppo_watch.training.check CORPUS [--against FILE …] [--counts]``. Of the files it is held
against only ids are shown, never a text: whoever writes for the corpus must not see what measures it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..knowledge import rules
from ..types import LABELS
from .corpus import Record, jsonl_files, load_corpus, read_jsonl, record_from

#: Shared part of two texts' shingles from which one of them teaches nothing new, or measures nothing new.
NEAR = 0.5
_SHINGLE = 3  # words

CHANNELS = frozenset(
    "whatsapp telegram facebook_group facebook_comment instagram tiktok x web_ad job_portal chat sms"
    " news_site leaflet other".split()
)
ENTITIES = frozenset(
    "salary fee debt contact destination origin age gender employer agency licence document date".split()
)
#: Signs and kinds of exploitation that say a minor is taken.
_MINOR_SIGNS = frozenset(("minor_accepted", "child_domestic_worker", "child_begging_street"))
_MINOR_TYPES = frozenset(("sexual_exploitation_child", "child_labour_begging"))

_WORD = re.compile(r"\w+")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a corpus; `record` is None where the line breaks the form, and `problem` says how."""

    file: str
    line: int
    raw: dict[str, Any]
    record: Record | None
    problem: str = ""

    @property
    def where(self) -> str:
        """File, line and id, to find it by."""
        return f"{self.file}:{self.line} {self.raw.get('id', 'no id')}"


@dataclass(frozen=True, slots=True)
class Twins:
    """Ids of two texts with the Jaccard index of their sets of three words in a row."""

    first: str
    second: str
    overlap: float


def read_rows(paths: Iterable[Path]) -> list[Row]:
    """All lines of JSONL files, or of folders of them; a line that breaks the form is kept with its problem.

    Raises
    ------
    InputError
        Where a file is missing or a line is no JSON object.
    """
    rows = []
    for file in (file for path in paths for file in jsonl_files(path)):
        for number, raw in read_jsonl(file):
            try:
                rows.append(Row(file.name, number, raw, record_from(raw, f"{file.name}:{number}")))
            except InputError as error:
                rows.append(Row(file.name, number, raw, None, error.message))
            except (KeyError, TypeError, AttributeError) as error:
                why = f"a field is missing or of the wrong kind: {error!r}"
                rows.append(Row(file.name, number, raw, None, why))
    return rows


# -- one record --------------------------------------------------------------------------------------------


def problems_of(rows: Sequence[Row]) -> Iterator[str]:
    """One line a defect, in the order of the rows; ids and pairs last."""
    for row in rows:
        found = (
            [row.problem]
            if row.record is None
            else [*_form(row.raw, row.record), *_labels(row.record), *_spans(row.record)]
        )
        yield from (f"{row.where}: {what}" for what in found)
    records = [row.record for row in rows if row.record is not None]
    yield from (f"{id}: id: given {n} times" for id, n in Counter(r.id for r in records).items() if n > 1)
    pairs = defaultdict(list)
    for record in records:
        if record.pair is not None:
            pairs[record.pair].append(record.label == "trafficking")
    yield from (
        f"pair {name}: has {len(cases)} texts, {sum(cases)} of them cases; two and one are wanted"
        for name, cases in pairs.items()
        if sorted(cases) != [False, True]
    )


def _form(raw: dict[str, Any], record: Record) -> Iterator[str]:
    if record.channel not in CHANNELS:
        yield f"channel: {record.channel!r} is unknown"
    if not all(isinstance(code, str) and _LANGUAGE.fullmatch(code) for code in record.lang):
        yield f"lang: {record.lang!r} is no list of language codes"
    for flag in ("assistance", "ordinary"):
        if flag in raw and raw[flag] is not True:
            yield f"{flag}: is true or absent"


def _labels(record: Record) -> Iterator[str]:
    """What the guideline ties together: label, stance, types, risk, minors."""
    case = record.label == "trafficking"
    if case != bool(record.types):
        yield "types: a case names its kind, nothing else does"
    known = {t.id for t in rules.exploitation_types()}
    yield from (f"types: {kind!r} is unknown" for kind in record.types if kind not in known)
    if len(set(record.types)) < len(record.types):
        yield "types: one stands twice"
    if case and record.stance not in ("offer", "other"):
        yield f"stance: a {record.stance} makes no case"
    if record.ordinary and record.label != "benign":
        yield "ordinary: only a benign text is"
    allowed = (
        ("low", "medium", "high") if case else ("none", "low") if record.stance == "offer" else ("none",)
    )
    if record.risk not in allowed:
        yield f"risk: {record.risk} does not go with {record.label}, {record.stance}"
    signs = {span.id for span in record.spans if span.kind == "indicator"}
    if case and record.risk != "high" and (signs & _MINOR_SIGNS or set(record.types[:1]) & _MINOR_TYPES):
        yield "risk: an offer that takes a minor is high"


def _spans(record: Record) -> Iterator[str]:
    known = {
        "indicator": {i.id for i in rules.indicators()},
        "counter": {c.id for c in rules.counters()},
        "entity": ENTITIES,
    }
    seen = set()
    for span in record.spans:
        where = f"spans: {span.kind} {span.id} {span.start}:{span.end}"
        marked = record.text[span.start : span.end]
        if not marked.strip():
            yield f"{where} is blank"
        elif marked != marked.strip():
            yield f"{where} begins or ends with white space"
        if span.kind not in known:
            yield f"{where}: the kind is unknown"
        else:
            yield from (
                f"{where}: {id!r} is unknown" for id in (span.id, *span.alt) if id not in known[span.kind]
            )
        if (span.kind, span.id, span.start, span.end) in seen:
            yield f"{where} stands twice"
        seen.add((span.kind, span.id, span.start, span.end))


# -- texts against texts -----------------------------------------------------------------------------------


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """All three words in a row, without case and punctuation; of a shorter text its words as one."""
    words = _WORD.findall(text.casefold())
    if len(words) <= _SHINGLE:
        return frozenset([tuple(words)] if words else ())
    return frozenset(tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1))


class _Index:
    """Texts by their shingles, to find those that share most of them."""

    def __init__(self) -> None:
        self._texts: list[tuple[Record, int]] = []  # with the number of its shingles
        self._at: dict[tuple[str, ...], list[int]] = defaultdict(list)

    def add(self, record: Record) -> None:
        own = shingles(record.text)
        for shingle in own:
            self._at[shingle].append(len(self._texts))
        self._texts.append((record, len(own)))

    def like(self, record: Record) -> Iterator[tuple[Record, float]]:
        """Near-duplicates of a text, with the overlap."""
        own = shingles(record.text)
        shared = Counter(at for shingle in own for at in self._at.get(shingle, ()))
        for at, common in shared.items():
            other, size = self._texts[at]
            overlap = common / (len(own) + size - common)
            if overlap >= NEAR:
                yield other, overlap


def near_duplicates(records: Iterable[Record]) -> list[Twins]:
    """Texts of which one repeats the other, most alike first; the two of a pair may."""
    index, found = _Index(), []
    for record in records:
        for other, overlap in index.like(record):
            if record.pair is None or record.pair != other.pair:
                found.append(Twins(other.id, record.id, overlap))
        index.add(record)
    return sorted(found, key=lambda twins: -twins.overlap)


def leaks(records: Iterable[Record], measuring: Iterable[Record]) -> list[Twins]:
    """Texts that repeat one of a file that measures, most alike first; `second` is the id of the latter."""
    index = _Index()
    for record in measuring:
        index.add(record)
    found = [Twins(r.id, other.id, overlap) for r in records for other, overlap in index.like(r)]
    return sorted(found, key=lambda twins: -twins.overlap)


# -- composition -------------------------------------------------------------------------------------------


def composition(rows: Sequence[Row]) -> str:
    """What a corpus is made of, as Markdown tables, the most frequent first."""
    kept = [(row.file, row.record) for row in rows if row.record is not None]
    records = [record for _, record in kept]
    cases = [r for r in records if r.label == "trafficking"]
    others = [r for r in records if r.label != "trafficking"]
    spans = Counter(span.kind for r in records for span in r.spans)
    extra = {
        "in pairs": sum(r.pair is not None for r in records),
        "`assistance`, cases": sum(r.assistance for r in cases),
        "`assistance`, others": sum(r.assistance for r in others),
        **{f"spans: {kind}": n for kind, n in spans.items()},
    }
    tables = [
        ("label", Counter(r.label for r in records)),
        ("stance", Counter(r.stance for r in records)),
        ("risk of cases", Counter(r.risk for r in cases)),
        ("likeliest kind of exploitation, cases", Counter(r.types[0] for r in cases if r.types)),
        ("main language", Counter(r.lang[0] for r in records)),
        ("other", Counter(extra)),
    ]
    return "\n\n".join([_files_table(kept), *(_table(title, counts) for title, counts in tables)])


def _files_table(kept: Sequence[tuple[str, Record]]) -> str:
    lines = ["| file | records | cases | fraud | benign | ordinary |", "| --- " + "| ---: " * 5 + "|"]
    for file in sorted({file for file, _ in kept}):
        own = [record for at, record in kept if at == file]
        labels = Counter(r.label for r in own)
        counts = [len(own), *(labels[name] for name in LABELS), sum(r.ordinary for r in own)]
        lines.append(f"| {file} | " + " | ".join(f"{n:,}" for n in counts) + " |")
    return "\n".join(lines)


def _table(title: str, counts: Counter[str]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"| {name} | {n:,} |" for name, n in ordered]
    return "\n".join([f"| {title} | |", "| --- | ---: |", *lines])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is wrong; 0 where nothing is, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tppo_watch.training.check", description=__doc__)
    parser.add_argument("corpus", nargs="+", type=Path, help="JSONL files or folders of them")
    parser.add_argument("--against", nargs="+", type=Path, default=[], help="files that measure: JSONL")
    parser.add_argument("--counts", action="store_true", help="print the composition instead")
    wanted = parser.parse_args(arguments)
    try:
        rows = read_rows(wanted.corpus)
        measuring = load_corpus(wanted.against)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    if wanted.counts:
        print(composition(rows))
        return 0
    records = [row.record for row in rows if row.record is not None]
    lines = list(problems_of(rows))
    lines += [f"near-duplicates: {t.first} {t.second} {t.overlap:.2f}" for t in near_duplicates(records)]
    lines += [f"leak: {t.first} {t.second} {t.overlap:.2f}" for t in leaks(records, measuring)]
    print("\n".join([*lines, f"{len(rows):,} records, {len(lines):,} problems"]))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
