"""What FINISH takes out of sight: objects that only the release that was left, or nobody at all, names."""

from collections.abc import Iterable

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract
from schemaguard.frozen import dataclass
from schemaguard.releases.now import Now
from schemaguard.releases.release import Release


@dataclass(frozen=True, slots=True)
class Leftover:
    """A column or table (column None) to retire; `waits` until nobody's window needs it, else it is skipped then.

    `applied` is the change that made it, or whose retirement of it is done again.
    """

    schema: str
    table: str
    column: str | None
    applied: int | None
    revision: str | None
    waits: bool = False

    @property
    def name(self) -> Name:
        """The table."""
        return Name(self.table, self.schema)

    @property
    def object(self) -> str:
        """Its name, such as `transactions.entry_mode`."""
        return f"{self.name}.{self.column}" if self.column else str(self.name)


def names(contract: Contract, catalog: Catalog, table: Name, column: str | None) -> bool:
    """Whether a contract names that column, or anything of that table where `column` is None."""
    return any(
        catalog.resolve(each.table) == table and (column is None or each.promise(column) is not None)
        for each in contract.tables
    )


def needed_by(leftover: Leftover, contracts: Iterable[Contract], catalog: Catalog) -> tuple[Contract, ...]:
    """The contracts that name it."""
    return tuple(c for c in contracts if names(c, catalog, leftover.name, leftover.column))


def leftovers_of_rollback(now: Now, target: Release) -> tuple[Leftover, ...]:
    """What was added after the target first served, and nobody but what is left names: what served, and a canary."""
    left = tuple(each.contract for each in (now.active, now.canary) if each is not None and each is not target)
    if target.first_served_at is None or not left:
        return ()
    found = []
    everybody = (target.contract, *now.needed, *now.coming)
    for change in now.applied:
        if change.undone or change.adds is None or change.applied_at < target.first_served_at:
            continue
        table, column = change.adds
        leftover = Leftover(table.schema or "public", table.name, column, change.id, change.revision)
        is_left = any(names(each, now.catalog, table, column) for each in left)
        if is_left and not needed_by(leftover, everybody, now.catalog):
            found.append(leftover)
    return tuple(found)


def leftovers_of_promotion(now: Now, released: tuple[str, ...]) -> tuple[Leftover, ...]:
    """What released revisions, or ones released earlier, had taken away before a rollback brought it back."""
    held = {each.revision for each in now.held} - set(released)
    return tuple(
        Leftover(
            retired.table.schema or "public", retired.table.name, retired.column,
            retired.applied_change, retired.revision, waits=True,
        )
        for retired in now.restored
        if retired.revision not in held
    )  # fmt: skip
