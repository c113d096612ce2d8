"""What verifying data against a contract found."""

from collections.abc import Mapping

from schemaguard.catalog.objects import Name
from schemaguard.errors import ExitCode
from schemaguard.frozen import dataclass, field
from schemaguard.verification.aggregate import TableChecks
from schemaguard.verification.checks import AskedCheck, Check, Distinct

Rows = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""(names of columns, values as text)."""


@dataclass(frozen=True, slots=True)
class TableVerdict:
    """One table: how many rows were looked at, and how many break each check."""

    checks: TableChecks
    rows: int = 0
    counts: tuple[int, ...] = ()
    """Violations, in the order of `checks.asked`; for `Distinct`, how many rows there are beyond distinct values."""
    examples: Mapping[Check, Rows] = field(default_factory=dict)
    seconds: float = 0.0
    shown_as: str | None = None
    """The view or file that was read in the table's place."""

    @property
    def violations(self) -> tuple[tuple[AskedCheck, int], ...]:
        """The checks that rows break, and how many rows each."""
        return tuple(pair for pair in zip(self.checks.asked, self.counts, strict=True) if pair[1])

    @property
    def kept(self) -> int:
        """How many checks hold."""
        return len(self.checks.asked) - len(self.violations) + len(self.checks.proven)

    @property
    def is_violated(self) -> bool:
        """Whether a promise is broken."""
        return bool(self.checks.drifts or self.violations)


@dataclass(frozen=True, slots=True)
class Verification:
    """All tables that were judged, and which of their rows."""

    contract: str
    """Such as `fraud@7`."""
    place: str
    tables: tuple[TableVerdict, ...]
    narrowed: tuple[str, ...] = ()
    """Which rows were looked at, where it weren't all."""
    notes: tuple[str, ...] = ()
    """What else has to be known of what was looked at."""
    sample: float | None = None
    """The percentage of the table's pages, None for all of it."""

    @property
    def exit_code(self) -> ExitCode:
        """1 where a promise is broken, 2 where none is and one couldn't be judged or no row was seen, else 0."""
        if any(table.is_violated for table in self.tables):
            return ExitCode.FINDINGS
        if any(table.checks.unjudged or self.is_unseen(table) for table in self.tables):
            return ExitCode.NO_VERDICT
        return ExitCode.OK

    @property
    def is_partial(self) -> bool:
        """Whether rows were left out."""
        return bool(self.sample is not None or self.narrowed)

    def is_unseen(self, table: TableVerdict) -> bool:
        """Whether rows were left out and none remained: an empty sample proves nothing."""
        return self.is_partial and not table.rows

    def proves(self, check: Check) -> bool:
        """Whether finding no violation of it among the rows looked at says anything of the table."""
        return not (isinstance(check, Distinct) and self.is_partial)


@dataclass(frozen=True, slots=True)
class UnrunQuery:
    """A table's aggregate for a server that it wasn't run on: nothing is known of the data."""

    table: Name
    columns: tuple[str, ...]
    """What each of the row's numbers is: how many rows there are, then how many break each promise."""
    query: str
