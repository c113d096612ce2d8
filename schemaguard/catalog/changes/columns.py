"""Changes of columns."""

from schemaguard.catalog.objects import Column, Constraint, Identity, Name
from schemaguard.catalog.types import Type
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class AddColumn:
    """ADD COLUMN with the constraints written on it; `serial` says that the type was written as serial."""

    table: Name
    column: Column
    constraints: tuple[Constraint, ...] = ()
    if_not_exists: bool = False
    serial: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class DropColumn:
    """DROP COLUMN."""

    table: Name
    column: str
    cascade: bool = False
    if_exists: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """RENAME COLUMN, of a table or of a view."""

    table: Name
    column: str
    to: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class RetypeColumn:
    """ALTER COLUMN … TYPE."""

    table: Name
    column: str
    type: Type
    using: str | None = None
    collation: str | None = None
    only: bool = False


@dataclass(frozen=True, slots=True)
class SetNotNull:
    """ALTER COLUMN … SET NOT NULL, or ADD [CONSTRAINT `constraint`] NOT NULL (18), which may be NOT VALID."""

    table: Name
    column: str
    constraint: str | None = None
    valid: bool = True
    only: bool = False


@dataclass(frozen=True, slots=True)
class DropNotNull:
    """ALTER COLUMN … DROP NOT NULL."""

    table: Name
    column: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class SetDefault:
    """ALTER COLUMN … SET DEFAULT."""

    table: Name
    column: str
    default: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class DropDefault:
    """ALTER COLUMN … DROP DEFAULT."""

    table: Name
    column: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class SetIdentity:
    """ALTER COLUMN … ADD GENERATED AS IDENTITY, SET GENERATED, DROP IDENTITY; `identity` None drops it."""

    table: Name
    column: str
    identity: Identity | None
    if_exists: bool = False
    is_new: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class SetGenerated:
    """ALTER COLUMN … SET EXPRESSION (17 and later), DROP EXPRESSION; `expression` None drops it."""

    table: Name
    column: str
    expression: str | None
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class SetColumnOption:
    """STORAGE, COMPRESSION, STATISTICS or attribute options of a column, which its readers don't feel.

    `option` is the action of ALTER COLUMN as it is written, such as `set storage external`.
    """

    table: Name
    column: str
    option: str
