"""`schemaguard`: what was said before is said again at once; everything else is for the verbs."""

import os
import sys

from schemaguard.cli.again import say_again

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def main() -> None:
    """Run the command line and leave with one of the documented exit codes."""
    try:
        code = say_again(sys.argv[1:])
    except BrokenPipeError:
        # The reader of our output has gone; what was written before stands.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    if code is not None:
        sys.exit(code)
    # What understands a command line takes longer to import than to say again what is known.
    from schemaguard.cli.app import run

    run()


def __getattr__(name: str) -> "Any":
    """The verbs are imported when they are asked for."""
    if name == "app":
        from schemaguard.cli.app import app

        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
