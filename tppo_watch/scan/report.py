"""What a scan did, source by source."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ..storage.notices import Notice
from ..types import Failure

#: Failures beyond this many of one source are counted, not listed.
LISTED_FAILURES = 50

Status = Literal["read", "unchanged", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one source gave.

    `failed` means the source as a whole could not be read; `stopped` that the scan was told to end first.
    """

    id: str
    status: Status
    items: int = 0  #: read from the source: messages, rows, feed items
    posts: int = 0  #: what became of them: parts of one post joined, several ads in one split
    new: int = 0
    copies: int = 0  #: of the new ones, those that say what an earlier post said
    alerts: int = 0  #: raised
    failed_items: int = 0
    failures: tuple[Failure, ...] = ()  #: the first of them


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What one scan did. Counts are those of the sources that were due."""

    started: datetime
    finished: datetime
    sources: tuple[SourceReport, ...]
    not_due: int = 0
    is_dry_run: bool = False
    alerts_by_lane: dict[str, int] = field(default_factory=dict)  #: raised by this scan
    notices: tuple[Notice, ...] = ()  #: what has to be told of sources, as it came up in this scan
    signals: int = 0  #: raised after this scan

    def total(self, name: str) -> int:
        """Sum of one count over all sources, such as ``new``."""
        return sum(getattr(source, name) for source in self.sources)

    @property
    def is_stopped(self) -> bool:
        return any(source.status == "stopped" for source in self.sources)

    @property
    def has_failures(self) -> bool:
        """Whether some source or item failed: exit code 3."""
        return any(source.status == "failed" or source.failed_items for source in self.sources)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready. Holds no text of any post."""
        counts = ("items", "posts", "new", "copies", "alerts", "failed_items")
        return {
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat(),
            "dry_run": self.is_dry_run,
            "not_due": self.not_due,
            **{name: self.total(name) for name in counts},
            "lanes": dict(self.alerts_by_lane),
            "signals": self.signals,
            "notices": [
                {"source": one.source_id, "kind": one.kind, "number": one.number, **one.detail}
                for one in self.notices
            ],
            "sources": [
                {
                    "id": source.id,
                    "status": source.status,
                    **{name: getattr(source, name) for name in counts},
                    "failures": [
                        {"item": failure.item, "step": failure.step, "reason": failure.reason}
                        for failure in source.failures
                    ],
                }
                for source in self.sources
            ],
        }
