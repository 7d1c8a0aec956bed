"""Structured logs on standard error: one JSON object a line."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any


def start(verbosity: int) -> None:
    """Send log records to standard error: none at 0, what happened at 1, everything at 2."""
    logging.captureWarnings(True)  # a library's warning is for the log, not for whoever runs a command
    loggers = [logging.getLogger("tppo_watch"), logging.getLogger("py.warnings")]
    for logger in loggers:
        for handler in [handler for handler in logger.handlers if isinstance(handler, _Stderr)]:
            logger.removeHandler(handler)
    if not verbosity:
        return
    import structlog

    # A library that configures logging for itself switches off the loggers that are there, ours among them.
    for name, logger in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] == "tppo_watch" and isinstance(logger, logging.Logger):
            logger.disabled = False
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
                _without_numbers,
                structlog.processors.JSONRenderer(ensure_ascii=True),  # and so one line, whatever is in it
            ],
        )
    )
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO if verbosity == 1 else logging.DEBUG)


def _without_numbers(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide phone and identity numbers: an error, or its traceback, may quote what it failed at."""
    from ..alerts.masking import masked

    return {
        key: masked(value) if isinstance(value, str) and key != "timestamp" else value
        for key, value in event.items()
    }


class _Stderr(logging.StreamHandler):
    """Marks our own handler, so that a second command in one process does not log everything twice."""
