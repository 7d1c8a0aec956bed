from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.reviewing import Office
from tppo_watch.storage import open_store


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """An empty database as a file, made once: a copy of it costs a test far less than its revisions."""
    path = tmp_path_factory.mktemp("template") / "a.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def new_office(template, tmp_path) -> Iterator[Callable[..., Office]]:
    """Makes offices, each on a database of its own."""
    with ExitStack() as stack:

        def make(**settings) -> Office:
            path = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
            shutil.copy(template, path)
            return Office(stack.enter_context(open_store(f"sqlite:///{path}")), tmp_path, **settings)

        yield make


@pytest.fixture
def office(new_office) -> Office:
    """An office in which nobody is asked for a second opinion."""
    return new_office(second_share=0)
