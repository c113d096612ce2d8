"""PostgreSQL's types as values, spelled as format_type() spells them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """A type with its modifiers; `name` is the canonical name (`bigint`, `timestamp with time zone`, an enum's name).

    `schema` is None for the types of pg_catalog, and for a user type until apply resolves it.
    """

    name: str
    schema: str | None = None
    modifiers: tuple[int, ...] = ()
    dimensions: int = 0
    interval_fields: str | None = None

    def __str__(self) -> str:
        return self.spelling

    @property
    def spelling(self) -> str:
        """The type as format_type() spells it, such as `numeric(12,2)` or `timestamp(3) with time zone`."""
        base = self.name if self.schema in (None, "public") else f"{self.schema}.{self.name}"
        inside = f"({','.join(map(str, self.modifiers))})" if self.modifiers else ""
        head, space, tail = base.partition(" with")
        text = f"{head}{inside}{space}{tail}" if head in ("timestamp", "time") else f"{base}{inside}"
        return text + "[]" * min(self.dimensions, 1)
