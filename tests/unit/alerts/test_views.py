from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.scanning import NOW, assessment
from tppo_watch.alerts import details, restored, summary
from tppo_watch.alerts.export import write_alerts
from tppo_watch.storage.alerts import AlertRecord

TEXT = "Loker Kamboja, gaji 12.000.000, WA 0812-0000-0123"


def record(text: str = TEXT, **fields) -> AlertRecord:
    found = assessment(text, level="high", sign="kamboja")
    base = AlertRecord(
        id=7, lane="high", state="open", first_seen=NOW, last_seen=NOW + timedelta(hours=1), copies=2,
        post_id=3, source_id="a", native_id="1", text=text, title=None, url="https://a.example/1",
        published=NOW, fetched=NOW, province="Bali", assessment=json.loads(json.dumps(found.to_dict())),
    )  # fmt: skip
    return replace(base, **fields)


def test_the_line_of_the_queue_is_masked_and_short():
    """A list shows what is needed to choose, and no number."""
    line = summary(record("Kamboja 0812-0000-0123 " + "panjang " * 50))
    assert (line["id"], line["lane"], line["type"], line["risk"]) == (7, "high", "scam_compound", 0.95)
    assert len(line["excerpt"]) <= 90
    assert "0000-0123" not in json.dumps(line)


def test_everything_is_masked_until_asked():
    """No form of the number leaves without `reveal`, and all of them with it."""
    hidden, open_ = (json.dumps(details(record(title=TEXT), reveal=reveal)) for reveal in (False, True))
    for form in ("0812-0000-0123", "+6281200000123"):
        assert form not in hidden
        assert form in open_


def test_offsets_hold_in_the_masked_text():
    """Every match says what stands at its place in the text that is shown."""
    for reveal in (False, True):
        found = restored(record(), reveal=reveal)
        for match in (*found.indicators, *found.entities):
            assert found.text[match.start : match.end] == match.text
    assert restored(record(), reveal=True).to_dict() == record().assessment


def test_what_is_not_known_is_absent():
    """Fields without a value are left out, never null."""
    shown = details(record(url=None, province=None, published=None))
    assert not {"url", "province", "title"} & set(shown)
    assert None not in shown.values()
    assert shown["time"] == NOW.isoformat()


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+62 x", "-1+cmd", "@a", "\tx"])
def test_no_cell_is_a_formula(text):
    """A spreadsheet that opens the export runs nothing."""
    out = io.BytesIO()
    assert write_alerts(out, [record(text)], "csv") == 1
    (row,) = csv.DictReader(io.StringIO(out.getvalue().decode()))
    assert row["text"] == "'" + text


def test_exports_hold_every_alert_in_order():
    """Both forms have a line for each alert, masked, and an empty list gives a heading or nothing."""
    records = [record(id=n) for n in (3, 1, 2)]
    readers = {
        "jsonl": lambda t: map(json.loads, t.splitlines()),
        "csv": lambda t: csv.DictReader(io.StringIO(t)),
    }
    for format, read in readers.items():
        out = io.BytesIO()
        assert write_alerts(out, records, format) == 3
        assert [int(row["id"]) for row in read(out.getvalue().decode())] == [3, 1, 2]
        assert "0000-0123" not in out.getvalue().decode()
    out = io.BytesIO()
    assert write_alerts(out, [], "csv") == 0
    assert out.getvalue().startswith(b"id,lane")
