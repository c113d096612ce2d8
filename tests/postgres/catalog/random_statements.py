"""Random statements about what a catalog holds, most of them such that a server takes them."""

from collections.abc import Callable

from hypothesis import strategies as st

from schemaguard.catalog.objects import Catalog, Table
from schemaguard.catalog.types import quote_identifier
from tests.postgres.catalog.pen import COLUMNS, IDENTITIES, LABELS, NAMES, RELATIONS, SCHEMAS, TYPES, Pen, full, written

# Tables


def create_table(pen: Pen) -> str:
    names = [quote_identifier(name[:63]) for name in COLUMNS[: pen.count(1, 4)]]
    parts = [pen.column_definition(name) for name in names]
    if pen.chance(3):
        kind = pen.pick(("primary key", "unique"))
        parts.append(f"{pen.constraint_name()}{kind} ({', '.join(names[: 1 + pen.chance(2)])})")
    if pen.chance(3):
        parts.append(f"{pen.constraint_name()}check ({names[0]} is not null)")
    head = pen.pick(("create table", "create table", "create table if not exists", "create unlogged table"))
    return f"{head} {pen.new()} ({', '.join(parts)})"


def create_table_from_another(pen: Pen) -> str:
    source, name = pen.table(), pen.new()
    match pen.pick(("like", "like all", "inherits", "as")):
        case "like":
            options = pen.pick(
                ("", " including defaults", " including indexes", " including identity", " including constraints")
            )
            return f"create table {name} (like {full(source.name)}{options})"
        case "like all":
            return f"create table {name} (like {full(source.name)} including all)"
        case "inherits":
            return f"create table {name} ({pen.pick(('', 'extra int', 'a int'))}) inherits ({full(source.name)})"
        case _:
            return f"create table {name} as select {pen.known_column(source)} from {full(source.name)}"


def create_partitioned(pen: Pen) -> str:
    key = pen.pick(("", ", primary key (id, k)", ", unique (k)", ", check (k > 0)", ", v2 text default 'x' not null"))
    return (
        f"create table {pen.new()} (id int, k int not null, v text{key}) partition by {pen.pick(('range', 'list'))} (k)"
    )


def partition(pen: Pen) -> str:
    parents = [table for table in pen.catalog.tables.values() if table.partition_by]
    if not parents:
        return create_partitioned(pen)
    parent = pen.pick(parents)
    low = pen.number * 10
    is_list = "list" in (parent.partition_by or "").lower()
    bound = f"for values in ({low})" if is_list else f"for values from ({low}) to ({low + 5})"
    match pen.pick(("of", "of", "attach", "detach", "like")):
        case "of":
            return f"create table {pen.new()} partition of {full(parent.name)} {bound}"
        case "attach":
            return f"alter table {full(parent.name)} attach partition {full(pen.table().name)} {bound}"
        case "detach":
            parts = [t for t in pen.catalog.tables.values() if t.partition_of == parent.name] or [pen.table()]
            return f"alter table {full(parent.name)} detach partition {full(pen.pick(parts).name)}"
        case _:
            return f"create table {pen.new()} (like {full(parent.name)})"


def drop_or_move_table(pen: Pen) -> str:
    name = full(pen.table().name)
    match pen.pick(("drop", "drop", "rename", "rename", "move", "inherit", "logged")):
        case "drop":
            return f"drop table{pen.maybe('if exists')} {name}{pen.maybe('cascade', 2)}"
        case "rename":
            return f"alter table {name} rename to {quote_identifier(pen.pick(RELATIONS)[:63])}"
        case "move":
            return f"alter table {name} set schema {pen.schema()}"
        case "inherit":
            return f"alter table {name}{pen.maybe('no')} inherit {full(pen.table().name)}"
        case _:
            return f"alter table {name} set {pen.pick(('logged', 'unlogged'))}"


# Columns


def _action(pen: Pen, table: Table) -> str:
    column = pen.column(table)
    new = quote_identifier(pen.pick(COLUMNS)[:63])
    type_, _ = pen.type_and_default()
    return pen.pick((
        lambda: f"add column {pen.pick(('', 'if not exists '))}{pen.column_definition(new)}",
        lambda: f"drop column {pen.pick(('', 'if exists '))}{column}{pen.maybe('cascade')}",
        lambda: f"alter column {pen.retypable(table)} type {type_}{pen.maybe(f'using null::{type_}')}",
        lambda: f"alter column {column} set not null",
        # From 18 on a child keeps the NOT NULL of its parent, before it doesn't.
        lambda: f"alter column {column} {'drop not null' if not table.inherits else 'drop default'}",
        lambda: f"alter column {column} set default {pen.default_for(table, column)}",
        lambda: f"alter column {column} drop default",
        lambda: f"alter column {column} {pen.pick(IDENTITIES)}",
        lambda: f"alter column {column} {pen.pick(('drop expression', 'drop expression if exists'))}",
        lambda: f"add {pen.table_constraint(table)}",
        lambda: f"add {pen.table_constraint(table)}",
        lambda: f"drop constraint {pen.pick(('', 'if exists '))}{pen.constraint(table)}{pen.maybe('cascade')}",
        lambda: f"validate constraint {pen.constraint(table)}",
    ))()  # fmt: skip


def alter_table(pen: Pen) -> str:
    table = pen.table()
    if pen.chance(15):
        new = quote_identifier(pen.pick(COLUMNS)[:63])
        return f"alter table {full(table.name)} add {new} int generated always as (length({pen.text_of(table)})) stored"
    actions = [_action(pen, table) for _ in range(1 + pen.chance(4) + pen.chance(8))]
    gone = [action.split()[-2 if action.endswith("cascade") else -1] for action in actions if "drop column" in action]
    retyped = [action for action in actions if " type " in action]
    actions = [action for action in actions if action not in retyped[1:]]
    # USING on a generated column is refused before any of its actions could make it a plain one.
    actions = [action for action in actions if not (retyped and "drop expression" in action)]
    # What the server says of an expression on a column that goes in the same statement isn't modelled.
    actions = [a for a in actions if "drop column" in a or not any(name in a for name in gone)]
    return f"alter table {full(table.name)} {', '.join(actions)}"


def rename_part(pen: Pen) -> str:
    table = pen.table()
    if pen.chance(3):
        old, new = pen.constraint(table), quote_identifier(pen.pick(NAMES))
        return f"alter table {full(table.name)} rename constraint {old} to {new}"
    new = quote_identifier(pen.pick(COLUMNS)[:63])
    return f"alter table {full(table.name)} rename{pen.pick((' column', ''))} {pen.column(table)} to {new}"


def comment(pen: Pen) -> str:
    table, text = pen.table(), pen.pick(("'said'", "'it''s'", "null"))
    if pen.chance(2):
        return f"comment on column {full(table.name)}.{pen.column(table)} is {text}"
    return f"comment on table {full(table.name)} is {text}"


# Indexes


def index(pen: Pen) -> str:
    table = pen.table()
    if pen.catalog.indexes and pen.chance(3):
        name = full(pen.pick(list(pen.catalog.indexes)))
        if pen.chance(2):
            return f"drop index{pen.maybe('if exists')} {name}{pen.maybe('cascade', 5)}"
        return f"alter index {name} rename to {quote_identifier(pen.pick(NAMES))}"
    if pen.catalog.indexes and pen.chance(5):
        found = pen.pick(list(pen.catalog.indexes.values()))
        kind = pen.pick(("unique", "primary key"))
        key = f"{pen.constraint_name()}{kind} using index {quote_identifier(found.name.name)}"
        return f"alter table {full(found.table)} add {key}"
    column = pen.column(table)
    keys = pen.pick(
        (
            column,
            f"{column} desc",
            f"lower({pen.text_of(table)})",
            f"(coalesce({pen.text_of(table)}, 'x'))",
            pen.columns(table),
        )
    )
    name = pen.pick(
        ("", f" {quote_identifier(pen.pick(NAMES))}", f" if not exists {quote_identifier(pen.pick(NAMES))}")
    )
    tail = pen.pick(("", "", f" include ({pen.column(table)})", f" where {pen.expression(table)}"))
    return f"create{pen.maybe('unique')} index{name} on {full(table.name)} ({keys}){tail}"


# Views, types, sequences, schemas


def view(pen: Pen) -> str:
    names = list(pen.catalog.views)
    if names and pen.chance(3):
        found = pen.catalog.views[pen.pick(names)]
        kind = "materialized view" if found.materialized else "view"
        return pen.pick((
            f"drop {kind} {full(found.name)}{pen.maybe('cascade')}",
            f"alter {kind} {full(found.name)} rename to {quote_identifier(pen.pick(RELATIONS)[:63])}",
            f"alter {kind} {full(found.name)} set schema {pen.schema()}",
        ))  # fmt: skip
    table = pen.table()
    if names and pen.chance(4):
        over = pen.catalog.views[pen.pick(names)]
        selected, source = (quote_identifier(over.columns[0].name) if over.columns else "*"), full(over.name)
    else:
        selected, source = pen.known_column(table), full(table.name)
    head = pen.pick(("create view", "create or replace view", "create materialized view"))
    return f"{head} {pen.new(('v', 'v2', 't'))} as select {selected} from {source}"


def enum(pen: Pen) -> str:
    if not pen.catalog.enums or pen.chance(3):
        labels = ", ".join("'" + label.replace("'", "''") + "'" for label in LABELS[: pen.count(1, 3)])
        return f"create type {pen.new(('mood', 'Odd Mood'))} as enum ({labels})"
    found = pen.pick(list(pen.catalog.enums.values()))
    label = found.labels[0].replace("'", "''")
    return f"alter type {full(found.name)} " + pen.pick((
        "add value 'new'", "add value if not exists 'red'", f"add value 'first' before '{label}'",
        f"rename value '{label}' to 'other'", "rename to mood2", f"set schema {pen.schema()}",
    )) if pen.chance(2) else f"drop type {full(found.name)}{pen.maybe('cascade')}"  # fmt: skip


def domain(pen: Pen) -> str:
    if not pen.catalog.domains or pen.chance(3):
        tail = pen.pick(
            ("", " not null", " check (value is not null)", " default 1", " constraint dc check (value > 0)")
        )
        return f"create domain {pen.new(('dom', 'Odd Dom'))} as {pen.pick(('int', 'bigint', 'numeric(5, 1)'))}{tail}"
    found = pen.pick(list(pen.catalog.domains.values()))
    check = quote_identifier(pen.pick([c.name for c in found.checks if c.name] or ["nothing"]))
    return f"alter domain {full(found.name)} " + pen.pick((
        "set not null", "drop not null", "set default 5", "drop default", "add check (value < 100)",
        "add constraint more check (value < 100) not valid", f"drop constraint {check}", f"validate constraint {check}",
        f"rename constraint {check} to renamed", "rename to dom2", f"set schema {pen.schema()}",
    )) if pen.chance(2) else f"drop domain {full(found.name)}{pen.maybe('cascade')}"  # fmt: skip


def sequence(pen: Pen) -> str:
    if not pen.catalog.sequences or pen.chance(3):
        return f"create sequence {pen.new(('s', 't_a_seq', 't_id_seq'))}{pen.maybe('as int')}"
    name = full(pen.pick(list(pen.catalog.sequences)))
    table = pen.table()
    owner = f"{full(table.name)}.{pen.column(table)}"
    text = name.replace("'", "''")
    return pen.pick((
        f"drop sequence {name}{pen.maybe('cascade')}",
        f"alter sequence {name} owned by {owner}",
        f"alter sequence {name} owned by none",
        f"alter sequence {name} rename to {quote_identifier(pen.pick(('s2', 't_b_seq')))}",
        f"alter sequence {name} set schema {pen.schema()}",
        f"alter table {full(table.name)} alter column {pen.column(table)} set default nextval('{text}')",
    ))  # fmt: skip


def schema(pen: Pen) -> str:
    there = [name for name in SCHEMAS if name in pen.catalog.schemas]
    missing = [name for name in SCHEMAS if name not in pen.catalog.schemas]
    if missing and (not there or pen.chance(2)):
        return f"create schema {quote_identifier(pen.pick(missing))}"
    if missing and pen.chance(3):
        return f"alter schema {quote_identifier(there[0])} rename to {quote_identifier(missing[0])}"
    return f"drop schema {quote_identifier(pen.pick(there))}{pen.maybe('cascade', 2)}"


def function(pen: Pen) -> str:
    found = [f for f in pen.catalog.functions.values() if f.returns is None or f.returns.lower() == "trigger"]
    if not found or pen.chance(3):
        head = pen.pick(("create function", "create or replace function"))
        return f"{head} {pen.new(('f', 'Odd f'))}() returns trigger language plpgsql as 'begin return new; end'"
    one = pen.pick(found)
    return pen.pick((
        f"drop function {full(one.name)}(){pen.maybe('cascade')}",
        f"alter function {full(one.name)}() rename to {quote_identifier(pen.pick(('f2', 'Odd f2')))}",
        f"alter function {full(one.name)}() set schema {pen.schema()}",
    ))  # fmt: skip


def trigger(pen: Pen) -> str:
    table = pen.table()
    names = [one.name for one in table.triggers]
    if names and pen.chance(2):
        name, switch = quote_identifier(pen.pick(names)), pen.pick(("enable", "disable"))
        return pen.pick((
            f"drop trigger {name} on {full(table.name)}",
            f"alter trigger {name} on {full(table.name)} rename to {quote_identifier(pen.pick(NAMES))}",
            f"alter table {full(table.name)} {switch} trigger {pen.pick((name, 'all', 'user'))}",
        ))  # fmt: skip
    made = [one.name for one in pen.catalog.functions.values()]
    if not made:
        return function(pen)
    events = pen.pick(("insert", "update", f"update of {pen.known_column(table)}", "insert or delete"))
    when = pen.pick(("before", "after"))
    name = quote_identifier(pen.pick(NAMES))
    call = f"execute function {full(pen.pick(made))}()"
    return f"create{pen.maybe('or replace')} trigger {name} {when} {events} on {full(table.name)} for each row {call}"


def protection(pen: Pen) -> str:
    table = pen.table()
    name, column = full(table.name), pen.known_column(table)
    policies = [quote_identifier(one.name) for one in table.policies] or ["p1"]
    kind = pen.pick(("", "for select", "as restrictive"))
    return pen.pick((
        f"alter table {name} {pen.pick(('enable', 'disable', 'force', 'no force'))} row level security",
        f"create policy {pen.pick(('p1', 'p2'))} on {name} {kind} using ({column} is not null)",
        f"alter policy {pen.pick(policies)} on {name} using ({column} is null)",
        f"alter policy {pen.pick(policies)} on {name} rename to {pen.pick(('p1', 'p3'))}",
        f"drop policy {pen.pick(policies)} on {name}",
        f"grant {pen.pick(('select', 'insert, update', 'all', f'select ({column})'))} on {name} to public",
        f"revoke {pen.pick(('select', 'all', f'select ({column})', 'update'))} on {name} from public",
        f"alter table {name} replica identity {pen.pick(('full', 'nothing', 'default'))}",
    ))  # fmt: skip


def composite(pen: Pen) -> str:
    if not pen.catalog.composites or pen.chance(3):
        return f"create type {pen.new(('pair', 'Odd Pair'))} as (x int, y {pen.pick(tuple(TYPES))})"
    found = pen.pick(list(pen.catalog.composites.values()))
    attribute = quote_identifier(pen.pick([column.name for column in found.columns] or ["x"]))
    return f"alter type {full(found.name)} " + pen.pick((
        f"add attribute {pen.pick(('z', 'y'))} int", f"drop attribute {attribute}",
        f"rename attribute {attribute} to w",
        f"alter attribute {attribute} type text", "rename to pair2", f"set schema {pen.schema()}",
    )) if pen.chance(2) else f"drop type {full(found.name)}{pen.maybe('cascade')}"  # fmt: skip


ABOUT_TABLES = (
    create_table_from_another, drop_or_move_table, alter_table, alter_table, alter_table, alter_table, rename_part,
    rename_part, comment, index, index, index, trigger, protection, protection, view, view, sequence,
    partition, partition,
)  # fmt: skip
ANYTIME = (create_table, create_table, create_partitioned, enum, domain, composite, function, schema)


@st.composite
def statements(draw: Callable[[st.SearchStrategy], object], catalog: Catalog, number: int) -> str:
    """One statement on what the catalog holds."""
    return statement(Pen(draw, catalog, number))


def statement(pen: Pen) -> str:
    """One statement from the pen."""
    if not written(pen.catalog):
        return pen.pick((create_table, create_table, create_table, enum, domain, schema))(pen)
    return pen.pick((*ABOUT_TABLES, *ANYTIME))(pen)
