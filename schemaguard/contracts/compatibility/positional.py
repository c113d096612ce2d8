"""A writer that names no columns: its values go to whatever columns stand where they did.

See https://www.postgresql.org/docs/18/sql-insert.html.
"""

import re
from collections.abc import Iterator

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility.breakage import Breakage, breakage
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.contract import Contract, ContractTable

_POSITIONAL = re.compile(r'insert\s+into\s+("?[\w.]+"?)\s+(?:values|select|table|with)\b', re.IGNORECASE)


def misplaced(contract: Contract, part: ContractTable, before: Catalog, after: Catalog) -> Iterator[Breakage]:
    """What an INSERT without a column list feels of columns that were dropped, or stand elsewhere now."""
    if part.access != "write" or contract.query is None or not is_positional(contract.query, part):
        return
    was, now = relation(part.table, before), relation(part.table, after)
    if was is None or now is None:
        return
    names, names_now = list(was.columns), list(now.columns)
    if names_now[: len(names)] != names:
        subject = (part.table, next(_displaced(names, names_now)))
        yield breakage("positional-insert", "write", subject, contract.reads_through)


def is_positional(query: str, part: ContractTable) -> bool:
    """Whether the query is an INSERT into the table without a list of columns."""
    wanted = {str(part.table), part.table.name}
    return any(match.group(1).replace('"', "").lower() in wanted for match in _POSITIONAL.finditer(query))


def _displaced(old: list[str], new: list[str]) -> Iterator[str]:
    """The columns whose place was taken, the first first."""
    for place, name in enumerate(old):
        there = new[place] if place < len(new) else ""
        if there != name:
            yield name
