"""pandas: a frame of posts in, a frame of assessments out, on the same index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..assessor import Assessor, load
from ..errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("risk", "level", "label", "stance", "assistance", "low", "high", "exploitation", "indicators", "reasons", "lang")


def assess_frame(df: pd.DataFrame, text: str = "text", *, assessor: Assessor | None = None, jobs: int = 1) -> pd.DataFrame:
    """Assess the column `text` of `df`.

    Returns
    -------
    DataFrame
        With the index of `df`; ``low`` and ``high`` are the ends of the interval around ``risk``, ``exploitation`` the
        likeliest kind ("" where none), ``indicators`` the ids of the asserted ones in reading order. A missing
        text (None, NaN) is read as empty.

    Raises
    ------
    InputError
        Where `df` has no such column.
    """
    import pandas as pd

    if text not in df.columns:
        raise InputError(f"no column {text!r}; there are: {', '.join(map(str, df.columns))}")
    assessor = assessor or load()
    texts = ("" if value is None or value is pd.NA or value != value else str(value) for value in df[text])
    rows = [
        (
            a.risk, a.level, a.label, a.stance, a.assistance, *a.interval, next(iter(a.exploitation), ""),
            [m.id for m in a.indicators if m.scope == "asserted"], list(a.reasons), a.lang,
        )
        for a in assessor.assess_many(texts, jobs=jobs)
    ]  # fmt: skip
    return pd.DataFrame(rows, index=df.index, columns=list(_COLUMNS))
