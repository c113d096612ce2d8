"""A page of docs/ as a script: what it shows of files is written, what it shows of commands is run and compared.

A block with a `title` is a file of that name. In a `console` block, lines with `$ ` are commands and what follows each
is its output; `schemaguard` runs in this process, everything else in a shell. What changes from run to run, such as
durations and dates, is compared as a placeholder. `python -m tests.docs.pages PAGE…` writes the outputs anew.
"""

import io
import os
import re
import runpy
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from schemaguard.cli.app import run as run_command_line

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CHANGING = (
    (re.compile(r"\b[\d.]+ (ms|s|min)\b"), r"… \1"),
    (re.compile(r"\b(database) \w+( on [^\s,;]+)?"), r"\1 NAME"),
    (re.compile(r"\(\d+ days\)"), "(… days)"),
    (re.compile(r"control schema( installed:| is there already:|,) version \d+"), r"control schema\1 version N"),
    (re.compile(r"\b\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?"), "DATE"),
    # How many entries a ledger has before depends on all that writes into it.
    (re.compile(r"^\d+ +(?=DATE )", re.MULTILINE), "N  "),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "DIGEST"),
    (re.compile(r"(127\.0\.0\.1|localhost):\d+"), r"\1:PORT"),
    (re.compile(r"\b\d+(\.\d+)? (bytes|kB|MB)\b"), r"SIZE"),
)


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file that the page has its reader write."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownCommand:
    """A command, and what the page says that it prints."""

    line: str
    output: str


def steps(page: str) -> Iterator[ShownFile | ShownCommand]:
    """What a reader of the page does, in order."""
    for language, title, text in _BLOCK.findall(page):
        if title:
            yield ShownFile(title, text)
        elif language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                # A line that ends in a backslash goes on in the next.
                found = re.match(r"((?:.*\\\n)*.*)\n?", part)
                assert found is not None
                yield ShownCommand(found[1], part[found.end() :])


_CONFIGURING = ("SCHEMAGUARD_", "MLFLOW_")
"""Variables of the shell that would configure what a reader of the page hasn't."""


class Reader:
    """Somebody who follows a page in a folder, with the code at hand or with an installed one.

    `programs` is the folder of the programs of an environment that has the distribution installed.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], programs: Path | None = None) -> None:
        self.folder = folder
        self._really = environment
        self._programs = programs
        quiet = {"NO_COLOR": "1", "TERM": "dumb", "HOME": str(folder.parent), "CI": "", "LOGNAME": "ada", "USER": "ada"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_CONFIGURING)}
        self.environment = {**kept, "PYTHONPATH": str(ROOT) if programs is None else "", **quiet}

    def follow(self, page: str) -> Iterator[tuple[ShownCommand, str]]:
        """Each command of the page with what it really printed."""
        for step in steps(page):
            if isinstance(step, ShownFile):
                file = self.folder / step.path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(step.text)
            else:
                yield step, self._run(step.line.replace("\\\n", " "))

    def _run(self, line: str) -> str:
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            # The address of the server that is really there takes the place of the one that the page says.
            self.environment[name] = self._really.get(name, shlex.split(value)[0])
            return ""
        if self._programs is not None:
            return self._in_a_shell(line, self._programs)
        if line.startswith("schemaguard ") and not re.search(r"[|>;&]", line):
            return self._here(run_command_line, shlex.split(line))
        if (found := re.fullmatch(r"python (\w+\.py)( 2> \S+)?", line)) is not None:
            # In this process, which has imported the libraries already.
            program = str(self.folder / found[1])
            return self._here(lambda: runpy.run_path(program, run_name="__main__"), [program], with_errors=not found[2])
        ours = f'schemaguard() {{ "{sys.executable}" -m schemaguard.cli "$@"; }}\n{line}'
        return self._in_a_shell(ours, Path(sys.executable).parent)

    def _in_a_shell(self, line: str, programs: Path) -> str:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env={**self.environment, "PATH": f"{programs}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout

    def _here(self, run: Callable[[], object], words: list[str], *, with_errors: bool = True) -> str:
        said = io.StringIO()
        with (
            chdir(self.folder),
            patch.dict(os.environ, self.environment, clear=True),
            patch.object(sys, "argv", words),
            redirect_stdout(said),
            redirect_stderr(said if with_errors else io.StringIO()),
            suppress(SystemExit),
        ):
            run()
        return said.getvalue()


def normal(output: str) -> str:
    """Without what changes from run to run, and without the line breaks that depend on its length."""
    for pattern, placeholder in _CHANGING:
        output = pattern.sub(placeholder, output)
    return " ".join(output.split())


def rewritten(page: str, reader: Reader) -> str:
    """The page with what its commands really print."""
    really = [printed for _, printed in reader.follow(page)]

    def with_outputs(block: re.Match[str]) -> str:
        language, title, _ = block.groups()
        if title or language != "console":
            return block[0]
        lines = "".join(
            f"$ {step.line}\n{_tidy(really.pop(0))}" for step in steps(block[0]) if isinstance(step, ShownCommand)
        )
        return f"```console\n{lines}```"

    return _BLOCK.sub(with_outputs, page)


def _tidy(output: str) -> str:
    """Without what only the writer's machine is called."""
    output = re.sub(r"\bdatabase t[0-9a-f]{12,}( on [^\s,;]+)?", r"database rides on localhost", output)
    text = "\n".join(line.rstrip() for line in output.strip("\n").splitlines())
    return f"{text}\n" if text else ""


def write(names: list[str]) -> None:
    """Write the outputs of pages anew, each with a folder and a database of its own."""
    from schemaguard.adapters.postgres import embedded
    from tests.conftest import fresh

    with tempfile.TemporaryDirectory() as data, embedded.running(Path(data) / "data") as url:
        for name in names:
            with fresh(url) as database:
                reader = Reader(Path(data) / Path(name).stem, {"SCHEMAGUARD_DATABASE_URL": database})
                reader.folder.mkdir()
                page = DOCS / name
                page.write_text(rewritten(page.read_text(encoding="utf-8"), reader), encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1:])
