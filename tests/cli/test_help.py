"""What `--help` of every verb looks like: sentences as wide as the terminal, arguments in capitals."""

import itertools
import re

import pytest
from typer.testing import CliRunner

from schemaguard.cli import contracts, window
from schemaguard.cli.main import app
from schemaguard.cli.verbs import VERBS

EVERY = [
    *((verb.name,) for verb in VERBS),
    *(("contracts", verb.name) for verb in contracts.VERBS),
    *(("window", each.name or each.callback.__name__) for each in window.group.registered_commands if each.callback),
]


def _help(words: tuple[str, ...], width: int) -> list[str]:
    done = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": str(width), "TERM": "dumb"})
    assert done.exit_code == 0
    return [line.rstrip() for line in done.stdout.splitlines()]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_is_as_wide_as_the_terminal(words: tuple[str, ...]) -> None:
    lines = _help(words, 80)
    assert max(map(len, lines)) <= 80
    prose = lines[: next(at for at, line in enumerate(lines) if line.startswith("╭"))]
    for line, after in itertools.pairwise(prose):
        if line and after and not after.startswith(" Exit code:"):
            assert len(line) + 1 + len(after.split()[0]) > 79, f"broken early: {line!r}"


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_arguments_are_in_capitals_and_in_one_pair_of_brackets(words: tuple[str, ...]) -> None:
    usage = " ".join(_help(words, 200)).partition("[OPTIONS]")[2].partition("   ")[0]
    assert "[[" not in usage
    assert not re.search("[a-z]", usage)
