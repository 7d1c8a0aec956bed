"""Alerts are raised on campaigns, not on their posts; campaigns outlive the process, and decisions hold."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from tests.unit.scan.test_run import Bench
from tppo_watch.scan.grouping import Grouping
from tppo_watch.storage import campaign_lists, campaigns, open_store, schema

NUMBER = "0812-0000-0001"
FIRST = f"Loker sawit Sabah, keluarga boleh ikut, WA {NUMBER}"
SECOND = f"Kapal jalan Minggu malam, yang mau kerja sawit kumpul dulu, {NUMBER}"
HOTTER = f"Butuh operator ke kamboja, tiket sudah ada, {NUMBER}"


@pytest.fixture
def bench(tmp_path, store_url):
    with open_store(store_url) as store:
        yield Bench(tmp_path, store)


def found(bench: Bench) -> dict[str, int | None]:
    """Text -> campaign of every post that was grouped."""
    query = select(schema.posts.c.text, schema.campaign_posts.c.campaign).join(
        schema.campaign_posts, schema.campaign_posts.c.post_id == schema.posts.c.id
    )
    with bench.store.read() as connection:
        return dict(connection.execute(query).all())


def decide(bench: Bench, decide) -> None:
    """Carry a decision out on the database of the bench, as `Watch` does."""
    grouping = Grouping(bench.store, b"k" * 32)
    with grouping.changing():
        grouping.decide(decide)
        with bench.store.write() as connection:
            grouping.record(connection, actor=None, now=bench.now)


def test_a_post_of_a_campaign_renews_its_alert(bench):
    """A second post under one number raises nothing: the open alert is seen again, and names the campaign."""
    bench.write(FIRST)
    assert bench.scan().total("alerts") == 1
    bench.write(FIRST, SECOND)
    assert bench.scan().total("alerts") == 0
    (alert,) = bench.alerts()
    assert (alert.last_seen, alert.text) == (bench.now, FIRST)
    assert (alert.campaign, alert.campaign_posts) == (alert.post_id, 2)


def test_posts_of_one_batch_raise_one_alert(bench):
    """It makes no difference whether a campaign comes at once."""
    bench.write(FIRST, SECOND)
    assert bench.scan().total("alerts") == 1
    assert len(set(found(bench).values())) == 1


def test_a_more_urgent_post_moves_the_alert_up(bench):
    """The alert of a campaign waits where its most urgent post does, and shows that."""
    bench.write(FIRST)
    bench.scan()
    bench.write(FIRST, HOTTER)
    bench.scan()
    (alert,) = bench.alerts()
    assert (alert.lane, alert.text) == ("high", HOTTER)


def test_a_plea_for_help_is_never_merged(bench):
    """Whoever names the number in need has an alert of their own."""
    bench.write(FIRST, f"TOLONG SAYA, dibawa orang dari {NUMBER}")
    bench.scan()
    assert [alert.lane for alert in bench.alerts()] == ["assistance", "medium"]
    assert set(found(bench).values()) == {None}


def test_after_a_closed_alert_other_words_are_news(bench):
    """A near-copy of what was closed opens nothing; the same number in other words does."""
    long = f"Dicari {{}} orang panen sawit di kebun milik juragan Daeng dekat sungai besar, hubungi {NUMBER}"
    bench.write(long.format("lima"))
    bench.scan()
    with bench.store.write() as connection:
        connection.execute(update(schema.alerts).values(state="closed"))
    bench.write(long.format("lima"), long.format("enam"))
    assert bench.scan().total("alerts") == 0
    bench.write(long.format("lima"), long.format("enam"), SECOND)
    assert bench.scan().total("alerts") == 1


def test_a_dry_run_groups_nothing(bench):
    """What is rolled back is not remembered either."""
    bench.write(FIRST, SECOND)
    bench.scan(is_dry_run=True)
    assert found(bench) == {}
    bench.scan()
    assert len(found(bench)) == 2


def test_posts_from_before_are_grouped_later(bench):
    """Posts that were assessed and never grouped, as in an older database, are grouped by the next scan."""
    bench.write(FIRST, SECOND)
    bench.scan()
    with bench.store.write() as connection:
        connection.execute(delete(schema.campaign_posts))
    bench.write(FIRST, SECOND, "jual motor")
    bench.scan()
    groups = found(bench)
    assert groups[FIRST] == groups[SECOND] is not None


def test_decisions_hold_over_scans_and_can_be_taken_back(bench):
    """What a person merged stays merged when more comes; taken back, all is as the evidence says."""
    other = "Lowongan sawit Kutai, mess disediakan, hubungi 0812-0000-0002"
    bench.write(FIRST, other)
    bench.scan()
    assert set(found(bench).values()) == {None}
    decide(bench, lambda grouper: grouper.merge("1", "2"))
    assert found(bench)[other] == found(bench)[FIRST] == 1
    bench.write(FIRST, other, SECOND)
    bench.scan()
    assert found(bench)[SECOND] == found(bench)[other] == 1
    decide(bench, lambda grouper: grouper.undo(1))
    assert found(bench) == {FIRST: 1, SECOND: 1, other: None}
    with bench.store.read() as connection:
        assert [record.kind for record in campaigns.decisions(connection)] == ["together", "undo"]


def test_a_decision_of_somebody_else_is_seen_by_a_running_scan(bench):
    """Campaigns held in memory follow what is decided in another process."""
    bench.write(FIRST, SECOND)
    bench.scan()
    grouping = Grouping(bench.store, b"k" * 32)
    with grouping.current() as (_, grouper):
        assert grouper.campaign_of("1") == "c1"
    decide(bench, lambda grouper: grouper.split(["2"]))
    with grouping.current() as (_, grouper):
        assert grouper.campaign_of("1") is None
    assert set(found(bench).values()) == {None}


def test_without_the_key_nothing_is_known_of_contacts(bench):
    """No number is among what is kept to compare; under another key everything is grouped anew."""
    bench.write(FIRST, SECOND)
    bench.scan()
    with bench.store.read() as connection:
        before = list(campaigns.links(connection))
    assert "812" not in str(before[0].contacts)
    Grouping(bench.store, b"another".ljust(32)).catch_up()
    with bench.store.read() as connection:
        after = list(campaigns.links(connection))
    assert [link.contacts for link in before] != [link.contacts for link in after]
    assert [link.campaign for link in before] == [link.campaign for link in after] == [1, 1]


def test_a_campaign_outlives_the_post_that_began_it(bench):
    """Where the first post of a campaign is gone, the rest keeps together under another name."""
    third = f"Berangkat lewat Nunukan besok pagi, masih ada kursi sawit, {NUMBER}"
    bench.write(FIRST, SECOND, third)
    bench.scan()
    with bench.store.write() as connection:
        connection.execute(delete(schema.campaign_posts).where(schema.campaign_posts.c.post_id == 1))
        connection.execute(delete(schema.alerts))
        connection.execute(delete(schema.assessments).where(schema.assessments.c.post_id == 1))
    with Grouping(bench.store, b"k" * 32).current() as (_, grouper):
        assert grouper.campaign_of("3") == "c2"
    assert found(bench) == {SECOND: 2, third: 2}


def test_posts_that_borrow_a_wording_are_found_beside_the_campaign(bench):
    """Two recruiters with one template stay two campaigns, and each is shown the posts of the other."""
    template = (
        "Dicari {} orang panen sawit di kebun milik juragan Daeng dekat sungai besar, makan dan mes "
        "ditanggung, berangkat tiap Senin naik kapal dari pelabuhan lama, hubungi {}"
    )
    mine = [template.format(count, NUMBER) for count in ("lima", "enam")]
    theirs = [template.format(count, "0812-0000-0002") for count in ("tujuh", "delapan")]
    bench.write(*mine, *theirs, "jual motor")
    bench.scan()
    groups = found(bench)
    assert groups[mine[0]] == groups[mine[1]] != groups[theirs[0]] == groups[theirs[1]]
    with bench.store.read() as connection:
        ids = dict(connection.execute(select(schema.posts.c.text, schema.posts.c.id)).all())
        there = campaign_lists.alike(connection, ids[mine[0]], limit=5)
        assert [one.text for one in there] == theirs[::-1]
        assert {one.campaign for one in there} == {groups[theirs[0]]} and there[0].is_same_wording
        assert campaign_lists.alike(connection, ids["jual motor"], limit=5) == []
        assert len(campaign_lists.alike(connection, ids[mine[0]], limit=1)) == 1


def test_campaigns_are_listed_by_what_is_open_in_them_however_few_are_asked_for(bench):
    """Open alerts count before size, size before age; a short list is the beginning of the long one."""
    bench.write(*(f"kebun sawit {place}" for place in ("Sabah", "Sarawak", "Tawau", "Nunukan", "Sebatik",
                                                        "Tarakan", "Lumbis", "Krayan")))  # fmt: skip
    bench.scan()
    with bench.store.write() as connection:
        links, raised = schema.campaign_posts, schema.alerts
        for campaign, members in ((1, (1, 2, 3)), (4, (4, 5)), (6, (6, 7)), (8, (8,))):
            of_it = links.c.post_id.in_(members)
            connection.execute(update(links).where(of_it).values(campaign=campaign))
        connection.execute(update(raised).where(raised.c.post_id.in_((1, 2, 3, 4))).values(state="closed"))
    with bench.store.read() as connection:
        whole = campaign_lists.listed(connection)
        assert [(one.first, one.posts, one.open_alerts) for one in whole] == [
            (6, 2, 2), (4, 2, 1), (8, 1, 1), (1, 3, 0),
        ]  # fmt: skip
        for limit in (1, 2, 3, 4, 9):
            assert campaign_lists.listed(connection, limit=limit) == whole[:limit]
