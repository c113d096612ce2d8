"""Sequences, functions, schemas, extensions."""

from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import (
    AlterFunction,
    AlterSequence,
    CreateExtension,
    CreateFunction,
    CreateSchema,
    CreateSequence,
)
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.objects import Sequence
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace


def create_sequence(change: CreateSequence, draft: Draft) -> None:
    """CREATE SEQUENCE. See DefineSequence() in sequence.c."""
    name = draft.placed(change.sequence.name)
    if draft.is_relation(name):
        if change.if_not_exists:
            return
        draft.refuse(name, f'relation "{name.name}" already exists', "42P07")
    owned = change.sequence.owned_by
    owner = (draft.resolve(owned[0]), owned[1]) if owned else None
    draft.put(replace(change.sequence, name=name, owned_by=owner, number=draft.next_number()))


def alter_sequence(change: AlterSequence, draft: Draft) -> None:
    """ALTER SEQUENCE: its owner among the columns; its numbers aren't in the catalog.

    See AlterSequence() in sequence.c.
    """
    if change.continues:
        _continue(draft, change)
        return
    name = draft.resolve(change.sequence)
    sequence = draft.sequences.get(name)
    if sequence is None:
        if name in draft.tables or name in draft.views or name in draft.indexes:
            draft.refuse(name, f'"{name.name}" is not a sequence', "42809")
        sequence = Sequence(name)
    if change.owned_by_none or change.owned_by is not None:
        _refuse_identity(draft, sequence)
    if change.owned_by_none:
        draft.put(replace(sequence, owned_by=None))
    elif change.owned_by is not None:
        table, column = draft.table(change.owned_by[0]), change.owned_by[1]
        if table.column(column) is None and not table.open:
            draft.refuse(table.name, f'column "{column}" of relation "{table.name.name}" does not exist', "42703")
        if table.name.schema != name.schema:
            draft.refuse(name, "sequence must be in same schema as table it is linked to", "55000")
        draft.put(replace(sequence, owned_by=(table.name, column)))


def _continue(draft: Draft, change: AlterSequence) -> None:
    """Its next number is one that the rows leave free; where it isn't known nothing is."""
    feeds = (draft.resolve(change.feeds[0]), change.feeds[1]) if change.feeds is not None else None
    for sequence in list(draft.sequences.values()):
        if (sequence.owned_by == feeds) if feeds is not None else sequence.name == draft.resolve(change.sequence):
            draft.put(replace(sequence, is_continued=True))


def _refuse_identity(draft: Draft, sequence: Sequence) -> None:
    table = draft.tables.get(sequence.owned_by[0]) if sequence.owned_by is not None else None
    column = table.column(sequence.owned_by[1]) if table is not None and sequence.owned_by is not None else None
    if column is not None and column.identity is not None:
        draft.refuse(sequence.name, "cannot change ownership of identity sequence", "0A000")


def create_function(change: CreateFunction, draft: Draft) -> None:
    """CREATE [OR REPLACE] FUNCTION, PROCEDURE or AGGREGATE. See CreateFunction() in functioncmds.c."""
    name = draft.placed(change.function.name)
    key = (name, change.function.arguments)
    if key in draft.functions and not change.or_replace and draft.clouded is not None:
        raise Refusal(f'function "{name.name}" already exists with same argument types', "42723")
    draft.functions = draft.functions.set(key, replace(change.function, name=name))


def alter_function(change: AlterFunction, draft: Draft) -> None:
    """ALTER FUNCTION of how it runs. See AlterFunction() in functioncmds.c."""
    name = change.function
    schemas = (name.schema,) if name.schema is not None else draft.search_path
    for key, known in list(draft.functions.items()):
        is_meant = key[0].name == name.name and key[0].schema in schemas
        if not is_meant or change.arguments not in (None, key[1]):
            continue
        strict = known.strict if change.strict is None else change.strict
        path = known.search_path if change.search_path is None else change.search_path
        definer = known.is_definer if change.is_definer is None else change.is_definer
        now = replace(known, strict=strict, search_path=path, is_definer=definer)
        draft.functions = draft.functions.set(key, now)


def create_schema(change: CreateSchema, draft: Draft) -> None:
    """CREATE SCHEMA. See CreateSchemaCommand() in schemacmds.c."""
    if change.schema in draft.schemas and not change.if_not_exists and draft.clouded is not None:
        raise Refusal(f'schema "{change.schema}" already exists', "42P06")
    draft.schemas |= {change.schema}


def create_extension(change: CreateExtension, draft: Draft) -> None:
    """CREATE EXTENSION. See CreateExtension() in extension.c."""
    if change.extension in draft.extensions and not change.if_not_exists and draft.clouded is not None:
        raise Refusal(f'extension "{change.extension}" already exists', "42710")
    draft.extensions |= {change.extension}


FOLDS: dict[type, Callable[[Any, Draft], None]] = {
    CreateSequence: create_sequence,
    AlterSequence: alter_sequence,
    AlterFunction: alter_function,
    CreateFunction: create_function,
    CreateSchema: create_schema,
    CreateExtension: create_extension,
}
