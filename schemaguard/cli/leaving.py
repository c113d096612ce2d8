"""How a run ends: an error becomes words, everything an exit code. What words need is imported where there are some."""

import gc
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from schemaguard.errors import ExitCode, SchemaguardError


def leave(call: Callable[[], Any]) -> NoReturn:
    """Make the call, and leave with the exit code that it gives, or one of the documented ones."""
    try:
        code = call()
    except SchemaguardError as error:
        _say_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone; what was written before stands.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    except Exception as error:
        _leave_after(error)
    # Nothing is left to be looked for among what the run has made: the process ends.
    gc.freeze()
    sys.exit(code if isinstance(code, int) else ExitCode.OK)


def _leave_after(error: Exception) -> NoReturn:
    """Called wrongly, as Typer says it; interrupted, as Typer says it; or a bug."""
    import traceback

    import typer

    # Typer carries its own Click and exports no other name for "called wrongly".
    if isinstance(error, typer.BadParameter.__bases__[0]):
        error.show()  # type: ignore[attr-defined]  # a method of that base class, which mypy can't see
        sys.exit(ExitCode.NO_VERDICT)
    if isinstance(error, typer.Abort):
        sys.exit(ExitCode.INTERRUPTED)
    traceback.print_exception(error)
    typer.echo("\nThis is a bug in schemaguard: please report it with the lines above.", err=True)
    sys.exit(ExitCode.BUG)


def _say_error(error: SchemaguardError) -> None:
    import typer

    typer.echo(typer.style("error: ", fg="red", bold=True) + error.what, err=True)
    if error.at:
        typer.echo(f"   at: {error.at}", err=True)
    if error.next:
        typer.echo(f" next: {error.next}", err=True)
