"""Promises that hold for every string."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tppo_watch.text.characters import undress, unmask
from tppo_watch.text.document import read
from tppo_watch.text.language import language
from tppo_watch.text.normalise import normalise
from tppo_watch.text.pieces import DIALLED, FOLDED, MASKED, SPACED, TOKEN, folds_of, pieces_of
from tppo_watch.text.vocabulary import canonical
from tppo_watch.text.words import dial, fold_chunks, join_spaced

TRICKS = st.sampled_from(
    [
        *"aiueokmbjgrsl0134@$!*#.-_ '\n,/|кгаоѕіё½ﬁßİΔ٠🔥🇰🇭🇲ɐɾʞ𝗮ａⓐᴀ",
        *("\u0301", "\u0336", "\u200b", "\u200d", "\ufe0f", "\u202e", "\u202c", "\x00", "\ud800"),
        *("kam", "boja", "gaji", "nol ", "satu ", "delapan ", " k a m ", "08", "loker", "2nya", "k4mb0ja"),
        *("www.", ".com", "  ", "ooo", "пас"),
    ]
)
TEXTS = st.one_of(st.text(), st.text(st.characters()), st.lists(TRICKS, max_size=40).map("".join))


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    """One pass is enough: its result is its own result."""
    once, _ = normalise(text)
    assert normalise(once)[0] == once


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_spans_lie_in_the_text_and_keep_their_order(text: str) -> None:
    """Every token maps to a stretch of the text as given, and later tokens never to earlier places."""
    document = read(text)
    last = (0, 0)
    for i in range(len(document.tokens)):
        start, end = document.token_span(i, i)
        assert 0 <= start <= end <= len(text)
        assert start >= last[0]
        assert end >= last[1]
        last = (start, end)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.data())
def test_any_span_maps_to_one_that_holds_its_parts(text: str, data: st.DataObject) -> None:
    """The original of a span covers the originals of all that lies in it."""
    normal, offsets = normalise(text)
    if not normal:
        return
    start = data.draw(st.integers(0, len(normal) - 1))
    end = data.draw(st.integers(start + 1, len(normal)))
    first, last = offsets.original(start, end)
    assert 0 <= first <= last <= len(text)
    for i in range(start, min(end, start + 20)):
        inner = offsets.original(i, i + 1)
        assert first <= inner[0] <= inner[1] <= last


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_tokens_tile_the_normal_text(text: str) -> None:
    """Words stand where they say, in order, apart from each other, in sentences that never go back."""
    document = read(text)
    last = sentence = 0
    for word, start, end, number in zip(
        document.words, document.starts, document.ends, document.sentences, strict=True
    ):
        assert document.normal[start:end] == word
        assert start >= last
        assert number in (sentence, sentence + 1)
        last, sentence = end, number
    assert len(document.tokens) == len(document.words)
    assert language(document)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from("dan di gaji kerja toko besar tiga juta orang Bekasi".split()), max_size=30))
def test_plain_words_are_only_lowered(words: list[str]) -> None:
    """Ordinary words pass untouched."""
    text = " ".join(words)
    assert normalise(text)[0] == text.lower()


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_a_fold_that_changes_a_text_is_named_by_one_of_its_pieces(text: str) -> None:
    """A text whose pieces name no fold is left alone by all of them: sparing the work changes no answer."""
    lowered = undress(text)
    named = folds_of(pieces_of(lowered))
    folds = {MASKED: unmask, DIALLED: dial, SPACED: join_spaced, FOLDED: fold_chunks}
    assert [fold for fold, step in folds.items() if step(lowered)[0] != lowered and not named & fold] == []


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_a_text_put_together_from_pieces_is_the_text_read_whole(text: str) -> None:
    """Words, their places and canonical forms are those of one look at the whole text."""
    document = read(text)
    found = list(TOKEN.finditer(document.normal))
    assert document.words == [word.group() for word in found]
    assert list(zip(document.starts, document.ends, strict=True)) == [word.span() for word in found]
    assert document.tokens == list(map(canonical, document.words))
