"""The spaCy component, through the entry point that an installation gives it."""

from __future__ import annotations

import pytest
import spacy
from spacy import displacy
from spacy.tokens import Doc, DocBin

import tppo_watch

OFFER = "Loker admin Poipet, gaji 12jt bersih, paspor ditahan, berangkat pakai visa turis, WA 0812-0000-1111"
PLAIN = "Resep rendang ibu saya 🍛"
QUOTED = "Katanya tidak ada penahanan paspor. Benarkah?"


@pytest.fixture(scope="module")
def nlp():
    """A blank Indonesian pipeline with the component, made once: it takes a second."""
    nlp = spacy.blank("id")
    nlp.add_pipe("tppo_watch")
    return nlp


def test_a_document_carries_its_assessment(nlp):
    """`doc._.tppo` is what the library says of the text."""
    for text in (OFFER, PLAIN, QUOTED, "", "  \n"):
        assert nlp(text)._.tppo == tppo_watch.load().assess(text)


def test_indicators_are_spans(nlp):
    """Each asserted indicator is a span of whole tokens around its match, labelled with its id."""
    doc = nlp(OFFER)
    asserted = [m for m in doc._.tppo.indicators if m.scope == "asserted"]
    spans = list(doc.spans["tppo_indicators"])
    assert asserted
    assert [span.label_ for span in spans] == [m.id for m in asserted]
    for span, match in zip(spans, asserted, strict=True):
        assert span.start_char <= match.start < match.end <= span.end_char
    assert len(nlp(PLAIN).spans["tppo_indicators"]) == 0


def test_displacy_shows_them(nlp):
    """The renderer of spans marks every indicator by its id."""
    doc = nlp(OFFER)
    page = displacy.render(doc, style="span", options={"spans_key": "tppo_indicators"}, jupyter=False)
    for span in doc.spans["tppo_indicators"]:
        assert span.label_ in page


@pytest.mark.parametrize(
    "options", [{"batch_size": 2}, {"batch_size": 1000}, {"n_process": 2, "batch_size": 2}]
)
def test_streams_keep_order_and_answers(nlp, options):
    """In batches and in other processes, documents come in order with the same assessments and spans."""
    texts = [OFFER, PLAIN, QUOTED] * 3
    docs = list(nlp.pipe(texts, **options))
    assert [doc.text for doc in docs] == texts
    assert [doc._.tppo.to_dict() for doc in docs] == [nlp(text)._.tppo.to_dict() for text in texts]
    assert len(docs[0].spans["tppo_indicators"]) == len(nlp(OFFER).spans["tppo_indicators"])


def test_streams_are_lazy(nlp):
    """No more is read than a batch ahead of what is asked for."""
    read = []

    def texts():
        for n in range(100):
            read.append(n)
            yield PLAIN

    stream = nlp.get_pipe("tppo_watch").pipe((nlp.make_doc(text) for text in texts()), batch_size=5)
    next(stream)
    assert len(read) == 5


def test_documents_survive_bytes_and_disk(nlp):
    """An assessment stored with its document comes back equal, spans too."""
    doc = nlp(OFFER)
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert again._.tppo == doc._.tppo
    assert hash(again._.tppo.reasons) == hash(doc._.tppo.reasons)
    assert again.spans["tppo_indicators"][0].label_ == doc.spans["tppo_indicators"][0].label_
    stored = DocBin(docs=[doc], store_user_data=True).to_bytes()
    (third,) = DocBin().from_bytes(stored).get_docs(nlp.vocab)
    assert third._.tppo == doc._.tppo


def test_a_pipeline_survives_disk(nlp, tmp_path):
    """A saved pipeline holds the name of the model, not the model, and reads as before."""
    nlp.to_disk(tmp_path)
    assert "tppo_watch" in (tmp_path / "config.cfg").read_text()
    assert not (tmp_path / "tppo_watch").exists()
    assert spacy.load(tmp_path)(OFFER)._.tppo == nlp(OFFER)._.tppo


def test_the_model_can_be_named():
    """The configuration names the model; one that is not there is an error of the library."""
    nlp = spacy.blank("id")
    nlp.add_pipe("tppo_watch", config={"model": "default"})
    assert nlp(PLAIN)._.tppo.model == tppo_watch.load("default").name
    with pytest.raises(tppo_watch.WatchError, match="'nowhere'"):
        nlp.add_pipe("tppo_watch", name="second", config={"model": "nowhere"})
