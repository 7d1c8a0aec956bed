"""Small numbers that stay unknown: 1 to 4 is "<5", and what would give them away is hidden too.

Where the cells of a table add up to a total that is shown, one hidden cell can be computed from the others.
Further cells are hidden, the smallest first, until each small cell may be any number from 1 to 4 for all that
the table says; where that cannot be reached, the total is hidden as well. A hidden larger cell is shown as at
least five, so whoever attacks knows that much, and that is counted in.

References
----------
Hundepool et al. (2012), Statistical Disclosure Control, Wiley, ch. 4: cell suppression in tables.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

#: The least count that is told.
THRESHOLD = 5


class Hidden(Enum):
    """A count that is not told."""

    FEW = "few"  #: 1 to 4
    MORE = "more"  #: at least 5, untold to protect a small one


Shown = int | Hidden


@dataclass(frozen=True, slots=True)
class Told:
    """A table as it may be published."""

    cells: Mapping[object, Shown]
    total: Shown


def told(count: int) -> Shown:
    """One count that is part of no sum."""
    if count < 0:
        raise ValueError(f"a count is not negative: {count}")
    return Hidden.FEW if 0 < count < THRESHOLD else count


def told_table(
    cells: Mapping[Key, int], *, is_total_told: bool = True, spared_last: Collection[Key] = ()
) -> Told:
    """Cells that add up to a total, as they may be published together with it.

    Parameters
    ----------
    cells : mapping
        Disjoint counts; their sum is the total. Ties are hidden in the order of the mapping.
    is_total_told : bool
        False where another table has had to hide the total.
    spared_last : collection
        Cells that are hidden before smaller ones, as nobody misses them.
    """
    total = sum(cells.values())
    shown: dict[object, Shown] = {key: told(count) for key, count in cells.items()}
    if told(total) is Hidden.FEW:  # each cell is small too
        return Told(shown, Hidden.FEW)
    if not is_total_told:
        return Told(shown, Hidden.MORE)
    while not _is_safe(cells, shown):
        larger = [key for key, count in cells.items() if shown[key] == count and count >= THRESHOLD]
        if not larger:
            return Told({key: told(count) for key, count in cells.items()}, Hidden.MORE)
        shown[min(larger, key=lambda key: (key not in spared_last, cells[key]))] = Hidden.MORE
    return Told(shown, total)


def _is_safe(cells: Mapping[Key, int], shown: Mapping[object, Shown]) -> bool:
    """Whether each small cell may be any of 1 to 4, given the total, the cells shown and the hidden ones."""
    few = sum(value is Hidden.FEW for value in shown.values())
    more = sum(value is Hidden.MORE for value in shown.values())
    if not few:
        return True
    rest = sum(count for key, count in cells.items() if isinstance(shown[key], Hidden))
    least = (few - 1) + THRESHOLD * more  # of the other hidden cells together
    most = None if more else (few - 1) * (THRESHOLD - 1)
    return rest - (THRESHOLD - 1) >= least and (most is None or rest - 1 <= most)
