"""drop-schema: DROP SCHEMA of a schema that existed before."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, DropObject
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import is_younger
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    if isinstance(change, DropObject) and change.kind == "schema" and not is_younger(context, change):
        schema = change.object.name
        tables = sorted(name.name for name in context.before.tables if name.schema == schema)
        holds = f" with its tables {', '.join(tables)}" if tables else ""
        yield Match(object=schema, message=f"schema {schema} is dropped{holds}")


RULE = Rule(
    id="drop-schema",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="DROP SCHEMA of a schema that an earlier revision made",
    effect="everything in it goes, or the migration fails with 2BP01 because something still is in it",
    instead="retire its tables one by one; drop the schema when nothing is left in it",
    watches=(DropObject,),
    check=_check,
    aliases=("squawk/ban-drop-schema", "atlas/DS101"),
)
