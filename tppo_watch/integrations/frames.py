"""Frames of posts on any engine: Dask's ``map_partitions``, Spark's ``mapInPandas``, or a plain loop.

Nothing here imports an engine: each of them calls a function with pandas frames, on processes of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..bulk import judge
from ..classifiers.store import MANIFEST
from ..errors import InputError, ModelMismatchError
from ..io.rows import kind_of
from ..io.writing import SCORE_COLUMNS, table_cells
from .shared import shared_assessor

if TYPE_CHECKING:
    import pandas as pd

#: What a scored frame has, after the columns that are kept: those of ``score --out scores.parquet``.
COLUMNS = {name: kind for name, kind in SCORE_COLUMNS.items() if name not in ("id", "line")}
_PANDAS_TYPES = {str: "str", float: "float64", bool: "boolean"}
_SPARK_TYPES = {str: "string", float: "double", bool: "boolean"}


@dataclass(frozen=True)
class FrameAssessor:
    """Assesses frames, one at a time, in whatever process they are.

    Make one where the work is planned, and hand it to the engine; it is a few hundred bytes. Each process
    loads the model once, from its own installation, and refuses to work with another model than the one this
    was made with.

    Parameters
    ----------
    text : str
        Column with the text.
    keep : tuple of str
        Columns to carry along, such as the id: engines change the order of rows.
    model : str, optional
        Installed name, or a folder that is there for every process; the default model where None.

    Attributes
    ----------
    digest : str
        SHA-256 of the manifest of the model.

    Raises
    ------
    ModelNotFoundError, ModelMismatchError
        In a process that has no such model, or another one of that name.

    Examples
    --------
    >>> import pandas as pd
    >>> assess = FrameAssessor(keep=("id",), model="student")
    >>> posts = pd.DataFrame({"id": ["p1", "p2"], "text": ["Loker kasir di Depok, gaji UMK", None]})
    >>> print(assess(posts)[["id", "level", "error"]].to_csv(index=False).strip())
    id,level,error
    p1,none,
    p2,,"field 'text' is null, not a text"
    """

    text: str = "text"
    keep: tuple[str, ...] = ()
    model: str | None = None
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", shared_assessor(self.model).digest)

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame that was scored: one row a row, on its index, with `keep` and `COLUMNS`.

        A text that is missing or cannot be assessed has an ``error`` and nothing else.

        Raises
        ------
        InputError
            Where a column is not there.
        """
        import pandas as pd

        for column in (self.text, *self.keep):
            if column not in frame.columns:
                found = ", ".join(map(str, frame.columns)) or "none"
                raise InputError(f"no column {column!r}; there are: {found}")
        assessor = shared_assessor(self.model)
        if assessor.digest != self.digest:
            wanted, found = f"sha256 {self.digest[:12]}…", f"sha256 {assessor.digest[:12]}…"
            raise ModelMismatchError(assessor.name, MANIFEST, wanted, found)
        texts, errors = [], []
        for value, is_missing in zip(frame[self.text], frame[self.text].isna(), strict=True):
            is_text = isinstance(value, str)
            texts.append(value if is_text else None)
            kind = kind_of(None if is_missing else value)
            errors.append(None if is_text else f"field {self.text!r} is {kind}, not a text")
        cells = [
            table_cells({"error": said} if isinstance(said, str) else said.to_dict())
            for said in judge(assessor, texts, errors)
        ]
        kept = {name: frame[name] for name in self.keep}
        scored = {
            name: pd.array([row.get(name) for row in cells], dtype=_PANDAS_TYPES[kind])
            for name, kind in COLUMNS.items()
        }
        return pd.DataFrame({**kept, **scored}, index=frame.index)

    def over(self, frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """Frames, lazily and in order: what Spark's ``mapInPandas`` wants.

        Missing values are None there, as Spark has no other.
        """
        for frame in frames:
            scored = self(frame)
            yield scored.astype(object).where(scored.notna(), None)

    def spark_schema(self, frame: Any) -> str:
        """The schema of the scored form of a Spark frame, as ``mapInPandas`` wants it."""
        kept = {one.name: one.dataType.simpleString() for one in frame.schema}
        columns = [(name, kept[name]) for name in self.keep]
        columns += [(name, _SPARK_TYPES[kind]) for name, kind in COLUMNS.items()]
        return ", ".join(f"`{name}` {kind}" for name, kind in columns)
