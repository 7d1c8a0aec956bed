"""Many phrases looked up at once over the tokens of a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..text.vocabulary import canonical

Hit = tuple[int, int, Any]  #: first token, one past the last, value


class Phrases:
    """A dictionary of phrases, each a sequence of tokens with a kind and a value.

    Two look-ups, by the first and the second token, decide for nearly every token of a text, so the cost does
    not grow with the number of phrases (a regex alternation of 2,000 phrases was a hundred times slower).
    """

    __slots__ = ("_longer", "_single")

    def __init__(self, entries: Iterable[tuple[tuple[str, ...], str, Any]]) -> None:
        values: dict[tuple[str, tuple[str, ...]], Any] = {}
        for tokens, kind, value in entries:
            values.setdefault((kind, tuple(map(canonical, tokens))), value)
        single: dict[str, list[tuple[str, Any]]] = {}
        longer: dict[str, dict[str, list[tuple[list[str], int, str, Any]]]] = {}
        for (kind, tokens), value in sorted(values.items(), key=lambda item: -len(item[0][1])):
            if len(tokens) == 1:
                single.setdefault(tokens[0], []).append((kind, value))
            else:
                behind = (list(tokens[2:]), len(tokens), kind, value)
                longer.setdefault(tokens[0], {}).setdefault(tokens[1], []).append(behind)
        self._single, self._longer = single, longer

    def find(self, tokens: list[str]) -> tuple[dict[str, list[Hit]], list[int]]:
        """All phrases in `tokens` by kind, and where the numbers stand.

        Of a kind, the longest phrase at each place; its hits come in reading order and do not overlap.
        """
        found: dict[str, list[Hit]] = {}
        numbers: list[int] = []
        single, longer = self._single, self._longer
        for i, token in enumerate(tokens):
            if token in longer and i + 1 < len(tokens) and tokens[i + 1] in longer[token]:
                for rest, length, kind, value in longer[token][tokens[i + 1]]:
                    if tokens[i + 2 : i + length] == rest:
                        hits = found.setdefault(kind, [])
                        if not hits or hits[-1][1] <= i:
                            hits.append((i, i + length, value))
            if token in single:
                for kind, value in single[token]:
                    hits = found.setdefault(kind, [])
                    if not hits or hits[-1][1] <= i:
                        hits.append((i, i + 1, value))
            elif "0" <= token[0] <= "9":
                numbers.append(i)
        return found, numbers
