"""Checks on the values of a column, as values.

NaN is a missing value here, as it is in a frame: it counts as NULL where a column is required, and no bound, enum or
uniqueness is held against it.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from enum import StrEnum
from typing import Literal

from schemaguard.frozen import dataclass

Sign = Literal["≥", ">", "≤", "<"]
_SHOWN_VALUES = 6


class ValueKind(StrEnum):
    """How the values of a type are compared."""

    INTEGER = "integer"
    EXACT = "exact"
    SINGLE = "single"
    DOUBLE = "double"
    TEXT = "text"
    LABEL = "label"
    """An enum of the database: compared as its text."""
    BOOLEAN = "boolean"
    OTHER = "other"
    """Known to be equal or not, and nothing else."""
    INCOMPARABLE = "incomparable"


NUMBERS = (ValueKind.INTEGER, ValueKind.EXACT, ValueKind.SINGLE, ValueKind.DOUBLE)
FRACTIONS = (ValueKind.EXACT, ValueKind.SINGLE, ValueKind.DOUBLE)
STRINGS = (ValueKind.TEXT, ValueKind.LABEL)


@dataclass(frozen=True, slots=True)
class Required:
    """No NULL, and no NaN."""

    column: str

    @property
    def words(self) -> str:
        """The promise in a few words, as for every check."""
        return "required"


@dataclass(frozen=True, slots=True)
class Bound:
    """Every number on the promised side of a limit."""

    column: str
    sign: Sign
    limit: Decimal

    @property
    def words(self) -> str:
        """The promise in a few words."""
        return f"{self.sign} {self.limit:f}"

    def limit_for(self, kind: ValueKind) -> Decimal:
        """The limit; for whole numbers the whole one that means the same, so that no column is cast to compare."""
        if kind is not ValueKind.INTEGER:
            return self.limit
        return self.limit.to_integral_value(ROUND_CEILING if self.sign in ("≥", "<") else ROUND_FLOOR)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Every value in a closed list."""

    column: str
    values: tuple[str, ...]

    @property
    def words(self) -> str:
        """The promise in a few words."""
        few = " | ".join(self.values[:_SHOWN_VALUES])
        hidden = len(self.values) - _SHOWN_VALUES
        return f"one of {few} | … {hidden} more" if hidden > 0 else f"one of {few}"


@dataclass(frozen=True, slots=True)
class NoLonger:
    """No text of more characters."""

    column: str
    characters: int

    @property
    def words(self) -> str:
        """The promise in a few words."""
        return f"at most {self.characters} character{'' if self.characters == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Distinct:
    """No two rows with the same value; rows without one don't count."""

    column: str

    @property
    def words(self) -> str:
        """The promise in a few words."""
        return "unique"


Check = Required | Bound | OneOf | NoLonger | Distinct


@dataclass(frozen=True, slots=True)
class AskedCheck:
    """A check on a column whose values are compared in that way."""

    check: Check
    kind: ValueKind


def is_single(value: Decimal) -> bool:
    """Whether a `real` comes near the number, rather than refusing it as too large or too small."""
    return not value or Decimal("1.2e-38") <= abs(value) <= Decimal("3.4e38")


def number(text: str) -> Decimal | None:
    """The number that a listed value means, None where it is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
