"""The verbs of `schemaguard`, and how an error becomes words and an exit code."""

import os
import sys
import traceback
from typing import cast

import typer

from schemaguard import __version__
from schemaguard.cli.ondemand import group_of
from schemaguard.cli.verbs import VERBS
from schemaguard.errors import ExitCode, SchemaguardError

app = typer.Typer(
    name="schemaguard",
    cls=group_of(VERBS),
    no_args_is_help=True,
    add_completion=True,
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


# Typer carries its own Click and exports no other name for "called wrongly".
_WronglyCalled = cast(type[Exception], typer.BadParameter.__bases__[0])


def run() -> None:
    """Run the command line and leave with one of the documented exit codes."""
    try:
        code = app(standalone_mode=False, prog_name="schemaguard", obj=tuple(sys.argv[1:]))
    except SchemaguardError as error:
        _say_error(error)
        sys.exit(error.exit_code)
    except _WronglyCalled as error:
        error.show()  # type: ignore[attr-defined]  # a method of that base class, which mypy can't see
        sys.exit(ExitCode.NO_VERDICT)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone; what was written before stands.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    except Exception:
        traceback.print_exc()
        typer.echo("\nThis is a bug in schemaguard: please report it with the lines above.", err=True)
        sys.exit(ExitCode.BUG)
    sys.exit(code if isinstance(code, int) else ExitCode.OK)


def _say_error(error: SchemaguardError) -> None:
    typer.echo(typer.style("error: ", fg="red", bold=True) + error.what, err=True)
    if error.at:
        typer.echo(f"   at: {error.at}", err=True)
    if error.next:
        typer.echo(f" next: {error.next}", err=True)
