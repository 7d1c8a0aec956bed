from __future__ import annotations

import pytest

from tests.scanning import assessment
from tppo_watch.alerts import LANES, is_more_urgent, lane_for
from tppo_watch.types import LEVELS


@pytest.mark.parametrize("level", LEVELS)
def test_help_comes_first_whatever_the_level(level):
    """Somebody who needs help is in the assistance lane, and in no other."""
    assert lane_for(assessment("x", level=level, assistance=True)) == "assistance"


@pytest.mark.parametrize(
    ("level", "lane"), [("high", "high"), ("medium", "medium"), ("low", None), ("none", None)]
)
def test_the_level_decides_otherwise(level, lane):
    """Only what a reviewer is promised to see becomes an alert."""
    assert lane_for(assessment("x", level=level)) == lane


def test_lanes_have_one_order():
    """Each lane is more urgent than those after it, and none than itself."""
    for at, lane in enumerate(LANES):
        assert [is_more_urgent(lane, other) for other in LANES] == [
            other in LANES[at + 1 :] for other in LANES
        ]
