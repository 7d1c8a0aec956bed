"""The house stands: packaging, import direction, light imports, a wheel that works in an empty folder."""

from __future__ import annotations

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tppo_watch"
SETUP = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg")

HEAVY = {
    "spacy", "torch", "sklearn", "pandas", "transformers", "sqlalchemy", "pydantic", "numpy", "scipy",
    "feedparser", "alembic", "rich", "yaml", "joblib", "pyarrow", "httpx2", "dateparser", "phonenumbers",
}  # fmt: skip
#: Needed to install or to be whole, but not imported by name.
NOT_IMPORTED = {"tppo-watch"}


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter in `cwd`, with nothing of ours on its path but what lies there."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**clean, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def fastest_s(*arguments: str, times: int = 5) -> float:
    """The shortest wall time of several runs: what the work takes, however busy the machine is."""
    spans = []
    for _ in range(times):
        begun = time.perf_counter()
        assert run(*arguments, PYTHONDONTWRITEBYTECODE="").returncode == 0
        spans.append(time.perf_counter() - begun)
    return min(spans)


def test_every_room_is_packaged():
    """The list in setup.cfg and the folders of the tree are the same."""
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []
    rooms = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert set(SETUP["options"]["packages"].split()) == rooms | {"tppo_watch_models"}


def test_rooms_point_downward():
    """Every import keeps to the floors in setup.cfg, and every room stands on one of them."""
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "setup.cfg"), no_cache=True) == 0


def test_importing_the_library_loads_nothing_heavy():
    """A program that imports the library pays for no model, database or table library before it uses one."""
    result = run("-c", "import sys, tppo_watch; print(*sys.modules)")
    assert result.returncode == 0, result.stderr
    loaded = {name.partition(".")[0] for name in result.stdout.split()}
    assert "tppo_watch" in loaded
    assert loaded & HEAVY == set()


def test_importing_the_library_is_fast():
    """Under 0.3 s more than an interpreter that does nothing."""
    assert fastest_s("-c", "import tppo_watch") - fastest_s("-c", "pass") < 0.3


def test_help_is_fast():
    """The first page of the command line is there within half a second of the interpreter."""
    assert fastest_s("-m", "tppo_watch", "--help") - fastest_s("-c", "pass") < 0.5


def test_public_names_resolve():
    """Every name in `__all__` is there, and listed."""
    import tppo_watch

    for name in tppo_watch.__all__:
        assert getattr(tppo_watch, name) is not None
    assert set(tppo_watch.__all__) <= set(dir(tppo_watch))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tppo_watch.nothing  # noqa: B018


def imported() -> set[str]:
    """Third-party top-level modules that the package imports anywhere."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"tppo_watch", "tppo_watch_models"}


def names(requirements: str) -> set[str]:
    """The distributions a list of requirements names, in normal form."""
    lines = [line.strip() for line in requirements.splitlines() if line.strip()]
    return {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", line)[0]).lower() for line in lines}


def test_requirements_are_what_is_imported():
    """Nothing is imported that an installation lacks, and nothing is installed that no module imports."""
    homes = metadata.packages_distributions()
    used = {
        re.sub(r"[-_.]+", "-", home).lower() for module in imported() for home in homes.get(module, [module])
    }
    core = names(SETUP["options"]["install_requires"])
    extras = SETUP["options.extras_require"]
    optional = set().union(*(names(extras[name]) for name in extras if name != "test")) - NOT_IMPORTED
    assert used - core - optional == set()
    assert core - used == set()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the tree, so that no leftover of an older build gets into it."""
    copy, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy)
    for name in ("tppo_watch", "models"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    result = run("-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(out), str(copy))
    assert result.returncode == 0, result.stderr
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_what_the_work_needs(wheel):
    """Code, knowledge, samples and the default model are in; the corpus and the tests are not."""
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    tree = {path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*") if path.is_file()}
    wanted = {path for path in tree if "__pycache__" not in path}
    model = {f"tppo_watch_models/default/{path.name}" for path in (ROOT / "models" / "default").iterdir()}
    assert (wanted | model) - inside == set()
    assert {"tppo_watch_models/default/manifest.json"} <= inside
    assert [path for path in inside if "corpus/" in path or path.startswith("tests")] == []


def test_the_wheel_works_in_an_empty_folder(wheel, tmp_path):
    """Installed away from the tree, the library finds its default model, and the command runs."""
    target, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    result = run("-m", "pip", "install", "-q", "--no-deps", "--target", str(target), str(wheel))
    assert result.returncode == 0, result.stderr
    program = (
        "import tppo_watch, tppo_watch_models\n"
        "assessor = tppo_watch.load()\n"
        "level = assessor.assess('Loker admin Poipet').level\n"
        "print(tppo_watch.__file__, tppo_watch_models.__file__, level, sep='\\n')\n"
    )
    result = run("-c", program, cwd=empty, PYTHONPATH=str(target))
    assert result.returncode == 0, result.stderr
    library, models, level = result.stdout.splitlines()
    assert Path(library).is_relative_to(target)
    assert Path(models).is_relative_to(target)
    assert level in ("none", "low", "medium", "high")
    command = run(str(target / "bin" / "tppo-watch"), "models", "verify", cwd=empty, PYTHONPATH=str(target))
    assert command.returncode == 0, command.stderr


@pytest.mark.parametrize("target", ["demo", "test", "lint", "bench", "check-shared", "help"])
def test_make_knows_its_targets(target):
    """Each can be planned from a clone in which nothing has been made yet."""
    result = subprocess.run(
        ["make", "-n", "VENV=not-made-yet", "TPPO_SHARED=tests", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_ci_runs_the_tests():
    """The entry of continuous integration is executable, sound and calls `make test`."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert "make test" in script.read_text()
