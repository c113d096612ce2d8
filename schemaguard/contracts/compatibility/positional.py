"""A writer that names no columns: its values go to whatever columns stand where they did.

See https://www.postgresql.org/docs/18/sql-insert.html.
"""

import re
from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.calls import tokens
from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility.breakage import Breakage, breakage
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.contract import Contract, ContractTable

_TOGETHER = frozenset({"union", "intersect", "except"})
_LISTS = (("in", "(", "select", "*"), ("any", "(", "select", "*"), ("all", "(", "select", "*"))
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


def spread(contract: Contract, part: ContractTable, before: Catalog, change: c.Change) -> Iterator[Breakage]:
    """What a text feels of one more column where its star has to fit the columns of something else.

    Both sides of a UNION have as many columns, a subquery behind IN one, and an INSERT at least as many as its query.
    """
    if not isinstance(change, c.AddColumn) or contract.query is None:
        return
    words, table = tokens(contract.query), before.resolve(change.table)
    is_own = table == before.resolve(part.table)
    if table.name not in words or not any(_is_star(words, at) for at in range(1, len(words))):
        return
    fits = not _TOGETHER.isdisjoint(words) or any(words[at : at + 4] in _LISTS for at in range(len(words)))
    if (is_own and fits) if part.access == "read" else ("insert" in words and not is_own):
        detail = f"its star takes {table}.{change.column.name} too, for which there may be no room"
        yield breakage("unlisted", part.access, (part.table, None), contract.reads_through, detail)


def _is_star(words: tuple[str, ...], at: int) -> bool:
    return words[at] == "*" and words[at - 1] in ("select", "all", "distinct", ",", ".")


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
