"""Structured logs on standard error: one JSON object a line."""

from __future__ import annotations

import logging
import sys


def start(verbosity: int) -> None:
    """Send log records to standard error: none at 0, what happened at 1, everything at 2."""
    root = logging.getLogger("tppo_watch")
    for handler in [handler for handler in root.handlers if isinstance(handler, _Stderr)]:
        root.removeHandler(handler)
    if not verbosity:
        return
    import structlog

    stamps = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = _Stderr(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=stamps,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=True),  # and so one line, whatever is in it
            ],
        )
    )
    root.addHandler(handler)
    root.setLevel(logging.INFO if verbosity == 1 else logging.DEBUG)


class _Stderr(logging.StreamHandler):
    """Marks our own handler, so that a second command in one process does not log everything twice."""
