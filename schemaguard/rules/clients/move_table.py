"""move-table: a table or another object that existed before goes to another schema."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, MoveObject, MoveTable
from schemaguard.catalog.standing import is_there
from schemaguard.finding import Family, Severity
from schemaguard.rules.clients.names import has_relation
from schemaguard.rules.facts.announced import is_fulfilled
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.splitting import split_instead
from schemaguard.rules.facts.standing import is_older
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case MoveTable(table=table, schema=schema) if context.existed_before(table):
            if not is_fulfilled(context, table) and not has_relation(
                context.facts.at_commit, context.before.resolve(table)
            ):
                instead = split_instead(RULE.instead, context, table)
                yield Match(object=str(table), message=f"{table} is moved to schema {schema}", instead=instead)
        case MoveObject(kind=kind, object=name, schema=schema) if is_older(context, kind, name):
            if kind != "extension" and not is_there(context.facts.at_commit, kind, name):
                yield Match(object=str(name), message=f"{kind} {name} is moved to schema {schema}")
        case _:
            pass


RULE = Rule(
    id="move-table",
    family=Family.CLIENTS,
    severity=Severity.ERROR,
    when="SET SCHEMA of a table or another object that an earlier revision made",
    effect="code that names it with the old schema, or has only that one on its search_path, fails with 42P01 as "
    "soon as this commits",
    instead="leave an updatable view under the old name, in the same transaction",
    watches=(MoveObject, MoveTable),
    check=_check,
    aliases=("squawk/ban-set-schema",),
)
