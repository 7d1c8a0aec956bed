"""Processes that are killed while they write: twenty here, three hundred in `benchmarks/kill.py`."""

from __future__ import annotations

import pytest

from tests.killing import PHASES, kill


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_kill_at_any_moment_loses_and_doubles_nothing(phase, database, tmp_path, request):
    """The database is sound, what was told is there, nothing twice, and a second run completes it."""
    server = request.getfixturevalue("postgres") if database == "postgresql" else None
    kill(phase, tmp_path, 2, rows=600, seed=len(phase.name), server=server)
