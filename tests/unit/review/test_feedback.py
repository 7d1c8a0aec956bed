from __future__ import annotations

from datetime import timedelta

import pytest

from tests.reviewing import Office
from tppo_watch.review import Decision
from tppo_watch.review.feedback import recent_rule_figures, rule_figures, training_records
from tppo_watch.review.figures import agreement_of, confirmed_by_week
from tppo_watch.storage import open_store
from tppo_watch.training.corpus import record_from

TAKE_UP = Decision("take_up")


def lawful(reason: str) -> Decision:
    return Decision("not_trafficking", reason=reason)


def decide(office, alert, decision, actor=None):
    actor = actor or office.ani
    seen = office.seen(alert, actor)
    office.desk.decide(actor, alert, decision, seen=seen, now=office.now)


def records(office, campaigns=None):
    return list(training_records(office.store, lambda connection, ids: campaigns or {}))


def test_decisions_become_records_that_the_training_reads(office):
    """Each kind of finding has its label, stance and risk of the guideline, and is read as the corpus is."""
    expected = {}
    for decision, label, stance, risk in (
        (TAKE_UP, "trafficking", "offer", "high"),
        (lawful("lawful"), "benign", "offer", "none"),
        (lawful("news"), "benign", "news", "none"),
        (lawful("warning"), "benign", "warning", "none"),
        (lawful("fraud"), "fraud", "offer", "low"),
    ):
        alert = office.raised()
        decide(office, alert, decision)
        expected[f"review-{alert}"] = (label, stance, risk)
    for decision in (lawful("unclear"), lawful("duplicate"), Decision("note", note="x")):
        decide(office, office.raised(), decision)
    made = {row["id"]: record_from(row, "t") for row in records(office)}
    assert {id: (r.label, r.stance, r.risk) for id, r in made.items()} == expected


def test_no_number_of_anybody_leaves_and_offsets_stay_true(office):
    """Hidden digits read 0 in the records, so spans still mark what they marked."""
    decide(office, office.raised(text="Loker Kamboja, WA 0812-3456-7891 ya"), TAKE_UP)
    (row,) = records(office)
    assert "3456" not in row["text"] and "0812-0000-0091" in row["text"]
    (contact,) = [span for span in row["spans"] if span["id"] == "contact"]
    assert row["text"][contact["start"] : contact["end"]].startswith("0812")


def test_a_false_alarm_points_at_the_rule_that_fired(office):
    """Rules are counted over all settled alerts and over those raised for nothing."""
    for decision in (TAKE_UP, lawful("lawful"), lawful("news")):
        decide(office, office.raised(), decision)
    rows = records(office)
    (figure,) = rule_figures(rows)
    assert (figure.id, figure.fired, figure.false_alarms) == ("visitor_visa_for_work", 3, 2)
    false = next(row for row in rows if row["label"] == "benign")
    assert false["fired"][0]["id"] == "visitor_visa_for_work"
    assert [span for span in false["spans"] if span["kind"] == "indicator"] == []


def test_a_campaign_is_never_in_both_splits(office):
    """Whatever its posts, a campaign trains or measures; without one the text decides."""
    ids = [office.raised() for _ in range(24)]
    for alert in ids:
        decide(office, alert, TAKE_UP)
    campaigns = {alert: f"c{alert % 3}" for alert in ids}
    by_campaign: dict[str, set[str]] = {}
    for row in records(office, campaigns):
        by_campaign.setdefault(row["campaign"], set()).add(row["split"])
    assert set(by_campaign) == {"c0", "c1", "c2"} and all(len(s) == 1 for s in by_campaign.values())
    assert {row["split"] for row in records(office)} == {"train", "test"}


def test_the_share_of_confirmed_alerts_by_week(office):
    """By week of arrival and level, with an interval; what nobody can say counts neither way."""
    first = [office.raised() for _ in range(4)]
    for alert, decision in zip(first, [TAKE_UP, TAKE_UP, lawful("lawful"), lawful("unclear")], strict=True):
        decide(office, alert, decision)
    office.later(days=7)
    decide(office, office.raised("medium"), lawful("news"))
    decide(office, office.raised("none", assistance=True), TAKE_UP)
    latest, before = confirmed_by_week(office.store)
    assert (before.level, before.decided, before.confirmed) == ("high", 3, 2)
    assert before.precision == pytest.approx(2 / 3)
    assert before.low < 2 / 3 < before.high
    assert (latest.level, latest.decided, latest.confirmed) == ("medium", 1, 0)
    assert latest.monday - before.monday == timedelta(days=7)
    assert latest.monday.weekday() == 0


def test_both_databases_give_the_same_figures(store_url, tmp_path):
    """Weeks, agreement and rules that fired in vain are counted alike on SQLite and PostgreSQL."""
    with open_store(store_url) as store:
        office = Office(store, tmp_path, second_share=1)
        for first, second in (
            (TAKE_UP, TAKE_UP),
            (lawful("lawful"), lawful("news")),
            (TAKE_UP, lawful("fraud")),
        ):
            alert = office.raised()
            decide(office, alert, first)
            decide(office, alert, second, office.budi)
        decide(office, office.raised(), lawful("unclear"))
        (week,) = confirmed_by_week(store, since=office.now - timedelta(days=8))
        assert (week.decided, week.confirmed) == (2, 1)  # what is in dispute is not found yet
        assert (agreement_of(store).posts, agreement_of(store).agreed) == (3, 2)
        (rule,) = recent_rule_figures(store, since=office.now - timedelta(days=8), limit=9)
        assert (rule.fired, rule.false_alarms) == (2, 1)
        assert recent_rule_figures(store, since=office.now - timedelta(days=8), limit=1)[0].fired == 1
        assert confirmed_by_week(store, since=office.now + timedelta(days=1)) == []


def test_agreement_is_of_those_who_gave_both_opinions(new_office):
    """Two who see the same post blind are measured; single findings are not."""
    office = new_office(second_share=1)
    for decision in (TAKE_UP, TAKE_UP, lawful("lawful")):
        alert = office.raised()
        decide(office, alert, TAKE_UP)
        decide(office, alert, decision, office.budi)
    decide(office, office.raised(), TAKE_UP)
    found = agreement_of(office.store)
    assert (found.posts, found.agreed) == (3, 2)
