"""Changes of everything else that has a name."""

from typing import Literal

from schemaguard.catalog.objects import (
    Check,
    Column,
    CompositeType,
    Domain,
    EnumType,
    Function,
    Grant,
    Name,
    Policy,
    Sequence,
    Symbol,
    Trigger,
    View,
)
from schemaguard.frozen import dataclass, field

ObjectKind = Literal[
    "table", "view", "materialized view", "index", "sequence", "type", "domain", "function", "procedure", "aggregate",
    "schema", "extension", "trigger", "policy", "rule", "constraint", "database", "role", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CreateView:
    """CREATE [OR REPLACE] [MATERIALIZED] VIEW."""

    view: View
    or_replace: bool = False
    if_not_exists: bool = False
    brings: tuple[object, ...] = field(default=(), compare=False)
    """As of REFRESH, where it is materialised and stands in the place of one that the same revision has dropped."""


@dataclass(frozen=True, slots=True)
class RefreshView:
    """REFRESH MATERIALIZED VIEW."""

    view: Name
    concurrently: bool = False
    with_data: bool = True
    brings: tuple[object, ...] = field(default=(), compare=False)
    """The changes of rows that the same revision has made before, and that readers of the view feel from now on."""


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
    """CREATE TYPE of a kind that is not an enum."""

    composite: CompositeType


@dataclass(frozen=True, slots=True)
class AlterComposite:
    """ALTER TYPE … ADD | DROP | ALTER | RENAME ATTRIBUTE."""

    type: Name
    action: str
    attribute: str
    to: Column | str | None = None
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class CreateSequence:
    """CREATE SEQUENCE."""

    sequence: Sequence
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True)
class AlterSequence:
    """ALTER SEQUENCE; `owned_by` where it changes, `restarts` where its counter does.

    `continues`: setval() gives it a number that the rows ask for; `feeds` is the (table, column) whose sequence is
    meant, where that is asked of pg_get_serial_sequence().
    """

    sequence: Name
    owned_by: tuple[Name, str] | None = None
    owned_by_none: bool = False
    restarts: bool = False
    continues: bool = False
    feeds: tuple[Name, str] | None = None


@dataclass(frozen=True, slots=True)
class CreateFunction:
    """CREATE [OR REPLACE] FUNCTION, PROCEDURE or AGGREGATE."""

    function: Function
    or_replace: bool = False


@dataclass(frozen=True, slots=True)
class AlterFunction:
    """ALTER FUNCTION of how it runs: STRICT, with which search_path, with whose rights; None where it stays as it is.

    `arguments` None means the only one of the name; an empty `search_path` is the caller's.
    """

    function: Name
    arguments: tuple[str, ...] | None = None
    strict: bool | None = None
    search_path: str | None = None
    is_definer: bool | None = None


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
    """GRANT on an object; `table` is None where the object is not a relation or the grant is for a whole schema."""

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
class ChangeSymbol:
    """CREATE, ALTER or DROP of an operator, a cast, a collation, or a text search configuration or dictionary.

    `to` is its name afterwards, None where it has none; `definition` and `function` are what it does from then on.
    """

    symbol: Symbol
    to: Name | None
    is_new: bool = False
    changes_meaning: bool = False


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
    """DROP of an object that is not a table, column, constraint or index; `on` is the table of a trigger or policy."""

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
    """SET SCHEMA of an object that is not a table."""

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
