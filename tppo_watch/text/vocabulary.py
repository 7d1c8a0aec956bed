"""The words that decide whether odd typography is a disguise, and the canonical form of each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ..errors import KnowledgeError
from ..knowledge.rules import data_folder, read_yaml

_SUFFIXES = ("", "nya", "kan", "an", "in", "ku", "mu", "lah", "i", "ne", "e")
# A nasal prefix may have swallowed the first letter of the root: `menari` is `tari`, `memakai` is `pakai`.
_PREFIXES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "d": (("di", ("",)),),
    "k": (("ke", ("",)),),
    "s": (("se", ("",)),),
    "b": (("be", ("",)), ("ber", ("",))),
    "t": (("te", ("",)), ("ter", ("",))),
    "m": (("me", ("",)), ("mem", ("", "p")), ("men", ("", "t")), ("meng", ("", "k")), ("meny", ("s",)),
          ("m", ("p",))),
    "p": (("pe", ("",)), ("pem", ("", "p")), ("pen", ("", "t")), ("peng", ("", "k")), ("peny", ("s",))),
    "n": (("n", ("", "t")), ("ng", ("", "k")), ("nge", ("",)), ("ny", ("s", "c"))),
}


def load(name: str) -> Mapping[str, Any]:
    """A mapping from a packaged knowledge file."""
    data = read_yaml(data_folder() / name)
    if not isinstance(data, dict):
        raise KnowledgeError("should be a mapping", file=name)
    return data


def _slang() -> dict[str, str]:
    canonical: dict[str, str] = {}
    for groups in load("slang.yaml").values():
        for word, variants in groups.items():
            for variant in variants:
                if canonical.setdefault(variant, word) != word:
                    raise KnowledgeError(f"{variant!r} stands for two words", file="slang.yaml", record=word)
    for variant, word in canonical.items():
        if word in canonical:
            raise KnowledgeError(f"{word!r} is itself a variant", file="slang.yaml", record=variant)
    return canonical


_DATA = load("watchwords.yaml")
SLANG: Mapping[str, str] = _slang()  #: variant -> canonical token
WATCH = frozenset(_DATA["watch"].split())  #: words worth hiding
#: Every word that counts as known; the number is its rank, 0 the first to be taken.
WORDS: Mapping[str, int] = {
    word: rank
    for rank, word in enumerate(
        dict.fromkeys([*_DATA["watch"].split(), *_DATA["words"].split(), *SLANG.values()])
    )
}
KEEP = frozenset(_DATA["keep"].split())  #: letters and digits together by right
NUMBERED = frozenset(_DATA["numbered"].split())  #: `lantai2` is the second floor
DIGITS: Mapping[str, str] = {word: digit for digit, words in _DATA["digits"].items() for word in words}
FLAGS: Mapping[str, str] = _DATA["flags"]


def canonical(word: str) -> str:
    """The canonical form of a folded word: `gak` -> `tidak`; any other word as it is."""
    return SLANG.get(word, word)


@lru_cache(maxsize=8192)
def known(word: str) -> bool:
    """Whether `word` is in the vocabulary, with or without common affixes."""
    if word in WORDS:
        return True
    if len(word) < 5:
        return False
    prefixes = _PREFIXES.get(word[0], ())
    for suffix in _SUFFIXES:
        if not word.endswith(suffix):
            continue
        stem = word[: len(word) - len(suffix)]
        if suffix and len(stem) >= 3 and stem in WORDS:
            return True
        for prefix, restored in prefixes:
            if stem.startswith(prefix):
                root = stem[len(prefix) :]
                if any(len(first + root) >= 4 and first + root in WORDS for first in restored):
                    return True
    return False
