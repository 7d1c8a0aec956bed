"""The units of systemd in the documents start commands that exist, with limits that are meant."""

from __future__ import annotations

import configparser
import shlex
from pathlib import Path

import pytest

from tppo_watch.cli import main as front

UNITS = sorted((Path(__file__).parents[2] / "docs" / "systemd").iterdir())


def unit(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str
    parser.read_string(path.read_text())
    return parser


SERVICES = [path for path in UNITS if path.suffix == ".service"]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_exists(path):
    """Its options are known, it stops gently, and exit code 3 is no crash."""
    service = unit(path)["Service"]
    program, command, *options = shlex.split(service["ExecStart"])
    assert Path(program).name == "tppo-watch"
    with front.load_command(command).make_context(command, options):
        pass
    assert service["SuccessExitStatus"] == "3"
    assert int(service["TimeoutStopSec"]) > 60
    assert "KillSignal" not in service
    assert service["NoNewPrivileges"] == "yes"


def test_the_timer_has_its_service():
    """The timer starts the unit of its own name, and each unit that is enabled says for what."""
    names = {path.name for path in UNITS}
    assert names == {"tppo-watch.service", "tppo-watch-scan.service", "tppo-watch-scan.timer"}
    for name in ("tppo-watch.service", "tppo-watch-scan.timer"):
        assert unit(next(path for path in UNITS if path.name == name))["Install"]["WantedBy"]
