"""Which overrides permit a drop that a contract in its window forbids: those in the file and in the ledger."""

from collections.abc import Collection, Iterable
from datetime import date

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.overrides import Override, spelled

RULES = {"read": "breaks-reader", "write": "breaks-writer"}
"""Access → the rule of `check` that a drop breaks for whoever has it."""


def unanswered(
    contract: Contract,
    versions: Collection[str],
    dropped: tuple[Name, str | None],
    catalog: Catalog,
    overrides: Iterable[Override],
) -> tuple[str, ...]:
    """The versions that need what is dropped (column None: the table), and for which nobody answers; in order."""
    table, column = dropped
    wanted = {
        RULES[each.access]
        for each in contract.tables
        if catalog.resolve(each.table) == table and (column is None or each.promise(column) is not None)
    }
    thing = spelled(f"{table}.{column}" if column else str(table))
    given = {(each.rule, each.version) for each in overrides if (each.model, each.object) == (contract.model, thing)}
    return tuple(version for version in versions if any((rule, version) not in given for rule in wanted))


def confirmed(
    overrides: Iterable[Override], granted: Iterable[tuple[str, str, str, str, str]], day: date
) -> tuple[Override, ...]:
    """The overrides of the file that aren't over, and that the ledger has with the same words.

    `granted` are its entries: (rule, object, model, version, until). One that was written into the file by hand, or
    whose day was moved, is nobody's word; one that was taken out of the file is withdrawn.
    """
    known = set(granted)
    return tuple(
        each
        for each in overrides
        if each.holds(day) and (each.rule, each.object, each.model, each.version, each.until.isoformat()) in known
    )
