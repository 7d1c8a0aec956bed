"""Campaigns in a real browser: why posts are together, merging, splitting, and taking back."""

from __future__ import annotations

import re

import pytest

from tests.console.world import console, fill

SAWIT = "Loker sawit Sabah Malaysia, keluarga boleh ikut, tiket {n} ditanggung, WA 0812-0000-0166"
KAPAL = "Kapal penangkap cumi berangkat Senin, cukup KTP, bos baik hati, {n} kursi, WA 0812-0000-0177"


@pytest.fixture
def world(tmp_path):
    """A console with two campaigns of three posts each."""
    with console(tmp_path) as running:
        texts = [text.format(n=n) for text in (SAWIT, KAPAL) for n in range(3)]
        fill(running.watch, texts, now=running.clock())
        running.watch.campaign_desk.suggestions()  # groups what no scan has grouped
        yield running


def grouped(world) -> list[int]:
    """How many posts each campaign has."""
    return sorted(found.posts for found in world.watch.campaign_desk.listed())


def test_campaigns_are_merged_split_and_taken_back(world, visit):
    """Each act shows at once, stands in the list of decisions with its author, and can be undone."""
    assert grouped(world) == [3, 3]
    names = [f"c{found.first}" for found in world.watch.campaign_desk.listed()]
    seen = visit("reviewer")
    page = seen.page
    page.goto("/campaigns")
    assert page.get_by_role("listitem").filter(has_text="3 kiriman").count() == 2
    page.get_by_role("link", name="Mungkin satu kampanye").click()
    page.get_by_label("Kampanye atau kiriman", exact=True).fill(names[0])
    page.get_by_label("Kampanye atau kiriman lain").fill(names[1])
    page.get_by_role("button", name="Gabungkan", exact=True).last.click()
    page.get_by_text("Digabung.").wait_for()
    assert grouped(world) == [6]
    assert page.locator(".past").get_by_text("reviewer").count() == 1

    page.locator("[data-item]").first.click()
    page.wait_for_url("**/campaigns/c*")
    assert page.get_by_text("keputusan peninjau").count() >= 1
    for box in page.locator("[name=post]").all()[:2]:
        box.check()
    page.get_by_role("button", name="Pisahkan yang dipilih").click()
    page.get_by_text("Dipisahkan.").wait_for()
    assert grouped(world) == [2, 4]

    for sizes in ([6], [3, 3]):  # the last first, then the merge
        undoable = page.locator(".past li", has=page.get_by_role("button", name="urungkan"))
        undoable.first.get_by_role("button").click()
        page.get_by_text("Diurungkan.").wait_for()
        assert grouped(world) == sizes
        page.goto("/campaigns")
    assert seen.harm == []
    rows = [row.action for row in world.watch.lists.log(world.watch.accounts.named("lead"))]
    assert [row for row in rows if row.startswith("campaign_")] == [
        "campaign_undo", "campaign_undo", "campaign_apart", "campaign_together",
    ]  # fmt: skip
    assert world.watch.verify_audit() > 0


def test_what_others_decided_is_taken_back_by_a_lead_only(world, visit):
    """A reviewer finds no button for it, and a form made by hand is refused."""
    left, right = (f"c{found.first}" for found in world.watch.campaign_desk.listed())
    lead = world.watch.accounts.named("lead")
    world.watch.campaign_desk.merge(lead, left, right)
    page = visit("reviewer").page
    page.goto("/campaigns")
    assert page.get_by_role("button", name="urungkan").count() == 0
    client = world.client("reviewer")
    token = re.search(r'name="token" value="([^"]+)"', client.get("/campaigns").text)[1]
    assert client.post("/campaigns/undo", data={"token": token, "number": "1"}).status_code == 403
    assert client.post("/campaigns/undo", data={"token": token, "number": "7"}).status_code == 404
    assert client.post("/campaigns/undo", data={"token": token, "number": "0"}).status_code == 404
    assert grouped(world) == [6]


def test_what_cannot_be_merged_or_split_is_said_and_changes_nothing(world, visit):
    """One and the same, something that is not there, nothing chosen, all of it: each has a sentence."""
    page = visit("reviewer", lang="en").page
    (first, *_) = world.watch.campaign_desk.listed()
    name = f"c{first.first}"
    for left, right, said in (
        (name, name, "both are one campaign already"),
        (name, "c999", "does not exist"),
        ("<b>", name, "does not exist"),
    ):
        page.goto("/campaigns/suggestions")
        page.get_by_label("Campaign or post", exact=True).fill(left)
        page.get_by_label("Other campaign or post").fill(right)
        page.get_by_role("button", name="Merge", exact=True).last.click()
        page.get_by_text(said).wait_for()
        page.get_by_role("link", name="Back").click()
        page.wait_for_url("**/campaigns/suggestions")
    for boxes, said in ((0, "not posts of one campaign"), (3, "the whole campaign")):
        page.goto(f"/campaigns/{name}")
        for box in page.locator("[name=post]").all()[:boxes]:
            box.check()
        page.get_by_role("button", name=re.compile("Split")).click()
        page.get_by_text(said).wait_for()
    assert grouped(world) == [3, 3]


def test_readers_see_campaigns_and_change_none(world, visit):
    """No box, no button, no way to the suggestions."""
    page = visit("reader").page
    (first, *_) = world.watch.campaign_desk.listed()
    page.goto("/campaigns")
    assert page.get_by_role("link", name="Mungkin satu kampanye").count() == 0
    page.goto(f"/campaigns/c{first.first}")
    assert page.locator("[name=post]").count() == 0
    assert page.get_by_role("link", name=re.compile("Loker sawit|Kapal")).count() == 3
