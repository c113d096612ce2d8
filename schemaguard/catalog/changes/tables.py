"""Changes of tables."""

from schemaguard.catalog.objects import Index, Name, Table
from schemaguard.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class CreateTable:
    """CREATE TABLE; `serials` are the columns written as serial, `like` the tables whose columns are copied first."""

    table: Table
    if_not_exists: bool = False
    serials: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    like: tuple[tuple[Name, frozenset[str]], ...] = ()
    """(table, options such as `DEFAULTS`, `INDEXES`, `ALL`)."""
    as_query: str | None = None


@dataclass(frozen=True, slots=True)
class DropTable:
    """DROP TABLE of one table."""

    table: Name
    cascade: bool = False
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class RenameTable:
    """ALTER TABLE … RENAME TO."""

    table: Name
    to: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class MoveTable:
    """ALTER TABLE … SET SCHEMA."""

    table: Name
    schema: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class RewriteTable:
    """A rewrite with no change of shape; `how` is VACUUM FULL, CLUSTER [USING …], or an action such as SET LOGGED."""

    table: Name | None
    how: str


@dataclass(frozen=True, slots=True)
class SetTableOption:
    """A storage option or other setting of a table or index, which its readers don't feel.

    `option` is the action of ALTER TABLE or ALTER INDEX as it is written, such as `set (fillfactor = 70)`.
    """

    table: Name
    option: str


@dataclass(frozen=True, slots=True)
class SetReplicaIdentity:
    """ALTER TABLE … REPLICA IDENTITY."""

    table: Name
    identity: str


@dataclass(frozen=True, slots=True)
class AttachPartition:
    """ALTER TABLE … ATTACH PARTITION."""

    table: Name
    partition: Name
    bound: str
    is_empty: bool = field(default=False, compare=False)
    """Whether the same revision has made the partition, and put no rows into it."""


@dataclass(frozen=True, slots=True)
class DetachPartition:
    """ALTER TABLE … DETACH PARTITION; `finalizes` a CONCURRENTLY that was cut short."""

    table: Name
    partition: Name
    concurrently: bool = False
    finalizes: bool = False


@dataclass(frozen=True, slots=True)
class SetInheritance:
    """ALTER TABLE … [NO] INHERIT."""

    table: Name
    parent: Name
    inherits: bool = True
    is_empty: bool = field(default=False, compare=False)
    """Whether the same revision has made the child, and put no rows into it."""
