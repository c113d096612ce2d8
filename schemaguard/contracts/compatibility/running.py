"""The SQL that runs for whoever reads or writes a relation: what the server keeps, and the bodies of functions."""

from collections.abc import Iterable, Iterator

from schemaguard.catalog.expressions import words
from schemaguard.catalog.objects import Catalog, Function, Name, Table
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.rowsource import ancestors, stores
from schemaguard.contracts.compatibility.triggers import called_bodies, reached_bodies
from schemaguard.contracts.contract import Contract, ContractTable


def run_functions(contract: Contract, part: ContractTable, catalog: Catalog) -> list[Function]:
    """The functions that a read or a write runs, and those that these call."""
    if not catalog.functions:
        return []
    texts = (contract.query or "", *kept_texts(part, catalog))
    named = frozenset(word for text in texts for word in words(text))
    roots = [Name(name.name) for name, _ in catalog.functions if name.name in named]
    run = {name for name, _ in called_bodies(roots, catalog)}
    if part.access == "write":
        run |= {name for name, _ in reached_bodies(_relations(part, catalog), catalog)}
    return [function for (name, _), function in catalog.functions.items() if name.name in run]


def kept_texts(part: ContractTable, catalog: Catalog) -> Iterator[str]:
    """What the server keeps parsed and runs for whoever reads or writes the relation."""
    for name in _relations(part, catalog):
        view, table = catalog.views.get(name), catalog.tables.get(name)
        if view is not None:
            yield view.query
        if table is not None:
            yield from _of_table(table, part, catalog)


def _relations(part: ContractTable, catalog: Catalog) -> list[Name]:
    shown = relation(part.table, catalog)
    base = (shown.base.name,) if shown is not None and shown.base is not None else ()
    parents = (parent for name in base for parent in ancestors(name, catalog)) if part.access == "write" else ()
    return sorted({*stores(part.table, catalog), *base, *parents}, key=str)


def _of_table(table: Table, part: ContractTable, catalog: Catalog) -> Iterable[str]:
    texts: list[str | None] = [column.generated for column in table.columns]
    texts += [text for policy in table.policies for text in (policy.using, policy.check)]
    if part.access == "write":
        texts += [column.default for column in table.columns]
        texts += [getattr(constraint, "definition", None) for constraint in table.constraints]
        domains = {column.type.name for column in table.columns if not column.type.is_built_in}
        texts += [one.definition for name, own in catalog.domains.items() if name.name in domains for one in own.checks]
    return (text for text in texts if text)
