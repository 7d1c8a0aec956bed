from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scanning import NOW
from tppo_watch.scan.ads import MERGE_WINDOW, merge_messages, single, split_ads, split_draft
from tppo_watch.types import Failure, Post

A = "Lowongan admin toko, gaji 3 juta, WA 0812-0000-0001"
B = "Dibutuhkan operator, gaji 12 juta, mes gratis, WA 0812-0000-0002"
C = "Dicari sopir, gaji mingguan, hubungi 0812-0000-0003"


@pytest.mark.parametrize(
    "line",
    [
        "===",
        "==========",
        "---",
        "- - -",
        "•••",
        "***",
        "~~~~",
        "➖➖➖➖",
        "⭐️⭐️⭐️",
        "___",
        "......",
        "═══════",
        "  ###  ",
    ],
)
def test_ads_under_drawn_lines_are_told_apart(line):
    """Any line of one drawing sign separates ads."""
    assert split_ads(f"{A}\n{line}\n{B}\n{line}\n{C}") == [A, B, C]


@pytest.mark.parametrize("mark", ["{}.", "{})", "({})", "*{}.*"])
def test_numbered_ads_are_told_apart(mark):
    """Numbers before whole ads separate them, in the usual forms."""
    text = "\n".join(f"{mark.format(number)} {ad}" for number, ad in enumerate((A, B), 1))
    assert [part.endswith(ad) for part, ad in zip(split_ads(text), (A, B), strict=True)] == [True, True]


def test_keycap_numbers_count_too():
    """Emoji digits number ads as well."""
    assert len(split_ads(f"1️⃣ {A}\n2️⃣ {B}\n3️⃣ {C}")) == 3


def test_ads_with_blank_lines_between_are_told_apart():
    """Paragraphs that each are a whole ad are several posts."""
    assert split_ads(f"{A}\n\n{B}\nPaspor diurus\n\n{C}") == [A, f"{B}\nPaspor diurus", C]


def test_heading_and_signature_go_with_each_ad():
    """What stands above the ads is said of all; a contact below is that of all where none has its own."""
    text = "\n===\n".join(
        ["LOKER KAMBOJA", "Lowongan admin, gaji 12jt", "Lowongan kasir, gaji 10jt", "WA 0812-0000-0009"]
    )
    first, second = split_ads(text)
    for part, role in ((first, "admin"), (second, "kasir")):
        assert part.startswith("LOKER KAMBOJA\n")
        assert role in part
        assert "0812-0000-0009" in part
    assert "kasir" not in first


@pytest.mark.parametrize(
    "text",
    [
        A,
        "Lowongan admin PT Maju\n=====\nGaji 4 juta\n=====\nKirim lamaran WA 0812-0000-0001",
        "LOKER\n\nDibutuhkan kasir\n\nGaji 3 juta\n\nHubungi 0812-0000-0001",
        "Dibutuhkan kasir:\n1. Pria/wanita\n2. Usia 18-35\n3. Gaji 3 juta\n4. WA 0812-0000-0001",
        "Lowongan PT Maju, WA 0812-0000-0001:\n1. Admin, gaji 4 juta\n2. Sopir, gaji 3 juta",
        "Dibutuhkan admin, gaji 4 juta\n-----\nBenefit: gaji pokok dan bonus, hubungi 0812-0000-0001",
        "Selamat pagi\n\nAda yang tahu jadwal bus?\n\nTerima kasih",
        "Berita\n---\nPolisi menangkap perekrut.\n---\nSidang digelar Senin.",
        "1. Sabun 5rb\n2. Sampo 7rb\n3. Sikat 4rb",
        "",
        "\n\n\n",
    ],
)
def test_one_post_stays_one(text):
    """One ad with parts, a list of its terms, and what is no ad are never cut."""
    assert split_ads(text) == [text]


def test_a_flood_of_ads_is_not_cut():
    """More ads than any post holds are left as one text: a hostile post cannot multiply without end."""
    text = "\n===\n".join([A] * 500)
    assert split_ads(text) == [text]


@given(
    st.lists(st.sampled_from([A, B, C, "===", "---", "", "1. x", "halo", "Gaji 5 juta", "WA 0812-0000-0001"]))
)
def test_no_line_is_lost(lines):
    """Whatever is cut, every line that says something stands in some part."""
    parts = split_ads("\n".join(lines))
    kept = {line for part in parts for line in part.splitlines()}
    assert {line for line in lines if line.strip("=- ")} <= kept


@pytest.mark.parametrize(
    "piece", ["=", "= ", "1. ", "a@", "0812 ", "wa ", "loker\n", "\n\n", "===\n", "1.\n"]
)
def test_hostile_repetition_takes_linear_time(piece):
    """A hundred thousand signs of anything are worked off at once."""
    split_ads(piece * (100_000 // len(piece)))


def message(minute: float, text: str, *, author: str | None = "ani", id: str | None = None) -> Post:
    published = NOW + timedelta(minutes=minute)
    return Post("s", id or f"{author}{minute}", text, published=published, author=author, chat="rt")


def merged(*messages: Post | Failure) -> list[str]:
    return [draft.post.text for draft in merge_messages(messages) if not isinstance(draft, Failure)]


def test_messages_of_one_person_within_ten_minutes_are_one_post():
    """The post has the id and time of the first and remembers the ids of all."""
    (draft,) = merge_messages(
        [message(0, "Loker"), message(4, "gaji 12 juta"), message(10, "WA 0812-0000-0001")]
    )
    assert draft.post == replace(message(0, "Loker"), text="Loker\ngaji 12 juta\nWA 0812-0000-0001")
    assert draft.parts == ("ani0", "ani4", "ani10")


def test_the_window_counts_from_the_first_message():
    """A steady talker does not become one endless post."""
    assert merged(*(message(n * 6, str(n)) for n in range(5))) == ["0\n1", "2\n3", "4"]
    assert MERGE_WINDOW == timedelta(minutes=10)


def test_others_in_between_do_not_matter():
    """Messages are joined by person, however the chat interleaves."""
    texts = merged(
        message(0, "a"), message(1, "b", author="budi"), message(2, "c"), message(3, "d", author="budi")
    )
    assert texts == ["a\nc", "b\nd"]


def test_a_whole_ad_begins_a_post_of_its_own():
    """Two ads by one recruiter in a minute are two posts, and what follows an ad belongs to it."""
    assert merged(message(0, A), message(1, B), message(2, "slot terbatas")) == [A, f"{B}\nslot terbatas"]


def test_messages_without_a_person_or_time_stay_alone():
    """A channel is nobody, what has no time is near to nothing, and an article is no message."""
    article = replace(message(0, "x"), chat=None)
    assert merged(article, article) == ["x", "x"]
    untimed = replace(message(0, "x"), published=None)
    assert merged(message(0, "a", author=None), message(1, "b", author=None), untimed, untimed) == [
        "a",
        "b",
        "x",
        "x",
    ]


def test_a_joined_post_has_a_bounded_length():
    """Long messages are not piled up without end."""
    assert len(merged(*(message(n / 10, "panjang " * 200) for n in range(10)))) > 3


def test_failures_pass_through():
    """An item that cannot be read is handed on, and the messages around it still meet."""
    failure = Failure("s: line 2", "read", "rusak")
    found = list(merge_messages([message(0, "a"), failure, message(1, "b")]))
    assert failure in found
    assert [draft.post.text for draft in found if draft is not failure] == ["a\nb"]


@given(
    st.lists(
        st.tuples(
            st.integers(-30, 90), st.sampled_from(["ani", "budi", None]), st.sampled_from(["a", "b", A, B])
        )
    )
)
def test_every_message_goes_into_exactly_one_post(rows):
    """Nothing is lost or doubled, whatever the times are."""
    messages = [message(minute, text, author=who, id=str(n)) for n, (minute, who, text) in enumerate(rows)]
    parts = [part for draft in merge_messages(messages) for part in draft.parts]
    assert sorted(parts, key=int) == [str(n) for n in range(len(rows))]


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["ani", "budi"]))), st.integers(0, 20))
def test_a_chat_that_grows_keeps_its_posts(rows, cut):
    """Posts of the beginning of a chat have the same ids after more was said, so that none appears twice."""
    minute, messages = 0, []
    for n, (pause, who) in enumerate(rows):
        minute += pause
        messages.append(message(minute, f"teks {n}", author=who, id=str(n)))
    early = {draft.post.native_id for draft in merge_messages(messages[:cut])}
    late = {draft.post.native_id for draft in merge_messages(messages)}
    assert early <= late


def test_the_ads_of_one_post_are_numbered():
    """Each ad has an id of its own under that of its post; a single ad keeps the post's."""
    parts = split_draft(single(message(0, f"{A}\n===\n{B}", id="7")))
    assert [part.post.native_id for part in parts] == ["7#1", "7#2"]
    assert split_draft(single(message(0, A, id="7"))) == [single(message(0, A, id="7"))]


def test_a_busy_minute_takes_linear_time():
    """Thousands of people who write in one minute are joined as fast as a few, also where times jump."""
    for step in (0, 1, -1):
        messages = [
            Post("s", str(n), "halo", published=NOW + timedelta(seconds=step * n), author=str(n), chat="c")
            for n in range(20_000)
        ]
        begun = time.process_time()
        assert sum(1 for _ in merge_messages(messages)) == 20_000
        assert time.process_time() - begun < 5
