"""What is dropped and made again in one transaction: the shape is there at its end, but not what was in it."""

from collections.abc import Sequence

from schemaguard.catalog.changes import AddColumn, CreateTable, MoveTable, RenameTable
from schemaguard.catalog.objects import Name, Table
from schemaguard.contracts.compatibility import Breakage
from schemaguard.contracts.compatibility.breakage import breakage
from schemaguard.contracts.contract import Contract
from schemaguard.rules.facts.walk import Visit


def made_again(contract: Contract, gone: Breakage, later: Sequence[Visit]) -> tuple[int, Breakage] | None:
    """The place among the later visits of what stands in for a table or column that went, and what its reader feels."""
    if gone.access != "read":
        return None
    for place, visit in enumerate(later):
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


def _is(visit: Visit, name: Name, table: Name) -> bool:
    return visit.before.resolve(name) == table
