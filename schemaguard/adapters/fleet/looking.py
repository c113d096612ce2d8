"""What is read of one member for the fleet: where its history stands, what serves, what it looks like, what is left."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import psycopg

from schemaguard.adapters.control import installation, revision
from schemaguard.adapters.control.database import ControlDatabase
from schemaguard.adapters.control.prepared import most, ours
from schemaguard.adapters.postgres.connection import Connection, connect, first_line, place
from schemaguard.adapters.postgres.identity import which_database
from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog
from schemaguard.errors import DatabaseError
from schemaguard.frozen import dataclass
from schemaguard.window.window import Window

T = TypeVar("T")
_POINTERS = "select model, active, epoch from schemaguard.pointer order by model"
_UNFINISHED = "select id, kind, model, state from schemaguard.operation where state in ('open', 'waiting') order by id"


@dataclass(frozen=True, slots=True)
class MemberSeen:
    """One member as its database shows it; `catalog` only where it was asked for."""

    heads: tuple[str, ...]
    serves: Mapping[str, tuple[str | None, int]]
    """Model → (the version that serves, epoch)."""
    unfinished: tuple[str, ...]
    open: tuple[str, ...]
    """Those unfinished operations that keep the next one from being begun; the others wait for model servers alone."""
    prepared: tuple[str, ...]
    """Transactions of ours that are prepared and neither committed nor taken back."""
    held: tuple[str, ...]
    """Revisions that may not be applied again."""
    identity: str
    """What tells the database from every other one, whatever its URL calls it."""
    catalog: Catalog | None = None


def applied_heads(url: str) -> tuple[str, ...]:
    """Where the history of a database stands. DatabaseError where it can't be reached or read."""
    return _asked(url, revision.heads)


def most_prepared(url: str) -> int:
    """How many transactions the server of a member keeps prepared at once."""
    return _asked(url, most)


def identity(url: str) -> str:
    """What tells a member's database from every other one. DatabaseError where it can't be reached."""
    return _asked(url, lambda c: which_database(c)[1])


def look(url: str, *, with_catalog: bool) -> MemberSeen:
    """Everything that is read of a member. DatabaseError where it can't be reached or read."""

    def read(connection: Connection) -> MemberSeen:
        serves: dict[str, tuple[str | None, int]] = {}
        unfinished: dict[str, str] = {}
        held: tuple[str, ...] = ()
        if installation.is_installed(connection):
            serves = {model: (active, epoch) for model, active, epoch in connection.execute(_POINTERS)}
            unfinished = {
                f"operation {number} ({kind} {model}) is {state}": state
                for number, kind, model, state in connection.execute(_UNFINISHED)
            }
            held = tuple(each.revision for each in revision.held(connection))
        catalog = read_catalog(connection) if with_catalog else None
        blocking = tuple(words for words, state in unfinished.items() if state == "open")
        heads, prepared = revision.heads(connection), ours(connection)
        identity = which_database(connection)[1]
        return MemberSeen(heads, serves, tuple(unfinished), blocking, prepared, held, identity, catalog)

    return _asked(url, read)


def _asked(url: str, read: Callable[[Connection], T]) -> T:
    with connect(url, application="schemaguard fleet", read_only=True) as connection:
        try:
            return read(connection)
        except psycopg.Error as error:
            raise DatabaseError(
                f"the database can't be read: {first_line(error)}",
                at=place(url),
                next="check that the role may read the control schema and pg_catalog",
            ) from error


def window(url: str) -> Window:
    """The release windows of a member. DatabaseError where it has no control schema."""
    with ControlDatabase(url, read_only=True) as database:
        return database.window()
