"""The documents tell the truth: examples print what they say, commands, files and links exist."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from tppo_watch.cli import main as front

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]

# A block of Python and, right after it, a block with what it prints.
EXAMPLE = re.compile(r"```python\n(?P<code>.*?)```\n+```text\n(?P<output>.*?)```", re.DOTALL)
PICTURE = ROOT / "docs" / "explain.svg"


def examples() -> list[tuple[Path, int]]:
    """Each example as its document and place in it."""
    return [
        (path, number)
        for path in DOCUMENTS
        for number, _ in enumerate(EXAMPLE.finditer(path.read_text(encoding="utf-8")))
    ]


def shell_lines() -> list[str]:
    """Commands in the shell blocks of all documents, and those named in running text."""
    lines: list[str] = []
    for path in DOCUMENTS:
        content = path.read_text(encoding="utf-8")
        for block in re.findall(r"```sh\n(.*?)```", content, re.DOTALL):
            lines += [line.split("  #")[0].strip() for line in block.splitlines() if line.strip()]
    return lines


def named_commands() -> set[tuple[str, str]]:
    """Documents and the commands they name in running text."""
    return {
        (name, command)
        for name, path in zip(NAMES, DOCUMENTS, strict=True)
        for command in re.findall(r"`tppo-watch ([a-z-]+)", path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize(("path", "number"), examples(), ids=lambda v: getattr(v, "name", str(v)))
def test_an_example_prints_what_the_document_says(path, number, request):
    """The output below an example is its true output; --update-docs writes it there."""
    content = path.read_text(encoding="utf-8")
    example = list(EXAMPLE.finditer(content))[number]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(example["code"], f"{path.name}, example {number + 1}", "exec"), {})
    if request.config.getoption("--update-docs"):
        path.write_text(
            content[: example.start("output")] + out.getvalue() + content[example.end("output") :]
        )
    else:
        assert out.getvalue() == example["output"]


def test_the_picture_is_what_explain_draws(request, tmp_path):
    """The picture in the README shows the example of the README; --update-docs draws it anew."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (post,) = re.findall(r'assess\("(.*)"\)', readme)
    target = PICTURE if request.config.getoption("--update-docs") else tmp_path / "explain.svg"
    with contextlib.redirect_stdout(io.StringIO()):
        assert front.main(["explain", post, "--svg", str(target)]) == 0
    assert PICTURE.relative_to(ROOT).as_posix() in readme
    assert PICTURE.read_text() == target.read_text()


@pytest.mark.parametrize("line", shell_lines())
def test_a_command_in_a_document_can_be_called(line):
    """The command exists and accepts the arguments and options it is shown with."""
    words = shlex.split(re.sub(r"[<>|].*", "", line))
    if words[0] == "tppo-watch":
        parse(words[1:])
    elif words[0] == "make":
        assert f"\n{words[1]}:" in (ROOT / "Makefile").read_text()
    else:
        assert words[0] in ("pip", "pytest", ".ci/run")


def parse(words: list[str]) -> None:
    """Parse a call as far as it can be without doing anything; raises where it is a wrong one."""
    name, *rest = words
    command = front.load_command(name)
    while (below := getattr(command, "commands", None)) and not (
        command.invoke_without_command and (not rest or rest[0].startswith("-"))
    ):
        command, rest = below[rest[0]], rest[1:]
    command.make_context(name, rest)


@pytest.mark.parametrize(("document", "command"), sorted(named_commands()))
def test_a_command_named_in_a_document_exists(document, command):
    """No document promises a command that is not there."""
    assert command in front.COMMANDS


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_links_and_paths_in_a_document_lead_somewhere(path):
    """Relative links, and the files and folders named in backquotes, exist."""
    content = path.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+?)\)", content) if "://" not in link]
    paths = re.findall(r"`((?:tppo_watch|tests|docs|models|benchmarks)/[\w./-]*)`", content)
    missing = [link for link in links if not (path.parent / link).exists()]
    missing += [named for named in paths if not (ROOT / named).exists()]
    assert missing == []
