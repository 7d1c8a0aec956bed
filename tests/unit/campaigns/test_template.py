"""Slots are found, and the template with its fillings gives the texts again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tppo_watch.campaigns.template import MAX_POSTS, template_of

ADS = [
    "Dibutuhkan operator di Johor. Gaji RM 1700, lembur ada",
    "Dibutuhkan operator di Kota Kinabalu. Gaji RM 1800, lembur ada",
    "Dibutuhkan operator di Johor. Gaji RM 1700",
]


def test_what_varies_is_a_slot():
    """City and pay are slots with their fillings, the most frequent first; what one leaves out is one too."""
    template = template_of(ADS)
    assert template.text == "Dibutuhkan operator di {1}. Gaji RM {2}"
    assert template.fillings[0] == (("Johor", 2), ("Kota Kinabalu", 1))
    assert {filling for filling, _ in template.fillings[1]} == {
        "1700 , lembur ada",
        "1800 , lembur ada",
        "1700",
    }
    assert template.posts == 3


def test_texts_that_share_nothing_have_no_template():
    """One text, copies of one, or strangers."""
    assert template_of([]) is None
    assert template_of(["Halo"]) is None
    assert template_of(["Halo semua", "Halo semua"]) is None
    assert template_of(["Loker kasir di Depok", "Besok pagi hujan lebat"]) is None


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=12), min_size=2, max_size=5),
    st.lists(st.sampled_from("wxyz"), min_size=13, max_size=16),
)
def test_fillings_count_every_text(tails, head):
    """Each slot is filled once by each of the texts that were compared."""
    texts = [" ".join([*head, *tail]) for tail in tails]
    template = template_of(texts)
    if len(set(texts)) < 2:
        assert template is None
        return
    assert 2 <= template.posts <= MAX_POSTS
    for number, fillings in enumerate(template.fillings, start=1):
        assert f"{{{number}}}" in template.text
        assert sum(count for _, count in fillings) == template.posts


def test_hostile_texts_are_bounded():
    """Of thousands of words and posts a part is compared."""
    texts = [" ".join([str(number), *["kerja"] * 5_000]) for number in range(500)]
    assert template_of(texts).posts == MAX_POSTS
