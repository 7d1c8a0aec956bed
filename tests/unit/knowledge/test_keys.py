"""A name that stands twice in a file of knowledge would silently replace what stood first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

DATA = Path(str(files("tppo_watch.knowledge"))) / "data"


def twice(node: yaml.Node) -> Iterator[str]:
    """Keys that stand more than once in one mapping, at any depth."""
    if isinstance(node, yaml.MappingNode):
        counts = Counter(str(key.value) for key, _ in node.value)
        yield from (key for key, number in counts.items() if number > 1)
        for _, value in node.value:
            yield from twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from twice(value)


def test_a_double_key_is_seen() -> None:
    """The check itself finds one."""
    assert list(twice(yaml.compose("a: {b: 1, b: 2}"))) == ["b"]


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.yaml")), ids=lambda path: path.stem)
def test_no_key_stands_twice(path: Path) -> None:
    """Each name has one place in its mapping."""
    assert list(twice(yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader))) == []
