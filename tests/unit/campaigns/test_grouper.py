"""Joins and their reasons, what does not join, and decisions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.campaigns.made import assessed, grouped, made, partition, printed, words
from tppo_watch.campaigns import Grouper
from tppo_watch.campaigns.frequency import ShingleCounts
from tppo_watch.errors import InputError, NotFoundError


def kinds(grouper: Grouper, id: str) -> list[str]:
    """The kinds of reasons of a post."""
    return [reason.kind for reason in grouper.why(id)]


def test_a_shared_contact_joins():
    """Two posts in other words under one number are one campaign, called by the first, and say so."""
    grouper = grouped([made("a", words(1)), made("b", words(2), [7]), made("c", words(3), [7])])
    assert partition(grouper) == [("b", "c")]
    assert grouper.campaign_of("c") == "c2"
    assert grouper.campaign_of("a") is None
    assert [reason.to_dict() for reason in grouper.why("c")] == [
        {"kind": "contact", "post": "b", "detail": "phone", "posts": 1}
    ]


def test_a_copy_without_contact_goes_with_the_one_that_has():
    """Near-copies join whoever of them names the contact, also where the copy comes first."""
    copy = np.concatenate([words(1)[:54], words(9, 6)])
    for order in ([0, 1], [1, 0]):
        posts = [made("a", words(1), [7]), made("b", copy)]
        grouper = grouped([posts[index] for index in order])
        assert {*partition(grouper)[0]} == {"a", "b"}
        assert "wording" in kinds(grouper, "b")


def test_a_borrowed_template_joins_nobody():
    """Two recruiters with one template stay two; a post with neither contact waits for a person."""
    posts = [made(f"a{n}", words(1), [1]) for n in range(3)] + [
        made(f"b{n}", words(1), [2]) for n in range(3)
    ]
    grouper = grouped([*posts, made("x", words(1), [3])])
    assert partition(grouper) == [("a0", "a1", "a2"), ("b0", "b1", "b2")]
    assert kinds(grouper, "x") == ["same_wording"]
    assert {(one.left, one.right) for one in grouper.suggestions()} == {("c1", "c4"), ("c1", "x")}


def test_a_number_that_changes_under_one_long_wording_joins():
    """Three numbers used once each under a long text are one recruiter; two are too few, or a short text."""
    assert partition(grouped(made(n, words(1), [n]) for n in range(3))) == [("0", "1", "2")]
    assert partition(grouped(made(n, words(1), [n]) for n in range(2))) == []
    assert partition(grouped(made(n, words(1, 20), [n]) for n in range(3))) == []


def test_it_comes_apart_when_the_template_proves_borrowed():
    """What looked like a changing number is three recruiters once each uses his own again."""
    grouper = grouped(made(n, words(1), [n]) for n in range(3))
    assert grouper.campaign_of("0") == "c1"
    for n in range(3):
        grouper.add(*made(f"again{n}", words(1), [n]))
    assert partition(grouper) == [("0", "again0"), ("1", "again1"), ("2", "again2")]


def test_a_footer_links_nobody():
    """A number in one line under ads that share nothing else, each with its own contact, is a portal's."""
    ads = [made(n, words(n), [n, 99], lines=[0, 5]) for n in range(6)]
    grouper = grouped(ads)
    assert partition(grouper) == []
    assert kinds(grouper, "5") == ["common_contact"]
    # A recruiter's numbers come in changing pairs.
    assert len(partition(grouped(made(n, words(n), [n % 4, (n + 1) % 4]) for n in range(6)))) == 1


def test_a_portals_number_links_nobody_at_last():
    """Hundreds of harmless ads under one number are a portal's; as many risky ones are a recruiter's."""
    harmless = grouped(made(n, words(n), [7], is_recruitment=False) for n in range(200))
    assert partition(harmless) == []
    assert len(partition(grouped(made(n, words(n), [7]) for n in range(200)))) == 1


def test_who_speaks_about_a_recruiter_is_not_of_his_campaign():
    """A warning that quotes an ad with its number joins nothing, and says whose contact it names."""
    grouper = grouped(
        [made("a", words(1), [7]), made("b", words(1), [7]), made("w", words(1), [7], is_own=False)]
    )
    assert partition(grouper) == [("a", "b")]
    said = [reason.to_dict() for reason in grouper.why("w")]
    assert said == [
        {"kind": "voice", "detail": "warning"},
        {"kind": "names_contact", "post": "a", "campaign": "c1"},
    ]


def test_chain_letters_are_nobodys():
    """Copies without any contact, in which nothing points to recruitment, are no campaign; ads are."""
    assert partition(grouped(made(n, words(1), is_recruitment=False) for n in range(3))) == []
    assert partition(grouped(made(n, words(1)) for n in range(3))) == [("0", "1", "2")]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Dicari kasir di Depok, hubungi 0812-0000-0001", 1),
        ("Dicari kasir. Pasang iklan gratis di LokerKota 0812-0000-0001", 0),
        ("Dicari kasir. Info penipuan: hotline pengaduan 0812-0000-0001", 0),
        ("Awas penipuan, 0812-0000-0001 mengaku agen sawit", 0),
        ("Bukan penipuan! Daftar langsung ke 0812-0000-0001", 1),
    ],
)
def test_whose_contact_a_post_names(text, own):
    """The number of a portal or a hotline is not that of whoever recruits."""
    print = printed(assessed(text, "0812-0000-0001"))
    assert (len(print.contacts), len(print.passing)) == (own, 1 - own)


@pytest.mark.parametrize(
    ("stance", "text", "is_own"),
    [
        ("offer", "Awas kehabisan kuota, daftar ke 0812-0000-0001", True),
        ("other", "Hari ini terbang lagi delapan orang, 0812-0000-0001", True),
        ("other", "Hati-hati penipuan, 0812-0000-0001 mengaku agen", False),
        ("testimony", "Saya sudah betah di sini, mau ikut? 0812-0000-0001", True),
        ("testimony", "Adik saya hilang setelah daftar ke 0812-0000-0001", False),
        ("testimony", "Saya ingat nomornya 0812-0000-0001", False),
        ("warning", "Daftar ke 0812-0000-0001", False),
    ],
)
def test_in_whose_voice_a_post_speaks(stance, text, is_own):
    """Offers, and good luck that invites, are a recruiter's voice; warnings and accounts of harm are not."""
    assert printed(assessed(text, "0812-0000-0001", stance=stance)).is_own is is_own


def test_a_print_holds_no_contact():
    """Without the key nobody can tell which number a hash stands for: another key gives another hash."""
    post = assessed("Dicari kasir, hubungi 0812-0000-0001", "0812-0000-0001")
    one, other = printed(post), printed(post, b"another")
    assert one.contacts != other.contacts
    assert one.shingles == other.shingles


def test_slots_do_not_change_the_wording():
    """Another number, sum or order of sentences is the same wording."""
    first = assessed(
        "Dicari kasir toko roti. Gaji 3 juta per bulan. Hubungi 0812-0000-0001", "0812-0000-0001"
    )
    other = assessed(
        "Gaji 4 juta per bulan. Dicari kasir toko roti. Hubungi 0812-0000-0002", "0812-0000-0002"
    )
    assert printed(first).shingles == printed(other).shingles != b""


def test_merging_splitting_and_undoing():
    """A person's decision holds over the evidence; taken back, everything is as before."""
    grouper = grouped([*(made(f"a{n}", words(n), [1]) for n in range(3)), made("b", words(8), [2])])
    before = partition(grouper)
    merged = grouper.merge("c1", "b")
    assert partition(grouper) == [("a0", "a1", "a2", "b")]
    assert "decision" in kinds(grouper, "b")
    split = grouper.split(["a1", "b"])
    assert partition(grouper) == [("a0", "a2"), ("a1", "b")]
    grouper.undo(split)
    assert partition(grouper) == [("a0", "a1", "a2", "b")]
    again = grouper.undo(merged)
    assert partition(grouper) == before
    grouper.undo(again)
    assert partition(grouper) == [("a0", "a1", "a2", "b")]


def test_a_person_may_add_what_nothing_links():
    """A post too short to compare, or in another voice, joins where a person says so."""
    grouper = grouped(
        [made("a", words(1), [1]), made("short", words(2, 3)), made("w", words(3), is_own=False)]
    )
    grouper.merge("a", "short")
    grouper.merge("c1", "w")
    assert partition(grouper) == [("a", "short", "w")]
    assert kinds(grouper, "w") == ["decision"]


def test_a_split_holds_for_what_comes_later():
    """A later post that would join both sides again goes with one of them."""
    grouper = grouped(made(f"a{n}", words(n), [1]) for n in range(4))
    grouper.split(["a1", "a3"])
    grouper.add(*made("new", words(9), [1]))
    assert partition(grouper) == [("a0", "a2", "new"), ("a1", "a3")]


def test_the_later_of_two_decisions_holds():
    """Who merges what was split before takes the split back by it, and the reverse."""
    grouper = grouped(made(f"a{n}", words(n), [1]) for n in range(2))
    grouper.split(["a1"])
    assert partition(grouper) == []
    grouper.merge("a0", "a1")
    assert partition(grouper) == [("a0", "a1")]
    grouper.split(["a0"])
    assert partition(grouper) == []


def test_wrong_calls_are_errors():
    """Names that are not there, and decisions that decide nothing, are refused in words."""
    grouper = grouped([made("a", words(1), [1]), made("b", words(2), [1]), made("c", words(3))])
    with pytest.raises(NotFoundError, match="campaign with id 'c2'"):
        grouper.campaign("c2")
    with pytest.raises(NotFoundError, match="post with id 'nobody'"):
        grouper.why("nobody")
    with pytest.raises(InputError, match="together already"):
        grouper.merge("a", "b")
    with pytest.raises(InputError, match="not posts of one campaign"):
        grouper.split(["a", "c"])
    with pytest.raises(InputError, match="the whole campaign"):
        grouper.split(["a", "b"])
    with pytest.raises(NotFoundError, match="decision"):
        grouper.undo(1)
    with pytest.raises(InputError, match="added before"):
        grouper.add(*made("a", words(1)))
    number = grouper.split(["a"])
    grouper.undo(number)
    with pytest.raises(InputError, match="taken back already"):
        grouper.undo(number)


def test_counts_are_never_too_low():
    """The sketch of shingles may count one too often, and never too seldom."""
    counts = ShingleCounts()
    for seed in range(40):
        counts.add(words(seed % 4, 200))
    for seed in range(4):
        assert counts.of(words(seed, 200)).min() >= 10
    assert counts.of(words(77, 200)).max() <= 1


def test_whoever_is_left_alone_is_told():
    """A wording that turns out to be many people's parts them, and the one who stays behind is told too."""
    grouper = Grouper()
    for number, contacts in enumerate([[1], [2], [], [2], [3]]):
        grouper.add(*made(number, words(0), contacts, is_recruitment=False))
    assert grouper.campaign_of("0") == "c1"
    grouper.take_changed()
    grouper.add(*made("5", words(0), [2], is_recruitment=False))
    assert "0" in grouper.take_changed()
    assert grouper.campaign_of("0") is None
