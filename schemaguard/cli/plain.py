"""Command lines of `check` that evidently say what they mean, which nearly all do: they are read without Typer.

Typer takes longer to import than a history that is remembered takes to judge. Whatever isn't evidently right is left to
it, which explains or refuses it.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from schemaguard.cli.checking import CheckFormat, CheckRequest

TEXTS = {"--base": "base", "--contracts": "contracts", "--window": "window", "--server": "server"}
FILES = {"--baseline": "baseline", "--initial": "initial"}
LISTS = {"--select": "select", "--ignore": "ignore", "--report": "reports"}
SWITCHES = {
    "--assume-in-transaction": "in_transaction",
    "--no-assume-in-transaction": "not_in_transaction",
    "--no-cache": "no_cache",
    "--explain": "explain",
    "--prove": "prove",
    "--verbose": "verbose",
    "-v": "verbose",
}
LEFT_TO_TYPER = ("--at", "--help")
_COMPLETION = "_SCHEMAGUARD_COMPLETE"


def read_words(words: Sequence[str]) -> CheckRequest | None:
    """What the words behind `check` ask for, None where Typer has to say."""
    if _COMPLETION in os.environ:
        return None
    found: dict[str, Any] = {"paths": ()}
    left = list(reversed(words))
    while left:
        word = left.pop()
        if not word.startswith("-"):
            found["paths"] = (*found["paths"], word)
        elif word in SWITCHES:
            found[SWITCHES[word]] = True
        else:
            option, equals, value = word.partition("=")
            if not equals:
                value = left.pop() if left else ""
            if not value or value.startswith("-") or not _take(option, value, found):
                return None
    return CheckRequest(**found)


def _take(option: str, value: str, found: dict[str, Any]) -> bool:
    """Put an option's value where it belongs; whether it is evidently one."""
    if option in TEXTS:
        found[TEXTS[option]] = value
    elif option in FILES:
        found[FILES[option]] = Path(value)
    elif option in LISTS:
        found[LISTS[option]] = (*found.get(LISTS[option], ()), value)
    elif option == "--format" and value in list(CheckFormat):
        found["output"] = CheckFormat(value)
    elif option == "--pg-version" and value.isascii() and value.isdecimal():
        found["pg_version"] = int(value)
    else:
        return False
    return True
