"""Drops: everything that goes is taken out, or the server refuses because CASCADE isn't written."""

from schemaguard.catalog.fold.cascade import Gone, closure
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.objects import Name, Table
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace


def remove_all(draft: Draft, seeds: tuple[Gone, ...], *, cascade: bool) -> None:
    """Take the seeds out with all that goes with them; refuse with 2BP01 where the rest asks for CASCADE.

    See reportDependentObjects() in dependency.c.
    """
    going = closure(draft, seeds)
    for gone in going:
        if cascade or gone in seeds or gone.automatic or not gone.certain:
            continue
        if not draft.is_certain(gone.name):
            continue
        first = " and ".join(map(str, seeds[:1]))
        raise Refusal(f"cannot drop {first} because other objects depend on it: {gone}", "2BP01")
    for gone in going:
        # What may only depend stays where nobody asked for CASCADE: the server would have refused otherwise.
        if cascade or gone.certain or gone in seeds:
            take_out(draft, gone)


def take_out(draft: Draft, gone: Gone) -> None:
    """Take one object out; what isn't there any more is left alone."""
    match gone.kind:
        case "table" | "view" | "index" | "sequence" | "enum" | "domain" | "composite":
            _take_out_named(draft, gone)
        case "function":
            _take_out_functions(draft, gone)
        case "schema":
            draft.schemas -= {gone.name.name}
        case "extension":
            draft.extensions -= {gone.name.name}
        case _:
            _take_out_part(draft, gone)


def _take_out_named(draft: Draft, gone: Gone) -> None:
    name = gone.name
    for held in (draft.tables, draft.views, draft.indexes, draft.sequences):
        value = held.get(name)
        if value is not None and gone.kind in ("table", "view", "index", "sequence"):
            draft.remove(value)
    for types in (draft.enums, draft.domains, draft.composites):
        made = types.get(name)
        if made is not None and gone.kind in ("enum", "domain", "composite"):
            draft.remove(made)


def _take_out_functions(draft: Draft, gone: Gone) -> None:
    for key in [key for key in draft.functions if key[0] == gone.name]:
        if gone.arguments is None or key[1] == gone.arguments:
            draft.functions = draft.functions.without(key)


def _take_out_part(draft: Draft, gone: Gone) -> None:
    table = draft.tables.get(gone.name)
    if table is None:
        _take_out_of_view(draft, gone)
        _take_out_of_type(draft, gone)
        return
    match gone.kind:
        case "column":
            draft.put(_without_column(table, gone.part or ""))
        case "constraint":
            kept = tuple(c for c in table.constraints if c.name != gone.part)
            draft.put(replace(table, constraints=kept))
        case "trigger":
            draft.put(replace(table, triggers=tuple(t for t in table.triggers if t.name != gone.part)))
        case "policy":
            draft.put(replace(table, policies=tuple(p for p in table.policies if p.name != gone.part)))
        case _:
            column = table.column(gone.part or "")
            if column is not None:
                draft.put(table.with_column(replace(column, default=None)))


def _take_out_of_view(draft: Draft, gone: Gone) -> None:
    view = draft.views.get(gone.name)
    if view is not None and gone.kind == "trigger":
        draft.put(replace(view, triggers=tuple(t for t in view.triggers if t.name != gone.part)))


def _take_out_of_type(draft: Draft, gone: Gone) -> None:
    domain, composite = draft.domains.get(gone.name), draft.composites.get(gone.name)
    if domain is not None and gone.kind == "default":
        draft.put(replace(domain, default=None))
    if domain is not None and gone.kind == "constraint":
        draft.put(replace(domain, checks=tuple(check for check in domain.checks if check.name != gone.part)))
    if composite is not None and gone.kind == "attribute":
        draft.put(replace(composite, columns=tuple(c for c in composite.columns if c.name != gone.part)))


def _without_column(table: Table, name: str) -> Table:
    columns = tuple(column for column in table.columns if column.name != name)
    grants = tuple(
        replace(grant, columns=tuple(c for c in grant.columns if c != name)) if grant.columns else grant
        for grant in table.grants
        if grant.columns != (name,)
    )
    absent = table.absent | {name} if table.open else table.absent
    return replace(table, columns=columns, grants=grants, absent=absent)


def forget(draft: Draft, name: Name) -> None:
    """Take a relation of whatever kind out, with nothing that depends on it."""
    for held in (draft.tables, draft.views, draft.indexes, draft.sequences, draft.composites):
        value = held.get(name)
        if value is not None:
            draft.remove(value)
