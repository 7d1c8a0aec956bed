"""The bulletin: true counts, no person in it, small numbers untold, pages and pictures without a fault."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.pages import read
from tppo_watch.errors import InputError
from tppo_watch.knowledge.advice import public_advice
from tppo_watch.knowledge.places import gazetteer
from tppo_watch.knowledge.rules import exploitation_types, indicators
from tppo_watch.reports import (
    NewTerm,
    bulletin_files,
    compose,
    last_ended,
    periods_until,
    province,
    read_period,
)
from tppo_watch.reports.bulletin import Bulletin
from tppo_watch.reports.periods import Period
from tppo_watch.storage.counting import Marked

WITA = timezone(timedelta(hours=8), "WITA")
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
KALTIM = province("Kalimantan Timur")
WEEK = read_period("2026-W47", NOW, WITA)
TYPES = [kind.id for kind in exploitation_types()]
METHODS = [sign.id for sign in indicators() if sign.palermo_element in ("act", "means")]
PLACES = [("KH", None), ("SA", None), ("MY", "Tawau"), ("ID", "Balikpapan"), ("TW", None), ("LY", None)]
ORIGINS = [("ID", "Samarinda"), ("ID", "Nusa Tenggara Timur"), ("ID", "Jawa Timur")]


def place(kind: str, named: tuple[str, str | None], text: str = "x") -> dict:
    country, name = named
    value = {"country": country, **({"place": name} if name else {})}
    return {"kind": kind, "start": 0, "end": 1, "text": text, "value": value}


def post(
    at: datetime,
    *,
    kind: str | None = "scam_compound",
    level: str = "high",
    methods: tuple[str, ...] = ("visitor_visa_for_work",),
    entities: tuple[dict, ...] = (),
    watched: str | None = "Kalimantan Timur",
    assistance: bool = False,
    source: str = "s",
) -> Marked:
    signs = [{"id": name, "scope": "asserted", "text": "x"} for name in methods]
    types = {kind: 0.9} if kind else {}
    body = {"level": level, "exploitation": types, "indicators": signs, "entities": list(entities)}
    return Marked(at, source, watched, body | ({"assistance": True} if assistance else {}))


def inside(period: Period, hours: float = 12) -> datetime:
    return period.bounds(WITA)[0] + timedelta(hours=hours)


def made(posts: list[Marked], *, period: Period = WEEK, terms=(), scans=None, of=KALTIM) -> Bulletin:
    periods = periods_until(period)
    days = [inside(each, 24 * day + 3) for each in periods for day in range(each.days)]
    return compose(
        posts,
        province=of,
        read=dict.fromkeys(periods, 900),
        scans=days if scans is None else scans,
        terms=terms,
    )


def busy(period: Period = WEEK, *, now: int = 70, before: int = 40, seed: int = 3) -> list[Marked]:
    """Posts of many kinds, from and to many places, that rise in the last period."""
    chance, posts = random.Random(seed), []
    for back, each in enumerate(reversed(periods_until(period))):
        for _ in range(before if back else now):
            posts.append(
                post(
                    inside(each, chance.uniform(1, 24 * each.days - 2)),
                    kind=chance.choice(TYPES if back else TYPES[:5]),
                    level=chance.choice(["high", "medium", "medium"]),
                    methods=tuple(chance.sample(METHODS, 3)),
                    entities=(
                        place("destination", chance.choice(PLACES)),
                        place("origin", chance.choice(ORIGINS)),
                    ),
                    assistance=chance.random() < 0.08,
                )
            )
    return posts


CASES = {
    "busy": lambda: made(busy(), terms=[NewTerm("gas terbang", 12)]),
    "month": lambda: made(
        busy(read_period("2026-10", NOW, WITA), now=400), period=read_period("2026-10", NOW, WITA)
    ),
    "few": lambda: made([post(inside(WEEK), entities=(place("destination", ("KH", None)),))]),
    "calm": lambda: made([]),
    "elsewhere": lambda: made(busy(), of=province("Nusa Tenggara Timur")),
    "crowded map": lambda: made(
        [
            post(inside(WEEK), entities=(place("destination", (code, None)), place("origin", ("ID", name))))
            for code, name in zip(
                ("MY", "SG", "BN", "KH", "TH", "VN", "SA", "AE"),
                ("Samarinda", "Balikpapan", "Nunukan", "Jawa Timur", "Bali", "Jambi", "Riau", "Banten"),
                strict=True,
            )
            for _ in range(6)
        ]
    ),
}


@pytest.fixture(scope="module", params=CASES)
def bulletin(request) -> Bulletin:
    return CASES[request.param]()


@pytest.fixture(scope="module", params=["id", "en"])
def files(bulletin, request) -> dict[str, bytes]:
    """Form -> content."""
    return {name.split(f"-{request.param}", 1)[1]: data for name, data in
            bulletin_files(bulletin, lang=request.param).items()}  # fmt: skip


def test_no_sign_leaves_its_page_or_lies_on_another(files):
    """No overflow and no clipped or covered label, in any case and language."""
    for form in (".pdf", "-public.pdf"):
        pages = read(files[form])
        assert pages.outside == ()
        assert pages.overlapping == ()


def test_the_public_page_is_one_page_and_one_picture(files):
    """It fits on a sheet with whom to call, and the picture is ready to be sent."""
    pages = read(files["-public.pdf"])
    assert len(pages.texts) == 1
    assert "129" in pages.text and "0800-1000" in pages.text
    picture = Image.open(BytesIO(files["-public.png"]))
    assert (picture.format, picture.size) == ("PNG", (1240, 1754))
    assert len(files["-public.png"]) < 400_000


def test_the_last_page_says_how_and_how_far(files):
    """Method and limits stand at the end, with what an accusation is not."""
    last = " ".join(read(files[".pdf"]).texts[-1].split())
    assert "Cara dan batas" in last or "Method and limits" in last
    assert "Skor bukan tuduhan" in last or "not an accusation" in last


def test_the_browser_form_needs_nothing_else(files):
    """No script, no address to load from, and a policy that allows none."""
    page = files[".html"].decode()
    assert "<script" not in page and "default-src 'none'" in page
    assert not re.search(r'(?:src|href)\s*=\s*"|url\((?!data:|#)', page)
    assert ">None<" not in page


def test_nothing_is_cut_in_the_browser(tmp_path, chromium):
    """At the width of a phone and of a desk nothing runs out sideways, and no text leaves its chart."""
    for name in ("busy", "calm"):
        for file, data in bulletin_files(CASES[name]()).items():
            (tmp_path / f"{name}-{file}").write_bytes(data)
    for width in (320, 1100):
        page = chromium.new_page(viewport={"width": width, "height": 900})
        asked = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        for path in tmp_path.glob("*.html"):
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.fonts.size") == 3
            cut = page.evaluate(
                """() => [...document.querySelectorAll('svg')].flatMap(svg => {
                const box = svg.getBoundingClientRect();
                return [...svg.querySelectorAll('text')].filter(text => {
                    const own = text.getBoundingClientRect();
                    return own.left < box.left - 1 || own.right > box.right + 1
                        || own.top < box.top - 2 || own.bottom > box.bottom + 2;
                }).map(text => text.textContent)})"""
            )
            assert cut == []
        assert all(url.startswith(("file:", "data:")) for url in asked)


def test_the_same_posts_give_the_same_bytes():
    """In every form, whatever the order in which posts of one moment come."""
    assert bulletin_files(made(busy())) == bulletin_files(made(busy()[::-1]))


def test_counts_are_true_where_they_are_told():
    """Posts of the period and province count once; others do not."""
    posts = [post(inside(WEEK, hour)) for hour in range(6)]
    posts += [post(inside(WEEK), watched=None)] * 9  # nothing ties them to the province
    posts += [post(inside(WEEK), watched=None, entities=(place("origin", ("ID", "Samarinda")),))] * 7
    posts += [post(WEEK.bounds(WITA)[0] - timedelta(seconds=1)), post(WEEK.bounds(WITA)[1])] * 9
    found = made(posts)
    assert found.total == 13
    assert found.trend[-1][1] == 13 and found.trend[-2][1] == 9
    assert [(row.id, row.count) for row in found.types] == [("scam_compound", 13)]


def test_what_rises_is_above_the_usual_and_not_small():
    """Three times the usual rises; the usual does not; four where there was none do not."""
    past = [post(inside(each)) for each in periods_until(WEEK)[:-1] for _ in range(6)]
    assert made(past + [post(inside(WEEK))] * 18).rising[0].id == "scam_compound"
    assert made(past + [post(inside(WEEK))] * 6).rising == ()
    assert made([post(inside(WEEK))] * 4).rising == ()


def test_a_day_above_what_was_expected_is_named():
    """A burst on one day of the week is a signal of that day; a small one is not told, nor is its day."""
    past = [post(inside(each, 24 * day + 9)) for each in periods_until(WEEK)[:-1] for day in range(7)]
    burst = [post(inside(WEEK, 24 * 3 + hour)) for hour in range(1, 23)]
    (row,) = made(past + burst).types
    assert (row.is_rising, row.signal) == (True, WEEK.first + timedelta(days=3))
    assert (
        "sinyal 19 November" in read(bulletin_files(made(past + burst))["brief-ID-KI-2026-W47-id.pdf"]).text
    )
    few = made(past + [post(inside(WEEK), kind="organ_removal")] * 4).types
    assert [row.signal for row in few] == [None]


def test_without_a_past_nothing_rises():
    """A first week has no usual, and says so."""
    week = [post(inside(WEEK))] * 30
    periods = periods_until(WEEK)
    found = compose(week, province=KALTIM, read={each: 900 * (each == WEEK) for each in periods}, scans=[])
    assert found.rising == () and found.types[0].usual is None
    assert [shown for _, shown in found.trend[:-1]] == [None] * 12
    assert "Riwayat belum cukup" in read(bulletin_files(found)["brief-ID-KI-2026-W47-id.pdf"]).text


def numbers(value) -> list[int]:
    """Every count in the published numbers, but for how many days were scanned."""
    if isinstance(value, dict):
        return [n for name, each in value.items() if name != "scanned_days" for n in numbers(each)]
    if isinstance(value, list):
        return [n for each in value for n in numbers(each)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 25), st.integers(0, 9))
def test_no_small_number_is_published(seed, now, before):
    """Whatever was counted, no number from 1 to 4 is told."""
    found = made(busy(now=now, before=before, seed=seed))
    assert not set(numbers(found.to_dict())) & {1, 2, 3, 4}


PLANTED = (
    "0812-0000-7777", "81200007777", "budi.santoso", "@agen_rahasia", "Siti Rahayu", "PT Karya Rahasia",
    "t.me/rahasia", "3201010101010001", "grup-siti",
)  # fmt: skip


def test_no_person_is_in_it():
    """Numbers, names, accounts and sources planted in every field of a post reach no form of the bulletin."""
    said = " ".join(PLANTED)
    contact = {
        "kind": "contact",
        "start": 0,
        "end": 1,
        "text": said,
        "value": {"type": "phone", "normalized": PLANTED[1]},
    }
    employer = {"kind": "employer", "start": 0, "end": 1, "text": said, "value": {"name": said}}
    odd = {
        "kind": "destination",
        "start": 0,
        "end": 1,
        "text": said,
        "value": {"country": "KH", "place": said},
    }
    ends = (
        contact,
        employer,
        odd,
        place("destination", ("KH", "Poipet"), said),
        place("origin", ORIGINS[0], said),
    )
    posts = [post(inside(WEEK), entities=ends, source="grup-siti")] * 20
    for each in posts:
        each.assessment["indicators"][0]["text"] = said
        each.assessment["exploitation"].update({"scam_compound": 0.9})
    found = made(posts, terms=[NewTerm(term, 50) for term in (*PLANTED[:4], *PLANTED[6:8])])
    shown = [json.dumps(found.to_dict())]
    for name, data in bulletin_files(found).items():
        shown.append(read(data).text if name.endswith(".pdf") else data.decode("utf-8", "replace"))
    for form in shown:
        for secret in PLANTED:
            assert secret not in form
        assert "Poipet" not in form  # a town can point to a case


@pytest.mark.parametrize(
    "term",
    [
        "0812 0000",
        "hub @budi",
        "wa.me/62",
        "bos_besar",
        "",
        "a" * 60,
        "dua satu tiga nol empat lima enam satu nol",
    ],
)
def test_a_term_that_reaches_somebody_is_not_printed(term):
    """Even where a person has accepted it."""
    assert made([post(inside(WEEK))], terms=[NewTerm(term, 99)]).terms == ()


def test_a_rare_term_is_not_printed():
    """A word of four posts may be a name."""
    assert made([], terms=[NewTerm("gas terbang", 4), NewTerm("tukar kepala", 5)]).terms == ("tukar kepala",)


def test_a_period_nobody_watched_is_no_calm_one():
    """A gap in the trend is shown as a gap, and a bulletin of a gap is refused."""
    periods = periods_until(WEEK)
    counts = {each: 0 if each == periods[4] else 9 for each in periods}
    found = compose(busy()[:70], province=KALTIM, read=counts, scans=[])
    assert [shown is None for _, shown in found.trend] == [each == periods[4] for each in periods]
    with pytest.raises(InputError, match="nothing to report"):
        compose([], province=KALTIM, read=dict.fromkeys(periods, 0), scans=[])


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("2026-W60", "no such week"),
        ("2026-13", "no such week or month"),
        ("2026-W47-1", "not a week"),
        ("٢٠٢٦-W47", "not a week"),
        ("0000-W01", "not a week"),
        ("2026-W48", "not over yet"),
        ("2099-01", "not over yet"),
    ],
)
def test_an_impossible_period_is_one_line(written, why):
    """It says what is wrong with it."""
    with pytest.raises(InputError, match=why) as caught:
        read_period(written, NOW, WITA)
    assert "\n" not in str(caught.value)


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["week", "month"]),
)
def test_periods_follow_each_other_without_gap(now, rhythm):
    """The last one is over; each ends where the next begins, and is read back from its name."""
    period = last_ended(rhythm, now, WITA)
    start, end = period.bounds(WITA)
    assert end <= now < end + timedelta(days=32)
    assert period.before().bounds(WITA)[1] == start
    assert read_period(period.name, now, WITA) == period


def test_an_unknown_province_is_told_its_neighbours():
    """A slip of the pen gets a suggestion, an alias is understood."""
    assert province("kaltim") == province("ID-KI") == KALTIM
    with pytest.raises(InputError, match="Kalimantan Timur"):
        province("Kalimantan Tmur")


def test_every_kind_has_its_warning():
    """No kind of exploitation leaves the public without a word."""
    assert set(public_advice().warnings) == set(TYPES)


def test_every_country_on_the_map_has_a_place():
    """Whatever destination a text can name has coordinates, so that it can be drawn."""
    assert all(
        found.lat is not None
        for found in gazetteer().places.values()
        if found.level in ("country", "province")
    )
