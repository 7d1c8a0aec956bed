"""spaCy: ``nlp.add_pipe("tppo_watch")`` sets ``doc._.tppo`` and ``doc.spans["tppo_indicators"]``."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span

from ..assessor import Assessor, load

SPANS = "tppo_indicators"


@Language.factory("tppo_watch", default_config={"model": None}, assigns=["doc._.tppo", "doc.spans"])
def make_component(nlp: Language, name: str, model: str | None) -> TppoComponent:
    """The pipe; `model` is an installed name or a folder."""
    return TppoComponent(load(model))


class TppoComponent:
    """Assesses documents. Spans are widened to the tokens they touch and carry the indicator's id as their label."""

    def __init__(self, assessor: Assessor) -> None:
        self._assessor = assessor
        if not Doc.has_extension("tppo"):
            Doc.set_extension("tppo", default=None)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream, batch_size: int = 256):
        """Documents of `stream` in order, assessed in batches."""
        waiting: list[Doc] = []
        for doc in stream:
            waiting.append(doc)
            if len(waiting) == batch_size:
                yield from self._assess(waiting)
                waiting = []
        yield from self._assess(waiting)

    def _assess(self, docs: list[Doc]) -> list[Doc]:
        for doc, assessment in zip(docs, self._assessor.assess_many(doc.text for doc in docs), strict=True):
            doc._.tppo = assessment
            spans = (
                doc.char_span(m.start, m.end, label=m.id, alignment_mode="expand")
                for m in assessment.indicators
                if m.scope == "asserted"
            )
            doc.spans[SPANS] = [span for span in spans if isinstance(span, Span)]
        return docs
