"""Errors: there is no verdict. Each says what happened, where, and what to do next.

A finding is a verdict and is never raised; see `schemaguard.finding`.
"""

from collections.abc import Iterator
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to the shell; fixed, see the README."""

    OK = 0
    FINDINGS = 1
    NO_VERDICT = 2
    BUG = 3
    NEEDS_HUMAN = 4
    INTERRUPTED = 130


def command_line(*words: str) -> str:
    """`schemaguard` with these words, quoted as a POSIX shell needs it, so that a user can paste it."""
    # Most runs print no command, and shlex imports re.
    import shlex

    first = next((at for at, word in enumerate(words) if word.startswith("-") and not word.startswith("--")), None)
    if first is not None:
        # A name that begins like an option stands behind what ends the options.
        end = next((at for at, word in enumerate(words) if at > first and word.startswith("--")), len(words))
        words = (*words[:first], *words[end:], "--", *words[first:end])
    quoted = (shlex.quote(word) if word.isprintable() else _in_escapes(word) for word in words)
    return " ".join(("schemaguard", *quoted))


def _in_escapes(word: str) -> str:
    """A word whose control characters a terminal mustn't obey, quoted as `$'…'`."""
    plain = (one if one.isprintable() and one not in "\\'" else f"\\U{ord(one):08x}" for one in word)
    return f"$'{''.join(plain)}'"


class SchemaguardError(Exception):
    """There is no verdict: `what` happened, `at` which place, and what to do `next`."""

    exit_code = ExitCode.NO_VERDICT

    def __init__(self, what: str, *, at: str = "", next: str = "") -> None:  # noqa: A002 - the word that is printed
        super().__init__(what)
        self.what = what
        self.at = at
        self.next = next

    def __str__(self) -> str:
        lines = [self.what]
        if self.at:
            lines.append(f"at: {self.at}")
        if self.next:
            lines.append(f"next: {self.next}")
        return "\n".join(lines)


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and what it was raised from, from the outside in."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


class UsageError(SchemaguardError):
    """The command was called with something that can't be meant."""


class ConfigError(SchemaguardError):
    """A settings file or an environment variable can't be used."""


class ContractError(SchemaguardError):
    """A contract file can't be used: `at` is file:line:column."""


class HistoryError(SchemaguardError):
    """A folder of migrations can't be read as one history."""


class DatabaseError(SchemaguardError):
    """The database can't be reached or refused what was asked of it."""


class UnreachableError(DatabaseError):
    """The database can't be reached, or not any more: it may be back in a while."""


class RegistryError(SchemaguardError):
    """The model registry can't be reached or doesn't know what was asked for."""


class ConflictError(SchemaguardError):
    """Somebody else was faster: another operation is open, or the epoch has moved."""


class RefusedError(SchemaguardError):
    """A plan was refused before anything was touched: a person has to settle something first."""

    exit_code = ExitCode.NEEDS_HUMAN


class NeedsHumanError(SchemaguardError):
    """The state is neither before nor after a step, and only a person can say which."""

    exit_code = ExitCode.NEEDS_HUMAN


class PlaybookError(SchemaguardError):
    """A playbook can't be used: `at` is file:line."""
