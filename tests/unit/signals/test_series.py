"""Posts become counts: where they belong, what they weigh, and which days are unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from tppo_watch.signals.series import count
from tppo_watch.storage.signals import Reading, Weighed

TODAY = date(2026, 3, 2)
START = date(2026, 1, 1)
NOON = datetime(2026, 1, 1, 5, tzinfo=UTC)  # 12.00 in western Indonesia


def post(id: int, day: int, *, source: str = "a", risk: float = 0.5, wait: int = 0, **assessment) -> Weighed:
    body = {"entities": [], "exploitation": {}, "indicators": []} | assessment
    published = NOON + timedelta(days=day)
    return Weighed(id, source, "Kalimantan Timur", published, published + timedelta(days=wait), risk, body)


def every_day(source: str, days=range(60)) -> list[Reading]:
    moments = [NOON + timedelta(days=day, hours=6) for day in days]
    return [Reading(source, moment, moment) for moment in moments]


def test_a_post_counts_in_every_series_it_belongs_to():
    """By its risk, once in each; what is not asserted and what is unlikely does not count."""
    one = post(
        7, 3, risk=0.9,
        entities=[{"kind": "destination", "value": {"country": "KH"}}] * 2
        + [{"kind": "origin", "value": {"country": "ID", "place": "Samarinda"}}],
        exploitation={"scam_compound": 0.9, "child_domestic": 0.1},
        indicators=[
            {"id": "visitor_visa_for_work", "scope": "asserted"},
            {"id": "x", "scope": "negated"},
        ],
    )  # fmt: skip
    found = count([one], every_day("a"), start=START, today=TODAY)
    assert found.names == (
        "destination:KH", "indicator:visitor_visa_for_work", "kind:scam_compound", "origin:Kalimantan Timur",
        "province:Kalimantan Timur", "source:a",
    )  # fmt: skip
    assert found.counts[:, 3].tolist() == [0.9] * 6
    assert np.nansum(found.counts) == pytest.approx(5.4)
    assert found.posts["destination:KH", date(2026, 1, 4)] == [7]


def test_a_day_no_reading_reached_back_to_is_unknown():
    """An outage of the only source hides all of its series; a later reading that reaches back fills it in."""
    posts = [post(day, day) for day in range(60) if not 20 <= day < 30]
    readings = every_day("a", [day for day in range(60) if not 20 <= day < 30])
    found = count(posts, readings, start=START, today=TODAY)
    assert np.flatnonzero(np.isnan(found.counts).all(axis=0)).tolist() == list(range(20, 30))
    back = Reading("a", NOON + timedelta(days=20), NOON + timedelta(days=30))
    assert not np.isnan(count(posts, [*readings, back], start=START, today=TODAY).counts).any()


def test_an_outage_of_one_source_halves_what_is_expected_of_others():
    """Two sources alike, one not read: its series is unknown, those of both are half complete."""
    posts = [post(2 * day + at, day, source=source) for day in range(60) for at, source in enumerate("ab")]
    posts = [one for one in posts if not (one.source_id == "b" and one.id >= 100)]
    found = count(posts, every_day("a") + every_day("b", range(50)), start=START, today=TODAY)
    both, a, b = (found.names.index(name) for name in ("province:Kalimantan Timur", "source:a", "source:b"))
    assert np.isnan(found.counts[b, 50:]).all() and not np.isnan(found.counts[[both, a]]).any()
    assert found.completeness[both, 50:] == pytest.approx(0.5)
    assert found.completeness[a] == pytest.approx(1)


def test_posts_of_the_future_and_of_today_are_not_counted():
    """A post dated after it was read is left out and told; today is not over."""
    found = count([post(1, 5, wait=-3), post(2, 60), post(3, 5)], every_day("a"), start=START, today=TODAY)
    assert found.future == 1
    assert np.nansum(found.counts[0]) == 0.5 and found.counts.shape == (2, 60)


def test_late_reports_make_the_last_days_incomplete():
    """Where half of the posts are read a day late, half of yesterday's are known today at most."""
    posts = [post(day, day, wait=day % 2) for day in range(60)]
    found = count(posts, every_day("a"), start=START, today=TODAY)
    assert found.completeness[0, -1] == pytest.approx(1)
    posts = [post(day, day, wait=2 * (day % 2)) for day in range(60)]
    found = count(posts, every_day("a"), start=START, today=TODAY)
    assert found.completeness[0, -1] == pytest.approx(0.5)
    assert found.completeness[0, :-1] == pytest.approx(1)


def test_history_that_is_loaded_at_once_is_not_late():
    """One reading that brings sixty days says nothing of how late posts are: every day is complete."""
    last = NOON + timedelta(days=60)
    posts = [Weighed(day, "a", None, NOON + timedelta(days=day), last, 0.5, post(1, 1).assessment)
             for day in range(60)]  # fmt: skip
    found = count(posts, [Reading("a", NOON, last)], start=START, today=TODAY)
    assert found.completeness == pytest.approx(1)
    assert not np.isnan(found.counts).any()


def test_no_posts_are_no_series():
    """And no error."""
    assert count([], [], start=START, today=TODAY).names == ()


def test_campaigns_are_counted_beside_posts():
    """Forty posts of one recruiter are forty posts and one campaign; a post of none is one of its own."""
    copies = [replace(post(number, 3), campaign=1) for number in range(1, 41)]
    found = count([*copies, post(50, 3, risk=0.9)], every_day("a"), start=START, today=TODAY)
    at = {name: row for name, row in zip(found.names, found.counts, strict=True)}
    assert at["source:a"][3] == pytest.approx(40 * 0.5 + 0.9)
    assert at["campaigns:source:a"][3] == pytest.approx(0.5 + 0.9)
    assert found.posts["campaigns:source:a", date(2026, 1, 4)] == found.posts["source:a", date(2026, 1, 4)]


def test_campaigns_of_one_post_each_have_no_series_of_their_own():
    """It would only say the same again."""
    posts = [replace(post(day, day), campaign=day) for day in range(1, 9)]
    assert not any(name.startswith("campaigns:") for name in count(
        posts, every_day("a"), start=START, today=TODAY).names)  # fmt: skip


def test_an_outage_hides_the_campaigns_of_a_source_too():
    """Unknown is unknown, in whatever unit."""
    days = [day for day in range(60) if not 20 <= day < 30]
    posts = [replace(post(2 * day + at, day), campaign=900) for day in days for at in (0, 1)]
    found = count(posts, every_day("a", days), start=START, today=TODAY)
    row = found.counts[found.names.index("campaigns:source:a")]
    assert np.flatnonzero(np.isnan(row)).tolist() == list(range(20, 30))


@pytest.mark.parametrize(
    ("value", "series"),
    [
        ({"country": "ID", "place": "Samarinda"}, "origin:Kalimantan Timur"),
        ({"country": "ID"}, "origin:ID"),
        ({"country": "MY", "place": "Tawau"}, "origin:MY"),
        ({"country": "ID", "place": "tidak ada"}, "origin:ID"),
    ],
)
def test_places_count_by_province_or_country(value, series):
    """A district is too thin a series."""
    one = post(1, 3, entities=[{"kind": "origin", "value": value}])
    assert series in count([one], every_day("a"), start=START, today=TODAY).names
