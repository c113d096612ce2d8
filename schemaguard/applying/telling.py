"""What is told while migrations run: which revision begins, what it waits for, what it has done.

The guard stands in env.py, which whoever starts the migration doesn't call; so what it tells is heard by whom
`heard` names for as long as its block lasts. Where nobody listens, one line says from time to time what is waited for.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from schemaguard.frozen import dataclass

LINE_EVERY_S = 5.0
"""How often it is said what is waited for, where there is no terminal."""


@dataclass(frozen=True, slots=True)
class Connects:
    """The migration has a connection to the database of that name; `identity` tells it from every other one."""

    database: str
    identity: str


@dataclass(frozen=True, slots=True)
class RevisionBegins:
    """A revision comes next; `is_alone`: in a transaction of its own."""

    revision: str
    message: str
    is_upgrade: bool
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """Something is locked by somebody else, so the revision was taken back and will be tried again."""

    revision: str
    statement: str
    holder: str
    """Who has it, in words."""
    waited_s: float
    left_s: float
    attempt: int


@dataclass(frozen=True, slots=True)
class RetiresObject:
    """An object was retired instead of being dropped, and its way back has that class."""

    revision: str
    object: str
    cls: str


@dataclass(frozen=True, slots=True)
class RevisionRan:
    """A revision has run, after so many attempts. It is committed when its transaction is."""

    revision: str
    seconds: float
    attempts: int


Told = Connects | RevisionBegins | Waits | RetiresObject | RevisionRan
Listener = Callable[[Told], None]


class _Heard:
    """Who listens now, and how long a revision is tried (seconds; None: as the guard thinks fit)."""

    listener: Listener | None = None
    patience_s: float | None = None
    last_line_at = float("-inf")


_heard = _Heard()


@contextmanager
def heard(listener: Listener, *, patience_s: float | None = None) -> Iterator[None]:
    """Let the listener hear what migrations in this process tell, and a revision be tried for that long."""
    before = (_heard.listener, _heard.patience_s)
    _heard.listener, _heard.patience_s = listener, patience_s
    try:
        yield
    finally:
        _heard.listener, _heard.patience_s = before


def is_heard() -> bool:
    """Whether somebody listens."""
    return _heard.listener is not None


def patience_s(usual: float) -> float:
    """How long a revision is tried before what is locked is reported."""
    return usual if _heard.patience_s is None else _heard.patience_s


def tell(what: Told) -> None:
    """Tell whoever listens; where nobody does, what is waited for is said on stderr every few seconds."""
    if _heard.listener is not None:
        _heard.listener(what)
    elif isinstance(what, Waits) and time.monotonic() - _heard.last_line_at >= LINE_EVERY_S:
        _heard.last_line_at = time.monotonic()
        sys.stderr.write(f"schemaguard: {waiting_line(what)}\n")


def waiting_line(what: Waits) -> str:
    """What is waited for, in one line."""
    return (
        f"revision {what.revision} waits for a lock ({what.waited_s:.0f} s, gives up in {max(what.left_s, 0):.0f} s); "
        f"{what.holder}"
    )


def tell_standby_silent(waited_s: float) -> None:
    """Say on stderr, whoever listens, that a synchronous standby didn't confirm a COMMIT, and what to do."""
    sys.stderr.write(
        f"schemaguard: no synchronous standby confirmed a commit within {waited_s:g} s. It is committed on this server "
        "alone, and nothing that follows waits: bring the standby back, or take it out of synchronous_standby_names\n"
    )
