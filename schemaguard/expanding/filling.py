"""Values that are required or wanted by one version only: what the other one leaves out is filled in."""

import re

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, Check, Column, Constraint, ForeignKey, Index, IndexKey, Name, Unique
from schemaguard.expanding.act import Act, Expansion, PhasePart, Waiting, act, raw
from schemaguard.expanding.naming import relation_beside, sync_names
from schemaguard.expanding.shape import required, tightened
from schemaguard.frozen import replace
from schemaguard.sql.writing.identifiers import quote, written

_CONSTANT = re.compile(r"'(?:[^']|'')*'(?:::[\w .\"(),\[\]]+)?|[-+]?[\d.]+(?:e[-+]?\d+)?|true|false", re.IGNORECASE)


def is_constant(expression: str) -> bool:
    """Whether an expression is one value for all rows."""
    return _CONSTANT.fullmatch(expression.strip()) is not None


def _trigger(spoken: Name, column: str, condition: str, expression: str, why: str) -> PhasePart:
    """A trigger that assigns an expression to a column wherever the condition holds of the row that is written."""
    function, trigger = sync_names(spoken, (column,))
    row = f"(SELECT new.*) AS {quote(spoken.name)}"
    tag = "$sync$"
    while tag in expression + condition:
        tag = tag[:-1] + "_$"
    made = (
        raw(
            f"CREATE FUNCTION {written(function)}() RETURNS trigger\n"
            "LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp\n"
            f"AS {tag}\n#variable_conflict use_column\nBEGIN\n"
            f"  IF (SELECT {condition} FROM {row}) THEN\n"
            f"    SELECT {expression} INTO new.{quote(column)} FROM {row};\n"
            f"  END IF;\n  RETURN new;\nEND {tag}",
            why,
        ),
        raw(
            f"CREATE TRIGGER {quote(trigger)} BEFORE INSERT OR UPDATE ON {written(spoken)} "
            f"FOR EACH ROW EXECUTE FUNCTION {written(function)}()"
        ),
    )
    gone = (
        act(c.DropObject("trigger", Name(trigger), on=spoken)),
        act(c.DropObject("function", function, arguments=())),
    )
    return PhasePart(made, gone)


def _filled(spoken: Name, column: str, condition: str, expression: str) -> Act:
    note = "Large table? `schemaguard backfill` does this in small batches first; then nothing is left to do here."
    sql = f"UPDATE {written(spoken)} SET {quote(column)} = {expression} WHERE {condition}"
    return raw(sql, note, alone=True)


def set_not_null(change: c.SetNotNull, fill: str) -> Expansion:
    """What old versions leave NULL is filled in; nothing reads the rows while others wait."""
    spoken, column = change.table, change.column
    why = f"Old versions may still write NULL to {column}; new ones must never read it."
    trigger = _trigger(spoken, column, f"{quote(column)} IS NULL", fill, why)
    tight = required(spoken, column)
    return Expansion(
        PhasePart((*trigger.up, tight.check), (replace(tight.drop_check, alone=False), *trigger.down)),
        PhasePart((_filled(spoken, column, f"{quote(column)} IS NULL", fill), tight.validate)),
        PhasePart(
            (replace(tight.set_not_null, alone=False), replace(tight.drop_check, alone=False), *trigger.down),
            (tight.drop_not_null, tight.check, *trigger.up),
        ),
        (Waiting(spoken, (column,)),),
    )


def add_required(change: c.AddColumn, fill: str) -> Expansion:
    """A required column that old versions don't know: a default, or a trigger where each row needs its own value."""
    spoken, column = change.table, change.column
    if is_constant(fill):
        note = f"Old versions don't know {column.name}: their rows get this value."
        with_default = act(replace(change, column=replace(column, default=fill)), note)
        return Expansion(
            PhasePart((with_default,), (act(c.DropColumn(spoken, column.name)),)),
            contract=PhasePart(
                (act(c.DropDefault(spoken, column.name)),), (act(c.SetDefault(spoken, column.name, fill)),)
            ),
            waits=(Waiting(spoken),),
        )
    why = f"Old versions don't know {column.name}: their rows get a value here."
    trigger = _trigger(spoken, column.name, f"{quote(column.name)} IS NULL", fill, why)
    tight = required(spoken, column.name)
    added = act(replace(change, column=replace(column, not_null=False)))
    return Expansion(
        PhasePart((added, *trigger.up, tight.check), (*trigger.down, act(c.DropColumn(spoken, column.name)))),
        PhasePart((_filled(spoken, column.name, f"{quote(column.name)} IS NULL", fill),)) + tightened((tight,)),
        PhasePart(trigger.down, trigger.up),
        (Waiting(spoken),),
    )


def drop_column(change: c.DropColumn, column: Column, fill: str | None) -> Expansion:
    """The column is dropped when nobody reads it; until then rows of new versions get a value that old ones accept."""
    spoken = change.table
    back = act(c.AddColumn(spoken, replace(column, not_null=column.not_null and column.filling is not None)))
    contract = PhasePart((act(change),), (back,))
    waits = (Waiting(spoken, (change.column,)),)
    if fill is None:
        return Expansion(contract=contract, waits=waits)
    note = f"New versions don't write {change.column} any more; old ones read this instead."
    if is_constant(fill):
        expand = PhasePart(
            (act(c.SetDefault(spoken, change.column, fill), note),), (act(c.DropDefault(spoken, change.column)),)
        )
        again = act(c.AddColumn(spoken, replace(column, default=fill)))
        return Expansion(expand, contract=PhasePart((act(change),), (again,)), waits=waits)
    trigger = _trigger(spoken, change.column, f"{quote(change.column)} IS NULL", fill, note)
    filled = raw(f"UPDATE {written(spoken)} SET {quote(change.column)} = {fill}")
    not_null = act(c.SetNotNull(spoken, change.column))
    return Expansion(
        trigger,
        contract=PhasePart(
            (*trigger.down, act(change)),
            (act(c.AddColumn(spoken, replace(column, not_null=False))), filled, not_null, *trigger.up),
        ),
        waits=waits,
    )


def add_constraint(
    change: c.AddConstraint, named: Constraint, fills: tuple[tuple[str, str], ...], before: Catalog
) -> Expansion:
    """A rule for rows that old versions don't keep: what they write is mended where it is said how, else it waits."""
    spoken = change.table
    mended = Expansion()
    for column, fill in fills:
        condition = _broken(named, column, fill)
        why = f"Old versions write what {named.name} won't take: their {column} is mended here."
        trigger = _trigger(spoken, column, condition, fill, why)
        mended += Expansion(
            trigger, PhasePart((_filled(spoken, column, condition, fill),)), PhasePart(trigger.down, trigger.up)
        )
    columns = () if not hasattr(named, "columns") else tuple(named.columns)
    taken = act(c.DropConstraint(spoken, named.name or ""))
    return mended + Expansion(
        contract=PhasePart(_added(spoken, named, before), (taken,)), waits=(Waiting(spoken, columns),)
    )


def _broken(named: Constraint, column: str, fill: str) -> str:
    if isinstance(named, Check):
        return f"NOT ({named.definition})"
    return f"{quote(column)} IS DISTINCT FROM {fill}"


def _added(spoken: Name, named: Constraint, before: Catalog) -> tuple[Act, ...]:
    name = named.name or ""
    match named:
        case Check() | ForeignKey():
            return (
                act(c.AddConstraint(spoken, replace(named, valid=False)), alone=True),
                act(c.ValidateConstraint(spoken, name), "Reads all rows, and nobody waits for it.", alone=True),
            )
        case Unique(nulls_distinct=True):
            index = Name(relation_beside(name, before.resolve(spoken).schema, before), spoken.schema)
            keys = tuple(IndexKey(column) for column in named.columns)
            made = Index(index, spoken, keys, unique=True, include=named.include)
            return (
                act(c.CreateIndex(made, index, concurrently=True, if_not_exists=True), alone=True),
                act(c.AddConstraint(spoken, named, using_index=index.name), alone=True),
            )
        case _:
            return (act(c.AddConstraint(spoken, named), alone=True),)
