"""The terminal that is written to, if it is one: what draws on it takes a while to import."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

FORCED = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE"})
"""With these in the environment rich may take what is not a terminal for one."""


def terminal() -> "Console | None":
    """The terminal that is written to, None where the output goes elsewhere."""
    if not sys.stdout.isatty() and FORCED.isdisjoint(os.environ):
        return None
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    return console if console.is_terminal else None
