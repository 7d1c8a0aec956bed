"""From a term that rises to a rule that finds it: a record in the form of the knowledge data."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from ..indicators.finder import default_finder
from ..knowledge.rules import Indicator
from ..text.document import read
from ..types import Entity
from .emerging import EmergingTerm
from .terms import names_in

PREFIX = "term_"  #: of the ids of all such rules
_LONGEST_ID = 60
_KINDS_NAMED = 3  # of exploitation
_EXAMPLE_WORDS = 12  # on either side
_HIDDEN = "…"
_LONG_NUMBER = re.compile(r"\d[\d.,-]{3,}")
_SAID = {
    "word": ("Istilah baru", "New term"),
    "phrase": ("Istilah baru", "New term"),
    "place": ("Tempat yang naik", "Rising place"),
    "employer": ("Pemberi kerja yang naik", "Rising employer"),
}


def is_known(text: str) -> bool:
    """Whether a rule of the knowledge finds this term by itself: then it is not new."""
    return bool(default_finder().find(read(text)).indicators)


def rule_id(text: str) -> str:
    """The id of the rule of a term, the same each time: lower-case ASCII words."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if len(words) < len(text) / 2 or len(words) > _LONGEST_ID:
        words = f"{words[: _LONGEST_ID - 9]}_{hashlib.sha256(text.encode()).hexdigest()[:8]}".strip("_")
    return PREFIX + words


def candidate(term: EmergingTerm, types: Sequence[Mapping[str, float]] = ()) -> Indicator:
    """The rule of a term, weak until a person says more of it.

    Parameters
    ----------
    types : sequence of mapping
        Kinds of exploitation of posts that use the term, each with its probability; the likeliest are named.
    """
    totals: dict[str, float] = {}
    for each in types:
        for kind, chance in each.items():
            totals[kind] = totals.get(kind, 0.0) + chance
    likely = sorted(totals, key=lambda kind: (-totals[kind], kind))
    name_id, name_en = _SAID[term.kind]
    return Indicator(
        id=rule_id(term.text),
        name_id=f"{name_id}: {term.text}",
        name_en=f"{name_en}: {term.text}",
        group="emerging",
        palermo_element="context",
        ilo_category="none",
        ilo_strength="none",
        strength_basis="editorial",
        standalone_specificity="low",
        observed_in="advert",
        definition=(
            f"Rises inside flagged posts since {term.since.isoformat()}: {term.voices} campaigns or authors, "
            f"{term.others} elsewhere and before."
        ),
        in_ads=term.text,
        patterns=(term.text.replace(" ", "_"),),
        exploitation_types=tuple(likely[:_KINDS_NAMED]),
        sources=(),
    )


def example(text: str, entities: Sequence[Entity], term: str) -> str:
    """The words around a term in a text, on one line, without contacts, long numbers and names of persons."""
    document = read(text)
    inner = term.split()
    tokens = document.tokens
    places = [at for at in range(len(tokens)) if tokens[at : at + len(inner)] == inner]
    first = max(0, (places[0] if places else 0) - _EXAMPLE_WORDS)
    last = min(len(tokens), (places[0] if places else 0) + len(inner) + _EXAMPLE_WORDS)
    hidden = names_in(document, entities)
    barred = [(entity.start, entity.end) for entity in entities if entity.kind in ("contact", "licence")]
    parts, before = [], -1
    for at in range(first, last):
        start, end = document.token_span(at, at)
        if at in hidden or any(begin <= start < stop for begin, stop in barred):
            shown = _HIDDEN
        else:
            shown = _LONG_NUMBER.sub(_HIDDEN, text[start:end])
        if shown != _HIDDEN or not parts or parts[-1].strip() != _HIDDEN:
            parts.append(shown if start == before or not parts else f" {shown}")
        before = end
    return _on_one_line("".join(parts))


def as_yaml(rules: Iterable[tuple[Indicator, Sequence[str]]]) -> str:
    """Rules as a file of the knowledge data, above each the examples given with it, as comments."""
    parts = []
    for rule, examples in rules:
        parts += [f"# {_on_one_line(example)}\n" for example in examples]
        written: list[dict[str, Any]] = [rule.model_dump(exclude_defaults=True, mode="json")]
        parts.append(yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=110))
    return "".join(parts)


def _on_one_line(text: str) -> str:
    """Text that cannot end the comment it stands in."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
