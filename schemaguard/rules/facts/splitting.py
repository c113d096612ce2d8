"""The command that writes a breaking change as expand, backfill and contract, where `split` can."""

import re
import shlex

from schemaguard.catalog.objects import Catalog, ForeignKey, Name, Table
from schemaguard.rules.facts.announced import is_of_split
from schemaguard.rules.facts.context import Context

_OFFER = re.compile(r": `(schemaguard split .+)` writes the revisions\Z")


def offered_split(instead: str) -> str | None:
    """The command that a finding's safer way ends with, if it names one."""
    found = _OFFER.search(instead)
    return found[1] if found is not None else None


def split_instead(instead: str, context: Context, table: Name, column: str | None = None) -> str:
    """The safer way with the command that writes its revisions; the way alone where they can't be written."""
    command = _command(context, table, column)
    return f"{instead}: {command} writes the revisions" if command is not None else instead


def _command(context: Context, table: Name, column: str | None) -> str | None:
    known = context.before.table(table)
    if known is None or known.open or is_of_split(context) or not _is_splittable(known, column, context.before):
        return None
    if not context.is_python and (not context.is_last or context.takes_for_granted):
        # In a folder of SQL only the newest file can still become three.
        return None
    return f"`schemaguard split {shlex.quote(context.run.revision.id)}`"


def _is_splittable(table: Table, column: str | None, catalog: Catalog) -> bool:
    """Whether split doesn't refuse the table or column outright; see `expanding/shape`."""
    if table.partition_by is not None or table.partition_of is not None or table.inherits:
        return False
    found = table.column(column) if column is not None else None
    if found is not None and (found.identity is not None or found.generated is not None):
        return False
    return column is None or not any(
        isinstance(key, ForeignKey) and column in key.ref_columns and catalog.resolve(key.ref_table) == table.name
        for user in catalog.dependents.get(table.name, ())
        if (other := catalog.tables.get(user)) is not None
        for key in other.constraints
    )
