"""What a contract view makes of a change: the server refuses some, follows others, and takes the view along.

See https://www.postgresql.org/docs/18/ddl-depend.html.
"""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.breakage import Breakage, breakage
from schemaguard.contracts.compatibility.reading import UNKNOWN
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.typing import type_cause
from schemaguard.contracts.contract import Access, Contract, ContractTable
from schemaguard.frozen import replace


def is_followed(contract: Contract, part: ContractTable, change: c.Change, before: Catalog) -> bool:
    """Whether a contract view follows the change: views know columns and tables by number, not by name."""
    if contract.reads_through != "view" or not isinstance(change, c.RenameColumn | c.RenameTable | c.MoveTable):
        return False
    return before.resolve(change.table) == before.resolve(part.table)


def seen_through_view(found: Breakage, contract: Contract, change: c.Change, before: Catalog) -> Breakage:
    """The breakage as a contract view turns it: the change is refused, or, with CASCADE, the view is gone."""
    if contract.reads_through != "view" or not _is_about(change, found, before):
        return found
    match change:
        case c.DropColumn(cascade=True) | c.DropTable(cascade=True):
            return replace(found, sqlstate="42P01", effect=found.effect.replace(found.sqlstate or "", "42P01"))
        case c.DropColumn() | c.DropTable():
            return _refused(found, contract, "2BP01")
        case c.RetypeColumn():
            return _refused(found, contract, "0A000")
        case _:
            return found


def retyped_under_view(
    contract: Contract, part: ContractTable, change: c.Change, before: Catalog
) -> Iterator[Breakage]:
    """Any ALTER TYPE of a column that a contract view shows is refused, a harmless widening too.

    See ATExecAlterColumnType() in tablecmds.c.
    """
    if contract.reads_through != "view" or not isinstance(change, c.RetypeColumn) or not part.promise(change.column):
        return
    shown = relation(part.table, before)
    column = shown.column(change.column) if shown is not None else None
    if shown is None or shown.lacks(change.column) or before.resolve(change.table) != before.resolve(part.table):
        return
    subject = (part.table, change.column)
    if column is None or column.type.name == UNKNOWN:
        yield breakage("type-changed", part.access, subject, "view", f"now {change.type}", "0A000")
        return
    code = _code(column.type, change.type, part.access)
    yield breakage(code, part.access, subject, "view", f"{change.type} instead of {column.type}", "0A000")


def _code(old: Type, new: Type, access: Access) -> str:
    harmless = "range-widened" if old.name == new.name else "type-widened"
    return type_cause(old, new, access) or type_cause(old, new, "write") or harmless


def _refused(found: Breakage, contract: Contract, sqlstate: str) -> Breakage:
    subject = (found.table, found.column)
    return breakage(found.cause, found.access, subject, contract.reads_through, found.detail, sqlstate)


def _is_about(change: c.Change, found: Breakage, before: Catalog) -> bool:
    match change:
        case c.DropTable(table=table):
            return before.resolve(table) == before.resolve(found.table)
        case c.DropColumn(table=table, column=column) | c.RetypeColumn(table=table, column=column):
            return before.resolve(table) == before.resolve(found.table) and column == found.column
        case _:
            return False
