"""Changes: what one statement does to the catalog, as data. A statement has one, or one an action.

Names are as written (`schema` None where unqualified); `apply` resolves them. Optional names of new constraints and
indexes are None until `apply` gives them the server's own name.
"""

from dataclasses import dataclass
from typing import Literal

from schemaguard.catalog.objects import (
    Check,
    Column,
    CompositeType,
    Constraint,
    Domain,
    EnumType,
    Function,
    Grant,
    Identity,
    Index,
    Name,
    Policy,
    Sequence,
    Table,
    Trigger,
    View,
)
from schemaguard.catalog.types import Type

ObjectKind = Literal[
    "table", "view", "materialized view", "index", "sequence", "type", "domain", "function", "procedure", "aggregate",
    "schema", "extension", "trigger", "policy", "rule", "constraint", "database", "role", "other",
]  # fmt: skip


# Tables


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
    """A rewrite with no change of shape: VACUUM FULL, CLUSTER, SET TABLESPACE, SET LOGGED, SET ACCESS METHOD."""

    table: Name | None
    how: str


@dataclass(frozen=True, slots=True)
class SetTableOption:
    """A storage option, owner-less setting or statistics target of a table, which its readers don't feel."""

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


@dataclass(frozen=True, slots=True)
class DetachPartition:
    """ALTER TABLE … DETACH PARTITION."""

    table: Name
    partition: Name
    concurrently: bool = False


@dataclass(frozen=True, slots=True)
class SetInheritance:
    """ALTER TABLE … [NO] INHERIT."""

    table: Name
    parent: Name
    inherits: bool = True


# Columns


@dataclass(frozen=True, slots=True)
class AddColumn:
    """ADD COLUMN with the constraints written on it; `serial` says that the type was written as serial."""

    table: Name
    column: Column
    constraints: tuple[Constraint, ...] = ()
    if_not_exists: bool = False
    serial: bool = False


@dataclass(frozen=True, slots=True)
class DropColumn:
    """DROP COLUMN."""

    table: Name
    column: str
    cascade: bool = False
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """RENAME COLUMN, of a table or of a view."""

    table: Name
    column: str
    to: str


@dataclass(frozen=True, slots=True)
class RetypeColumn:
    """ALTER COLUMN … TYPE."""

    table: Name
    column: str
    type: Type
    using: str | None = None
    collation: str | None = None


@dataclass(frozen=True, slots=True)
class SetNotNull:
    """ALTER COLUMN … SET NOT NULL, or ADD [CONSTRAINT `constraint`] NOT NULL (18), which may be NOT VALID."""

    table: Name
    column: str
    constraint: str | None = None
    valid: bool = True


@dataclass(frozen=True, slots=True)
class DropNotNull:
    """ALTER COLUMN … DROP NOT NULL."""

    table: Name
    column: str


@dataclass(frozen=True, slots=True)
class SetDefault:
    """ALTER COLUMN … SET DEFAULT."""

    table: Name
    column: str
    default: str


@dataclass(frozen=True, slots=True)
class DropDefault:
    """ALTER COLUMN … DROP DEFAULT."""

    table: Name
    column: str


@dataclass(frozen=True, slots=True)
class SetIdentity:
    """ALTER COLUMN … ADD GENERATED AS IDENTITY, SET GENERATED, DROP IDENTITY; `identity` None drops it."""

    table: Name
    column: str
    identity: Identity | None
    if_exists: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class SetGenerated:
    """ALTER COLUMN … SET EXPRESSION (17 and later), DROP EXPRESSION; `expression` None drops it."""

    table: Name
    column: str
    expression: str | None
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetColumnOption:
    """STORAGE, COMPRESSION, STATISTICS or attribute options of a column, which its readers don't feel."""

    table: Name
    column: str
    option: str


# Constraints and indexes


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


# Everything else that has a name


@dataclass(frozen=True, slots=True)
class CreateView:
    """CREATE [OR REPLACE] [MATERIALIZED] VIEW."""

    view: View
    or_replace: bool = False
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class RefreshView:
    """REFRESH MATERIALIZED VIEW."""

    view: Name
    concurrently: bool = False


@dataclass(frozen=True, slots=True)
class CreateEnum:
    """CREATE TYPE … AS ENUM."""

    enum: EnumType


@dataclass(frozen=True, slots=True)
class AddEnumValue:
    """ALTER TYPE … ADD VALUE."""

    type: Name
    value: str
    before: str | None = None
    after: str | None = None
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class RenameEnumValue:
    """ALTER TYPE … RENAME VALUE."""

    type: Name
    value: str
    to: str


@dataclass(frozen=True, slots=True)
class CreateDomain:
    """CREATE DOMAIN."""

    domain: Domain


@dataclass(frozen=True, slots=True)
class AlterDomain:
    """ALTER DOMAIN: one action, such as `add constraint`, `drop constraint`, `set not null`, `set default`."""

    domain: Name
    action: str
    check: Check | None = None
    constraint: str | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class CreateComposite:
    """CREATE TYPE of a kind that is no enum."""

    composite: CompositeType


@dataclass(frozen=True, slots=True)
class AlterComposite:
    """ALTER TYPE … ADD | DROP | ALTER | RENAME ATTRIBUTE."""

    type: Name
    action: str
    attribute: str
    to: Column | str | None = None


@dataclass(frozen=True, slots=True)
class CreateSequence:
    """CREATE SEQUENCE."""

    sequence: Sequence
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterSequence:
    """ALTER SEQUENCE; `owned_by` where it changes, `restarts` where its counter does."""

    sequence: Name
    owned_by: tuple[Name, str] | None = None
    owned_by_none: bool = False
    restarts: bool = False


@dataclass(frozen=True, slots=True)
class CreateFunction:
    """CREATE [OR REPLACE] FUNCTION, PROCEDURE or AGGREGATE."""

    function: Function
    or_replace: bool = False


@dataclass(frozen=True, slots=True)
class CreateTrigger:
    """CREATE [OR REPLACE] TRIGGER."""

    table: Name
    trigger: Trigger
    or_replace: bool = False


@dataclass(frozen=True, slots=True)
class EnableTrigger:
    """ENABLE | DISABLE TRIGGER; `trigger` may be `ALL` or `USER`."""

    table: Name
    trigger: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class CreatePolicy:
    """CREATE POLICY, or ALTER POLICY as the policy that comes out of it."""

    table: Name
    policy: Policy
    is_alter: bool = False


@dataclass(frozen=True, slots=True)
class SetRowSecurity:
    """ENABLE | DISABLE | FORCE | NO FORCE ROW LEVEL SECURITY; None leaves that switch as it is."""

    table: Name
    enabled: bool | None = None
    forced: bool | None = None


@dataclass(frozen=True, slots=True)
class GrantAccess:
    """GRANT on an object; `table` is None where the object is no relation or the grant is for a whole schema."""

    kind: ObjectKind
    object: Name
    grants: tuple[Grant, ...]
    all_in_schema: bool = False


@dataclass(frozen=True, slots=True)
class RevokeAccess:
    """REVOKE on an object."""

    kind: ObjectKind
    object: Name
    grants: tuple[Grant, ...]
    all_in_schema: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class ChangeOwner:
    """ALTER … OWNER TO."""

    kind: ObjectKind
    object: Name
    owner: str


@dataclass(frozen=True, slots=True)
class CreateSchema:
    """CREATE SCHEMA; the objects written inside it follow as changes of their own."""

    schema: str
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class CreateExtension:
    """CREATE EXTENSION."""

    extension: str
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropObject:
    """DROP of an object that is no table, column, constraint or index; `on` is the table of a trigger or policy."""

    kind: ObjectKind
    object: Name
    cascade: bool = False
    if_exists: bool = False
    on: Name | None = None
    arguments: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RenameObject:
    """RENAME of an object that is neither a table, column nor constraint."""

    kind: ObjectKind
    object: Name
    to: str
    on: Name | None = None


@dataclass(frozen=True, slots=True)
class MoveObject:
    """SET SCHEMA of an object that is no table."""

    kind: ObjectKind
    object: Name
    schema: str


@dataclass(frozen=True, slots=True)
class SetComment:
    """COMMENT ON."""

    kind: str
    object: Name
    column: str | None
    comment: str | None


# Rows


@dataclass(frozen=True, slots=True)
class InsertRows:
    """INSERT or COPY FROM; `columns` None means positional, that is, all of them in their order."""

    table: Name
    columns: tuple[str, ...] | None
    from_query: bool = False
    is_copy: bool = False
    conflict_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateRows:
    """UPDATE; `columns` are the assigned ones, in order, duplicates kept."""

    table: Name
    columns: tuple[str, ...]
    has_where: bool


@dataclass(frozen=True, slots=True)
class DeleteRows:
    """DELETE, or MERGE with a delete."""

    table: Name
    has_where: bool


@dataclass(frozen=True, slots=True)
class TruncateTable:
    """TRUNCATE of one table."""

    table: Name
    cascade: bool = False
    restarts_identity: bool = False


# Sessions


@dataclass(frozen=True, slots=True)
class SetSetting:
    """SET and RESET; `value` None resets. `local` lasts until the transaction's end."""

    setting: str
    value: str | None
    local: bool = False


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


# What isn't understood


@dataclass(frozen=True, slots=True)
class Opaque:
    """A statement that can't be understood; `names` are the relations it mentions, None where it could be any."""

    reason: str
    names: frozenset[Name] | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A text that PostgreSQL's own parser would refuse."""

    reason: str


Change = (
    CreateTable | DropTable | RenameTable | MoveTable | RewriteTable | SetTableOption | SetReplicaIdentity
    | AttachPartition | DetachPartition | SetInheritance
    | AddColumn | DropColumn | RenameColumn | RetypeColumn | SetNotNull | DropNotNull | SetDefault | DropDefault
    | SetIdentity | SetGenerated | SetColumnOption
    | AddConstraint | DropConstraint | ValidateConstraint | RenameConstraint | AlterConstraint
    | CreateIndex | DropIndex | AttachIndex | Reindex
    | CreateView | RefreshView | CreateEnum | AddEnumValue | RenameEnumValue | CreateDomain | AlterDomain
    | CreateComposite | AlterComposite | CreateSequence | AlterSequence | CreateFunction | CreateTrigger
    | EnableTrigger | CreatePolicy | SetRowSecurity | GrantAccess | RevokeAccess | ChangeOwner | CreateSchema
    | CreateExtension | DropObject | RenameObject | MoveObject | SetComment
    | InsertRows | UpdateRows | DeleteRows | TruncateTable
    | SetSetting | ControlTransaction | LockTable | NoEffect
    | Opaque | Unreadable
)  # fmt: skip
