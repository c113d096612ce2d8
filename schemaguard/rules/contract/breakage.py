"""What a breakage says in a report: who is concerned, and the safer way for its cause."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from schemaguard.catalog.changes import CreateView, MoveTable, RenameTable
from schemaguard.catalog.objects import Name, View
from schemaguard.finding import Reader
from schemaguard.rules.facts.blame import Blamed
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.pasting import pasted
from schemaguard.rules.rule import Match
from schemaguard.sql.writing.identifiers import written

if TYPE_CHECKING:
    from schemaguard.contracts.compatibility import Breakage
    from schemaguard.finding import Explanation

_SAFER = {
    "column-dropped": "leave the column until {who} out of {its} window; new code can stop using it now",
    "table-dropped": "leave the table until {who} out of {its} window; new code can stop using it now",
    "column-renamed": "add the new column beside {column}, let new code write both, fill the old rows in batches;"
    " drop {column} when {who} out of {its} window",
    "table-moved": "leave an updatable view under the old name, in the same transaction as the rename",
    "required-column-added": "give the column a default, or leave it nullable until {who} out of {its} window",
    "null-refused": "let {column} stay nullable until {who} out of {its} window",
    "null-possible": "keep {column} NOT NULL until {who} out of {its} window; new code can write to a new column",
    "default-dropped": "keep the default until {who} out of {its} window: {its} writes leave the column out",
    "type-changed": "add a second column of the new type, let new code write both, fill the old rows in batches;"
    " drop {column} when {who} out of {its} window",
    "value-added": "let new code write the new value to a new column until {who} out of {its} window",
    "value-removed": "keep accepting the value until {who} out of {its} window",
    "value-renamed": "add the new value beside the old one; stop using the old one when {who} out of {its} window",
    "check-added": "add the constraint when {who} out of {its} window, or one that {its} promised bounds satisfy",
    "check-dropped": "keep the constraint until {who} out of {its} window",
    "unique-dropped": "keep the unique constraint until {who} out of {its} window",
    "unique-added": "add the constraint when {who} out of {its} window",
    "foreign-key-added": "add the foreign key when {who} out of {its} window",
    "column-generated": "add a second, generated column; leave {column} writable until {who} out of {its} window",
    "row-security": "create a policy for the role of {names} in the same transaction",
    "access-revoked": "keep the grant until {who} out of {its} window",
    "signature-refused": "keep type and nullability of {column} until {who} out of {its} window;"
    " a new column can have the new ones",
    "modifier-changed": "add a second column of the new shape, let new code write both, fill the old rows in batches;"
    " drop {column} when {who} out of {its} window",
    "values-converted": "put the new values into a second column; leave {column} unchanged until {who} out of"
    " {its} window",
    "rows-deleted": "keep the rows until {who} out of {its} window, or train {names} without them",
    "rows-overwritten": "put the new values into a second column, or train {names} on them",
    "expression-changed": "add a second generated column; leave {column} computed as it is until {who} out of {its}"
    " window",
    "definition-changed": "make a second view for what is new; leave {table} as it is until {who} out of {its} window",
    "function-dropped": "keep the function until {who} out of {its} window: {its} query calls it",
    "not-populated": "fill it in the same transaction: REFRESH MATERIALIZED VIEW, or WITH DATA",
    "attribute-dropped": "keep the attribute until {who} out of {its} window; new code can stop using it now",
    "attribute-renamed": "keep the attribute's name until {who} out of {its} window",
    "attribute-added": "make a second type with the attribute, and a column of it, until {who} out of {its} window",
    "index-dropped": "keep the index until {who} out of {its} window",
}
_SAFER |= dict.fromkeys(
    ("type-narrowed", "type-approximated", "precision-reduced", "scale-reduced", "length-reduced", "zone-changed"),
    _SAFER["type-changed"],
)


def matches(context: Context, wanted: Callable[[Blamed], bool]) -> Iterator[Match]:
    """One match for each object and cause among the wanted breakages, with everybody whom it concerns."""
    together: dict[tuple[str, str], list[Blamed]] = {}
    for blamed in context.blamed:
        if wanted(blamed):
            together.setdefault((blamed.breakage.object, blamed.breakage.cause), []).append(blamed)
    everybody = _whom_it_concerns(context) if together else ()
    for group in together.values():
        first = group[0]
        yield Match(
            object=first.breakage.object,
            message=first.breakage.message,
            effect=first.breakage.effect,
            instead=_with_stand_in(safer(first.breakage, everybody), first.breakage, context),
            severity=first.breakage.severity,
            cause=first.breakage.cause,
            readers=tuple(dict.fromkeys(reader for blamed in group for reader in blamed.readers)),
            explanation=_explanation(context, group) if context.explains else None,
        )


def _with_stand_in(way: str | None, breakage: "Breakage", context: Context) -> str | None:
    """The safer way with the view that stands in for a table that gets another name or schema."""
    match context.change:
        case RenameTable(table=table, to=to):
            moved = Name(to, table.schema)
        case MoveTable(table=table, schema=schema):
            moved = Name(table.name, schema)
        case _:
            return way
    if way is None or breakage.cause != "table-moved":
        return way
    query = f"SELECT * FROM {written(moved)}"  # noqa: S608 - the name is quoted
    return f"{way}:\n{pasted(context, CreateView(View(table, query)))}"


def _explanation(context: Context, group: list[Blamed]) -> "Explanation":
    # The table of compatibility is only read where somebody asks why.
    from schemaguard.rules.facts.explaining import explanation

    return explanation(context, [blamed.breakage for blamed in group])


def _whom_it_concerns(context: Context) -> tuple[str, ...]:
    """Whom the change breaks: those without an override, or everybody where overrides cover them all."""
    concerned = [(blamed.breakage.object, reader) for blamed in context.blamed for reader in blamed.readers]
    left = [
        reader
        for broken, reader in concerned
        if not any(
            (each.object, each.model, each.version) == (broken, reader.model, reader.model_version)
            for each in context.overrides
        )
    ]
    return tuple(dict.fromkeys(_who(reader) for reader in left or [reader for _, reader in concerned]))


def safer(breakage: "Breakage", who: tuple[str, ...]) -> str | None:
    """The safer way for the breakage's cause, filled in; None where only the rule's own is known."""
    template = _SAFER.get(breakage.cause)
    if template is None:
        return None
    named = who[0] if len(who) == 1 else f"{', '.join(who[:-1])} and {who[-1]}"
    return template.format(
        who=f"{named} {'is' if len(who) == 1 else 'are'}",
        names=named,
        its="its" if len(who) == 1 else "their",
        table=breakage.table,
        column=breakage.column or breakage.table,
    )


def _who(reader: Reader) -> str:
    return f"{reader.model}@{reader.model_version}" if reader.model_version else reader.model
