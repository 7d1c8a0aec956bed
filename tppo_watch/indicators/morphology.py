"""Stems of inflected words, for the words that patterns ask for.

Not a general stemmer: a candidate counts only when some pattern names it (``tahan~``), so an over-eager cut
cannot invent a match for a word that nobody asked about. Affixes are those of Indonesian and its everyday
forms (``ngumpulin``), Malay, Javanese, Sundanese, Banjar and Minang.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

_SUFFIXES = (
    "", "nya", "kan", "an", "i", "in", "ku", "mu", "lah", "kah", "kannya", "annya",
    "inya", "innya", "kanlah", "ake", "akan", "aken", "no", "ne", "e", "ipun", "keun", "na", "ken", "nyo",
    "agi", "aghi", "en", "ang", "a",
)  # fmt: skip

# Prefix as written -> what may be restored before the stem (nasals swallow the first letter of the stem).
_PREFIXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("",)),
    ("meny", ("s",)), ("mem", ("", "p")), ("men", ("", "t")), ("menge", ("",)),
    ("meng", ("", "k")), ("me", ("",)),
    ("peny", ("s",)), ("pem", ("", "p")), ("pen", ("", "t")), ("penge", ("",)),
    ("peng", ("", "k")), ("pe", ("",)),
    ("ny", ("s", "c")), ("nge", ("",)), ("ng", ("", "k")), ("m", ("p",)), ("n", ("t",)), ("manj", ("j",)),
    ("many", ("s",)), ("mam", ("", "p")), ("man", ("", "t")), ("mang", ("", "k")), ("ma", ("",)),
    ("di", ("",)), ("ber", ("",)), ("be", ("",)), ("ter", ("",)), ("ke", ("",)),
    ("se", ("",)), ("per", ("",)),
    ("ba", ("",)), ("ta", ("",)), ("ka", ("",)), ("pa", ("",)), ("sa", ("",)),
    ("diper", ("",)), ("dike", ("",)),
    ("memper", ("",)), ("keter", ("",)), ("disa", ("",)), ("dipa", ("",)), ("tak", ("",)), ("dak", ("",)),
    ("nga", ("",)), ("a", ("",)), ("e", ("",)), ("ka", ("",)), ("ku", ("",)), ("kau", ("",)), ("i", ("",)),
)  # fmt: skip
_BY_LENGTH = tuple(sorted(_PREFIXES, key=lambda pair: -len(pair[0])))
_SHORTEST_STEM = 3


def stems(word: str, known: Set[str]) -> Iterator[str]:
    """Every member of `known` that `word` is an inflected form of; the word itself included.

    >>> sorted(stems("ditahanin", {"tahan", "tahu"}))
    ['tahan']
    >>> sorted(stems("ngumpulin", {"kumpul"}))
    ['kumpul']
    """
    seen: set[str] = set()
    if "-" in word:
        first, _, second = word.partition("-")
        if first == second or second.startswith(first):  # reduplication: teman-teman, anak-anaknya
            word = second
    for suffix in _SUFFIXES:
        if suffix and not word.endswith(suffix):
            continue
        rest = word[: len(word) - len(suffix)]
        if len(rest) < _SHORTEST_STEM:
            continue
        for prefix, restored in _BY_LENGTH:
            if not rest.startswith(prefix):
                continue
            core = rest[len(prefix) :]
            for letter in restored:
                stem = letter + core
                if len(stem) >= _SHORTEST_STEM and stem in known and stem not in seen:
                    seen.add(stem)
                    yield stem
