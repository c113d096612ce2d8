"""enum-value-unordered: an enum label is added without saying where."""

from collections.abc import Iterator

from schemaguard.catalog.changes import AddEnumValue, Change
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule


def _check(change: Change, _context: Context) -> Iterator[Match]:
    if isinstance(change, AddEnumValue) and change.before is None and change.after is None:
        yield Match(object=str(change.type), message=f"{change.value!r} is added at the end of {change.type}")


RULE = Rule(
    id="enum-value-unordered",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="ALTER TYPE … ADD VALUE without BEFORE or AFTER",
    effect="the label sorts behind all others, whatever it means; the order can't be changed later",
    instead="say BEFORE or AFTER which label it belongs",
    watches=(AddEnumValue,),
    check=_check,
    aliases=("squawk/require-enum-value-ordering",),
    opt_in=True,
)
