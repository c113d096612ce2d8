"""mixed-phases: one revision both expands and contracts a table under contract."""

from collections.abc import Iterator

from schemaguard.catalog.objects import Name
from schemaguard.finding import Family, Reader, Severity
from schemaguard.history.absence import drops_nothing
from schemaguard.history.revision import Phase
from schemaguard.rules.facts.context import RevisionContext
from schemaguard.rules.facts.phase import phases
from schemaguard.rules.facts.subject import tables
from schemaguard.rules.rule import Match, Rule


def _check(context: RevisionContext) -> Iterator[Match]:
    found: dict[Name, set[Phase]] = {}
    for visit in context.visits:
        if visit.is_for_nothing or drops_nothing(visit.change, visit.before):
            continue
        what = phases(visit.change, visit.before, visit.made)
        for table in tables(visit.change, visit.before):
            # A rename is both, and can't be split: rules of other families speak of it.
            found.setdefault(table, set()).update(what if len(what) == 1 else ())
    for table, both in found.items():
        readers = _readers(context, table)
        if {Phase.EXPAND, Phase.CONTRACT} <= both and readers:
            message = f"{table} is both widened and narrowed in one revision"
            yield Match(object=str(table), message=message, readers=readers)


def _readers(context: RevisionContext, table: Name) -> tuple[Reader, ...]:
    return tuple(
        reader
        for held in context.contracts
        for access in dict.fromkeys(held.accesses(context.run.before, table))
        for reader in held.readers(access)
    )


RULE = Rule(
    id="mixed-phases",
    family=Family.REVERSIBILITY,
    severity=Severity.ERROR,
    when="a revision that both adds to and takes away from a table that a contract in its window names",
    effect="the new shape can't be released without taking the old one away, nor taken back without losing the new one",
    instead="split it in two: one revision that adds, released first, and a later one that takes away",
    check_revision=_check,
)
