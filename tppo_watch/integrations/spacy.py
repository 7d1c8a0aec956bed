"""spaCy: ``nlp.add_pipe("tppo_watch")`` sets ``doc._.tppo`` and ``doc.spans["tppo_indicators"]``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from itertools import islice
from typing import Any

import srsly
from spacy.language import Language
from spacy.tokens import Doc

from ..assessor import BATCH, Assessor
from ..types import Assessment, Entity, Match
from .shared import shared_assessor

SPANS = "tppo_indicators"
_RECORDS = {record.__name__: record for record in (Assessment, Match, Entity)}
_KEY = "tppo_watch.types"


@Language.factory("tppo_watch", default_config={"model": None}, assigns=["doc._.tppo", "doc.spans"])
def make_component(nlp: Language, name: str, model: str | None) -> TppoComponent:
    """The pipe; `model` is an installed name or a folder."""
    return TppoComponent(shared_assessor(model))


class TppoComponent:
    """Assesses documents.

    ``doc._.tppo`` is an :class:`~tppo_watch.types.Assessment`. Spans are the asserted indicators, widened to
    the tokens they touch, with the indicator's id as their label.
    """

    def __init__(self, assessor: Assessor) -> None:
        self._assessor = assessor
        _extend()

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = BATCH) -> Iterator[Doc]:
        """Documents of `stream` in order, assessed in batches."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            for doc, assessment in zip(batch, self._assessor.assess_many(d.text for d in batch), strict=True):
                doc._.tppo = assessment
                spans = (
                    doc.char_span(m.start, m.end, label=m.id, alignment_mode="expand")
                    for m in assessment.indicators
                    if m.scope == "asserted"
                )
                doc.spans[SPANS] = [span for span in spans if span is not None]
                yield doc


def _extend() -> None:
    if not Doc.has_extension("tppo"):
        Doc.set_extension("tppo", default=None)


# Documents travel as bytes to other processes (`n_process`) and to disk, with all that stands in `doc._`.
@srsly.msgpack_encoders("tppo_watch")
def _encode(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    if type(value) in _RECORDS.values():
        return {_KEY: type(value).__name__, **{f.name: getattr(value, f.name) for f in fields(value)}}
    return value if chain is None else chain(value)


@srsly.msgpack_decoders("tppo_watch")
def _decode(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    record = _RECORDS.get(value.get(_KEY)) if isinstance(value, dict) else None
    if record is None:
        return value if chain is None else chain(value)
    return record(**{f.name: _frozen(value[f.name]) for f in fields(record)})


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
