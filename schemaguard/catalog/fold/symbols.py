"""Operators, casts, collations and text search objects, as far as a history makes and changes them."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import ChangeSymbol
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.objects import Name, Symbol, SymbolKey
from schemaguard.frozen import replace


def change_symbol(change: ChangeSymbol, draft: Draft) -> None:
    """CREATE, ALTER and DROP. What was made elsewhere isn't known, and isn't missed."""
    wanted = _resolved(change.symbol, draft)
    symbols = dict(draft.symbols)
    known = wanted if change.is_new else symbols.pop(wanted.key, None)
    if known is None or change.to is None:
        draft.symbols = symbols
        return
    definition = f"{known.definition} {wanted.definition}" if change.changes_meaning else known.definition
    now = replace(known, name=change.to, definition=definition)
    now = replace(now, name=now.name if now.name.schema else Name(now.name.name, wanted.name.schema))
    symbols[now.key] = now
    draft.symbols = symbols


def _resolved(symbol: Symbol, draft: Draft) -> Symbol:
    if symbol.kind == "cast" or symbol.name.schema is not None:
        return symbol
    for schema in draft.search_path:
        found = replace(symbol, name=Name(symbol.name.name, schema))
        if found.key in draft.symbols:
            return found
    return replace(symbol, name=draft.placed(symbol.name))


def follow_symbols(draft: Draft, old: Name, new: Name) -> None:
    """An operator or a cast means its function, whatever that is called."""
    found: dict[SymbolKey, Symbol] = {}
    for key, symbol in draft.symbols.items():
        is_meant = symbol.function is not None and symbol.function.name == old.name
        found[key] = replace(symbol, function=new) if is_meant else symbol
    if found:
        draft.symbols = found


FOLDS: dict[type, Callable[[Any, Draft], None]] = {ChangeSymbol: change_symbol}
