"""Posts, notes, names and forms that attack whoever reads them: nothing runs, leaves or breaks."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.console.world import PASSWORD, World, fill, offer_term, raise_signal
from tests.unit.io.naughty import NAUGHTY
from tppo_watch.alerts.masking import masked
from tppo_watch.review import Decision
from tppo_watch.text.showing import shown

CASES = Path(__file__).parents[1] / "cases"
_AT_ONCE = 10  # strings in one post
FORM = {"content-type": "application/x-www-form-urlencoded"}

#: What an attacker wants to happen, in ways that need no help of ours.
_DEEDS = ("alert(1)", "document.title='x'", "fetch('//evil.example/x')", "location='//evil.example'")
_TAGS = (
    "<script>{}</script>",
    "<img src=x onerror={}>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<details open ontoggle={}>",
    "<iframe srcdoc='<script>{}</script>'></iframe>",
    "<body onload={}>",
    '<a href="javascript:{}">klik</a>',
    "<form action=javascript:{}><button>x</button></form>",
    "<video><source onerror={}></video>",
    "<math><mi xlink:href='data:x,<script>{}</script>'>",
    "<input autofocus onfocus={}>",
    "<style>@import '//evil.example/{}'</style>",
    "<base href='//evil.example/{}'>",
    "<link rel=stylesheet href='//evil.example/{}'>",
    "<meta http-equiv=refresh content='0;url=//evil.example/{}'>",
    "<object data='//evil.example/{}'></object>",
    "<img src='//evil.example/{}.png'>",
    "<div hx-get='/users' hx-trigger='load' hx-on::load=\"{}\">",
    "<p data-hx-on:click={} hx-boost=true>",
)
_BREAKS = (
    "",
    '">',
    "'>",
    "</textarea>",
    "</title>",
    "</mark></p>",
    "-->",
    "]]>",
    "{{",
    "{% raw %}",
    '\\"',
    "&lt;/p&gt;",
)
#: Signs that programs stumble over: of no language, of all at once, reordering, joined, broken, very long.
_SIGNS = (
    "\u202e terbalik \u202c",
    "\u2066a\u2069\u200f\u061c",
    "\ufeff\u200b\u200d\u00ad",
    "e" + "\u0301" * 60,
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇮🇩",
    "ᬩᬮᬶ ꦗꦮ اردو हिन्दी ไทย 中文",
    "𝕃𝕠𝕜𝕖𝕣 Ⓛⓞⓚⓔⓡ ＬＯＫＥＲ",
    "\x00\x01\x07\x1b[31m\x7f\x85",
    "nol\x0bkolom\x0cbaris\u2028paragraf\u2029",
    "%00%0d%0aSet-Cookie: a=b",
    "{0} {id} %s %(x)s ${x} {{7*7}} #{7}",
    "'; DROP TABLE alerts; --",
    "\\u0000 &#0; &amp;amp;",
    "../../../../etc/passwd",
    "=1+1",
    "NULL None undefined NaN -0",
    "\ud7ff\ue000\ufffd\uffff\U0010ffff",
    "A" * 3_000,
    "🙂" * 400,
    " \t\n\r\u00a0\u3000",
    "<" * 500,
    "&" * 500,
)


def scripts() -> list[str]:
    """Every element behind every way out of where a text stands."""
    deeds = itertools.cycle(_DEEDS)
    return [broken + tag.format(next(deeds)) for tag in _TAGS for broken in _BREAKS]


def naughty() -> list[str]:
    """Strings that break careless programs: the well-known list, and ours, as a scan would keep them."""
    known = json.loads((CASES / "naughty.json").read_text(encoding="utf-8"))
    every = (one.encode("utf-8", "replace").decode() for one in (*known, *NAUGHTY, *_SIGNS))
    return list(dict.fromkeys(every))


def bundles() -> list[list[str]]:
    """All of them, some at a time: a page shows each, and there are pages for all."""
    every = [*scripts(), *naughty()]
    return [every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)]


def test_there_are_enough_of_them_and_they_differ():
    """As many as the promise says: 511 naughty strings, 200 scripts."""
    assert len(naughty()) >= 511
    assert len(set(scripts())) >= 200


@pytest.fixture(scope="module")
def hostile(world: World) -> list[int]:
    """Every field that a stranger or a colleague can fill holds every one of them; the alerts."""
    ids, now = [], world.clock()
    lead, reviewer = world.watch.accounts.named("lead"), world.watch.accounts.named("reviewer")
    for number, some in enumerate(bundles()):
        joined = "\n".join(some)
        text = f"tolong saya Kamboja gaji 12jt bersih Poipet WA 0812-0000-0147\n{joined}"
        more = {"title": joined, "url": f"https://a.example/{joined}", "province": joined[:2_000]}
        at = datetime(2026, 11, 20, 0, number % 60, number // 60, tzinfo=UTC)
        (alert_id,) = fill(world.watch, [text], now=at, **more)
        ids.append(alert_id)
        seen = world.watch.desk.open(reviewer, alert_id, now=now).item.state.version
        note = Decision("note", note=joined[:1_900])
        world.watch.desk.decide(reviewer, alert_id, note, seen=seen, now=now)
        exhibits = world.watch.exhibits
        for place in range(0, len(some), 3):  # a name keeps 120 characters
            name = "".join(some[place : place + 3])
            content = f"{number}.{place}".encode()
            exhibits.add(reviewer, alert_id, name, content, note=joined[:1_900], now=now)
        world.watch.deliveries.add_rule(
            lead, "silence", until=now + timedelta(days=1), reason=joined[:400].strip() or "-", now=now,
            alert_id=alert_id,
        )  # fmt: skip
    for number, attack in enumerate((*scripts()[::20], *naughty()[::20])):
        name = f"{number} " + "".join(sign for sign in attack if sign.isprintable())[:60]
        world.watch.accounts.add(None, name, "reviewer", PASSWORD, now=now)
    posts = [world.watch.alert(alert_id).post_id for alert_id in ids]
    raise_signal(world.watch, posts[:20], now=now)
    for number, some in enumerate(bundles()[:12]):
        offer_term(world.watch, posts[number : number + 3], now=now, text="\n".join(some)[:300])
    return ids


def test_nothing_runs_nothing_leaves(world, visit, hostile):
    """All of them, on the pages of every post and in every list, in a real browser."""
    seen = visit("admin")
    page = seen.page
    scripts = len(re.findall("<script", world.client("admin").get("/settings").text))
    for path in [
        *(f"/queue?lane=assistance&page={number}" for number in (1, 2, 3)), "/users", "/audit", "/sources",
        "/deliveries", "/campaigns", "/signals", "/signals/1", "/terms", "/statistics", "/bulletin",
        *(f"/posts/{alert_id}" for alert_id in hostile),
    ]:  # fmt: skip
        assert page.goto(path, wait_until="load").status == 200, path
        assert page.locator("script").count() == scripts, path
        assert (
            page.locator("iframe, object, embed, base, video, style, [onerror], [onload]").count() == 0
        ), path
        assert page.title().endswith("· tppo-watch")
    assert seen.harm == []


def test_what_was_written_is_what_is_shown(world, visit, hostile):
    """Nothing of it is swallowed: the reviewer sees the text as published."""
    page = visit("admin").page
    for place in (0, 5, 17, 40, 63, 79):
        page.goto(f"/posts/{hostile[place]}")
        page.locator(".text sup").evaluate_all("(numbers) => numbers.forEach((number) => number.remove())")
        written = page.locator(".text").text_content()
        for one in bundles()[place]:
            assert shown(masked(one)) in written or masked(one) != one


@pytest.mark.parametrize("lang", ["id", "en"])
def test_forms_give_back_what_was_typed_without_harm(world, lang):
    """Names at the door, notes in a refused form, addresses to go on to: escaped wherever they come back."""
    stranger, client = world.client(lang=lang), world.client("reviewer", lang=lang)
    token = re.search(r'name="token" value="([^"]+)"', client.get("/queue").text)[1]
    for number, attack in enumerate([*scripts()[::12], *naughty()[::26]]):
        if number % 10 == 0:
            world.clock.forward(hours=1)
            client = world.client("reviewer", lang=lang)
            token = re.search(r'name="token" value="([^"]+)"', client.get("/queue").text)[1]
        body = {
            "token": token,
            "decision": attack,
            "note": attack,
            "back": attack,
            "alert": attack,
            "act": attack,
        }
        answers = [
            stranger.get("/sign-in", params={"next": attack, "said": attack}),
            client.post("/posts/1/decide", content=urlencode(body), headers=FORM),
            client.post("/bulk", content=urlencode(body), headers=FORM),
            client.post("/undo", content=urlencode(body), headers=FORM),
            client.get("/queue", params={"view": attack, "said": attack}),
        ]
        for answer in answers:
            assert answer.status_code in (200, 404, 422), answer.text[:200]
            tag = re.search(
                r"<[a-z]+ ?[^>]*(?:onerror|onload|srcdoc|onfocus|ontoggle|javascript:|evil)", answer.text
            )
            assert tag is None, tag
            assert "Set-Cookie" not in answer.headers.get("location", "")
