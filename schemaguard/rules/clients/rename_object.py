"""rename-object: a view, type, sequence, function, schema, label or key that existed before gets another name."""

from collections.abc import Iterator

from schemaguard.catalog.changes import Change, ObjectKind, RenameConstraint, RenameEnumValue, RenameObject
from schemaguard.catalog.objects import Check, ForeignKey
from schemaguard.catalog.standing import is_there
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.standing import is_older
from schemaguard.rules.rule import Match, Rule

_NAMED_BY_CLIENTS: tuple[ObjectKind, ...] = (
    "view", "materialized view", "type", "domain", "sequence", "function", "procedure", "aggregate", "schema",
)  # fmt: skip


def _check(change: Change, context: Context) -> Iterator[Match]:
    match change:
        case RenameObject(kind=kind, object=name, to=to) if kind in _NAMED_BY_CLIENTS:
            if is_older(context, kind, name) and not is_there(context.facts.at_commit, kind, name):
                yield Match(object=str(name), message=f"{kind} {name} is renamed to {to}")
        case RenameEnumValue(type=name, value=value, to=to) if is_older(context, "type", name):
            yield Match(object=str(name), message=f"label {value!r} of {name} is renamed to {to!r}", effect=_LABEL)
        case RenameConstraint(table=table, constraint=old, to=to) if context.existed_before(table):
            known = context.before.table(table)
            constraint = known.constraint(old) if known is not None else None
            if not isinstance(constraint, ForeignKey | Check):
                yield _key(str(table), old, to)
        case RenameObject(kind="index", object=name, to=to):
            index = context.before.indexes.get(context.before.resolve(name))
            if index is not None and index.constraint is not None and context.existed_before(index.table):
                yield _key(str(index.table), index.constraint, to)
        case _:
            pass


def _key(table: str, old: str, to: str) -> Match:
    return Match(object=f"{table}.{old}", message=f"constraint {old} of {table} is renamed to {to}", effect=_CONFLICT)


_LABEL = "code that still writes or compares the old label fails with 22P02 as soon as this commits"
_CONFLICT = "an INSERT that says ON CONFLICT ON CONSTRAINT with the old name fails with 42704"


RULE = Rule(
    id="rename-object",
    family=Family.CLIENTS,
    severity=Severity.ERROR,
    when="RENAME of a view, type, enum label, sequence, function, schema, or of a key that ON CONFLICT may name",
    effect="code that still names it fails as soon as this commits",
    instead="make one of the new name beside it; drop the old one when nothing uses it any more",
    watches=(RenameConstraint, RenameEnumValue, RenameObject),
    check=_check,
    aliases=("squawk/renaming-object", "strong_migrations/rename_schema", "strong_migrations/rename_enum_value"),
)
