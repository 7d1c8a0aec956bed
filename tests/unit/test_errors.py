"""The error tree."""

from __future__ import annotations

import inspect
import pickle

import pytest

from tppo_watch import errors

NAMES = (
    "message",
    "source_id",
    "model",
    "file",
    "expected",
    "found",
    "reason",
    "record",
    "id",
    "holder",
    "action",
    "role", "channel")
VALUES = {name: f"some {name}" for name in NAMES} | {"alert_id": 7, "is_kept": True}


def _classes(root: type) -> list[type]:
    return [root, *(found for child in root.__subclasses__() for found in _classes(child))]


@pytest.mark.parametrize("kind", _classes(errors.WatchError), ids=lambda kind: kind.__name__)
def test_every_error_survives_pickling_with_its_ids(kind: type) -> None:
    """An error that crosses from a worker says the same, and holds the same, as where it was raised."""
    asked = [] if kind is errors.WatchError else list(inspect.signature(kind).parameters.values())
    needed = [p for p in asked if p.default is p.empty]
    error = kind(
        *(VALUES[p.name] for p in needed if p.kind is not p.KEYWORD_ONLY),
        **{p.name: VALUES[p.name] for p in needed if p.kind is p.KEYWORD_ONLY},
    )
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind and str(again) == str(error) and vars(again) == vars(error)
