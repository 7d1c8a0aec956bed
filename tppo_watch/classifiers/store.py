"""Model folders: plain arrays and JSON, every byte under a digest, nothing that could run code.

A folder holds ``model.json`` (names, thresholds, figures), ``vocabulary.txt`` (a feature a line),
``weights.safetensors``, ``README.md`` (the card) and ``manifest.json`` with the SHA-256 of each of them; a
model with an encoder has ``encoder.onnx`` and ``tokenizer.json`` too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ..errors import ModelMismatchError, ModelNotFoundError
from .transformer.runtime import is_available

FORMAT = 2
DEFAULT = "default"
STUDENT = "student"  #: the default model without its encoder
CONFIG, VOCABULARY, WEIGHTS, MANIFEST, CARD = (
    "model.json", "vocabulary.txt", "weights.safetensors", "manifest.json", "README.md",
)  # fmt: skip
ENCODER, TOKENIZER = "encoder.onnx", "tokenizer.json"


@dataclass(frozen=True)
class StoredModel:
    """A model folder as read, its digests checked."""

    folder: Path
    digest: str  #: of the manifest
    config: Mapping[str, Any]
    features: tuple[str, ...]
    arrays: Mapping[str, np.ndarray]
    encoder: tuple[bytes, bytes] | None  #: the network and its tokenizer, as in their files

    @property
    def name(self) -> str:
        return self.folder.name

    def without_encoder(self) -> StoredModel:
        """The same model for a machine that cannot run its encoder, or a user who has no time for it."""
        return replace(self, encoder=None)


def model_root() -> Path | None:
    """Folder of the models installed with the library; None where it runs from a bare folder."""
    try:
        return Path(str(files("tppo_watch_models")))
    except ModuleNotFoundError:
        return None


def installed() -> list[str]:
    """Names of the installed models, the default first."""
    root = model_root()
    found = sorted(path.parent.name for path in root.glob(f"*/{MANIFEST}")) if root else []
    return sorted(found, key=lambda name: (name != DEFAULT, name))


def locate(model: str | Path | None) -> Path:
    """Folder of a model by its path or installed name; the default where None.

    Raises
    ------
    ModelNotFoundError
        Says what is installed.
    """
    wanted, root = str(model or DEFAULT), model_root()
    if wanted == STUDENT:
        wanted = DEFAULT
    folders = [Path(wanted)] if model else []  # a folder called `default` where one stands is not the default
    folders += [root / wanted] if root else []
    for folder in folders:
        if (folder / MANIFEST).is_file():
            return folder
    known = ", ".join(installed()) or "none"
    raise ModelNotFoundError(wanted, f"not found; installed: {known}; give a folder that holds {MANIFEST}")


def read_model(model: str | Path | None = None) -> StoredModel:
    """The model at a path or of an installed name, with its encoder where it has one that can run here.

    Raises
    ------
    ModelNotFoundError, ModelMismatchError
    """
    folder = locate(model)
    contents = dict(checked_files(folder))
    name = folder.name
    try:
        config = json.loads(contents[CONFIG])
        arrays = load(contents[WEIGHTS])
        features = tuple(contents[VOCABULARY].decode("utf-8").rstrip("\n").split("\n"))
        format = config.get("format")
        encoder = (contents[ENCODER], contents[TOKENIZER]) if "cascade" in config else None
    except (KeyError, ValueError, AttributeError, RecursionError, SafetensorError) as exc:
        found = " ".join(str(exc).split())[:100]
        raise ModelMismatchError(name, str(folder), "a complete model", found) from exc
    if format != FORMAT:
        raise ModelMismatchError(name, CONFIG, f"format {FORMAT}", f"format {format}")
    for array, values in arrays.items():
        if not np.all(np.isfinite(values)):
            raise ModelMismatchError(name, WEIGHTS, f"finite numbers in {array}", "others")
    stored = StoredModel(folder, manifest_digest(folder), config, features, arrays, encoder)
    return stored if is_available() and str(model) != STUDENT else stored.without_encoder()


def manifest_digest(folder: Path) -> str:
    """SHA-256 of the manifest, and so of every byte of the model."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def checked_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of the manifest.

    Raises
    ------
    ModelMismatchError
        At the first file whose digest is not the manifest's, or that is missing.
    """
    name = folder.name
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        digests = {str(file): str(digest) for file, digest in manifest["sha256"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise ModelMismatchError(
            name, MANIFEST, "names and digests of files", "no readable manifest"
        ) from exc
    for file, expected in sorted(digests.items()):
        path = folder / file
        if Path(file).name != file or not path.is_file():
            raise ModelMismatchError(
                name, file, f"sha256 {expected[:12]}…", "no such file in the model folder"
            )
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != expected:
            raise ModelMismatchError(name, file, f"sha256 {expected[:12]}…", f"sha256 {found[:12]}…")
        yield file, content


def write_model(
    folder: Path,
    *,
    config: Mapping[str, Any],
    features: tuple[str, ...],
    arrays: Mapping[str, np.ndarray],
    card: str,
    encoder: tuple[bytes, bytes] | None = None,
) -> None:
    """Write a model folder; the manifest comes last, so a broken write is no model."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (MANIFEST, ENCODER, TOKENIZER):
        (folder / old).unlink(missing_ok=True)
    contents = {
        CONFIG: (json.dumps({"format": FORMAT, **config}, indent=1, ensure_ascii=False) + "\n").encode(),
        VOCABULARY: ("\n".join(features) + "\n").encode(),
        WEIGHTS: save({name: np.ascontiguousarray(array) for name, array in arrays.items()}),
        CARD: card.encode(),
    }
    if encoder is not None:
        contents |= {ENCODER: encoder[0], TOKENIZER: encoder[1]}
    for file, content in contents.items():
        (folder / file).write_bytes(content)
    digests = {file: hashlib.sha256(content).hexdigest() for file, content in sorted(contents.items())}
    (folder / MANIFEST).write_text(json.dumps({"sha256": digests}, indent=1) + "\n", encoding="utf-8")
