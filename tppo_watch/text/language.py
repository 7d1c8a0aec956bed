"""Which language a text is mainly written in, by the words that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .vocabulary import load

if TYPE_CHECKING:
    from .document import Document

DEFAULT = "id"
UNDETERMINED = "und"
MOST_WORDS = 400  # the beginning of a long text tells
# A regional text is rarely free of Indonesian, an Indonesian one rarely holds words of its neighbours, so
# less evidence is asked of these. On the training corpus 98% of texts get one of theirs, 88% the first.
_LEAST = 2.5
_SHARE = 0.6
_OWN = ((DEFAULT, 1.0),)


def _marks() -> dict[str, tuple[tuple[str, float], ...]]:
    """Word -> the languages it shows and how strongly; a word of several languages says little of each."""
    languages: dict[str, list[str]] = {}  # a final apostrophe is a token of its own
    for code, words in load("languages.yaml").items():
        for word in dict.fromkeys(word.rstrip("'") for word in words.split()):
            languages.setdefault(word, []).append(code)
    return {
        # what is Indonesian too speaks for nothing else
        word: tuple((code, 1.0 / len(codes) ** 2) for code in codes) if DEFAULT not in codes else _OWN
        for word, codes in languages.items()
    }


_MARKS = _marks()


def language(document: Document) -> str:
    """Main language of `document`.

    Returns
    -------
    str
        An ISO 639 code; ``"id"`` where nothing speaks for another language, ``"und"`` where there is no word.
    """
    found = list(filter(None, map(_MARKS.get, document.words[:MOST_WORDS])))
    if not found:
        return DEFAULT if any(map(str.isalpha, document.words)) else UNDETERMINED
    if found.count(_OWN) == len(found):
        return DEFAULT
    scores: dict[str, float] = {}
    for marks in found:
        for code, weight in marks:
            scores[code] = scores.get(code, 0.0) + weight
    indonesian = scores.pop(DEFAULT, 0.0)
    best = max(scores, key=scores.__getitem__, default=DEFAULT)
    return best if scores.get(best, 0.0) >= max(_LEAST, _SHARE * indonesian) else DEFAULT
