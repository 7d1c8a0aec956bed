"""One assessor a model for all integrations: what is cloned and scored on folds loads nothing twice."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

from ..assessor import Assessor, load
from ..classifiers.store import STUDENT, locate, manifest_digest

_LOCK = threading.Lock()  # a worker of a cluster has several threads, of which two may come first


def shared_assessor(model: str | Path | None = None) -> Assessor:
    """The assessor of an installed name or folder, loaded once as long as its manifest stays what it is.

    Raises
    ------
    ModelNotFoundError, ModelMismatchError
    """
    folder = locate(model).resolve()
    with _LOCK:
        return _loaded(STUDENT if str(model) == STUDENT else folder, manifest_digest(folder))


# The manifest holds the digests of all files, so a model trained anew in the same folder is another key.
@lru_cache(maxsize=4)
def _loaded(model: str | Path, digest: str) -> Assessor:
    return load(model)
