"""A generated column on a table that has rows, without writing them anew under a strong lock."""

from schemaguard.catalog.changes import AddColumn, Change, CreateFunction, CreateTrigger, DropObject
from schemaguard.catalog.names import truncate
from schemaguard.catalog.objects import Function, Name, Trigger
from schemaguard.frozen import replace
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.columns import filled
from schemaguard.rules.remedies.remedy import Remedy
from schemaguard.sql.writing.identifiers import quote, written

_VIRTUAL_SINCE = 18


def computed_otherwise(change: AddColumn, context: Context) -> Remedy | None:
    """The column computed by whoever reads it, or before PostgreSQL 18 a plain one that a trigger fills."""
    column = change.column
    if column.generated is None or change.constraints or change.if_not_exists:
        return None
    if context.assumptions.postgresql >= _VIRTUAL_SINCE and not column.not_null:
        virtual = replace(change, column=replace(column, generated_stored=False))
        return Remedy("let whoever reads it compute it: VIRTUAL writes no row", (virtual,), leaves_more=True)
    plain = replace(change, column=replace(column, generated=None, not_null=False))
    title = "add a plain column that a trigger fills for new rows, and fill the old ones in batches"
    made, undo = _trigger(change.table, column.name, column.generated)
    later = filled(change, column.generated, may_be_null=not column.not_null)
    return Remedy(title, (plain, *made), later, undo=undo, leaves_more=True)


def _trigger(table: Name, column: str, expression: str) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """What computes the column for each row that is written, and what takes that away.

    Its name sorts behind other triggers' names, so that it sees the row as they leave it. The expression is read where
    the columns are those of the row, and with the search_path of the migration, as that of a generated column is.
    """
    name = truncate(f"zz_{table.name}_{column}")
    function = Name(name, table.schema)
    row = f"(SELECT NEW.*) AS {quote(table.name)}"
    computed = f"(SELECT ({expression}) FROM {row})"  # noqa: S608 - the author's own expression; names are quoted
    body = f"\n#variable_conflict use_column\nBEGIN NEW.{quote(column)} := {computed}; RETURN NEW; END\n"
    tag = next(tag for tag in ("$$", "$f$", "$of$") if tag not in body)
    makes = f"CREATE FUNCTION {written(function)}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT"
    fires = f"CREATE TRIGGER {quote(name)} BEFORE INSERT OR UPDATE ON {written(table)} FOR EACH ROW"
    by = f"EXECUTE FUNCTION {written(function)}()"
    made = CreateFunction(
        Function(function, (), "trigger", language="plpgsql", body=body, definition=f"{makes} AS {tag}{body}{tag}")
    )
    trigger = Trigger(name, function, "BEFORE", ("INSERT", "UPDATE"), definition=f"{fires} {by}")
    undo = (
        DropObject("trigger", Name(name), if_exists=True, on=table),
        DropObject("function", function, if_exists=True, arguments=()),
    )
    return (made, CreateTrigger(table, trigger)), undo
