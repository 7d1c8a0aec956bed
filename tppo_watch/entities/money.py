"""What each sum of money is for: pay, fee, debt, or none of ours."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from ..knowledge.money import Around, MoneyCue
from ..text.document import Document
from ..types import Entity
from .amounts import Amount

CueHit = tuple[int, int, tuple[MoneyCue, ...]]  #: first token, one past the last, meanings

# A cue is worth its weight right beside the sum and fades by this factor with every token between them. Set
# by hand on the training corpus, as are the numbers below (`python -m tppo_watch.training.entity_report`).
_FADE = 0.88
_FADE_COMMA = 0.5  # a comma or another sum between cue and sum mostly ends the phrase
_FADE_SENTENCE = 0.2
_REACH_BEFORE, _REACH_AFTER = 9, 6  # tokens
_ENOUGH = 0.3
_BREAKS = frozenset((",", ";", "•", "|", "—", "&", "dan", "+", "(", ")"))
# What a sum without any cue is worth as pay.
_UNCUED, _UNCUED_PERIOD, _UNCUED_FOREIGN, _UNCUED_WORK = 0.1, 0.35, 0.2, 0.21
_UNCUED_MOST_IDR = 3e8


def money_entities(
    document: Document, amounts: list[Amount], cues: list[CueHit], speaks_of_work: bool, around: Around
) -> list[Entity]:
    """The sums that are pay, fee or debt, in reading order.

    `cues` are the phrases of ``money_roles.yaml`` found in the document.
    """
    found = []
    first_cue = 0
    for k, amount in enumerate(amounts):
        while first_cue < len(cues) and cues[first_cue][1] < amount.first - _REACH_BEFORE:
            first_cue += 1
        named = _names(document, amount, cues, first_cue, around.fillers)
        if amount.plain and not _may_be_sum(document, amount, named, around):
            continue
        scores = _scores(document, amount, amounts, k, cues, first_cue)
        scores["salary"] += _uncued(amount, speaks_of_work) * max(0.0, 1.0 - 2.0 * scores["neither"])
        if amount.plain and named is not None:
            scores[named] += 0.5
        role = max(scores, key=scores.__getitem__)
        if role == "neither" or scores[role] < _ENOUGH:
            continue
        start, end = document.token_span(amount.first, amount.last)
        found.append(Entity(role, start, end, document.text[start:end], _value(amount, role)))
    return found


def _names(document: Document, amount: Amount, cues: list[CueHit], i: int, fillers: Set[str]) -> str | None:
    """The role of a cue that stands right before the sum, or None."""
    nearest = None
    while i < len(cues) and cues[i][1] <= amount.first:
        nearest = cues[i]
        i += 1
    if nearest is None or document.sentences[nearest[0]] != document.sentences[amount.first]:
        return None
    if any(token not in fillers for token in document.tokens[nearest[1] : amount.first]):
        return None
    return next((cue.role for cue in nearest[2] if cue.names_sum), None)


def _may_be_sum(document: Document, amount: Amount, named: str | None, around: Around) -> bool:
    """Whether a number without unit or currency can be a sum at all."""
    value = amount.low if amount.low is not None else amount.high
    if value is None or value > 1e9 or value <= 0:
        return False
    i = amount.last + 1
    following = document.tokens[i] if i < len(document.tokens) else ""
    if amount.period is None and following in around.counted:
        return False
    if following.isalpha() and document.starts[i] == document.ends[i - 1]:  # `paket 1.5GB`
        return False
    if named:  # `denda 1 galon`, `beli 14 bungkus`
        return value >= 20 or value != int(value) or not following.isalpha() or named == "salary"
    if amount.period in ("day", "hour", "trip", "piece"):
        return 20 <= value < 1000 and value % 5 == 0
    return amount.period is not None and (100 <= value < 1000 or value >= 1e5)


def _scores(
    document: Document, amount: Amount, amounts: list[Amount], k: int, cues: list[CueHit], i: int
) -> dict[str, float]:
    """How much the cues near the sum speak for each role."""
    scores = {"salary": 0.0, "fee": 0.0, "debt": 0.0, "neither": 0.0}
    earlier = amounts[k - 1].last if k else -1
    later = amounts[k + 1].first if k + 1 < len(amounts) else len(document.tokens)
    while i < len(cues) and cues[i][0] <= amount.last + _REACH_AFTER:
        first, stop, meanings = cues[i]
        i += 1
        if stop <= amount.first:
            fade = _fade(document, stop, amount.first, first <= earlier)
        elif first > amount.last:
            fade = _fade(document, amount.last + 1, first, first >= later)
        else:  # inside the sum: a period word such as `sebulan`
            continue
        for cue in meanings:
            weight = (cue.before if stop <= amount.first else cue.after) * fade
            if weight > scores[cue.role]:
                scores[cue.role] = weight + 0.1 * scores[cue.role]
    return scores


def _fade(document: Document, start: int, stop: int, past_sum: bool) -> float:
    """What is left of a cue's weight over the tokens `start` to `stop` between it and the sum."""
    fade = _FADE ** (stop - start)
    if past_sum:
        fade *= _FADE_COMMA
    if not _BREAKS.isdisjoint(between := document.tokens[start:stop]):
        fade *= _FADE_COMMA ** sum(token in _BREAKS for token in between)
    if document.sentences[max(start - 1, 0)] != document.sentences[min(stop, len(document.sentences) - 1)]:
        fade *= _FADE_SENTENCE
    return fade


def _uncued(amount: Amount, speaks_of_work: bool) -> float:
    worth = _UNCUED
    if amount.period is not None and amount.period != "piece":
        worth += _UNCUED_PERIOD
    if amount.currency not in (None, "IDR"):
        worth += _UNCUED_FOREIGN
    elif (amount.low or amount.high or 0.0) > _UNCUED_MOST_IDR:
        return 0.0
    if speaks_of_work:
        worth += _UNCUED_WORK
    return worth


def _value(amount: Amount, role: str) -> dict[str, Any]:
    """The contract's value of a sum."""
    value: dict[str, Any] = {}
    for name, number in (("min", amount.low), ("max", amount.high)):
        if number is not None:
            number = _meant(number, amount)
            value[name] = int(number) if number == int(number) else round(number, 2)
    value["currency"] = amount.currency or "IDR"
    if role == "salary":
        value["period"] = amount.period or "month"
    return value


def _meant(number: float, amount: Amount) -> float:
    """A number without scale as its reader understands it: `gaji 12` is millions, `sehari 80` thousands."""
    short = amount.period in ("hour", "day", "piece", "trip")
    if not amount.plain and not (amount.currency == "IDR" and number < 1000 and not short):
        return number
    if number >= (1_000 if short else 10_000):
        return number
    if short or number >= 100:
        return round(number * 1e3, 2)
    return round(number * 1e6, 2)
