"""What a retirement says of itself: a column or table went out of sight with its values, and can be brought back.

The server does it, by number (control/versions/0004_retirement.sql).
"""

from typing import Literal

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass
from schemaguard.sql.writing.identifiers import hidden
from schemaguard.sql.writing.statements import rendered


@dataclass(frozen=True, slots=True)
class Retirement:
    """A column (or a table: `column` None) that is out of sight under this number; `retire` is what was carried out."""

    number: int
    table: Name
    column: str | None
    retire: tuple[str, ...]
    cls: Literal["instant", "slow", "needs values"]
    """`slow` where the way back looks at the rows again; `needs values` where rows may be written without one."""
    why: str = ""

    @property
    def object(self) -> str:
        """Its visible name, such as `transactions.channel`."""
        return f"{self.table}.{self.column}" if self.column else str(self.table)


def hide_index(index: Name, token: int) -> tuple[str, str]:
    """(what gives an index a hidden name, so that its own may be used again; what gives it back).

    See https://www.postgresql.org/docs/18/sql-alterindex.html.
    """
    aside = Name(hidden(index.name, token), index.schema)
    return (
        rendered(c.RenameObject("index", index, aside.name)),
        rendered(c.RenameObject("index", aside, index.name)),
    )
