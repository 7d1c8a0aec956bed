"""pandas: a frame of posts in, a frame of assessments out, on the same index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ..assessor import Assessor
from ..errors import InputError
from ..types import LEVELS
from .shared import shared_assessor

if TYPE_CHECKING:
    import pandas as pd


def assess_frame(
    df: pd.DataFrame, text: str = "text", *, assessor: Assessor | None = None, jobs: int = 1
) -> pd.DataFrame:
    """Assess the column `text` of `df`.

    Parameters
    ----------
    assessor : Assessor, optional
        One with the default model where not given.
    jobs : int
        Processes to use; -1 for one a core.

    Returns
    -------
    DataFrame
        One row a row of `df`, on its index. ``level`` is ordered, so ``frame.level >= "medium"`` holds;
        ``low`` and ``high`` are the ends of the interval around ``risk``; ``exploitation`` is the likeliest
        kind ("" where none); ``indicators`` are the ids of the asserted ones in reading order. A missing text
        (None, NaN, NA) is read as empty, a number as it is written.

    Raises
    ------
    InputError
        Where `df` has no such column, or more than one of that name.
    """
    import pandas as pd

    if text not in df.columns:
        raise InputError(f"no column {text!r}; there are: {', '.join(map(str, df.columns)) or 'none'}")
    column = df[text]
    if column.ndim != 1:
        raise InputError(f"{column.shape[1]} columns are named {text!r}; leave one of them")
    texts = ("" if gone else str(value) for value, gone in zip(column, column.isna(), strict=True))
    found = list((assessor or shared_assessor()).assess_many(texts, jobs=jobs))
    # Each column with its own type: an empty frame has the types of a full one.
    columns = {
        "risk": pd.array([a.risk for a in found], dtype="float64"),
        "level": pd.Categorical([a.level for a in found], LEVELS, ordered=True),
        "label": pd.array([a.label for a in found], dtype="str"),
        "stance": pd.array([a.stance for a in found], dtype="str"),
        "assistance": pd.array([a.assistance for a in found], dtype="bool"),
        "low": pd.array([a.interval[0] for a in found], dtype="float64"),
        "high": pd.array([a.interval[1] for a in found], dtype="float64"),
        "exploitation": pd.array([next(iter(a.exploitation), "") for a in found], dtype="str"),
        "indicators": _lists([m.id for m in a.indicators if m.scope == "asserted"] for a in found),
        "reasons": _lists(list(a.reasons) for a in found),
        "lang": pd.array([a.lang for a in found], dtype="str"),
    }
    return pd.DataFrame(columns, index=df.index)


def _lists(values: Iterable[list]) -> np.ndarray:
    import pandas as pd

    return pd.Series(list(values), dtype="object").to_numpy()
