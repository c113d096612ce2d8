"""What a verb's help ends with can be typed."""

import shlex

import pytest
import typer
from typer.testing import CliRunner

from schemaguard.cli.app import app
from schemaguard.cli.examples import EXAMPLES

LINES = [(verb, line) for verb, lines in EXAMPLES.items() for line in lines]


@pytest.mark.parametrize(("verb", "line"), LINES)
def test_an_example_has_the_arguments_and_options_of_its_verb(verb: str, line: str) -> None:
    program, named, *words = shlex.split(line.partition(" > ")[0])
    command = typer.main.get_command(app).commands[verb]  # type: ignore[attr-defined]  # what Typer returns is a group

    assert (program, named) == ("schemaguard", verb)
    # Parsed, and not run: a usage error is raised here.
    command.make_context(verb, words)


def test_help_shows_them_a_line_each() -> None:
    said = CliRunner().invoke(app, ["rollback", "--help"]).output

    assert "Examples:" in said
    assert "schemaguard rollback fraud --reason 'false negatives tripled' --dry-run" in said
