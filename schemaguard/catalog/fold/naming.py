"""DROP, RENAME and SET SCHEMA of whatever has a name."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import (
    DropObject,
    MoveObject,
    RenameObject,
)
from schemaguard.catalog.fold.cascade import Gone, seeds_of
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.fold.function_names import follow_function
from schemaguard.catalog.fold.movement import rename_relation, rename_type, renamed_trigger
from schemaguard.catalog.fold.removal import remove_all
from schemaguard.catalog.objects import Function, Name
from schemaguard.catalog.refusal import Refusal, missing
from schemaguard.frozen import replace


def drop_object(change: DropObject, draft: Draft) -> None:
    """DROP of a view, type, sequence, function, schema, extension, trigger or policy.

    See RemoveObjects() in dropcmds.c.
    """
    if change.on is not None and not change.if_exists:
        _require_part(draft, change, change.on)
    seeds = seeds_of(change, draft)
    if not seeds:
        return
    for seed in seeds:
        _check_drop(draft, change, seed)
    if change.kind == "schema" and change.object.name not in draft.schemas and not change.if_exists:
        # A schema that nobody made here may be there all the same, and so may what is in it.
        draft.schemas |= {change.object.name}
    remove_all(draft, seeds, cascade=change.cascade)


def _require_part(draft: Draft, change: DropObject, on: Name) -> None:
    """Refuse where the table has no trigger or policy of that name."""
    table = draft.tables.get(draft.resolve(on))
    if table is None or table.open or change.kind not in ("trigger", "policy"):
        return
    names = {part.name for part in (table.triggers if change.kind == "trigger" else table.policies)}
    if change.object.name not in names:
        message = f'{change.kind} "{change.object.name}" for table "{table.name.name}" does not exist'
        draft.refuse(table.name, message, "42704", missing(change.kind, table.name.name, change.object.name, names))


def _check_drop(draft: Draft, change: DropObject, seed: Gone) -> None:
    if seed.kind == "sequence":
        sequence = draft.sequences.get(seed.name)
        if sequence is not None and sequence.owned_by is not None:
            table = draft.tables.get(sequence.owned_by[0])
            column = table.column(sequence.owned_by[1]) if table is not None else None
            if column is not None and column.identity is not None:
                message = f"cannot drop sequence {seed.name} because column {column.name} requires it"
                draft.refuse(seed.name, message, "2BP01")
    if seed.kind == "view" and seed.name in draft.tables:
        draft.refuse(seed.name, f'"{seed.name.name}" is not a view', "42809")
    if seed.kind == "view" and seed.name not in draft.views and seed.name in draft.gone and not change.if_exists:
        draft.refuse(seed.name, f'view "{seed.name.name}" does not exist', "42P01")


def rename_object(change: RenameObject, draft: Draft) -> None:
    """RENAME of an object that is neither column nor constraint. See ExecRenameStmt() in alter.c."""
    to = change.to
    match change.kind:
        case "table" | "view" | "materialized view" | "index" | "sequence":
            name = draft.resolve(change.object)
            if draft.is_relation(name):
                rename_relation(draft, name, Name(to, name.schema))
        case "type" | "domain":
            name = draft.resolve_type(change.object)
            rename_type(draft, name, Name(to, name.schema))
        case "schema":
            _rename_schema(draft, change.object.name, to)
        case "function" | "procedure" | "aggregate":
            name = draft.resolve_function(change.object)
            _move_functions(draft, name, Name(to, name.schema))
        case "trigger" | "policy" if change.on is not None:
            _rename_part(draft, change, draft.resolve(change.on), to)
        case _:
            pass


def _rename_part(draft: Draft, change: RenameObject, owner: Name, to: str) -> None:
    old, table, view = change.object.name, draft.tables.get(owner), draft.views.get(owner)
    if table is not None and not table.open:
        names = {part.name for part in (table.policies if change.kind == "policy" else table.triggers)}
        if old not in names:
            draft.refuse(owner, f'{change.kind} "{old}" for table "{owner.name}" does not exist', "42704")
        # A trigger may be given the name that it has; a policy may not.
        if to in names and not (change.kind == "trigger" and to == old):
            draft.refuse(owner, f'{change.kind} "{to}" for table "{owner.name}" already exists', "42710")
    if table is not None and change.kind == "policy":
        policies = (replace(p, name=to) if p.name == old else p for p in table.policies)
        draft.put(replace(table, policies=tuple(policies)))
    elif table is not None:
        draft.put(
            replace(table, triggers=tuple(renamed_trigger(t, name=to) if t.name == old else t for t in table.triggers))
        )
    elif view is not None:
        draft.put(
            replace(view, triggers=tuple(renamed_trigger(t, name=to) if t.name == old else t for t in view.triggers))
        )


def _rename_schema(draft: Draft, old: str, new: str) -> None:
    if new in draft.schemas and draft.clouded is not None:
        raise Refusal(f'schema "{new}" already exists', "42P06")
    draft.schemas = (draft.schemas - {old}) | {new}
    for held in (draft.tables, draft.views, draft.sequences):
        for name in [name for name in held if name.schema == old]:
            if draft.is_relation(name):
                rename_relation(draft, name, Name(name.name, new))
    for types in (draft.enums, draft.domains, draft.composites):
        for name in [name for name in types if name.schema == old]:
            rename_type(draft, name, Name(name.name, new))
    for name in {name for name, _ in draft.functions if name.schema == old}:
        _move_functions(draft, name, Name(name.name, new))


def _move_functions(draft: Draft, old: Name, new: Name) -> None:
    for key in [key for key in draft.functions if key[0] == old]:
        function: Function = draft.functions[key]
        draft.functions = draft.functions.without(key).set((new, key[1]), replace(function, name=new, definition=None))
    follow_function(draft, old, new)
    for user in list(draft.uses(old)):
        table = draft.tables.get(user)
        if table is not None:
            triggers = (renamed_trigger(t, function=new) if t.function == old else t for t in table.triggers)
            draft.put(replace(table, triggers=tuple(triggers)))


def move_object(change: MoveObject, draft: Draft) -> None:
    """SET SCHEMA of an object that is not a table. See ExecAlterObjectSchemaStmt() in alter.c."""
    match change.kind:
        case "table" | "view" | "materialized view" | "sequence":
            name = draft.resolve(change.object)
            sequence = draft.sequences.get(name)
            if sequence is not None and sequence.owned_by is not None:
                draft.refuse(name, "cannot move an owned sequence into another schema", "0A000")
            if draft.is_relation(name) and name.schema != change.schema:
                rename_relation(draft, name, Name(name.name, change.schema))
        case "type" | "domain":
            name = draft.resolve_type(change.object)
            if name.schema != change.schema:
                rename_type(draft, name, Name(name.name, change.schema))
        case "function" | "procedure" | "aggregate":
            name = draft.resolve_function(change.object)
            _move_functions(draft, name, Name(name.name, change.schema))
        case _:
            pass


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    DropObject: drop_object,
    RenameObject: rename_object,
    MoveObject: move_object,
}
