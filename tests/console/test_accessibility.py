"""Every page and state, in both languages and themes, for everybody: axe finds nothing, nothing is cut."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.console.world import AD, GRAVE, PASSWORD, PLEA, World, fill, offer_term, raise_signal
from tppo_watch.config import ReviewSettings
from tppo_watch.review import Decision, Desk

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STATES = (
    "/queue",
    "/queue?view=cases",
    "/queue?view=mine",
    "/queue?lane=medium&page=2",
    "/posts/1",
    "/posts/2",
    "/posts/3",
    "/posts/4",
    "/posts/5",
    "/settings",
    "/sources",
    "/statistics",
    "/bulletin",
    "/campaigns",
    "/campaigns/suggestions",
    "/signals",
    "/signals/1",
    "/terms",
    "/deliveries",
    "/audit",
    "/users",
    "/posts/999",
    "/queue?said=done",
)


@pytest.fixture(scope="module")
def filled(world: World) -> World:
    """Posts of every kind, one decided, one that somebody else holds."""
    fill(world.watch, [AD, PLEA, GRAVE, "Loker kebun sawit Malaysia", f"{AD} lagi"], now=world.clock())
    raise_signal(world.watch, [1, 4], now=world.clock())
    offer_term(world.watch, [1, 4], now=world.clock())
    reviewer = world.watch.accounts.named("reviewer")
    now = world.clock()
    seen = world.watch.desk.open(reviewer, 1, now=now).item.state.version
    world.watch.desk.decide(
        reviewer, 1, Decision("take_up", note="sudah dicek ke BP3MI"), seen=seen, now=now
    )
    world.watch.desk.open(reviewer, 2, now=now)
    world.watch.exhibits.add(reviewer, 3, "layar.png", b"\x89PNG\r\n\x1a\n", note="dari keluarga", now=now)
    late = Desk(world.watch._store, ReviewSettings(second_share=1.0), world.watch.settings.audit.anchor)
    lead = world.watch.accounts.named("lead")
    world.watch.accounts.add(None, "Budi", "reviewer", PASSWORD, now=now)
    for who, decision in (
        (reviewer, Decision("take_up")),
        (world.watch.accounts.named("Budi"), Decision("not_trafficking", reason="news")),
    ):  # alert 5 is in dispute
        version = late.open(who, 5, now=now).item.state.version
        late.decide(who, 5, decision, seen=version, now=now)
    for kind, every in (("silence", None), ("repeat", timedelta(hours=4))):
        world.watch.deliveries.add_rule(
            lead, kind, until=now + timedelta(days=2), reason="uji", now=now, alert_id=4, every=every
        )
    world.watch.campaign_desk.suggestions()
    world.clock.forward(hours=3)
    return world


def violations(page) -> list[str]:
    """What axe finds, with where."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"][:3]]


def test_the_rules_can_fail(filled, visit):
    """The instrument is live: a picture without words is found."""
    page = visit().page
    page.goto("/sign-in")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert violations(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_axe_finds_nothing(filled, visit, lang, theme):
    """Every page, and the states that open on them: menus, help, folded text, refusals, the door."""
    page = visit("admin", lang=lang, theme=theme, reduced_motion="reduce").page
    found: dict[str, list[str]] = {}
    for path in STATES:
        page.goto(path)
        found[path] = violations(page)
    page.goto("/posts/3")
    page.locator(".cover summary").click()
    page.keyboard.press("b")
    found["menu"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    found["help"] = violations(page)
    page.goto("/posts/3")
    page.locator(".reveal summary").click()
    page.locator(".reveal [name=reason]").fill("melihat bukti")
    page.locator(".reveal button").click()
    page.locator(".exhibits [name=leave]").wait_for(state="attached")
    found["revealed"] = violations(page)
    page.goto("/queue")
    page.locator("[name=alert]").first.check()
    page.locator(".bulk button:not([type=button])").click()
    page.locator("[name=digest]").wait_for(state="attached")
    found["bulk"] = violations(page)
    door = visit(lang=lang, theme=theme, reduced_motion="reduce").page
    door.goto("/queue")
    found["door"] = violations(door)
    assert [f"{where}: {what}" for where, lines in found.items() for what in lines] == []


@pytest.mark.parametrize("width", [320, 640])
def test_nothing_is_cut_off_on_narrow_screens_and_in_large_text(filled, visit, width):
    """At 320 pixels, and at twice the size of text on 640, no page scrolls sideways."""
    page = visit("admin").page
    page.set_viewport_size({"width": width, "height": 800})
    wide = {}
    for path in STATES:
        page.goto(path)
        if width == 640:
            page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        wide[path] = page.evaluate("document.documentElement.scrollWidth")
    assert {path: found for path, found in wide.items() if found > width} == {}


def test_the_bar_of_decisions_hides_no_focus(filled, visit):
    """Whoever goes through a page by Tab sees where they are: the bar covers nothing in focus."""
    page = visit("reviewer").page
    page.set_viewport_size({"width": 1280, "height": 640})
    page.goto("/posts/3")
    for _ in range(40):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => {
              const at = document.activeElement, box = at.getBoundingClientRect();
              if (at === document.body || at.closest('.decide') || !box.height) return null;
              const x = box.x + Math.min(4, box.width / 2);
              const over = document.elementFromPoint(x, box.y + box.height / 2);
              return over && over.closest('.decide') ? at.outerHTML.slice(0, 120) : null;
            }"""
        )
        assert hidden is None
