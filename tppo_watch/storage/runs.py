"""What each scan did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from .schema import runs


def add(connection: Connection, *, started: datetime, finished: datetime, report: Mapping[str, Any]) -> None:
    """Keep the report of a scan."""
    connection.execute(insert(runs).values(started=started, finished=finished, report=dict(report)))
