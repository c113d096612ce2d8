"""The README is executed: its commands, their output, and its lists of what there is."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from schemaguard.cli.main import app
from schemaguard.cli.verbs import VERBS
from schemaguard.errors import ExitCode
from tests.conftest import KeptDemo

pytestmark = pytest.mark.xdist_group("demo")

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CHANGING = (
    (re.compile(r"\b[\d.]+ (ms|s)\b"), r"… \1"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DATE"),
)


def blocks(language: str) -> list[str]:
    return [text for found, text in _BLOCK.findall(README) if found == language]


def shown() -> Iterator[tuple[str, str]]:
    """(command, output) of every console block."""
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def told(demo: KeptDemo) -> dict[str, str]:
    """(command, output) of everything that the demo ran."""
    found = {}
    for part in re.split(r"^   \$ ", demo.output, flags=re.MULTILINE)[1:]:
        command, _, rest = part.partition("\n")
        # Up to what the demo itself says: a verified fact, or the next chapter.
        output, *_ = re.split(r"^   ✓|^\d  ", rest, maxsplit=1, flags=re.MULTILINE)
        found.setdefault(command, output)
    return found


def normal(output: str) -> str:
    """Without durations and dates, and without the line breaks that depend on their lengths."""
    for pattern, placeholder in _CHANGING:
        output = pattern.sub(placeholder, output)
    return " ".join(output.split())


def in_the_root(command: str) -> str:
    program, *arguments = command.split()
    assert program == "schemaguard"
    done = subprocess.run(
        [sys.executable, "-m", "schemaguard.cli", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout


def test_every_command_that_is_shown_with_output_prints_just_that(kept_demo: KeptDemo) -> None:
    by_the_demo = told(kept_demo)
    examples = list(shown())
    assert [command.split()[1] for command, _ in examples] == ["check", "rollback", "check", "contracts"]
    for command, output in examples:
        really = by_the_demo[command] if command in by_the_demo else in_the_root(command)
        assert normal(output) == normal(really), command


def test_output_that_differs_would_be_noticed() -> None:
    assert normal("commit 3.7 ms · 166 ms in all\n  as of 2026-11-25") == normal(
        "commit 12.0 ms · 9 ms in all as of 2027-01-01"
    )
    assert normal("REJECTED 1 error") != normal("REJECTED 2 errors")


def test_every_make_target_that_is_named_is_there() -> None:
    targets = re.findall(r"\bmake (\w+)", "\n".join(blocks("sh")))
    assert targets == ["demo", "test"]
    for target in targets:
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)


def test_the_table_of_verbs_is_the_list_of_verbs() -> None:
    table = README.partition("| verb |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `([\w-]+)`", table, re.MULTILINE)) == {verb.name for verb in VERBS}


def test_the_verbs_within_groups_are_there() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # what Typer returns is a group
    groups = {name: command.commands for name, command in commands.items() if hasattr(command, "commands")}
    assert {"audit", "canary", "contracts", "evidence", "fleet", "playbook", "policy", "window"} == set(groups)
    for name, inside in groups.items():
        row = re.search(rf"^\| `{name}` \|(.*)$", README, re.MULTILINE)
        assert row is not None
        assert set(re.findall(r"`(\w+)`", row[1])) == set(inside)


def test_the_table_of_exit_codes_is_the_list_of_exit_codes() -> None:
    table = README.partition("| exit code |")[2].partition("\n\n")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+)", table, re.MULTILINE)} == {int(code) for code in ExitCode}


def test_every_option_that_is_named_is_one_of_its_verb() -> None:
    named = re.findall(r"schemaguard ((?:contracts |audit )?[a-z]+)\b([^`\n]*)", README)
    checked = {(verb, option) for verb, rest in named for option in re.findall(r"(--[a-z-]+)", rest)} - {
        ("VERB", "--help")
    }
    assert checked
    for verb, option in sorted(checked):
        program = [sys.executable, "-m", "schemaguard.cli", *verb.split(), "--help"]
        help_ = subprocess.run(program, capture_output=True, text=True, check=True).stdout
        assert option in help_, (verb, option)


def test_what_is_said_not_to_be_built_is_not_there() -> None:
    verbs = {verb.name for verb in VERBS}
    for missing in ("prompts",):
        assert f"`{missing}`" in README.partition("**Not built yet**")[2]
        assert missing not in verbs
