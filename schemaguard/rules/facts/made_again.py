"""What is dropped and made again in one transaction: the shape is there at its end, but not what was in it."""

from collections.abc import Sequence

from schemaguard.catalog.changes import AddColumn, CreateTable, MoveTable, RenameTable
from schemaguard.catalog.objects import Name, Table
from schemaguard.contracts.compatibility import Breakage
from schemaguard.contracts.compatibility.breakage import breakage
from schemaguard.contracts.contract import Contract
from schemaguard.rules.facts.walk import Visit


def made_again(contract: Contract, gone: Breakage, went: Visit, later: Sequence[Visit]) -> tuple[int, Breakage] | None:
    """The place among the later visits of what stands in for a table or column that went, and what its reader feels."""
    if gone.access != "read":
        return None
    was = went.before.resolve(gone.table)
    called = _called_after(was, went)
    for place, visit in enumerate(later):
        called = _called_after(called, visit)
        if called == was and _called_after(was, went) != was:
            return None  # It is back under its name.
        table = visit.before.resolve(gone.table)
        subject = (gone.table, gone.column)
        match visit.change:
            case AddColumn(table=name, column=column) if (
                gone.cause == "column-dropped" and column.name == gone.column and visit.before.resolve(name) == table
            ):
                return place, breakage("rows-overwritten", "read", subject, contract.reads_through, "it is made again")
            case CreateTable(table=Table(name=name)) if gone.cause == "table-dropped" and _is(visit, name, table):
                return place, breakage("rows-deleted/all", "read", subject, contract.reads_through, "it is made again")
            case RenameTable(to=to) if gone.cause.startswith("table-") and to == table.name:
                detail = "another table has its name now"
                return place, breakage("rows-overwritten", "read", subject, contract.reads_through, detail)
            case MoveTable(table=name, schema=schema) if (
                gone.cause.startswith("table-") and Name(name.name, schema) == table
            ):
                detail = "another table has its name now"
                return place, breakage("rows-overwritten", "read", subject, contract.reads_through, detail)
            case _:
                continue
    return None


def _called_after(name: Name, visit: Visit) -> Name:
    """What the table of a name is called after the change."""
    match visit.change:
        case RenameTable(table=table, to=to) if visit.before.resolve(table) == name:
            return Name(to, name.schema)
        case MoveTable(table=table, schema=schema) if visit.before.resolve(table) == name:
            return Name(name.name, schema)
        case _:
            return name


def _is(visit: Visit, name: Name, table: Name) -> bool:
    return visit.before.resolve(name) == table
