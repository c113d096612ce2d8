"""What acts on rows or on the session, and what isn't understood."""

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class InsertRows:
    """INSERT or COPY FROM; `columns` None means positional, that is, all of them in their order."""

    table: Name
    columns: tuple[str, ...] | None
    from_query: bool = False
    is_copy: bool = False
    conflict_columns: tuple[str, ...] = ()
    calls: frozenset[str] = field(default=frozenset(), compare=False)
    """The functions that it calls itself and that aren't PostgreSQL's own."""
    values: tuple[tuple[str, ...], ...] = field(default=(), compare=False)
    """The SQL of each value, row by row; empty where they aren't written in the statement, or are too many."""


@dataclass(frozen=True, slots=True)
class UpdateRows:
    """UPDATE; `columns` are the assigned ones, in order, duplicates kept."""

    table: Name
    columns: tuple[str, ...]
    has_where: bool
    """Whether a condition, and not one that always holds, says which rows are meant."""
    unchanged: tuple[str, ...] = ()
    """Those of them that are assigned what they hold."""
    filled: tuple[str, ...] = ()
    """Those of them that only get a value where they hold none."""
    calls: frozenset[str] = field(default=frozenset(), compare=False)
    values: tuple[str, ...] = field(default=(), compare=False)
    """The SQL that each column is assigned, empty where several are assigned together."""
    only: bool = False


@dataclass(frozen=True, slots=True)
class DeleteRows:
    """DELETE, or MERGE with a delete."""

    table: Name
    has_where: bool
    """Whether a condition, and not one that always holds, says which rows are meant."""
    calls: frozenset[str] = field(default=frozenset(), compare=False)
    only: bool = False


@dataclass(frozen=True, slots=True)
class TruncateTable:
    """TRUNCATE of one table."""

    table: Name
    cascade: bool = False
    restarts_identity: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class SetSetting:
    """SET and RESET; `value` None resets. `local` lasts until the transaction's end.

    `of` is the role or database whose sessions begin with it: this session keeps its own.
    """

    setting: str
    value: str | None
    local: bool = False
    of: str | None = None


@dataclass(frozen=True, slots=True)
class ControlTransaction:
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE …: `action` in upper case.

    START TRANSACTION is BEGIN, END is COMMIT, ABORT is ROLLBACK; ROLLBACK TO names its savepoint, as RELEASE does.
    """

    action: str
    savepoint: str | None = None


@dataclass(frozen=True, slots=True)
class LockTable:
    """LOCK TABLE of one table."""

    table: Name
    mode: str


@dataclass(frozen=True, slots=True)
class NoEffect:
    """A command that is understood and changes nothing that a catalog shows, such as SELECT or ANALYZE."""

    command: str
    reads: frozenset[Name] = frozenset()
    calls: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """That the server would refuse a statement with `sqlstate`; `said` tells why.

    It is certain where nothing else than the history could have made what the statement is about.
    """

    sqlstate: str
    said: str
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Opaque:
    """A statement that can't be understood; `names` are the relations it mentions, None where it could be any."""

    reason: str
    names: frozenset[Name] | None = None
    refused: Refused | None = None
    """Set where it is understood, and is one that the server would refuse."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A text that PostgreSQL's own parser would refuse."""

    reason: str
