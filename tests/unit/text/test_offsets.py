"""The way back through rewriting passes."""

from __future__ import annotations

import re

from tppo_watch.text.offsets import Edit, OffsetMap, apply, changed, substitute


def test_positions_outside_an_edit_only_move() -> None:
    """What was not replaced maps to exactly itself."""
    text, edits = apply("ab XXX cd", [(3, 6, "y")])
    offsets = OffsetMap([edits])
    assert text == "ab y cd"
    assert offsets.original(0, 2) == (0, 2)
    assert offsets.original(5, 7) == (7, 9)


def test_a_position_inside_an_edit_belongs_to_the_whole_of_it() -> None:
    """Any part of a replacement maps to all that it replaced."""
    text, edits = apply("ab XXX cd", [(3, 6, "yz")])
    assert text[4:5] == "z"
    assert OffsetMap([edits]).original(4, 5) == (3, 6)


def test_a_deletion_is_inside_what_surrounds_it_and_outside_what_follows() -> None:
    """Deleted characters belong to a span that reaches over them only."""
    text, edits = apply("ga#ji #ya", [(2, 3, ""), (6, 7, "")])
    offsets = OffsetMap([edits])
    assert text == "gaji ya"
    assert offsets.original(0, 4) == (0, 5)
    assert offsets.original(5, 7) == (7, 9)


def test_passes_are_undone_last_first() -> None:
    """Two passes map back through both."""
    first, one = apply("k  a", [(1, 3, " ")])
    second, two = apply(first, [(0, 3, "ka")])
    assert second == "ka"
    assert OffsetMap([one, two]).original(0, 2) == (0, 4)


def test_a_replacement_of_equal_length_is_read_letter_for_letter() -> None:
    """No edit is kept where letters correspond, unless they were put in another order."""
    pattern = re.compile("b4c")
    assert substitute("a b4c", pattern, lambda found: "bac") == ("a bac", [])
    assert substitute("a b4c", pattern, lambda found: "c4b", aligned=False) == ("a c4b", [Edit(2, 5, 2, 5)])


def test_only_what_changed_is_replaced() -> None:
    """Common ends are left out, up to the border of a word."""
    assert changed("(gajiii)", "(gaji)", 10) == (11, 17, "gaji")
    assert changed("ab/xyyy", "ab/xy", 0) == (3, 7, "xy")
