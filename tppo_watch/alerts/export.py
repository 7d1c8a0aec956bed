"""Alerts for other programs: JSON Lines with everything, CSV with a line for each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, BinaryIO, Literal

from ..io.writing import dumps, spreadsheet_safe
from ..storage.alerts import AlertRecord
from .views import details

ExportFormat = Literal["jsonl", "csv"]
_COLUMNS = (
    "id", "lane", "state", "level", "risk", "type", "stance", "source", "time", "first_seen", "last_seen",
    "copies", "url", "province", "indicators", "text",
)  # fmt: skip


def write_alerts(
    file: BinaryIO, records: Iterable[AlertRecord], format: ExportFormat, *, reveal: bool = False
) -> int:
    """Write `records` to `file` in their order and return how many there were. Masked unless `reveal`."""
    alerts = [details(record, reveal=reveal) for record in records]
    if format == "jsonl":
        file.writelines(dumps(alert).encode() + b"\n" for alert in alerts)
        return len(alerts)
    text = io.TextIOWrapper(file, "utf-8", newline="")
    try:
        table = csv.writer(text, lineterminator="\n")
        table.writerow(_COLUMNS)
        table.writerows(map(_cells, alerts))
    finally:
        text.detach()  # flushes; the file belongs to the caller
    return len(alerts)


def _cells(alert: dict[str, Any]) -> list[Any]:
    assessment = alert["assessment"]
    alert["stance"] = assessment["stance"]
    asserted = (match["id"] for match in assessment["indicators"] if match["scope"] == "asserted")
    alert["indicators"] = " ".join(dict.fromkeys(asserted))
    cells = [alert.get(name, "") for name in _COLUMNS]
    return [spreadsheet_safe(cell) if isinstance(cell, str) else cell for cell in cells]
