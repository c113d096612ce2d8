"""table-rewrite: VACUUM FULL, CLUSTER, SET TABLESPACE, SET LOGGED or SET ACCESS METHOD."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, RewriteTable
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.lock_words import lock_effect
from schemaguard.rules.facts.traffic import in_use
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case RewriteTable(table=table, how=how) if table is None or in_use(context, table):
            yield Match(
                object=str(table) if table is not None else "every table",
                message=f"{how} rewrites {table if table is not None else 'every table that it may'}",
                effect=lock_effect(context) if table is not None else None,
            )
        case _:
            pass


RULE = Rule(
    id="table-rewrite",
    family=Family.BLOCKING,
    severity=Severity.ERROR,
    when="VACUUM FULL, CLUSTER, or SET TABLESPACE, LOGGED, UNLOGGED or ACCESS METHOD of an existing table",
    effect="ACCESS EXCLUSIVE on the table keeps reads and writes waiting while it is rewritten",
    instead="use what rewrites a table beside its users (pg_repack, pg_squeeze), or do it while nobody is there",
    watches=(RewriteTable,),
    check=_check,
    aliases=(
        "squawk/prefer-repack",
        "eugene/E10",
    ),
    is_graded=True,
)
