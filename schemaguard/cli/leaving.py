"""How a run ends: an error becomes words, everything an exit code. What words need is imported where there are some."""

import gc
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from schemaguard.errors import ExitCode, SchemaguardError


def leave(call: Callable[[], Any], *, at_once: bool = False) -> NoReturn:
    """Make the call, and leave with the exit code that it gives, or one of the documented ones.

    `at_once` is for calls that leave nothing open: where the process is ours it ends without being taken apart.
    """
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
    code = code if isinstance(code, int) else ExitCode.OK
    if at_once and _is_our_process():
        _end(code)
    sys.exit(code)


def _is_our_process() -> bool:
    """Whether the process was started for one command, and isn't a program or a test that calls us."""
    started = getattr(sys.modules.get("__main__"), "__file__", None) or ""
    return os.path.basename(started) == "schemaguard"  # noqa: PTH119 - pathlib may not be imported by now


def _end(code: int) -> None:
    """End the process; come back where the output can't be written, which Python has its own words for."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    # Freeing a few hundred thousand values, one by one, takes a twentieth of the time of a run.
    os._exit(code)


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
