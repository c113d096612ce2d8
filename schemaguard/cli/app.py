"""The verbs of `schemaguard`, as Typer has them."""

import sys

import typer

from schemaguard import __version__
from schemaguard.cli.leaving import leave
from schemaguard.cli.ondemand import group_of
from schemaguard.cli.verbs import VERBS

app = typer.Typer(
    name="schemaguard",
    cls=group_of(VERBS),
    no_args_is_help=True,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Stops a migration from breaking a model that is still serving; takes model and schema back together.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"schemaguard {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Options that hold for every verb."""


def run() -> None:
    """Run the command line and leave with one of the documented exit codes."""
    leave(lambda: app(standalone_mode=False, prog_name="schemaguard", obj=tuple(sys.argv[1:])))
