"""The data behind the entities: places, wages, roles, agencies."""

from __future__ import annotations

import pytest

from tppo_watch.errors import KnowledgeError
from tppo_watch.knowledge import agencies, places, wages
from tppo_watch.knowledge.places import gazetteer


def _salary(amount: float, currency: str = "IDR", period: str = "month") -> dict:
    return {"min": amount, "max": amount, "currency": currency, "period": period}


def test_gazetteer_holds_the_provinces_and_their_positions():
    """All 38 provinces have a wage and a position, and every place of Indonesia lies within its borders."""
    known = gazetteer()
    assert len(known.minimum_wages) == 38
    for place in known.places.values():
        if place.country == "ID":
            assert -11.5 <= place.lat <= 6.5 and 94.5 <= place.lon <= 141.5, place.name


@pytest.mark.parametrize(
    ("salary", "where", "low", "high"),
    [
        (_salary(15_000_000), {"country": "KH", "role": "clerical"}, 2.5, 6),
        (_salary(1_800, "MYR"), {"country": "MY", "place": "Tawau", "role": "plantation"}, 0.6, 1.5),
        (_salary(29_000, "TWD"), {"country": "TW"}, 0.9, 1.1),
        (_salary(160_000, period="day"), {"country": "ID", "place": "Samarinda"}, 0.9, 1.1),
        (_salary(600_000), {"country": "ID", "place": "Kupang", "role": "unskilled"}, 0.1, 0.6),
        (_salary(25_000_000), {"country": "ID", "place": "DKI Jakarta", "role": "professional"}, 0.6, 2.5),
    ],
)
def test_pay_is_judged_by_place_and_role(salary, where, low, high):
    """The ratio of promised to usual pay follows place, role, currency and period."""
    assert low <= wages.judge(salary, **where) <= high


def test_pay_by_piece_is_not_judged():
    """Nothing can be said of pay by piece or in an unknown currency."""
    assert wages.judge(_salary(500, period="piece")) is None
    assert wages.judge(_salary(500, "XAU")) is None


def test_best_paid_role_is_taken():
    """A doubt about the role speaks for the ad."""
    assert wages.role_in("loker admin dan programmer".split()) == "it"
    assert wages.role_in("kabar baik hari ini".split()) is None


def test_unknown_role_is_refused():
    """A role that is not in the file is named in the error."""
    with pytest.raises(ValueError, match="astronaut"):
        wages.reference_idr("MY", None, "astronaut")


def test_agencies_are_linked():
    """Every step of the triage names agencies the file holds, and placeholders hold no number."""
    referral = agencies.referral()
    assert len(referral.agencies) >= 25
    for agency in referral.agencies:
        for channel in agency.channels:
            assert channel.status != "placeholder" or channel.value.startswith("<")


def test_broken_file_is_named(monkeypatch):
    """A file that breaks its schema is named with the record that breaks it."""
    monkeypatch.setattr(places, "read_yaml", lambda path: {"schema_version": 2})
    with pytest.raises(KnowledgeError, match="roles.yaml"):
        places.checked(wages._RolesFile, "roles.yaml")
