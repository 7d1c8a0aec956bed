"""Find indicators of trafficking recruitment in Indonesian job ads and posts, for human review.

No score is an accusation: a person decides.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0.dev0"

# Public names resolve on first use, so that importing the package loads no heavy library.
_HOMES = {
    "load": "assessor",
    "Assessor": "assessor",
    "open_watch": "watch",
    "Watch": "watch",
    "assess_frame": "integrations.pandas",
    "Assessment": "types",
    "Entity": "types",
    "Match": "types",
    "Post": "types",
    "Failure": "types",
    "WatchError": "errors",
}
__all__ = ["__version__", *_HOMES]

if TYPE_CHECKING:  # for type checkers; at run time `__getattr__` finds them
    # ruff: noqa: F401
    from .assessor import Assessor, load
    from .errors import WatchError
    from .integrations.pandas import assess_frame
    from .types import Assessment, Entity, Failure, Match, Post
    from .watch import Watch, open_watch

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
