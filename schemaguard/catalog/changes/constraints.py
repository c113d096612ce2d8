"""Changes of constraints and indexes."""

from schemaguard.catalog.objects import Constraint, Index, Name
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """ADD CONSTRAINT; `using_index` names the index that it takes over."""

    table: Name
    constraint: Constraint
    using_index: str | None = None
    only: bool = False
    """ALTER TABLE ONLY: a key isn't made on the partitions, and its index is invalid until theirs are attached."""


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """DROP CONSTRAINT."""

    table: Name
    constraint: str
    cascade: bool = False
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class ValidateConstraint:
    """VALIDATE CONSTRAINT."""

    table: Name
    constraint: str


@dataclass(frozen=True, slots=True)
class RenameConstraint:
    """RENAME CONSTRAINT."""

    table: Name
    constraint: str
    to: str


@dataclass(frozen=True, slots=True)
class AlterConstraint:
    """ALTER CONSTRAINT: deferrability."""

    table: Name
    constraint: str
    deferrable: bool = False
    initially_deferred: bool = False


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """CREATE INDEX; `name` None lets the server name it; `index.name` is ignored then."""

    index: Index
    name: Name | None
    concurrently: bool = False
    if_not_exists: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class DropIndex:
    """DROP INDEX of one index."""

    index: Name
    concurrently: bool = False
    cascade: bool = False
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class AttachIndex:
    """ALTER INDEX … ATTACH PARTITION: a partition's own index becomes the part of the partitioned one."""

    index: Name
    partition: Name


@dataclass(frozen=True, slots=True)
class Reindex:
    """REINDEX of an index, table, schema, database or system."""

    kind: str
    name: Name | None
    concurrently: bool = False
