"""What a change does to a table that isn't known in full: what it names is judged, and what can't be known is said."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from schemaguard.catalog import changes as c
from schemaguard.catalog.converting import keeps_values
from schemaguard.catalog.objects import Catalog, Name, Policy, PrimaryKey, Unique
from schemaguard.catalog.types import Type
from schemaguard.contracts.compatibility.bounds import Bounds, promised_bounds, table_bounds
from schemaguard.contracts.compatibility.positional import is_positional
from schemaguard.contracts.compatibility.reading import Flaw, promised_bounds_kept, unique_sets
from schemaguard.contracts.compatibility.relation import Relation
from schemaguard.contracts.contract import Contract, ContractTable, Promise
from schemaguard.frozen import dataclass

DOUBT = "unlisted"
"""The cause of what can't be known."""
_TRUE = ("true", "(true)")
_INVOKER = re.compile(r"\bsecurity_invoker\b", re.IGNORECASE)
_IDENTIFIER = r'(?:[a-z_][\w$]*|"[^"]+")'
_PLAIN_QUERY = re.compile(
    rf"\s*select\s+([^()']+?)\s+from\s+(?:only\s+)?{_IDENTIFIER}(?:\.{_IDENTIFIER})?\s*;?\s*", re.IGNORECASE
)
_ITEM = re.compile(rf"(?:{_IDENTIFIER}\.)*({_IDENTIFIER}|\*)(?:\s+(?:as\s+)?({_IDENTIFIER}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UnlistedTable:
    """A contract's table that isn't known in full, around a change."""

    contract: Contract
    part: ContractTable
    was: Relation
    now: Relation | None
    before: Catalog
    after: Catalog

    @property
    def reads(self) -> bool:
        """Whether it is a reader's."""
        return self.part.access == "read"

    def is_named(self, name: Name | None) -> bool:
        """Whether the name means the table."""
        return name is not None and self.before.resolve(name) == self.was.name

    def is_unknown(self, column: str) -> bool:
        """Whether nothing but its name is known of the column."""
        known = self.was.column(column)
        return known is None or not known.is_listed

    def is_felt(self, column: str) -> bool:
        """Whether another filling of the column is felt: by who reads it, and by a writer that leaves it out."""
        return self.is_unknown(column) and (self.part.promise(column) is not None) == self.reads


def unlisted(asked: UnlistedTable, change: c.Change) -> Iterator[Flaw]:
    """What the change does to the table beyond what two catalogs show."""
    judge = _JUDGES.get(type(change))
    table = getattr(change, "table", None)
    if judge is not None and (not isinstance(table, Name) or asked.is_named(table)):
        yield from judge(asked, change)


def shown_otherwise(
    part: ContractTable, was: Relation, now: Relation, catalogs: tuple[Catalog, Catalog]
) -> Iterator[Flaw]:
    """What of the promises a view keeps that is made anew, by a query over what isn't known in full."""
    old, view = (catalog.views.get(each.name) for each, catalog in zip((was, now), catalogs, strict=True))
    if view is None or view.columns is not None or (old is not None and old.query == view.query):
        return
    shown = _listed(view.query)
    for promise in part.promises:
        if shown is None:
            yield DOUBT, promise.column, "the query that shows it isn't fully known"
        elif promise.column not in shown and "*" not in shown:
            yield "column-dropped", promise.column, ""


def _listed(query: str) -> frozenset[str] | None:
    """The names that a plain list of columns shows, `*` for all of a relation's; None where it is no such list."""
    found = _PLAIN_QUERY.fullmatch(query)
    if found is None:
        return None
    items = [_ITEM.fullmatch(item.strip()) for item in found[1].split(",")]
    names = [item and (item[2] or item[1]) for item in items]
    if None in names:
        return None
    return frozenset(name[1:-1] if name.startswith('"') else name.lower() for name in names if name)


def _set_not_null(asked: UnlistedTable, change: c.SetNotNull) -> Iterator[Flaw]:
    if not asked.reads and asked.is_felt(change.column):
        yield DOUBT, change.column, "it is required now, and it isn't known whether it has a default"


def _drop_not_null(asked: UnlistedTable, change: c.DropNotNull) -> Iterator[Flaw]:
    promise = asked.part.promise(change.column)
    if asked.reads and promise is not None and promise.required and asked.is_unknown(change.column):
        yield "null-possible", change.column, ""


def _set_default(asked: UnlistedTable, change: c.SetDefault) -> Iterator[Flaw]:
    if asked.is_felt(change.column):
        yield "default-changed", change.column, ""


def _drop_default(asked: UnlistedTable, change: c.DropDefault) -> Iterator[Flaw]:
    if asked.is_felt(change.column):
        yield from _without_filling(asked, change.column)


def _without_filling(asked: UnlistedTable, column: str) -> Iterator[Flaw]:
    promise = asked.part.promise(column)
    if asked.reads and promise is not None and not promise.required:
        yield "default-changed", column, "NULL from now on"
    if not asked.reads:
        yield DOUBT, column, "nothing fills it from now on, and it isn't known whether it is required"


def _set_identity(asked: UnlistedTable, change: c.SetIdentity) -> Iterator[Flaw]:
    if change.identity is None and not asked.reads and asked.is_felt(change.column):
        # An identity column is NOT NULL and stays so.
        yield "default-dropped", change.column, ""
    if change.identity == "always" and asked.reads and asked.is_felt(change.column):
        yield "column-generated", change.column, ""


def _set_generated(asked: UnlistedTable, change: c.SetGenerated) -> Iterator[Flaw]:
    if not asked.is_felt(change.column):
        return
    if change.expression is None:
        yield from _without_filling(asked, change.column)
    else:
        yield "default-changed", change.column, ""


def _retype(asked: UnlistedTable, change: c.RetypeColumn) -> Iterator[Flaw]:
    promise = asked.part.promise(change.column)
    if promise is None or not asked.is_unknown(change.column):
        return
    if promise.type is None or (asked.reads and _lets_more_in(promise, change.type)):
        yield DOUBT, change.column, f"it isn't known which type it had before {change.type}"
    if asked.reads and change.collation is not None:
        yield "collation-changed", change.column, ""
    using = change.using
    # Before, the column gave what was promised of it: that is the type from which a cast may lose something.
    if asked.reads and using and not keeps_values(using, change.column, promise.type or change.type, change.type):
        yield "values-converted", change.column, f"USING {using}"


def _lets_more_in(promise: Promise, type_: Type) -> bool:
    """Whether the type has room for more than was promised at most."""
    if promise.max_length is not None and (not type_.modifiers or type_.modifiers[0] > promise.max_length):
        return True
    if type_.name != "numeric" or promise.maximum is None:
        return False
    return len(type_.modifiers) < 2 or 10.0 ** (type_.modifiers[0] - type_.modifiers[1]) - 1 > promise.maximum


def _drop_column(asked: UnlistedTable, change: c.DropColumn) -> Iterator[Flaw]:
    query = asked.contract.query
    if not asked.reads and query is not None and is_positional(query, asked.part) and asked.is_unknown(change.column):
        yield DOUBT, change.column, "the writes name no columns, and it isn't known at which position it was"
    yield from _without_name(asked, change)


def _without_name(asked: UnlistedTable, change: c.DropColumn | c.RenameColumn) -> Iterator[Flaw]:
    """A view whose query can't be read has no list from which the column could go."""
    if asked.was.table is None and asked.part.promise(change.column) and asked.was.column(change.column) is None:
        yield "column-dropped", change.column, ""


def _add_constraint(asked: UnlistedTable, change: c.AddConstraint) -> Iterator[Flaw]:
    constraint = change.constraint
    if asked.reads or not isinstance(constraint, PrimaryKey | Unique):
        return
    if change.using_index is not None:
        yield DOUBT, None, f"it isn't known which duplicates the index {change.using_index} refuses"
    if isinstance(constraint, PrimaryKey):
        for column in constraint.columns:
            if asked.is_felt(column):
                yield DOUBT, column, "it is required now, and it isn't known whether it has a default"


def _drop_constraint(asked: UnlistedTable, change: c.DropConstraint) -> Iterator[Flaw]:
    table = asked.was.table
    if table is None or table.constraint(change.constraint) is not None:
        return
    on = _relying(asked, change.constraint)
    if on is not None:
        yield DOUBT, on, f"it isn't known what the constraint {change.constraint} guaranteed"


def _relying(asked: UnlistedTable, constraint: str) -> str | None:
    """The first column of which something is promised that a constraint keeps; None where there is none."""
    if not asked.reads:
        return asked.part.upsert_key[0] if asked.part.upsert_key else None
    # Only from 18 on is a NOT NULL a constraint that can be dropped by its name.
    keeps_null_out = "not_null" in constraint
    for promise in asked.part.promises:
        if _is_kept_by_constraint(promise, asked) or (promise.required and keeps_null_out):
            return promise.column
    return None


def _is_kept_by_constraint(promise: Promise, asked: UnlistedTable) -> bool:
    """Whether something is promised that only a constraint keeps, and that none which is known still does."""
    table = asked.now.table if asked.now is not None else None
    promised, column = promised_bounds(promise), promise.column
    if table is None:
        return promise.unique or promised != Bounds()
    listed = table_bounds(table, column).values
    low, high = promised_bounds_kept(promise, table, column)
    return (
        (promise.unique and frozenset({column}) not in unique_sets(table, asked.after))
        or (promised.values is not None and not (listed is not None and listed <= promised.values))
        or (promised.minimum is not None and not low)
        or (promised.maximum is not None and not high)
    )


def _drop_index(asked: UnlistedTable, change: c.DropIndex) -> Iterator[Flaw]:
    """An index that nobody listed may be the one that keeps duplicates out; its name says whose it is, by habit."""
    if asked.before.resolve(change.index) in asked.before.indexes or asked.part.table.name not in change.index.name:
        return
    unique = (promise.column for promise in asked.part.promises if promise.unique)
    on = next(unique, None) if asked.reads else next(iter(asked.part.upsert_key), None)
    if on is not None:
        yield DOUBT, on, f"it isn't known whether the index {change.index} refused duplicates"


def _refresh(asked: UnlistedTable, change: c.RefreshView) -> Iterator[Flaw]:
    if asked.reads and asked.is_named(change.view) and not change.with_data:
        yield "not-populated", None, ""


def _option(asked: UnlistedTable, change: c.SetTableOption) -> Iterator[Flaw]:
    if _INVOKER.search(change.option):
        yield DOUBT, None, f"it isn't known who may see what {asked.part.table} is made of"


def _row_security(asked: UnlistedTable, change: c.SetRowSecurity) -> Iterator[Flaw]:
    now = asked.now.table if asked.now is not None else None
    if now is not None and any(_lets_all_through(policy) for policy in now.policies):
        return
    if change.enabled or change.forced:
        yield DOUBT, None, "it isn't known which policies it has; rows that no policy admits are hidden and refused"


def _policy(asked: UnlistedTable, change: c.CreatePolicy) -> Iterator[Flaw]:
    policy = change.policy
    if not change.is_alter and _lets_all_through(policy):
        return
    if policy.command.upper() in ("ALL", "SELECT" if asked.reads else "INSERT", *(() if asked.reads else ("UPDATE",))):
        yield DOUBT, None, f"it isn't known whether row security is on, and which rows {policy.name} admits"


def _lets_all_through(policy: Policy) -> bool:
    """Whether whoever it is for sees and writes every row, whatever the other policies do."""
    conditions = {(text or "true").strip().lower() for text in (policy.using, policy.check)}
    return policy.permissive and policy.command.upper() == "ALL" and conditions <= set(_TRUE)


def _drop_object(asked: UnlistedTable, change: c.DropObject) -> Iterator[Flaw]:
    if change.kind in ("type", "domain") and change.cascade:
        for promise in asked.part.promises:
            if _is_of(promise, change.object) and asked.is_unknown(promise.column):
                yield "column-dropped", promise.column, ""
    if not asked.is_named(change.on):
        return
    if change.kind == "policy":
        yield DOUBT, None, f"it isn't known whether row security is on, and which rows {change.object.name} admitted"
    if change.kind in ("trigger", "rule") and not _has_trigger(asked, change.object.name):
        yield DOUBT, None, f"it isn't known what the {change.kind} {change.object.name} did"


def _has_trigger(asked: UnlistedTable, name: str) -> bool:
    table = asked.was.table
    return table is not None and any(trigger.name == name for trigger in table.triggers)


def _enable_trigger(asked: UnlistedTable, change: c.EnableTrigger) -> Iterator[Flaw]:
    if _has_trigger(asked, change.trigger) or (asked.reads and change.enabled):
        return
    left = asked.now.table if asked.now is not None else None
    if change.enabled or (left is not None and any(t.name == change.trigger and not t.enabled for t in left.triggers)):
        yield DOUBT, None, f"it isn't known what the trigger {change.trigger} does"


def _enum_value(asked: UnlistedTable, change: c.AddEnumValue | c.RenameEnumValue) -> Iterator[Flaw]:
    for promise in asked.part.promises:
        if not _is_of(promise, change.type) or not asked.is_unknown(promise.column):
            continue
        listed = promise.enum
        if isinstance(change, c.RenameEnumValue) and (listed is None or change.value in listed):
            yield "value-renamed", promise.column, f"{change.value} → {change.to}"
        elif isinstance(change, c.AddEnumValue) and asked.reads and listed is not None and change.value not in listed:
            yield "value-added", promise.column, change.value


def _is_of(promise: Promise, type_: Name) -> bool:
    """Whether the column is promised to be of the type that the change names."""
    if promise.type is None or promise.type.is_built_in or promise.type.name != type_.name:
        return False
    return None in (promise.type.schema, type_.schema) or promise.type.schema == type_.schema


_JUDGES: Mapping[type, Callable[[UnlistedTable, Any], Iterator[Flaw]]] = {
    c.SetNotNull: _set_not_null,
    c.DropNotNull: _drop_not_null,
    c.SetDefault: _set_default,
    c.DropDefault: _drop_default,
    c.SetIdentity: _set_identity,
    c.SetGenerated: _set_generated,
    c.RetypeColumn: _retype,
    c.DropColumn: _drop_column,
    c.RenameColumn: _without_name,
    c.AddConstraint: _add_constraint,
    c.DropConstraint: _drop_constraint,
    c.DropIndex: _drop_index,
    c.RefreshView: _refresh,
    c.SetTableOption: _option,
    c.SetRowSecurity: _row_security,
    c.CreatePolicy: _policy,
    c.DropObject: _drop_object,
    c.EnableTrigger: _enable_trigger,
    c.AddEnumValue: _enum_value,
    c.RenameEnumValue: _enum_value,
}
