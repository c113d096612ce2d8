"""What the database computes: generated columns, defaults and checks, and the functions that these call."""

from collections.abc import Iterator

from schemaguard.catalog import changes as c
from schemaguard.catalog.calls import Call, calls, casts, same_text, signs, tokens
from schemaguard.catalog.objects import Catalog, Check, Column, Function, Name, Symbol, Table
from schemaguard.catalog.persistent import PersistentMap
from schemaguard.contracts.compatibility.hidden import felt
from schemaguard.contracts.compatibility.reading import Flaw
from schemaguard.contracts.compatibility.relation import Home
from schemaguard.contracts.compatibility.triggers import called_bodies

_FAMILIES = (
    "smallint, integer, bigint, numeric, real, double precision",
    "text, character varying, character, name, citext, unknown",
    "date, timestamp without time zone, timestamp with time zone",
    "json, jsonb",
)
_CALLED = ("function", "aggregate")
Catalogs = tuple[Catalog, Catalog]
"""Before a change, and after it."""


def replaced_functions(catalogs: Catalogs) -> frozenset[str]:
    """The functions that do otherwise after the change than before it, also those that call one of them."""
    before, after = catalogs
    if before.functions is after.functions:
        return frozenset()
    old, new = before.functions, after.functions
    if isinstance(old, PersistentMap) and isinstance(new, PersistentMap):
        keys = old.differing(new)
    else:
        keys = frozenset(old.keys() | new.keys())
    found = {key[0].name for key in keys if key in old and key in new and not _does_the_same(old[key], new[key])}
    size = -1
    while found and len(found) > size:
        size = len(found)
        found |= {name.name for (name, _), function in new.items() if found & set(tokens(function.body))}
    for symbol in after.symbols.values() if found else ():
        if symbol.function is not None and symbol.function.name in found:
            found.add(mark(symbol))
    return frozenset(found)


def _does_the_same(old: Function, new: Function) -> bool:
    return (old.language, old.strict) == (new.language, new.strict) and same_text(old.body, new.body)


def called(text: str | None, functions: frozenset[str]) -> str | None:
    """The first of the functions that the text calls, None where it calls none of them."""
    if text is None or not functions:
        return None
    named = {call.name for call in calls(text)} | signs(text) | {f"::{name}" for name, _ in casts(text)}
    found = min(named & functions, default=None)
    if found is None or is_function(found):
        return found and f"{found}()"
    return f"the cast to {found[2:]}" if found.startswith("::") else f"the function of operator {found}"


def mark(symbol: Symbol) -> str:
    """How a text shows that it uses an operator or a cast: a sign, or the name of a type behind `::`."""
    return f"::{symbol.types[1].rpartition('.')[2]}" if symbol.kind == "cast" else symbol.name.name


def is_function(name: str) -> bool:
    """Whether it is a function's name, and neither a sign nor a cast."""
    return name[0].isalnum() or name[0] == "_"


def query_functions(query: str, catalogs: Catalogs) -> Iterator[Flaw]:
    """What becomes of the functions that a query calls itself; no dependency keeps them.

    See https://www.postgresql.org/docs/18/ddl-depend.html.
    """
    before, after = catalogs
    if before.functions is after.functions:
        return
    for call in sorted(calls(query), key=lambda call: call.name):
        if _has_lost(call, catalogs):
            yield "function-dropped", None, f"{call.name}()"
    yield from _lost_below(query, catalogs)
    yield from _overloaded(query, catalogs)
    function = called(query, replaced_functions(catalogs))
    if function is not None:
        yield "definition-changed", None, f"{function} was changed"


def _overloaded(query: str, catalogs: Catalogs) -> Iterator[Flaw]:
    """Calls for which the server finds one more function that takes as many arguments, of types like the other's.

    See https://www.postgresql.org/docs/18/typeconv-func.html.
    """
    before, after = catalogs
    for call in sorted(calls(query), key=lambda call: call.name):
        old, new = (
            {arguments for name, arguments in catalog.functions if name.name == call.name}
            for catalog in (before, after)
        )
        known = [arguments for arguments in old if len(arguments) == call.arguments]
        for added in sorted(new - old):
            if len(added) == call.arguments and any(_are_alike(added, each) for each in known):
                detail = f"{call.name}() may mean the new {call.name}({', '.join(added)})"
                yield "definition-changed", None, detail


def _are_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a value may be taken for an argument of either."""
    return all(_family(a) == _family(b) or "any" in a + b for a, b in zip(one, other, strict=True))


def _family(spelled: str) -> str:
    """The group of types within which the server converts on its own, or the type itself."""
    bare = spelled.partition("(")[0].strip()
    return next((members for members in _FAMILIES if bare in members.split(", ")), bare)


def _lost_below(query: str, catalogs: Catalogs) -> Iterator[Flaw]:
    """Functions that are gone and that one which the query calls still calls in its body, which no dependency keeps."""
    before, after = ({name.name for name, _ in catalog.functions} for catalog in catalogs)
    gone = before - after
    if not gone:
        return
    roots = [Name(call.name, call.schema) for call in calls(query)]
    for function, body in called_bodies(roots, catalogs[1]):
        for name in sorted({one.name for one in body.called} & gone):
            yield "function-dropped", None, f"{function}(), which calls {name}()"


def unlisted_function(query: str, before: Catalog, change: c.Change) -> Iterator[Flaw]:
    """What becomes of a function that a query calls, where the catalog has none of that name."""
    if not isinstance(change, c.DropObject | c.RenameObject | c.MoveObject) or change.kind not in _CALLED:
        return
    name = change.object
    if any(known.name == name.name for known, _ in before.functions):
        return
    for call in sorted(calls(query), key=lambda call: call.name):
        if call.name == name.name and (call.schema == name.schema or None in (call.schema, name.schema)):
            yield (
                "unlisted",
                None,
                f"its query calls {name.name}(), which may be another one of that name",
            )
            return


def _has_lost(call: Call, catalogs: Catalogs) -> bool:
    """Whether the function that the call means was found before the change, and isn't after it.

    Where several have its name, that is the one with as many arguments as it gives; defaults and VARIADIC let it give
    others, so where none has as many it may mean each of them.
    """
    schemas = {call.schema} if call.schema is not None else {*catalogs[1].search_path, "public"}
    was, now = (
        {args for name, args in catalog.functions if name.name == call.name and name.schema in schemas}
        for catalog in catalogs
    )
    fitting = {args for args in was if len(args) == call.arguments} or was
    return bool(fitting) and not fitting & now


def reader_computations(column: str, was: Home, now: Home, catalogs: Catalogs) -> Iterator[Flaw]:
    """What arrives otherwise in a column because the database computes it in another way."""
    (old_table, old), (new_table, new) = was, now
    functions = replaced_functions(catalogs)
    why = _recomputed(old, new, _renamed(old_table, new_table), functions)
    if why is not None:
        yield "expression-changed", column, why
    elif old.default == new.default and (function := called(new.default, functions)) is not None:
        yield "default-changed", column, f"{function} was changed"


def writer_computations(sent: frozenset[str], was: Table, now: Table, catalogs: Catalogs) -> Iterator[Flaw]:
    """What is stored otherwise in columns that the writer leaves out, and the checks that may refuse what it sends."""
    functions = replaced_functions(catalogs)
    pairs = _renamed(was, now)
    for new in now.columns:
        old = was.column(new.name)
        if old is None or new.name in sent:
            continue
        why = _recomputed(old, new, pairs, functions)
        # Where nothing fills a required column, the write fails: that is a cause of its own.
        if why is not None and not (new.generated is None and new.default is None and new.not_null):
            yield "expression-changed", new.name, why
        elif old.default == new.default and (function := called(new.default, functions)) is not None:
            yield "default-changed", new.name, f"{function} was changed"
    for check in now.constraints:
        if isinstance(check, Check) and (function := called(check.definition, functions)) is not None:
            named = [column for column in check.columns if column in sent]
            if named and was.constraint(check.name or "") is not None:
                yield "check-added", named[0], f"{check.name} calls {function}, which was changed"


def policy_computations(name: Name, catalogs: Catalogs) -> Iterator[Flaw]:
    """Policies that decide by a function that does otherwise."""
    functions = replaced_functions(catalogs)
    for table in felt(name, catalogs[1]) if functions else ():
        found = (called(policy.using, functions) for policy in table.policies)
        if (function := next(filter(None, found), None)) is not None:
            yield "row-security/policy", None, f"the policies of {table.name} ask {function}, which does otherwise"


def policy_checks(name: Name, catalogs: Catalogs) -> Iterator[Flaw]:
    """Policies that decide by such a function which rows are let in."""
    functions = replaced_functions(catalogs)
    for table in felt(name, catalogs[1]) if functions else ():
        found = (called(policy.check or policy.using, functions) for policy in table.policies)
        if (function := next(filter(None, found), None)) is not None:
            yield "unlisted", None, f"the policies of {table.name} ask {function}, which does otherwise"


def _recomputed(old: Column, new: Column, pairs: frozenset[tuple[str, str]], functions: frozenset[str]) -> str | None:
    """In which other way the column is computed, None where it is computed as it was, or wasn't at all."""
    if old.generated is None:
        return None
    if new.generated is None:
        return (
            "its expression is gone: where it isn't written, it is NULL"
            if new.default is None
            else "its expression is gone"
        )
    if not same_text(old.generated, new.generated, pairs):
        return f"{new.generated} instead of {old.generated}"
    function = called(new.generated, functions)
    return f"{function} was changed" if function is not None else None


def _renamed(was: Table, now: Table) -> frozenset[tuple[str, str]]:
    """Pairs of names that one column may have had before and after."""
    old, new = {column.name for column in was.columns}, {column.name for column in now.columns}
    return frozenset((one, other) for one in old - new for other in new - old)
