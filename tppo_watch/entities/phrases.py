"""Many phrases looked up at once over the tokens of a document."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import compress
from typing import Any

from ..text.vocabulary import canonical

Hit = tuple[int, int, Any]  #: first token, one past the last, value
#: by the second token the phrases of more than one, and those of one
_Phrases = tuple[dict[str, list[tuple[list[str], int, str, Any]]], list[tuple[str, Any]]]

_MOST_KEPT = 100_000  # tokens; hostile text must not fill the memory


class _Begun(dict[str, _Phrases | None]):
    """What each token may begin: None for most; nothing, but not None, for a number."""

    def __missing__(self, token: str) -> _Phrases | None:
        begun: _Phrases | None = ({}, []) if "0" <= token[0] <= "9" else None
        if len(self) < _MOST_KEPT:
            self[token] = begun
        return begun


class Phrases:
    """A dictionary of phrases, each a sequence of tokens with a kind and a value.

    Two look-ups, by the first and the second token, decide for nearly every token of a text, so the cost does
    not grow with the number of phrases (a regex alternation of 2,000 phrases was a hundred times slower).
    """

    __slots__ = ("_begun",)

    def __init__(self, entries: Iterable[tuple[tuple[str, ...], str, Any]]) -> None:
        values: dict[tuple[str, tuple[str, ...]], Any] = {}
        for tokens, kind, value in entries:
            values.setdefault((kind, tuple(map(canonical, tokens))), value)
        self._begun = _Begun()
        for (kind, tokens), value in sorted(values.items(), key=lambda item: -len(item[0][1])):
            longer, alone = self._begun.setdefault(tokens[0], ({}, []))  # type: ignore[misc]
            if len(tokens) == 1:
                alone.append((kind, value))
            else:
                longer.setdefault(tokens[1], []).append((list(tokens[2:]), len(tokens), kind, value))

    def find(self, tokens: list[str]) -> tuple[dict[str, list[Hit]], list[int]]:
        """All phrases in `tokens` by kind, and where the numbers stand.

        Of a kind, the longest phrase at each place; its hits come in reading order and do not overlap.
        """
        found: dict[str, list[Hit]] = {}
        numbers: list[int] = []
        last = len(tokens) - 1
        begun = list(map(self._begun.__getitem__, tokens))
        for i in compress(range(len(tokens)), begun):
            longer, alone = begun[i]  # type: ignore[misc]
            if longer and i < last and tokens[i + 1] in longer:
                for rest, length, kind, value in longer[tokens[i + 1]]:
                    if not rest or tokens[i + 2 : i + length] == rest:
                        hits = found.setdefault(kind, [])
                        if not hits or hits[-1][1] <= i:
                            hits.append((i, i + length, value))
            for kind, value in alone:
                if kind not in found:
                    found[kind] = [(i, i + 1, value)]
                elif found[kind][-1][1] <= i:
                    found[kind].append((i, i + 1, value))
            if not alone and "0" <= tokens[i][0] <= "9":
                numbers.append(i)
        return found, numbers
