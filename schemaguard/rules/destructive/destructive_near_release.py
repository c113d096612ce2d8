"""destructive-near-release: something is lost while a release is fresh, or a canary runs."""

from collections.abc import Iterator
from datetime import UTC

from schemaguard.catalog.changes import Change
from schemaguard.finding import Family, Severity
from schemaguard.frozen import replace
from schemaguard.rules.destructive import (
    delete_all_rows,
    drop_cascade,
    drop_column,
    drop_domain,
    drop_extension,
    drop_function,
    drop_policy,
    drop_schema,
    drop_sequence,
    drop_table,
    drop_trigger,
    drop_type,
    drop_view,
    narrow_column,
    remove_enum_value,
    rows_overwritten,
    truncate,
    truncate_cascade,
)
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import Match, Rule
from schemaguard.window.near_release import NearRelease

_DESTRUCTIVE = tuple(
    module.RULE
    for module in (
        drop_table, drop_column, drop_schema, drop_type, drop_view, drop_function, drop_sequence, drop_domain,
        drop_extension, drop_trigger, drop_policy, drop_cascade, truncate, truncate_cascade, delete_all_rows,
        rows_overwritten, narrow_column, remove_enum_value,
    )
)  # fmt: skip
"""What tells that something is lost."""


def _check(change: Change, context: Context) -> Iterator[Match]:
    if not context.near_releases:
        return
    # Whoever awaited it may still be the one that is gone back to.
    context = replace(context, honours_waits=False)
    found = (
        match for rule in _DESTRUCTIVE if isinstance(change, rule.watches) for match in rule.check(change, context)
    )
    lost = next(found, None)
    if lost is not None:
        near = " and ".join(map(_told, context.near_releases))
        yield Match(object=lost.object, message=f"{lost.message}, and {near}", instead=_later(context.near_releases))


def _told(near: NearRelease) -> str:
    name = f"{near.entry.model}@{near.entry.version}" if near.entry.version else near.entry.model
    if near.entry.released is None or near.until is None:
        return f"{name} runs as a canary"
    return f"{name} was released at {near.entry.released.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _later(nears: tuple[NearRelease, ...]) -> str:
    ends = [near.until for near in nears if near.until is not None]
    said = [f"deploy it after {max(ends).astimezone(UTC):%Y-%m-%d %H:%M} UTC"] if ends else []
    if len(ends) < len(nears):
        said.append("deploy it when the canary is released or taken back" if not said else "when no canary runs")
    return ", and ".join(said) + ": never in the deployment window of a release"


_WATCHED = tuple(dict.fromkeys(kind for rule in _DESTRUCTIVE for kind in rule.watches))

RULE = Rule(
    id="destructive-near-release",
    family=Family.DESTRUCTIVE,
    severity=Severity.ERROR,
    when="anything that loses data or objects, on a database on which a model was released less than a day ago "
    "(`near_release_hours`), or while a canary runs",
    effect="if the release has to be taken back, what it goes back to may need what is gone, whether a contract names "
    "it or not",
    instead="deploy it when the release has served for a day, and no canary runs",
    watches=_WATCHED,
    check=_check,
)
