"""One assessor a model for all integrations: what is cloned and scored on folds loads nothing twice."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..assessor import Assessor, load
from ..classifiers.store import MANIFEST, locate


def shared_assessor(model: str | Path | None = None) -> Assessor:
    """The assessor of an installed name or folder, loaded once as long as its manifest stays what it is.

    Raises
    ------
    ModelNotFoundError, ModelMismatchError
    """
    folder = locate(model).resolve()
    return _loaded(folder, (folder / MANIFEST).read_bytes())


# The manifest holds the digests of all files, so a model trained anew in the same folder is another key.
@lru_cache(maxsize=4)
def _loaded(folder: Path, manifest: bytes) -> Assessor:
    return load(folder)
