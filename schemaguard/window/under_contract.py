"""The contracts that hold while a revision is judged, and the model versions that they hold for."""

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Access, Contract
from schemaguard.finding import Reader
from schemaguard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class VersionInWindow:
    """One model version inside its release window; `model_version` is empty for a consumer that is not a model."""

    model_version: str
    role: str
    until: str | None = None
    """An ISO date; None where the window has no end."""


@dataclass(frozen=True, slots=True)
class UnderContract:
    """One contract with the versions in their windows that it holds for."""

    contract: Contract
    versions: tuple[VersionInWindow, ...]

    def readers(self, access: Access) -> tuple[Reader, ...]:
        """Those versions, as a finding lists them."""
        return tuple(
            Reader(
                model=self.contract.model,
                model_version=version.model_version,
                access=access,
                role=version.role,
                until=version.until,
                reads_through=self.contract.reads_through,
            )
            for version in self.versions
        )

    def accesses(self, catalog: Catalog, table: Name, column: str | None = None) -> tuple[Access, ...]:
        """How the contract uses the table, or one column of it; empty where it doesn't."""
        wanted = catalog.resolve(table)
        return tuple(
            part.access
            for part in self.contract.tables
            if catalog.resolve(part.table) == wanted and (column is None or part.promise(column) is not None)
        )
