"""enum-type: a new enum."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, CreateEnum
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, _context: Context) -> Iterator[Match]:
    if isinstance(change, CreateEnum):
        yield Match(object=str(change.enum.name), message=f"{change.enum.name} is an enum")


RULE = Rule(
    id="enum-type",
    family=Family.HYGIENE,
    severity=Severity.NOTE,
    when="CREATE TYPE … AS ENUM",
    effect="a label can be added and renamed, never taken away or moved: each of that needs another type and a rewrite",
    instead="use a table of the values with a foreign key, or text with a CHECK, where the values will change",
    watches=(CreateEnum,),
    check=_check,
    aliases=("eugene/W13",),
)
