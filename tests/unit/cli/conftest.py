"""Run the command in this process, as a shell would, with an assessor that needs no model."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.unit.cli.fake import FakeAssessor
from tppo_watch.cli.main import main


@dataclass(frozen=True)
class Result:
    """What came out of one call."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as JSON Lines."""
        return [json.loads(line) for line in self.out.split("\n")[:-1]]

    @property
    def complaint(self) -> str:
        """The one line on standard error; fails where there is not exactly one."""
        lines = self.err.splitlines()
        assert len(lines) == 1, lines
        return lines[0]


Tppo = Callable[..., Result]


@pytest.fixture
def assessor(monkeypatch: pytest.MonkeyPatch) -> FakeAssessor:
    """The assessor that the command gets."""
    fake = FakeAssessor()
    monkeypatch.setattr("tppo_watch.assessor.load", lambda model=None, **more: fake)
    return fake


@pytest.fixture
def tppo(monkeypatch: pytest.MonkeyPatch, assessor: FakeAssessor) -> Tppo:
    """Call ``tppo-watch`` with arguments and bytes for standard input."""

    def run(*argv: object, stdin: bytes = b"") -> Result:
        out, err = io.BytesIO(), io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
            patch.setattr(sys, "stdout", io.TextIOWrapper(out, "utf-8"))
            patch.setattr(sys, "stderr", err)
            code = main([str(arg) for arg in argv])
            sys.stdout.flush()
            result = Result(code, out.getvalue().decode(), err.getvalue())
            sys.stdout.detach()
        assert not any(line.startswith("Traceback") for line in result.err.splitlines())
        return result

    return run
