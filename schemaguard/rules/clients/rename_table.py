"""rename-table: a table that existed before gets another name."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateView, RenameTable
from schemaguard.catalog.objects import Name, View
from schemaguard.finding import Family, Severity
from schemaguard.rules.clients.names import has_relation
from schemaguard.rules.facts.announced import is_fulfilled
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.pasting import pasted
from schemaguard.rules.rule import Match, Rule
from schemaguard.sql.writing.identifiers import written


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case RenameTable(table=table, to=to) if context.existed_before(table) and table.name != to:
            if not is_fulfilled(context, table) and not has_relation(
                context.facts.at_commit, context.before.resolve(table)
            ):
                instead = _with_view(context, change)
                yield Match(object=str(table), message=f"{table} is renamed to {to}", instead=instead)
        case _:
            pass


def _with_view(context: Context, change: RenameTable) -> str:
    """The rename with the view that stands in for the old name, ready to be pasted."""
    moved = Name(change.to, change.table.schema)
    view = CreateView(View(change.table, f"SELECT * FROM {written(moved)}"))  # noqa: S608 - the name is quoted
    way = "leave an updatable view under the old name, in the same transaction as the rename"
    return f"{way}:\n{pasted(context, view)}"


RULE = Rule(
    id="rename-table",
    family=Family.CLIENTS,
    severity=Severity.ERROR,
    when="RENAME of a table that an earlier revision made, with nothing left under the old name",
    effect="code that still names it fails with 42P01 as soon as this commits",
    instead="leave an updatable view under the old name, in the same transaction as the rename",
    watches=(RenameTable,),
    check=_check,
    aliases=(
        "squawk/renaming-table",
        "strong_migrations/rename_table",
        "atlas/BC101",
        "django-migration-linter/RENAME_TABLE",
    ),
)
