"""No small number can be read or computed from what is published."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tppo_watch.reports.suppress import THRESHOLD, Hidden, Shown, told, told_table

COUNTS = st.lists(st.integers(0, 14), min_size=1, max_size=5)


def possible(shown: Shown, bound: int) -> range:
    """What a reader knows of a count."""
    if shown is Hidden.FEW:
        return range(1, THRESHOLD)
    return range(THRESHOLD, bound + 1) if shown is Hidden.MORE else range(shown, shown + 1)


def worlds(cells: list[Shown], total: Shown) -> list[tuple[int, ...]]:
    """Every table that agrees with what is published."""
    bound = total if isinstance(total, int) else 30
    ranges = [possible(cell, bound) for cell in cells]
    totals = set(possible(total, 120))
    return [world for world in product(*ranges) if sum(world) in totals]


@settings(max_examples=150, deadline=None)
@given(COUNTS)
def test_a_small_cell_may_be_any_small_number(counts):
    """An attacker who knows the rules and every number shown learns no more than 1 to 4."""
    table = told_table(dict(enumerate(counts)))
    cells = [table.cells[key] for key in range(len(counts))]
    if isinstance(table.total, int) and cells.count(Hidden.MORE) <= 2:  # the rest is too many to try
        found = worlds(cells, table.total)
        for place, cell in enumerate(cells):
            if cell is Hidden.FEW:
                assert {world[place] for world in found} == {1, 2, 3, 4}


@given(COUNTS)
def test_what_is_told_is_true(counts):
    """A number that is shown is the right one, and a small one never is."""
    table = told_table(dict(enumerate(counts)))
    for key, count in enumerate(counts):
        cell = table.cells[key]
        assert cell == count or cell is (Hidden.FEW if 0 < count < THRESHOLD else Hidden.MORE)
    assert table.total == sum(counts) or isinstance(table.total, Hidden)


@given(st.lists(st.integers(THRESHOLD, 90), min_size=1, max_size=6))
def test_a_table_without_small_cells_is_told_whole(counts):
    """Nothing is hidden that needs no hiding."""
    table = told_table(dict(enumerate(counts)))
    assert list(table.cells.values()) == counts and table.total == sum(counts)


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        ([20, 3], [Hidden.MORE, Hidden.FEW], 23),
        ([5, 3], [5, Hidden.FEW], Hidden.MORE),  # beside the total, at least five would leave 3 at most
        ([20, 9, 3], [20, Hidden.MORE, Hidden.FEW], 32),
        ([20, 4, 4], [Hidden.MORE, Hidden.FEW, Hidden.FEW], 28),  # 8 can only be 4 and 4
        ([2, 1], [Hidden.FEW, Hidden.FEW], Hidden.FEW),
        ([0, 0], [0, 0], 0),
    ],
)
def test_tables_known_to_give_themselves_away(counts, cells, total):
    """The classic traps: one small cell, two that can only be four, a total that is small itself."""
    table = told_table(dict(enumerate(counts)))
    assert list(table.cells.values()) == cells
    assert table.total == total


def test_a_count_is_not_negative():
    """A wrong sum is an error, not a small number."""
    with pytest.raises(ValueError, match="not negative"):
        told(-1)
