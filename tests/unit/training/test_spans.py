"""Found spans against marked ones."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tppo_watch.training import spans
from tppo_watch.training.corpus import Record, Span, record_from
from tppo_watch.training.spans import overlap, score_spans
from tppo_watch.types import Match


def record(*marked: Span, label: str = "trafficking") -> Record:
    rows = [{"kind": s.kind, "id": s.id, "start": s.start, "end": s.end, "alt": list(s.alt)} for s in marked]
    return record_from(
        {"id": "r", "text": "x" * 100, "label": label, "stance": "offer", "spans": rows}, "here"
    )


def match(id: str, start: int, end: int, scope: str = "asserted") -> Match:
    return Match(id, start, end, "x" * (end - start), "means", scope)  # type: ignore[arg-type]


def sign(id: str, start: int, end: int, *alt: str) -> Span:
    return Span("indicator", id, start, end, alt)


borders = st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda p: (p[0], p[0] + p[1]))


@given(borders, borders)
def test_overlap_is_a_share(a, b):
    """It is symmetric, 1 only for equal spans and 0 only for spans that do not meet."""
    value = overlap(*a, *b)
    assert 0 <= value <= 1
    assert value == overlap(*b, *a)
    assert (value == 1) == (a == b)
    assert (value == 0) == (a[1] <= b[0] or b[1] <= a[0])


@pytest.mark.parametrize(
    ("marked", "found", "recall", "precision"),
    [
        ([sign("a", 0, 10)], [match("a", 0, 10)], 1, 1),
        ([sign("a", 0, 10)], [match("a", 7, 10)], 1, 1),  # 3 of 10 is enough
        ([sign("a", 0, 10)], [match("a", 8, 12)], 0, 0),  # 2 of 12 is not
        ([sign("a", 0, 10)], [match("b", 0, 10)], 0, 0),
        ([sign("a", 0, 10, "b")], [match("b", 0, 10)], 1, 1),  # an alternative id is as good
        ([sign("a", 0, 10)], [match("a", 0, 10, "negated")], 0, 0),  # only what is asserted counts
        ([sign("a", 0, 10)], [match("a", 0, 10), match("a", 50, 60)], 1, 0.5),
        ([sign("a", 0, 10), sign("b", 20, 30)], [match("a", 0, 10)], 0.5, 1),
        ([sign("a", 0, 10), sign("a", 5, 15)], [match("a", 2, 12)], 1, 1),  # right for both, counted once
        ([], [match("a", 0, 10)], 0, 0),
        ([sign("a", 0, 10)], [], 0, 0),
        ([Span("counter", "c", 0, 10), Span("entity", "salary", 0, 10)], [], 0, 0),  # of other kinds
    ],
)
def test_recall_and_precision(marked, found, recall, precision):
    """A found span is right where it overlaps a marked one of the same id by 0.3 of both together."""
    scores = score_spans([record(*marked)], lambda text: found)
    assert (scores.recall, scores.precision) == (recall, precision)


def test_misses_and_extras_are_kept():
    """What was missed and what was found unasked can be read, with record, id and words."""
    scores = score_spans([record(sign("a", 0, 3))], lambda text: [match("b", 5, 9)])
    assert scores.misses == [("r", "a", "xxx")]
    assert scores.extras == [("r", "b", "xxxx")]


def test_counter_evidence_is_scored_by_its_own_spans():
    """With kind `counter`, indicators do not count."""
    post = record(Span("counter", "c", 0, 10), sign("a", 20, 30))
    scores = score_spans([post], lambda text: [match("c", 0, 10)], kind="counter")
    assert (scores.recall, scores.precision, scores.marked.total()) == (1, 1, 1)


def test_the_report_names_each_indicator(tmp_path, capsys):
    """The command prints a line an indicator, the whole, and on demand what was missed."""
    text = "Loker Poipet, paspor ditahan perusahaan sampai kontrak selesai"
    start = text.index("Loker")
    row = {
        "id": "r1", "text": text, "label": "trafficking", "stance": "offer",
        "spans": [{"kind": "indicator", "id": "made_up", "start": start, "end": start + 5}],
    }  # fmt: skip
    (tmp_path / "a.jsonl").write_text(
        json.dumps(row) + "\n" + json.dumps({**row, "id": "r2", "label": "benign"})
    )
    spans.main([str(tmp_path / "a.jsonl"), "--misses"])
    out = capsys.readouterr().out
    assert "1 records: recall 0.000" in out
    assert "made_up" in out
    assert "missed  r1" in out
    assert "'Loker'" in out
    assert "r2" not in out
