"""`schemaguard`: what was said before is said again at once; everything else is for the verbs."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def main() -> None:
    """Run the command line and leave with one of the documented exit codes."""
    try:
        code = _said_before(sys.argv[1:])
    except BrokenPipeError:
        # The reader of our output has gone; what was written before stands.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    if code is not None:
        sys.exit(code)
    _find_out(sys.argv[1:])


def _said_before(words: list[str]) -> int | None:
    if words[:1] != ["check"]:
        return None
    from schemaguard.cli.again import say_again

    return say_again(words)


def _find_out(words: list[str]) -> None:
    # What understands a command line takes longer to import than to say again what is known.
    if words[:1] == ["check"]:
        from schemaguard.cli.checking import run as check
        from schemaguard.cli.leaving import leave
        from schemaguard.cli.plain import read_words

        asked = read_words(words[1:])
        if asked is not None:
            kept: list[object] = []
            leave(lambda: check(asked, words, kept.append), at_once=True)
    from schemaguard.cli.app import run

    run()


def __getattr__(name: str) -> "Any":
    """The verbs are imported when they are asked for."""
    if name == "app":
        from schemaguard.cli.app import app

        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
