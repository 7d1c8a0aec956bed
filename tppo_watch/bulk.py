"""Posts by the million: rows of files in batches, each scored and encoded in one piece, on any process."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from . import assessor as assessors
from .assessor import BATCH, Assessor, uncollected
from .errors import InputError
from .io.rows import Row
from .io.writing import ScoreEncoder
from .types import Assessment, Level

# Rows of the longest texts would make a batch of a quarter of a gigabyte.
_BATCH_CHARACTERS = 2_000_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one file, a list a field: rows are slow to send to another process."""

    name: str  #: of the file, as messages call it
    lines: list[int]
    ids: list[str | int]
    texts: list[str | None]
    errors: list[str | None]
    trail: str  #: digest of every row of the input up to the end of this batch
    position: int  #: bytes of the input read so far


@dataclass(frozen=True, slots=True)
class Scored:
    """What became of a batch."""

    name: str
    rows: int
    bad: list[tuple[int, str]]  #: lines that could not be read or assessed, and why
    data: bytes  #: as the encoder gives it
    trail: str
    position: int


class Trail:
    """A running digest of rows, by which a resumed run knows the input it had read."""

    def __init__(self) -> None:
        self._digest = hashlib.blake2b(digest_size=16)

    def add(self, row: Row) -> None:
        """Go on by a row."""
        said = f"{row.id}\x1f{row.error if row.text is None else row.text}\x1e"
        self._digest.update(said.encode("utf-8", "surrogatepass"))

    def mark(self) -> str:
        """The digest so far."""
        return self._digest.hexdigest()


def batches(
    rows: Iterable[tuple[str, Row]],
    *,
    trail: Trail,
    are_several: bool = False,
    position: Callable[[], int] = lambda: 0,
) -> Iterator[Batch]:
    """Rows, each with the name of its file, in batches of one file; those before an error come before it.

    Parameters
    ----------
    trail : Trail
        That of the rows before these.
    are_several : bool
        Whether a row without an id is called by its file too.
    position : callable
        How many bytes of the input have been read.
    """
    taken: list[Row] = []
    size, name, broken = 0, "", None

    def batch() -> Batch:
        prefix = f"{name}:" if are_several else ""
        return Batch(
            name,
            [row.line for row in taken],
            [f"{prefix}{row.line}" if row.id is None else row.id for row in taken],
            [row.text for row in taken],
            [row.error for row in taken],
            trail.mark(),
            position(),
        )

    try:
        for here, row in rows:
            if taken and (len(taken) == BATCH or size > _BATCH_CHARACTERS or here != name):
                yield batch()
                taken, size = [], 0
            name = here
            taken.append(row)
            size += len(row.text or "")
            trail.add(row)
    except Exception as exc:
        broken = exc
    if taken:
        yield batch()
    if broken is not None:
        raise broken


def passed_over(rows: Iterator[tuple[str, Row]], count: int, mark: str) -> Trail:
    """Read `count` rows that an earlier run has scored; their trail, which must end at `mark`.

    Raises
    ------
    InputError
        If the input is not the one the earlier run had read.
    """
    trail = Trail()
    read = 0
    for _, row in islice(rows, count):
        trail.add(row)
        read += 1
    if read < count or trail.mark() != mark:
        found = f"it has {read:,} rows where {count:,} were scored" if read < count else "its rows differ"
        raise InputError(f"cannot go on: the input has changed, {found}; leave --resume out to begin anew")
    return trail


@dataclass(frozen=True)
class BatchScorer:
    """Scores and encodes a batch.

    Parameters
    ----------
    levels : collection
        Posts of other levels are left out.
    keeps_bad : bool
        Whether a row that could not be read or assessed is written with an ``error``.
    """

    assessor: Assessor
    encoder: ScoreEncoder
    levels: frozenset[Level]
    keeps_bad: bool

    def __call__(self, batch: Batch) -> Scored:
        with uncollected():
            return self._scored(batch)

    def _scored(self, batch: Batch) -> Scored:
        records, bad = [], []
        judged = judge(self.assessor, batch.texts, batch.errors)
        for line, id, said in zip(batch.lines, batch.ids, judged, strict=True):
            if isinstance(said, str):
                bad.append((line, said))
                if self.keeps_bad:
                    records.append({"id": id, "line": line, "error": said})
            elif said.level in self.levels:
                records.append({"id": id, **said.to_dict()})
        data = self.encoder.encode(records)
        return Scored(batch.name, len(batch.lines), bad, data, batch.trail, batch.position)


def judge(
    assessor: Assessor, texts: Sequence[str | None], errors: Sequence[str | None]
) -> Iterator[Assessment | str]:
    """The assessment of each text in order, or why there is none; no text costs another its own.

    Parameters
    ----------
    errors : sequence of str
        Why a text is None.
    """
    longest = assessors.MAX_CHARACTERS
    good = [text for text in texts if text is not None and len(text) <= longest]
    try:
        found: Iterator[Assessment | str] = iter(list(assessor.assess_many(good)))
    except Exception:  # some text breaks it: find out which
        found = (_alone(assessor, text) for text in good)
    for text, error in zip(texts, errors, strict=True):
        if text is None:
            yield error or "no text"
        else:
            yield next(found) if len(text) <= longest else f"a text of more than {longest:,} characters"


def _alone(assessor: Assessor, text: str) -> Assessment | str:
    try:
        return assessor.assess(text)
    except Exception as exc:
        _log.debug("unexpected", exc_info=True)
        return f"unexpected {type(exc).__name__} while assessing; -vv shows where; please report it"
