"""positional-access: rows are written by the position of their columns."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateTable, InsertRows
from schemaguard.catalog.objects import Table
from schemaguard.finding import Family, Place, Severity
from schemaguard.rules.facts.context import Context, WholeContext
from schemaguard.rules.reversibility.stars import takes_all
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case InsertRows(table=table, columns=None) if context.existed_before(table):
            verb = "COPY" if change.is_copy else "INSERT"
            yield Match(object=str(table), message=f"{verb} into {table} doesn't list its columns")
        case InsertRows(table=table, from_query=True) if context.existed_before(table):
            if takes_all(context.step.statement.sql):
                yield Match(object=str(table), message=f"{table} is filled from SELECT *")
        case CreateTable(as_query=str(query), table=Table(name=name)) if takes_all(query):
            yield Match(object=str(name), message=f"{name} is made from SELECT *")
        case _:
            pass


def _check_whole(context: WholeContext) -> Iterator[Match]:
    for held in context.contracts:
        contract = held.contract
        if contract.query is not None and takes_all(contract.query):
            yield Match(
                object=contract.who,
                message=f"the query of {contract.who} reads SELECT *",
                place=Place(contract.query_file or contract.file, 1),
            )


RULE = Rule(
    id="positional-access",
    family=Family.REVERSIBILITY,
    severity=Severity.WARNING,
    when="INSERT or COPY without a list of columns, SELECT * into a table, or SELECT * in a contract's query",
    effect="once a column is retired, added or moved, it fails, or values silently go into the wrong column",
    instead="list the columns",
    watches=(CreateTable, InsertRows),
    check=_check,
    check_whole=_check_whole,
)
