"""Statements of all forms, made at random, and what becomes of statements when somebody types them wrong."""

from collections.abc import Callable, Sequence
from random import Random

from schemaguard.sql.reading.tokens import tokenize

Draw = Random
_COLUMNS = ("a", "b", "id", "amount", "created_at", '"Mixed"', "name", "status", "t.a", "u.id", "year", "value")
_TABLES = ("t", "u", "public.t", "log", '"T 1"', "app.items", "users")
_TYPES = (
    "int", "bigint", "text", "varchar(20)", "numeric(10, 2)", "timestamptz", "timestamp(3) with time zone", "text[]",
    "double precision", "boolean", "jsonb", "uuid", "date", "interval day to second", "character varying", "app.mood",
    "bit varying(3)", "int4range", "time without time zone", "vector(3)", "char", "int[3][]",
)  # fmt: skip
_LITERALS = (
    "1", "0", "1.5", "-3", "'x'", "''", "E'\\n'", "null", "true", "false", "$1", "current_date", "now()", "1e6", "0x1F",
    "date '2026-01-01'", "interval '1 day'", "interval '1' hour", "B'101'", "X'1F'", "$$body$$", "'{}'::jsonb",
    "timestamp '2026-01-01 00:00'", "current_timestamp(3)", "'a'::text", "array[1, 2]", "array[[1], [2]]", "row(1, 2)",
    "numeric(4, 1) '3.2'", "session_user", "array[]::int[]",
)  # fmt: skip
_OPERATORS = ("+", "-", "*", "/", "%", "^", "||", "->", "->>", "@>", "&&", "~", "!~*", "operator(pg_catalog.+)")
_COMPARISONS = ("=", "<>", "!=", "<", ">", "<=", ">=")
_FUNCTIONS = ("lower", "coalesce", "greatest", "count", "f", "app.f", "left", "jsonb_build_object", "length")


def statement(draw: Draw) -> str:
    """One statement of any kind that PostgreSQL's grammar takes."""
    return draw.choice(_KINDS)(draw)


def damaged(draw: Draw, text: str) -> str:
    """The statement with a token gone, doubled, moved, put in or changed, or cut off; it may still be one."""
    tokens, _ = tokenize(text)
    words = [text[token.start : token.end] for token in tokens]
    if len(words) < 2:
        return text
    at = draw.randrange(len(words))
    match draw.randrange(7):
        case 0:
            del words[at]
        case 1:
            words.insert(at, words[at])
        case 2:
            other = draw.randrange(len(words))
            words[at], words[other] = words[other], words[at]
        case 3:
            words.insert(at, draw.choice(_STRAY))
        case 4:
            words = words[: max(at, 1)]
        case 5:
            words[at] = draw.choice(_STRAY)
        case _:
            words.insert(at, draw.choice(("(", ")", "[", ",", "'")))
    return " ".join(words)


_STRAY = (
    "where", "from", "select", "and", "or", "not", "null", ",", "(", ")", "=", ".", "as", "on", "table", "group", "by",
    "order", "set", "values", "into", "1", "'x'", "a", "in", "is", "between", "default", "cascade", "with", "::",
)  # fmt: skip


def _some(draw: Draw, made: Callable[[Draw], str], most: int = 3) -> str:
    return ", ".join(made(draw) for _ in range(draw.randint(1, most)))


def _maybe(draw: Draw, text: str, chance: float = 0.4) -> str:
    return text if draw.random() < chance else ""


def _name(draw: Draw) -> str:
    return draw.choice(_TABLES)


def _plain(draw: Draw) -> str:
    return draw.choice(("a", "b", "id", "amount", '"Mixed"', "name", "status"))


def _type(draw: Draw) -> str:
    return draw.choice(_TYPES)


def expression(draw: Draw, depth: int = 0) -> str:
    """Any expression."""
    if depth > 2 or draw.random() < 0.4:
        return draw.choice((_COLUMNS, _LITERALS)[draw.random() < 0.4])
    return draw.choice(_EXPRESSIONS)(draw, depth + 1)


def _binary(draw: Draw, depth: int) -> str:
    return f"{expression(draw, depth)} {draw.choice(_OPERATORS)} {expression(draw, depth)}"


def _wrapped(draw: Draw, depth: int) -> str:
    return f"({expression(draw, depth)})"


def _call(draw: Draw, depth: int) -> str:
    kind = draw.randrange(6)
    one = expression(draw, depth)
    if kind == 0:
        called = f"{draw.choice(('count', 'sum'))}({draw.choice(('distinct ', 'all ', ''))}{one})"
        return f"{called} filter (where {condition(draw, depth)})"
    if kind == 1:
        return f"row_number() over (partition by {one} order by {draw.choice(_COLUMNS)} desc {draw.choice(_FRAMES)})"
    if kind == 2:
        return f"f({one}, named => {expression(draw, depth)})"
    if kind == 3:
        return f"percentile_cont(0.5) within group (order by {one})"
    if kind == 4:
        return f"string_agg({one}, ',' order by {draw.choice(_COLUMNS)} nulls last)"
    return f"{draw.choice(_FUNCTIONS)}({one}, {expression(draw, depth)})"


_FRAMES = (
    "",
    "rows unbounded preceding",
    "range between 1 preceding and current row exclude ties",
    "groups 2 preceding",
)


def _special(draw: Draw, depth: int) -> str:
    one, two = expression(draw, depth), expression(draw, depth)
    return draw.choice(
        (
            lambda: f"case when {condition(draw, depth)} then {one} else {two} end",
            lambda: f"case {one} when {two} then 1 end",
            lambda: f"cast({one} as {_type(draw)})",
            lambda: f"extract(epoch from {one})",
            lambda: f"substring({one} from 1 for 2)",
            lambda: f"trim(both 'x' from {one})",
            lambda: f"overlay({one} placing {two} from 1)",
            lambda: f"position('x' in {draw.choice(_COLUMNS)})",
            lambda: f"nullif({one}, {two})",
            lambda: f"exists ({query(draw, depth + 1)})",
            lambda: f"array({query(draw, depth + 1)})",
            lambda: f"({query(draw, depth + 1)})",
            lambda: f"({one})::{_type(draw)}",
            lambda: f"({one}) at time zone 'UTC'",
            lambda: f'{draw.choice(_COLUMNS)} collate "C"',
            lambda: f"a[{one} : {two}]",
            lambda: f"(a).b.{_plain(draw)}",
            lambda: "count(*)",
            lambda: f"not {condition(draw, depth)}",
        )
    )()


_EXPRESSIONS: Sequence[Callable[[Draw, int], str]] = (_binary, _wrapped, _call, _special)


def condition(draw: Draw, depth: int = 0) -> str:
    """An expression that is true or not."""
    one = f"({expression(draw, depth + 1)})"
    two = f"({expression(draw, depth + 1)})"
    return draw.choice(
        (
            lambda: f"{one} {draw.choice(_COMPARISONS)} {two}",
            lambda: f"{one} is {draw.choice(('', 'not '))}null",
            lambda: f"{one} is distinct from {two}",
            lambda: f"{one} {draw.choice(('', 'not '))}in ({expression(draw, depth + 1)}, {two})",
            lambda: f"{one} in ({query(draw, depth + 2)})",
            lambda: f"{one} {draw.choice(('', 'not '))}between {two} and {expression(draw, depth + 1)}",
            lambda: (
                f"{one} {draw.choice(('like', 'not like', 'ilike', 'similar to'))} 'x%'" + _maybe(draw, " escape '!'")
            ),
            lambda: f"{one} = any ({two})",
            lambda: f"{one} > all ({query(draw, depth + 2)})",
            lambda: f"{one} = {two} and {one} <> {two} or not {one}",
            lambda: f"(a, b) = ({one}, {two})",
            lambda: f"(a, b) overlaps ({one}, {two})",
            lambda: f"{one} isnull",
            lambda: f"{one} is not true",
        )
    )()


def _output(draw: Draw) -> str:
    one = expression(draw, 1)
    return draw.choice(("*", "t.*", one, f"{one} as {_plain(draw)}", f"{one} as order", f"{_plain(draw)} label"))


def _source(draw: Draw, depth: int) -> str:
    table = _name(draw)
    return draw.choice(
        (
            lambda: table,
            lambda: f"only {table}",
            lambda: f"{table} as x",
            lambda: f"{table} x (a, b)",
            lambda: f"{table} join u on {condition(draw, depth + 1)}",
            lambda: f"{table} left outer join u using (id)",
            lambda: f"{table} cross join u natural join v",
            lambda: f"({table} full join u on true) x",
            lambda: f"({query(draw, depth + 1)}) as x (a)",
            lambda: f"lateral ({query(draw, depth + 1)}) x",
            lambda: "generate_series(1, 3) with ordinality as g (a, n)",
            lambda: "json_to_record('{}') as r (a int, b text)",
            lambda: "rows from (f(1), g(2) as (a int)) as x",
            lambda: f"{table} tablesample system (10) repeatable (1)",
            lambda: f"(values (1, 2), (3, {expression(draw, depth + 1)})) v (a, b)",
            lambda: "t, u",
        )
    )()


def query(draw: Draw, depth: int = 0) -> str:
    """A query with some of its clauses."""
    if depth > 3:
        return "select 1"
    parts = [
        _maybe(draw, f"with {_maybe(draw, 'recursive')} c (a) as ({query(draw, depth + 2)}) ", 0.1),
        draw.choice(("select ", "select distinct ", "select all ", "select distinct on (a) ")),
        ", ".join(_output(draw) for _ in range(draw.randint(1, 3))),
        _maybe(draw, f" from {_source(draw, depth + 1)}", 0.8),
        _maybe(draw, f" where {condition(draw, depth + 1)}"),
        _maybe(draw, f" group by {draw.choice(('a, b', 'rollup (a, b)', '()', 'grouping sets ((a), (b))'))}", 0.2),
        _maybe(draw, f" having {condition(draw, depth + 1)}", 0.1),
        _maybe(draw, " window w as (partition by a order by b)", 0.1),
        _maybe(draw, f" {draw.choice(('union', 'union all', 'except', 'intersect'))} {query(draw, depth + 2)}", 0.1)
        if depth > 3 or draw.random() < 0.3
        else "",
    ]
    text = "".join(parts)
    if " union" in text or " except" in text or " intersect" in text:
        return text
    tail = (
        _maybe(draw, f" order by {draw.choice(_COLUMNS)} {draw.choice(('', 'asc', 'desc nulls first', 'using <'))}"),
        _maybe(
            draw, draw.choice((" limit 5", " limit all", " fetch first 3 rows only", " limit 1 offset 2 rows")), 0.3
        ),
        _maybe(draw, draw.choice((" for update", " for no key update of t skip locked", " for share nowait")), 0.1),
    )
    return text + "".join(tail)


def _insert(draw: Draw) -> str:
    columns = f" ({_some(draw, _plain)})"
    rows = f"values ({_some(draw, expression)}), (default)"
    return "".join(
        (
            f"insert into {_name(draw)}{_maybe(draw, ' as x')}{_maybe(draw, columns)} ",
            _maybe(draw, "overriding system value ", 0.2),
            draw.choice((rows, query(draw, 2))),
            draw.choice(
                ("", " on conflict do nothing", f" on conflict (a, lower(b)) do update set a = {expression(draw)}")
            ),
            _maybe(draw, f" returning {_output(draw)}"),
        )
    )


def _update(draw: Draw) -> str:
    sets = draw.choice((f"a = {expression(draw)}, b = default", f"(a, b) = (1, {expression(draw)})", "a[1] = 2"))
    return "".join(
        (
            f"update {draw.choice(('', 'only '))}{_name(draw)}{_maybe(draw, ' x')} set {sets}",
            _maybe(draw, f" from {_source(draw, 2)}", 0.3),
            draw.choice(("", f" where {condition(draw)}", " where current of c")),
            _maybe(draw, " returning a, b as c", 0.3),
        )
    )


def _delete(draw: Draw) -> str:
    return f"delete from {_name(draw)}{_maybe(draw, ' using u')}{_maybe(draw, f' where {condition(draw)}')}"


def _merge(draw: Draw) -> str:
    return (
        f"merge into t x using {draw.choice(('u', '(select 1) s'))} on {condition(draw)} "
        f"when matched and {condition(draw)} then {draw.choice(('delete', 'do nothing', 'update set a = 1'))} "
        "when not matched then insert (a) values (default)"
    )


def _column(draw: Draw) -> str:
    constraints = draw.sample(
        (
            "not null", "primary key", "unique nulls not distinct", f"default {draw.choice(_LITERALS)}", 'collate "C"',
            f"check ({condition(draw)})", "references u (id) on delete cascade deferrable initially deferred",
            "constraint named not null", "generated always as identity (start with 10)", "default (1 + 2) * 3",
            f"generated always as ({expression(draw, 2)}) stored", "null", "default now() - interval '1 day'",
        ),
        draw.randint(0, 2),
    )  # fmt: skip
    return " ".join((_plain(draw), _type(draw), *constraints))


def _table_constraint(draw: Draw) -> str:
    named = _maybe(draw, "constraint c ")
    return (
        named
        + draw.choice(
            (
                lambda: "primary key (a, b) include (c)",
                lambda: "unique (a) with (fillfactor = 70)",
                lambda: f"check ({condition(draw)}) no inherit",
                lambda: "foreign key (a) references u (b) match full on update set null not valid",
                lambda: "exclude using gist (a with =, b with &&) where (a > 1)",
            )
        )()
    )


def _create_table(draw: Draw) -> str:
    elements = ", ".join([_column(draw), *(draw.choice((_column, _table_constraint))(draw) for _ in range(2))])
    return draw.choice(
        (
            lambda: f"create {_maybe(draw, 'temp ')}table if not exists {_name(draw)} ({elements})",
            lambda: f"create table {_name(draw)} ({elements}) partition by range (a, (b + 1)) with (fillfactor = 50)",
            lambda: f"create table {_name(draw)} partition of t for values from (1) to (maxvalue)",
            lambda: f"create table {_name(draw)} as {query(draw)} with no data",
            lambda: (
                f"create table {_name(draw)} (like t including all excluding defaults, {_column(draw)}) inherits (u)"
            ),
        )
    )()


def _action(draw: Draw) -> str:
    return draw.choice(
        (
            lambda: f"add column if not exists {_column(draw)}",
            lambda: f"add {_table_constraint(draw)}",
            lambda: f"drop column {_plain(draw)} cascade",
            lambda: f"alter column {_plain(draw)} type {_type(draw)} using {expression(draw)}",
            lambda: f"alter {_plain(draw)} set default {expression(draw)}",
            lambda: "alter a drop not null",
            lambda: "alter a set statistics 100",
            lambda: "alter column a add generated by default as identity",
            lambda: "drop constraint if exists c",
            lambda: "validate constraint c",
            lambda: "owner to current_user",
            lambda: "set (fillfactor = 70, autovacuum_enabled = off)",
            lambda: "enable row level security",
            lambda: "replica identity full",
        )
    )()


def _alter_table(draw: Draw) -> str:
    whole = draw.choice(
        ("rename to v", "rename a to b", "set schema app", "attach partition p default", "rename constraint c to d")
    )
    return f"alter table {_name(draw)} {whole if draw.random() < 0.2 else _some(draw, _action)}"


def _index(draw: Draw) -> str:
    key = draw.choice(("a", "lower(a)", f"({expression(draw)})", 'a collate "C" text_pattern_ops desc nulls last'))
    return (
        f"create {_maybe(draw, 'unique ')}index {_maybe(draw, 'concurrently ')}i on {_name(draw)} "
        f"{_maybe(draw, 'using gin ')}({key}, b) {_maybe(draw, f'where {condition(draw)}')}"
    )


def _view(draw: Draw) -> str:
    return draw.choice(
        (
            lambda: f"create or replace view v (a, b) as {query(draw)}",
            lambda: f"create view v with (security_barrier) as {query(draw)} with local check option",
            lambda: f"create materialized view v as {query(draw)} with no data",
            lambda: "alter view v rename column a to b",
            lambda: "refresh materialized view concurrently v with data",
        )
    )()


def _type_statement(draw: Draw) -> str:
    return draw.choice(
        (
            lambda: "create type mood as enum ('sad', 'ok')",
            lambda: f"create type pair as (a {_type(draw)}, b int)",
            lambda: f"create domain d as {_type(draw)} default 'x' not null check (value <> '')",
            lambda: "alter type mood add value if not exists 'happy' before 'ok'",
            lambda: "alter type mood rename value 'sad' to 'blue'",
            lambda: f"alter domain d add constraint c check ({condition(draw)}) not valid",
            lambda: f"alter domain d set default {expression(draw)}",
        )
    )()


def _other(draw: Draw) -> str:
    return draw.choice(
        (
            lambda: f"copy {_name(draw)} (a, b) from stdin with (format csv, header, null '') where {condition(draw)}",
            lambda: f"copy ({query(draw)}) to stdout csv header",
            lambda: f"drop {draw.choice(('table', 'view', 'index', 'type'))} if exists {_some(draw, _name)} cascade",
            lambda: f"truncate table {_some(draw, _name)} restart identity cascade",
            lambda: f"comment on {draw.choice(('table t', 'column t.a', 'index i', 'function f(int)'))} is 'x'",
            lambda: f"grant select (a, b), update on {_name(draw)} to role1 with grant option",
            lambda: "revoke all privileges on all tables in schema public from public cascade",
            lambda: "create sequence s as bigint increment by 2 owned by t.a",
            lambda: "alter sequence s restart with 5",
            lambda: "create schema if not exists app authorization current_user",
            lambda: "create extension if not exists pgcrypto with schema public",
            lambda: f"explain (analyze, costs off) {query(draw)}",
            lambda: f"prepare p (int) as {query(draw)}",
            lambda: "set local search_path to app, public",
            lambda: "lock table only t in share row exclusive mode nowait",
            lambda: "do language plpgsql $$begin null; end$$",
            lambda: f"call p({expression(draw)}, b => {expression(draw)})",
            lambda: (
                f"create policy p on t as restrictive for select to public using ({condition(draw)}) with check (true)"
            ),
            lambda: (
                f"create trigger g after update of a on t for each row when ({condition(draw)}) execute function f()"
            ),
            lambda: (
                "create function f(a int, b text default 'x') returns setof t language sql immutable as $$select 1$$"
            ),
            lambda: "drop function f(int, text), g",
            lambda: "vacuum (full, analyze) t (a, b)",
            lambda: "begin isolation level serializable read only",
            lambda: "savepoint s",
            lambda: "alter index i rename to j",
            lambda: "create statistics s (ndistinct) on a, b from t",
            lambda: "reindex (verbose) table concurrently t",
            lambda: "table t",
            lambda: f"values (1, {expression(draw)}), (2, 3) order by 1",
        )
    )()


_KINDS: Sequence[Callable[[Draw], str]] = (
    query, query, query, _insert, _insert, _update, _update, _delete, _merge, _create_table, _create_table,
    _alter_table, _alter_table, _index, _view, _type_statement, _other, _other, _other,
)  # fmt: skip
