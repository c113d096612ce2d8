from collections.abc import Callable

import pytest

from schemaguard.catalog.changes import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterSequence,
    Change,
    CreateFunction,
    CreateIndex,
    CreateTable,
    CreateView,
    DeleteRows,
    DropColumn,
    DropIndex,
    GrantAccess,
    InsertRows,
    NoEffect,
    Opaque,
    RenameColumn,
    RetypeColumn,
    SetDefault,
    SetNotNull,
    SetSetting,
    Unreadable,
    UpdateRows,
    ValidateConstraint,
)
from schemaguard.catalog.objects import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Grant,
    Index,
    IndexKey,
    Name,
    PrimaryKey,
    Table,
    Unique,
)
from schemaguard.catalog.types import parse_type
from schemaguard.sql.reading.translate import LONGEST, translate
from tests.unit.sql.work import growth

T = Name("t")
INTEGER, TEXT = parse_type("integer"), parse_type("text")


def only(sql: str) -> Change:
    (change,) = translate(sql)
    return change


def table(sql: str) -> Table:
    change = only(sql)
    assert isinstance(change, CreateTable)
    return change.table


def index(sql: str) -> Index:
    change = only(sql)
    assert isinstance(change, CreateIndex)
    return change.index


# ALTER TABLE


def test_an_action_that_cannot_be_read_hides_no_other() -> None:
    first, last, odd = translate("ALTER TABLE t DROP COLUMN a, FROBNICATE (1, 2), DROP COLUMN b")
    assert first == DropColumn(T, "a")
    assert last == DropColumn(T, "b")
    assert odd == Unreadable("an action of ALTER TABLE is expected at 'FROBNICATE'")


def test_actions_come_in_the_order_in_which_the_server_carries_them_out() -> None:
    written = "ALTER TABLE t ADD UNIQUE (b), ALTER b SET NOT NULL, ADD b int, ADD CHECK (b > 0), DROP COLUMN b"
    kinds = [type(change).__name__ for change in translate(written)]
    assert kinds == ["DropColumn", "AddColumn", "AddConstraint", "SetNotNull", "AddConstraint"]


def test_a_drop_beside_a_validate_is_seen() -> None:
    assert translate("ALTER TABLE t DROP COLUMN a, VALIDATE CONSTRAINT c") == (
        DropColumn(T, "a"),
        ValidateConstraint(T, "c"),
    )


def test_a_rename_without_the_word_column_is_that_of_a_column() -> None:
    assert only("ALTER TABLE t RENAME a TO b") == RenameColumn(T, "a", "b")


def test_names_are_folded_unless_they_are_quoted() -> None:
    assert only('ALTER TABLE "App"."T""x" DROP COLUMN Amount') == DropColumn(Name('T"x', "App"), "amount")


def test_a_database_before_the_schema_is_passed_over() -> None:
    assert only("ALTER TABLE db.app.t DROP a") == DropColumn(Name("t", "app"), "a")


def test_a_column_keeps_the_text_of_its_expressions_and_its_constraints_apart() -> None:
    change = only(
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS a numeric(12, 2) DEFAULT round(1.5, 1)::numeric NOT NULL"
        " CONSTRAINT positive CHECK (a > 0) REFERENCES u ON DELETE SET NULL UNIQUE"
    )
    assert change == AddColumn(
        T,
        Column("a", parse_type("numeric(12,2)"), True, "round(1.5, 1)::numeric"),
        (
            Check("positive", "a > 0", ("a",)),
            ForeignKey(None, ("a",), Name("u"), on_delete="SET NULL"),
            Unique(None, ("a",)),
        ),
        if_not_exists=True,
    )


@pytest.mark.parametrize(
    ("default", "rest"),
    [
        ("NULL", ""),
        ("NULL::character varying", " NOT NULL"),
        ("'a b, c) not null'", " NOT NULL"),
        ("(1 + 2)", " NULL"),
        ("timezone('utc'::text, now())", " UNIQUE"),
        ("ARRAY[]::text[]", " PRIMARY KEY"),
        ("-1", " CHECK (a > 0)"),
        ("1 IS NOT DISTINCT FROM 2", " NOT NULL"),
        ("CAST(NULL AS text)", " REFERENCES u"),
        ("CURRENT_TIMESTAMP", " GENERATED ALWAYS AS IDENTITY"),
        ("'x'", ' COLLATE "C"'),
        ("interval '1 day'", " CONSTRAINT c NOT NULL"),
        ("b'101'::bit(3)", " DEFERRABLE"),
    ],
)
def test_a_default_ends_where_the_next_constraint_begins(default: str, rest: str) -> None:
    change = only(f"ALTER TABLE t ADD a text DEFAULT {default}{rest}")
    assert isinstance(change, AddColumn)
    assert change.column.default == default


def test_serial_is_told_from_the_integer_that_it_makes() -> None:
    change = only("ALTER TABLE t ADD a bigserial")
    assert change == AddColumn(T, Column("a", parse_type("bigint"), True), serial=True)


def test_several_actions_are_several_changes_in_their_order() -> None:
    sql = 'ALTER TABLE t ALTER a TYPE varchar(5) COLLATE "C" USING left(a, 5), ALTER b SET DEFAULT f(1, 2)'
    assert translate(sql) == (
        RetypeColumn(T, "a", parse_type("varchar(5)"), "left(a, 5)", '"C"'),
        SetDefault(T, "b", "f(1, 2)"),
    )


def test_a_not_null_constraint_of_18_is_a_column_that_is_set_not_null() -> None:
    assert only("ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID") == SetNotNull(T, "a", "n", valid=False)


def test_a_foreign_key_has_all_its_parts() -> None:
    change = only(
        "ALTER TABLE ONLY t ADD CONSTRAINT k FOREIGN KEY (a, b) REFERENCES s.u (c, d) MATCH FULL"
        " ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED NOT VALID"
    )
    key = ForeignKey("k", ("a", "b"), Name("u", "s"), ("c", "d"), "RESTRICT", "CASCADE", True, False, True, True)
    assert change == AddConstraint(T, key, only=True)


def test_a_key_may_take_over_an_index() -> None:
    change = only("ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX i")
    assert change == AddConstraint(T, PrimaryKey("k", ()), "i")


def test_an_exclusion_has_its_elements() -> None:
    change = only("ALTER TABLE t ADD EXCLUDE USING gist (room WITH =, tsrange(a, b) WITH &&) WHERE (NOT cancelled)")
    elements = (("room", "="), ("tsrange(a, b)", "&&"))
    assert change == AddConstraint(T, Exclusion(None, elements, "gist", "NOT cancelled"))


# CREATE TABLE


def test_a_table_has_its_columns_and_constraints() -> None:
    found = only(
        """CREATE UNLOGGED TABLE IF NOT EXISTS app.t (
            id serial PRIMARY KEY,
            "Name" text COLLATE "C" NOT NULL DEFAULT 'a',
            total numeric GENERATED ALWAYS AS (a * 2) STORED,
            n bigint GENERATED BY DEFAULT AS IDENTITY (START 5),
            CONSTRAINT u UNIQUE NULLS NOT DISTINCT (id, "Name") INCLUDE (n),
            CHECK (n > 0 AND "Name" <> 'x') NO INHERIT,
            LIKE other INCLUDING DEFAULTS INCLUDING INDEXES
        ) INHERITS (base) WITH (fillfactor = 70)"""
    )
    assert found == CreateTable(
        Table(
            Name("t", "app"),
            (
                Column("id", INTEGER, True),
                Column("Name", TEXT, True, "'a'", collation='"C"'),
                Column("total", parse_type("numeric"), generated="a * 2"),
                Column("n", parse_type("bigint"), True, identity="by default"),
            ),
            (
                PrimaryKey(None, ("id",)),
                Unique("u", ("id", "Name"), ("n",), nulls_distinct=False),
                Check(None, "n > 0 AND \"Name\" <> 'x'", ("n", "Name"), no_inherit=True),
            ),
            "unlogged",
            inherits=(Name("base"),),
        ),
        if_not_exists=True,
        serials=("id",),
        like=((Name("other"), frozenset({"DEFAULTS", "INDEXES"})),),
    )


def test_a_partitioned_table_has_its_key() -> None:
    found = table("CREATE TABLE t (a int, b date) PARTITION BY RANGE (b, lower(a))")
    assert (found.partition_by, found.partition_key) == ("RANGE (b, lower(a))", ("b", "a"))


def test_a_partition_has_its_parent_and_bound_and_what_it_adds() -> None:
    created, *added = translate("CREATE TABLE p PARTITION OF t (a NOT NULL DEFAULT 1) FOR VALUES IN ('x', NULL)")
    assert isinstance(created, CreateTable)
    assert (created.table.partition_of, created.table.partition_bound) == (T, "FOR VALUES IN ('x', NULL)")
    assert added == [SetDefault(Name("p"), "a", "1"), SetNotNull(Name("p"), "a")]


def test_a_table_made_by_a_query_is_open_until_the_query_is_traced() -> None:
    change = only("CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1 AS a")
    assert change == CreateTable(Table(T, persistence="temporary", open=True), as_query="SELECT 1 AS a")


def test_a_keyword_is_no_name_of_a_table() -> None:
    assert only("CREATE TABLE user (a int)") == Unreadable("a name is expected at 'user'")


# Indexes


def test_an_index_has_its_keys() -> None:
    found = index(
        'CREATE INDEX ON t USING gin (a, lower(b) text_pattern_ops DESC NULLS LAST, (c || d) COLLATE "C")'
        " WHERE (NOT done AND e > 1)"
    )
    assert found.keys == (
        IndexKey("a"),
        IndexKey(None, "lower(b)", True, "text_pattern_ops", None, ("b",)),
        IndexKey(None, "c || d", False, None, '"C"', ("c", "d")),
    )
    assert (found.predicate, found.predicate_columns) == ("NOT done AND e > 1", ("done", "e"))
    assert found.method == "gin"


def test_each_index_of_a_drop_is_a_change() -> None:
    assert translate("DROP INDEX CONCURRENTLY a, s.b") == (
        DropIndex(Name("a"), concurrently=True),
        DropIndex(Name("b", "s"), concurrently=True),
    )


# Rows


def test_queries_of_with_change_rows_too() -> None:
    changes = translate(
        "WITH gone AS (DELETE FROM a WHERE x RETURNING *), u AS MATERIALIZED (UPDATE b SET c = 1 RETURNING 1)"
        " INSERT INTO d (e) SELECT e FROM gone ON CONFLICT (e, lower(f)) DO NOTHING"
    )
    assert changes == (
        DeleteRows(Name("a"), has_where=True),
        UpdateRows(Name("b"), ("c",), has_where=False),
        InsertRows(Name("d"), ("e",), from_query=True, conflict_columns=("e",)),
    )


def test_the_where_of_a_subquery_is_not_that_of_the_update() -> None:
    assert only("UPDATE t SET a = (SELECT b FROM u WHERE u.id = t.id)") == UpdateRows(T, ("a",), False)
    assert only("UPDATE t SET a = 1 FROM u WHERE u.id = t.id") == UpdateRows(T, ("a",), True)
    assert only("UPDATE t SET a = b IS DISTINCT FROM c, a = 2") == UpdateRows(T, ("a", "a"), False)


def test_an_insert_without_a_list_is_positional() -> None:
    assert only("INSERT INTO t VALUES (1)") == InsertRows(T, None)
    assert only("INSERT INTO t (SELECT 1)") == InsertRows(T, None, from_query=True)
    assert only("INSERT INTO t DEFAULT VALUES") == InsertRows(T, ())


def test_the_parameters_of_a_driver_are_values() -> None:
    assert only("UPDATE t SET a=%(a)s, b=:b WHERE c=%s AND d IN ($1, ?)") == UpdateRows(T, ("a", "b"), has_where=True)


def test_a_query_says_what_it_reads() -> None:
    change = only("WITH c AS (SELECT 1 FROM s.a) SELECT * FROM c, b AS x JOIN LATERAL (SELECT 1 FROM d) y ON true")
    assert change == NoEffect("SELECT", frozenset({Name("a", "s"), Name("b"), Name("d")}))


# What can't be known


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("DO $$ BEGIN UPDATE app.t SET a = 1; ALTER TABLE u DROP a; END $$", {Name("t", "app"), Name("u")}),
        ("DO $$ BEGIN EXECUTE 'ALTER TABLE t DROP COLUMN a'; END $$", {Name("t")}),
        ("DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_class) THEN DROP TABLE t; END IF; END $$", {Name("t")}),
        ("DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP a', name); END $$", None),
        ("DO $$ BEGIN EXECUTE 'DROP TABLE ' || name; END $$", None),
        ("DO $$ BEGIN PERFORM anything(); END $$", None),
        ("DO $$ BEGIN UPDATE pg_catalog.pg_attribute SET attnotnull = true; END $$", None),
        ("DO LANGUAGE plpython3u 'x'", None),
        ("CALL p()", None),
        ("SELECT create_hypertable('t', 'time')", None),
        ("SELECT * FROM partman.create_parent('t')", None),
        ("ALTER TABLE :t DROP COLUMN a", None),
        ("ALTER TABLE {{ table }} DROP COLUMN a", None),
        ("ALTER TABLE $1 DROP COLUMN a", None),
    ],
)
def test_what_cannot_be_known_is_opaque_and_says_which_relations_it_names(sql: str, names: set[Name] | None) -> None:
    change = only(sql)
    assert isinstance(change, Opaque)
    assert change.names == (None if names is None else frozenset(names))


@pytest.mark.parametrize(
    ("sql", "feeds"),
    [
        ("SELECT setval('app.s', (SELECT max(id) FROM t))", None),
        ("SELECT setval(pg_get_serial_sequence('app.s', 'id'), max(id)) FROM t", (Name("s", "app"), "id")),
    ],
)
def test_a_counter_that_is_set_to_what_the_rows_ask_for_continues(sql: str, feeds: tuple[Name, str] | None) -> None:
    assert translate(sql)[0] == AlterSequence(Name("s", "app"), continues=True, feeds=feeds)


def test_a_counter_that_is_set_to_a_number_restarts() -> None:
    assert only("SELECT setval('app.\"S\"', 1, false)") == AlterSequence(Name("S", "app"), restarts=True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_catalog.now(), count(*), coalesce(1, 2)",
        "SELECT my_normalise(a) FROM t",
        "SELECT * FROM generate_series(1, 2) AS g(n)",
        "SELECT x FROM (VALUES (1)) AS v(x)",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
    ],
)
def test_a_query_that_calls_known_functions_or_reads_relations_has_no_effect(sql: str) -> None:
    assert isinstance(only(sql), NoEffect)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("FROBNICATE t", "a command is expected at 'FROBNICATE'"),
        ("DROP TABLE", "a name is expected at its end"),
        ("DROP TABLE a b", "the statement's end is expected at 'b'"),
        ("ALTER TABLE t ADD COLUMN a", "a type is expected at its end"),
        ("CREATE TABLE t (a int", "a parenthesis is never closed"),
        ("SELECT 1)", "a closing parenthesis has no opening one"),
        ("SELECT 'a", "unterminated quoted string"),
        ("CREATE TABLE t (a int,)", "a name is expected at ')'"),
        ("UPDATE t SET a = WHERE b", "an expression is expected at 'WHERE'"),
        ("CREATE VIEW v AS ALTER COLUMN a", "a query is expected at 'ALTER'"),
    ],
)
def test_what_the_server_would_not_parse_says_what_was_expected_and_where(sql: str, reason: str) -> None:
    assert only(sql) == Unreadable(reason)


@pytest.mark.parametrize("character", ["\x00", "\ud800"])
def test_a_character_that_no_query_can_have_is_not_read(character: str) -> None:
    assert translate(f'drop table "{character}"') == (
        Unreadable("it contains a character that PostgreSQL doesn't know"),
    )


def test_a_statement_that_is_too_long_is_opaque() -> None:
    change = only("SELECT '" + "x" * LONGEST + "'")
    assert change == Opaque("the statement is longer than 1,000,000 characters")


def test_a_text_of_several_statements_gives_the_changes_of_all() -> None:
    assert translate("SELECT 1; ALTER TABLE t DROP a;") == (NoEffect("SELECT"), DropColumn(T, "a"))


@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: "SELECT " + "(" * 100 * size + "1" + ")" * 100 * size,
        lambda size: "CREATE TABLE t (" + ", ".join(f"c{n} int" for n in range(40 * size)) + ")",
        lambda size: "WITH a AS (" * 5 * size + "SELECT 1" + ") SELECT 1" * 5 * size,
        lambda size: "INSERT INTO t VALUES " + ", ".join("(1)" for _ in range(150 * size)),
        lambda size: "EXPLAIN ANALYZE " * 30 * size + "SELECT 1",
        lambda size: "UPDATE t SET " + ", ".join(["a = CASE WHEN b THEN 1 END"] * 20 * size),
        lambda size: "CREATE SCHEMA s " + "CREATE TABLE t (a int) " * 20 * size,
        lambda size: "DO $$ " + "EXECUTE 'x y' ; " * 30 * size + "$$",
        lambda size: "ALTER TABLE t " + ", ".join(["FROB (1)"] * 50 * size),
        lambda size: "SELECT a FROM t, " + ", ".join(["b"] * 100 * size),
        lambda size: "CREATE FUNCTION f(" + ", ".join(["int"] * 20 * size) + ") RETURNS int LANGUAGE sql RETURN 1",
        lambda size: (
            "MERGE INTO t USING u ON true " + "WHEN MATCHED THEN UPDATE SET a = CASE WHEN b THEN 1 END " * 10 * size
        ),
        lambda size: "\\copy " * 20 * size,
        lambda size: "EXPLAIN ANALYZE WITH a AS (DELETE FROM t) " * 5 * size + "SELECT 1",
    ],
    ids=range(14),
)
def test_hostile_statements_are_read_with_work_that_grows_with_their_length(hostile: Callable[[int], str]) -> None:
    assert growth(translate, hostile) < 2.1
    assert translate(hostile(1_000))


# Everything else


def test_a_value_is_added_to_an_enum_at_its_place() -> None:
    change = only("ALTER TYPE app.status ADD VALUE IF NOT EXISTS 'it''s' AFTER 'new'")
    assert change == AddEnumValue(Name("status", "app"), "it's", None, "new", if_not_exists=True)


def test_a_function_is_known_by_the_types_of_its_input() -> None:
    change = only(
        "CREATE OR REPLACE FUNCTION app.f(IN a int, b double precision DEFAULT 1.0, OUT c text, VARIADIC d text[])"
        " RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = app AS $$ BEGIN END $$"
    )
    assert isinstance(change, CreateFunction)
    function = change.function
    assert function.arguments == ("integer", "double precision", "text[]")
    assert (function.language, function.body, function.returns) == ("plpgsql", " BEGIN END ", "SETOF record")


def test_a_view_says_what_it_reads_and_whether_it_runs_as_its_caller() -> None:
    change = only("CREATE VIEW v WITH (security_invoker = true) AS SELECT a FROM s.t JOIN u USING (id)")
    assert isinstance(change, CreateView)
    assert change.view.reads == {(Name("t", "s"), None), (Name("u"), None)}
    assert change.view.security_invoker
    change = only("CREATE VIEW v WITH (security_invoker = false, security_barrier) AS SELECT 1")
    assert isinstance(change, CreateView)
    assert not change.view.security_invoker


def test_a_sequence_may_be_owned() -> None:
    change = only("ALTER SEQUENCE s OWNED BY app.t.id")
    assert change == AlterSequence(Name("s"), (Name("t", "app"), "id"))


def test_each_role_gets_each_privilege() -> None:
    change = only("GRANT SELECT (a, b), UPDATE ON TABLE t TO r, PUBLIC")
    assert change == GrantAccess(
        "table",
        T,
        (
            Grant("r", "SELECT", ("a", "b")),
            Grant("r", "UPDATE"),
            Grant("public", "SELECT", ("a", "b")),
            Grant("public", "UPDATE"),
        ),
    )


@pytest.mark.parametrize(
    ("sql", "setting"),
    [
        ("SET search_path TO \"$user\", App, 'a b'", SetSetting("search_path", '"$user", app, "a b"')),
        ("SET LOCAL lock_timeout = '50ms'", SetSetting("lock_timeout", "50ms", local=True)),
        ("SET SESSION statement_timeout TO 0", SetSetting("statement_timeout", "0")),
        ("SET search_path = DEFAULT", SetSetting("search_path", None)),
        ("SET TIME ZONE 'UTC'", SetSetting("timezone", "UTC")),
        ("SELECT pg_catalog.set_config('search_path', '', false)", SetSetting("search_path", "")),
        ("RESET ALL", SetSetting("all", None)),
    ],
)
def test_a_setting_has_the_value_that_the_server_keeps(sql: str, setting: SetSetting) -> None:
    assert only(sql) == setting


def test_an_update_says_which_values_it_leaves() -> None:
    def left(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        change = only(text)
        assert isinstance(change, UpdateRows)
        return change.unchanged, change.filled

    assert left("UPDATE t SET a = 1, b = b, c = t.c") == (("b", "c"), ())
    assert left('UPDATE t SET "A" = "A", b = "B"') == (("A",), ())
    assert left("UPDATE t SET a = u.a FROM u WHERE u.id = t.id") == ((), ())
    assert left("UPDATE t SET a = a FROM u WHERE u.id = t.id") == (("a",), ())
    assert left("UPDATE t SET (a, b) = (a, b)") == ((), ())
    assert left("UPDATE t SET a = coalesce(a, 0), b = COALESCE(t.b, (1 + 2))") == ((), ("a", "b"))
    assert left("UPDATE t SET a = coalesce(a, 0) * 2, b = coalesce(c, b), c = coalesce(c)") == ((), ())
    assert left("UPDATE t SET a = coalesce(u.a, 0) FROM u") == ((), ())
    assert left("UPDATE t SET a = 0, b = 1 WHERE a IS NULL") == ((), ("a",))
    assert left("UPDATE t SET a = 0 WHERE a IS NULL OR b = 1") == ((), ())
    assert left("UPDATE t SET a = 0 FROM u WHERE u.a IS NULL") == ((), ())
