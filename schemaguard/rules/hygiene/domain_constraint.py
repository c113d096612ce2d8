"""domain-constraint: a domain with a constraint."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AlterDomain, Change, CreateDomain
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, _context: Context) -> Iterator[Match]:
    match change:
        case CreateDomain(domain=domain) if domain.checks or domain.not_null:
            yield Match(object=str(domain.name), message=f"domain {domain.name} has a constraint", effect=_LATER)
        case AlterDomain(domain=name, action="add constraint" | "set not null"):
            yield Match(object=str(name), message=f"domain {name} gets a constraint")
        case _:
            pass


_LATER = "changing the constraint later scans every table with a column of the domain, all of them locked"


RULE = Rule(
    id="domain-constraint",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="CREATE or ALTER DOMAIN with a constraint",
    effect="every table with a column of the domain is locked and scanned, and writes that were accepted fail "
    "with 23514",
    instead="put the CHECK on the tables, NOT VALID first, and validate it later",
    watches=(AlterDomain, CreateDomain),
    check=_check,
    aliases=(
        "squawk/ban-create-domain-with-constraint",
        "squawk/ban-alter-domain-with-add-constraint",
        "squawk/ban-new-write-restriction",
        "squawk/adding-not-nullable-field",
    ),
)
