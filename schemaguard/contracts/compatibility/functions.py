"""What a reader feels of functions that its query or view calls: their bodies are looked up when they run.

See https://www.postgresql.org/docs/18/ddl-depend.html.
"""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog import expressions
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.compatibility.paths import repathed
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.rowsource import stores
from schemaguard.contracts.compatibility.triggers import called_bodies, unnamed
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.sql.reading.bodies import Body

UNREAD = "function-unread"


def function_flaws(
    contract: Contract, part: ContractTable, catalogs: tuple[Catalog, Catalog], change: c.Change
) -> Iterator[Flaw]:
    """What of the functions that a read runs names what isn't there any more."""
    before, after = catalogs
    if part.access != "read" or not after.functions:
        return
    known = {(function, name) for function, body in _run(contract, part, before) for name in _gone(body, before)}
    for function, body in _run(contract, part, after):
        for name in _gone(body, after):
            if (function, name) not in known:
                yield "function-fails", None, f"{function}() names {name}, which isn't there"
    elsewhere = repathed(catalogs)
    for function, _ in _run(contract, part, after) if elsewhere else ():
        if function in elsewhere:
            yield UNREAD, None, elsewhere[function]
    named = unnamed(change, before, after)
    if named is None:
        return
    table, column = named
    for function, body in _run(contract, part, after):
        if column in body.words and any(before.resolve(name) == table for name in body.relations):
            yield UNREAD, None, f"{function}() names {table} and {column}, which isn't there under that name"


def _run(contract: Contract, part: ContractTable, catalog: Catalog) -> Iterator[tuple[str, Body]]:
    """The functions that the query and the views below the contract's relation call, and what these call."""
    views = (catalog.views.get(name) for name in stores(part.table, catalog))
    texts = [contract.query or "", *(view.query for view in views if view is not None)]
    words = frozenset(word for text in texts for word in expressions.words(text))
    yield from called_bodies((Name(name.name) for name, _ in catalog.functions if name.name in words), catalog)


def _gone(body: Body, catalog: Catalog) -> Iterator[Name]:
    return (name for name in sorted(body.relations, key=str) if catalog.resolve(name) in catalog.gone)
