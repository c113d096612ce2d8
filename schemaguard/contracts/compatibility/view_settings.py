"""Settings of a view that a writer through it feels: defaults of its columns, and WITH CHECK OPTION."""

import re
from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.contract import ContractTable

_DEFAULT = re.compile(r"(?:set|drop)\s+default\b", re.IGNORECASE)
_CHECKED = re.compile(r"set\b.*\bcheck_option\b", re.IGNORECASE | re.DOTALL)


def view_settings(part: ContractTable, before: Catalog, change: c.SetColumnOption | c.SetTableOption) -> Iterator[Flaw]:
    """What ALTER VIEW changes of the rows that are sent to it.

    Source: https://www.postgresql.org/docs/18/sql-alterview.html and "Updatable Views" of CREATE VIEW.
    """
    name = before.resolve(change.table)
    if part.access != "write" or name not in before.views or name != before.resolve(part.table):
        return
    match change:
        case c.SetColumnOption(column=column, option=option):
            if _DEFAULT.match(option) and part.promise(column) is None:
                yield "default-changed", column, ""
        case c.SetTableOption(option=option):
            if _CHECKED.match(option):
                yield "check-added/44000", None, "as a view WITH CHECK OPTION"
