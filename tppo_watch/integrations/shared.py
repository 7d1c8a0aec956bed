"""One assessor a model for all integrations: what is cloned and scored on folds loads nothing twice."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..assessor import Assessor, load
from ..classifiers.store import locate, manifest_digest


def shared_assessor(model: str | Path | None = None) -> Assessor:
    """The assessor of an installed name or folder, loaded once as long as its manifest stays what it is.

    Raises
    ------
    ModelNotFoundError, ModelMismatchError
    """
    folder = locate(model).resolve()
    return _loaded(folder, manifest_digest(folder))


# The manifest holds the digests of all files, so a model trained anew in the same folder is another key.
@lru_cache(maxsize=4)
def _loaded(folder: Path, digest: str) -> Assessor:
    return load(folder)
