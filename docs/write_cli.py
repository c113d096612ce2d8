"""Writes docs/reference/cli.md and exit_codes.md from the command line itself.

`python docs/write_cli.py` writes the pages, `--check` says whether they are up to date.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from schemaguard.cli.app import app
from schemaguard.cli.examples import EXAMPLES
from schemaguard.cli.verbs import VERBS
from schemaguard.errors import ExitCode

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/reference"
_WRITTEN = "<!-- written by docs/write_cli.py -->"
_MEANS = {
    ExitCode.OK: "clean, or warnings only",
    ExitCode.FINDINGS: "findings of severity error; whatever was asked is answered with no",
    ExitCode.NO_VERDICT: "no verdict: usage, configuration, something unreachable",
    ExitCode.BUG: "a bug of ours: the traceback is printed",
    ExitCode.NEEDS_HUMAN: "a person has to settle something first; the message says what, and `next` what to type",
    ExitCode.INTERRUPTED: "interrupted",
}


def cli() -> str:
    """The page of all verbs, in the order of `schemaguard --help`."""
    commands: Any = typer.main.get_command(app)
    lines = ["# Command line", "", _WRITTEN, "", "`-h` shows the same in the terminal."]
    panel = None
    for listed in VERBS:
        if listed.panel != panel:
            panel = listed.panel
            lines += ["", f"## {panel}"]
        lines += _verb(commands.commands[listed.name], f"schemaguard {listed.name}")
    return "\n".join(lines) + "\n"


def _verb(command: Any, words: str) -> Iterator[str]:
    inside = getattr(command, "commands", None)
    yield from ("", f"### {words}", "", _prose(command.help))
    if inside is not None:
        for name in inside:
            yield from _verb(inside[name], f"{words} {name}")
        return
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [
        each for each in command.params if each.param_type_name == "option" and each.name != "help" and not each.hidden
    ]
    usage = " ".join([words, *(_written(each) for each in arguments), *(["[OPTIONS]"] if options else [])])
    yield from ("", "```text", usage, "```")
    if examples := EXAMPLES.get(words.removeprefix("schemaguard "), ()):
        yield from ("", "```sh", *examples, "```")
    rows = [*_rows(arguments), *_rows(options)]
    if rows:
        yield from ("", "| | |", "|---|---|", *rows)


def _written(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    name = f"{name}…" if argument.nargs == -1 else name
    return name if argument.required else f"[{name}]"


def _rows(parameters: list[Any]) -> Iterator[str]:
    for each in parameters:
        if each.param_type_name == "argument":
            name = f"`{_written(each)}`"
        else:
            value = "" if each.is_flag else f" {each.metavar or _kind(each)}"
            name = ", ".join(f"`{word}{value}`" for word in (*each.opts, *each.secondary_opts))
        default = each.default
        is_flag = getattr(each, "is_flag", False)
        said = f" Default: `{getattr(default, 'value', default)}`." if _is_shown(default) and not is_flag else ""
        yield f"| {_cell(name)} | {_cell(_prose(each.help) + said)} |"


def _kind(option: Any) -> str:
    """What an option takes where it has no word of its own for it: a choice's values, else the type's name."""
    annotation = option.type_descriptor.annotation
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return "|".join(str(one.value) for one in annotation)
    return {str: "TEXT", int: "N", float: "N"}.get(annotation, getattr(annotation, "__name__", "VALUE").upper())


def _is_shown(default: object) -> bool:
    return default not in (None, "", (), []) and not callable(default) and "object at" not in str(default)


def _prose(text: str | None) -> str:
    """The text as Markdown takes it: without Rich's marks, and with what looks like a tag as code."""
    said = re.sub(r"\[/?(?:bold|dim|cyan|green|red|yellow)\]", "", inspect.cleandoc(text or "").replace("\f", ""))
    return said.replace("<", "\\<").replace("*", "\\*")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def exit_codes() -> str:
    """The page of exit codes."""
    assert set(_MEANS) == set(ExitCode)
    rows = [f"| {int(code)} | {means} |" for code, means in _MEANS.items()]
    return "\n".join(
        ["# Exit codes", "", _WRITTEN, "", "Scripts may rely on them.", "", "| exit code | means |", "|---|---|", *rows]
    ) + "\n"  # fmt: skip


def main() -> int:
    """Write the pages, or say whether they are what they would be written as."""
    pages = {FOLDER / "cli.md": cli(), FOLDER / "exit_codes.md": exit_codes()}
    if "--check" in sys.argv:
        return int(any(not file.is_file() or file.read_text(encoding="utf-8") != text for file, text in pages.items()))
    FOLDER.mkdir(exist_ok=True)
    for file, text in pages.items():
        file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
