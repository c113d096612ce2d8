"""Operators, casts, collations and text search objects that a client's SQL uses, or SQL that the database keeps.

What the server keeps parsed (views, defaults, checks, policies) means an object by its number, whatever it is called;
the client's own queries and the bodies of functions look for its name. Source:
https://www.postgresql.org/docs/18/ddl-depend.html.
"""

import re
from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.calls import casts, signs
from schemaguard.catalog.expressions import words
from schemaguard.catalog.objects import Catalog, Symbol
from schemaguard.catalog.types import parse_type
from schemaguard.contracts.compatibility.computed import replaced_functions
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import relation
from schemaguard.contracts.compatibility.running import kept_texts, run_functions
from schemaguard.contracts.compatibility.unlisted import DOUBT
from schemaguard.contracts.contract import Contract, ContractTable

Catalogs = tuple[Catalog, Catalog]
_BUILT_IN = frozenset(
    r"""
    !! != !~ !~* !~~ !~~* # ## #- #> #>> % & && &< &<| &> * *< *<= *<> *= *> *>= + - -> ->> -|- / < <-> << <<= <<|
    <= <> <@ <^ = > >= >> >>= >^ ? ?# ?& ?- ?-| ?| ?|| @ @-@ @> @? @@ @@@ ^ ^@ | |&> |/ |>> || ||/ ~ ~* ~<=~ ~<~ ~=
    ~>=~ ~>~ ~~ ~~*
    """.split()  # noqa: SIM905 - seventy quoted signs would be harder to read
)
"""The signs of PostgreSQL's own operators: one more for other types leaves them as they are."""


def symbol_flaws(contract: Contract, part: ContractTable, catalogs: Catalogs, change: c.Change) -> Iterator[Flaw]:
    """What a client may feel of symbols that are gone, are found under another name, or mean something else."""
    before, after = catalogs
    if before.symbols is after.symbols and not isinstance(change, c.ChangeSymbol) and not before.symbols:
        return
    if relation(part.table, before) is None:
        return
    lost, changed = _lost(catalogs, change), _changed(catalogs, change)
    if not lost and not changed:
        return
    looked_up = [contract.query or "", *(function.body for function in run_functions(contract, part, after))]
    kept = [*kept_texts(part, after)]
    for symbol in lost:
        # With its function it goes by CASCADE, which takes along what the server keeps.
        found_in = (*looked_up, *kept_texts(part, before)) if _is_gone(symbol, after) else looked_up
        if any(uses(text, symbol) for text in found_in) or _converts(part, symbol, before):
            yield DOUBT, None, f"{symbol.in_words} isn't there as it was, and what reads or writes it may use that"
    for symbol in changed:
        if any(uses(text, symbol) for text in (*looked_up, *kept)) or _converts(part, symbol, before):
            yield DOUBT, None, f"{symbol.in_words} may give something else, and what reads or writes it may use that"


def _lost(catalogs: Catalogs, change: c.Change) -> list[Symbol]:
    """Those that a name doesn't find any more, or that it finds beside another one since the change."""
    before, after = catalogs
    signs_known = {symbol.name.name for symbol in before.symbols.values() if symbol.kind == "operator"}
    found = [symbol for key, symbol in before.symbols.items() if key not in after.symbols or _is_gone(symbol, after)]
    for key, symbol in after.symbols.items():
        if key in before.symbols or not isinstance(change, c.ChangeSymbol):
            continue
        is_beside = symbol.kind == "operator" and (symbol.name.name in signs_known or symbol.name.name not in _BUILT_IN)
        if is_beside or (symbol.kind == "cast" and "implicit" in words(symbol.definition)):
            found.append(symbol)
    if isinstance(change, c.ChangeSymbol) and not change.is_new and change.to != change.symbol.name:
        found += [] if _is_known(change.symbol, catalogs) else [change.symbol]
    return [symbol for symbol in found if not (_is_gone(symbol, before) and symbol.key in before.symbols)]


def _changed(catalogs: Catalogs, change: c.Change) -> list[Symbol]:
    """Those that mean something else after the change: another definition, or a function that does otherwise."""
    before, after = catalogs
    functions = replaced_functions(catalogs)
    found = [
        symbol
        for key, symbol in after.symbols.items()
        if key in before.symbols
        and (
            _defined(symbol, after) != _defined(before.symbols[key], before)
            or (symbol.function is not None and symbol.function.name in functions)
        )
    ]
    if isinstance(change, c.ChangeSymbol) and change.changes_meaning and not _is_known(change.symbol, catalogs):
        found.append(change.symbol)
    return found


def _defined(symbol: Symbol, catalog: Catalog) -> tuple[str, ...]:
    """What it says of itself, and what the dictionaries say that a text search configuration names."""
    named = words(symbol.definition)
    dictionaries = sorted(
        other.definition
        for other in catalog.symbols.values()
        if other.kind == "text search dictionary" and other.name.name in named
    )
    return (symbol.definition, *dictionaries)


def _is_gone(symbol: Symbol, catalog: Catalog) -> bool:
    """Whether the function that computes it was dropped, and it with that."""
    function = symbol.function
    if function is None or symbol.key not in catalog.symbols:
        return False
    return not any(name.name == function.name for name, _ in catalog.functions)


def _is_known(symbol: Symbol, catalogs: Catalogs) -> bool:
    """Whether the history has made it: then the two catalogs tell."""
    return any(
        (one.kind, one.name.name, one.types) == (symbol.kind, symbol.name.name, symbol.types)
        and symbol.name.schema in (None, one.name.schema)
        for one in catalogs[0].symbols.values()
    )


def uses(text: str, symbol: Symbol) -> bool:
    """Whether the SQL writes the operator, cast, collation or text search object out."""
    match symbol.kind:
        case "operator":
            return symbol.name.name in signs(text)
        case "cast":
            return any(_bare(name) == _bare(symbol.types[1]) for name, _ in casts(text))
        case _:
            return re.search(rf"(?<![\w$]){re.escape(symbol.name.name)}(?![\w$])", text, re.IGNORECASE) is not None


def _bare(spelled: str) -> str:
    """A type's name without its schema and modifiers, spelled as the server does."""
    try:
        return parse_type(spelled).name
    except ValueError:
        return spelled.rpartition(".")[2]


def _converts(part: ContractTable, symbol: Symbol, catalog: Catalog) -> bool:
    """Whether a cast leads from or to the type of a column that is read or written, which isn't always written out."""
    if symbol.kind != "cast":
        return False
    shown = relation(part.table, catalog)
    columns = [shown.column(promise.column) if shown is not None else None for promise in part.promises]
    types = {column.type.name for column in columns if column is not None}
    types |= {promise.type.name for promise in part.promises if promise.type is not None}
    own = {_bare(spelled) for spelled in symbol.types if not _is_built_in(spelled)}
    return bool(own & types)


def _is_built_in(spelled: str) -> bool:
    try:
        return parse_type(spelled).is_built_in
    except ValueError:
        return False
