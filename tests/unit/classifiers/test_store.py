"""Model folders: a changed byte is refused, nothing in them can run."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tppo_watch.classifiers import store
from tppo_watch.classifiers.store import CONFIG, MANIFEST, locate, read_model, write_model
from tppo_watch.errors import ModelMismatchError, ModelNotFoundError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "small"
    write_model(
        out,
        config={"name": "small-1"},
        features=("gaji", "gaji besar"),
        arrays={"w": np.arange(3.0)},
        card="# Small\n",
    )
    return out


def test_what_is_written_is_read_again(folder: Path) -> None:
    """Names, features and arrays come back as they went in."""
    model = read_model(folder)
    assert (model.name, model.config["name"], model.features) == ("small", "small-1", ("gaji", "gaji besar"))
    assert np.array_equal(model.arrays["w"], np.arange(3.0))


@pytest.mark.parametrize("file", ["model.json", "vocabulary.txt", "weights.safetensors", "README.md"])
def test_a_changed_byte_is_refused_by_the_name_of_its_file(folder: Path, file: str) -> None:
    """Whichever file was altered, the error names it and says what to do."""
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(ModelMismatchError, match="install the model again") as caught:
        read_model(folder)
    assert caught.value.file == file


@pytest.mark.parametrize(
    "change", [lambda p: p.unlink(), lambda p: p.write_text("{"), lambda p: p.write_text("[]")]
)
def test_a_broken_manifest_is_no_model(folder: Path, change) -> None:
    """A manifest that is missing or unreadable ends in a clear error, never in a traceback of a parser."""
    change(folder / MANIFEST)
    with pytest.raises((ModelMismatchError, ModelNotFoundError)):
        read_model(folder)


def test_a_manifest_cannot_name_a_file_outside_its_folder(folder: Path) -> None:
    """A hostile manifest does not make us read elsewhere."""
    (folder.parent / "secret").write_text("x")
    (folder / MANIFEST).write_text('{"sha256": {"../secret": "00"}}')
    with pytest.raises(ModelMismatchError):
        read_model(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    """A folder that lost a file says which."""
    (folder / CONFIG).unlink()
    with pytest.raises(ModelMismatchError, match="model.json"):
        read_model(folder)


def test_an_unknown_model_says_what_there_is(tmp_path: Path) -> None:
    """The error lists the installed models."""
    with pytest.raises(ModelNotFoundError, match="installed: .*default"):
        locate("nobody")


def test_a_library_that_is_not_installed_has_no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run from a bare folder it says that none is installed, and does not crash."""
    monkeypatch.setattr(store, "files", files_of_nothing)
    assert store.installed() == []
    with pytest.raises(ModelNotFoundError, match="installed: none"):
        locate(None)


def files_of_nothing(package: str) -> Path:
    raise ModuleNotFoundError(package)


def test_a_folder_called_default_is_not_the_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name the installed model is taken, whatever lies in the working folder."""
    shutil.copytree(folder, folder.parent / "here" / "default")
    monkeypatch.chdir(folder.parent / "here")
    assert locate(None) != Path("default")
    assert locate("default") == Path("default")
