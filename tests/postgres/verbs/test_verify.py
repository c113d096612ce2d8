"""`schemaguard contracts verify` against a real PostgreSQL: what is broken is counted, what can't be judged is said."""

import json
import threading
import time
from typing import Any

import psycopg
import pytest

from tests.postgres.verbs.site import Site

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: urn:schemaguard:consumer:shop
name: shop
version: 1.0.0
status: active
customProperties:
  - {{property: readsThrough, value: {through}, vendor: schemaguard}}
schema:
  - name: t
    physicalName: {table}
    physicalType: table
    customProperties:
      - {{property: access, value: read, vendor: schemaguard}}
    properties:
      - {column}
"""


def _judge(site: Site, *arguments: str) -> tuple[int, dict[str, Any]]:
    ran = site.run("contracts", "verify", *arguments, "--format", "json")
    assert ran.code in (0, 1, 2), ran.err
    assert ran.out, ran.err
    return ran.code, json.loads(ran.out)


def _column(site: Site, type_: str, values: str, column: str, *options: str, table: str = "t") -> tuple[int, Any]:
    """One column `c` of a type, holding the values, judged by one line of a contract."""
    site.ask(f'create table if not exists "{table}" (k serial primary key, c {type_})')
    if values:
        site.ask(f'insert into "{table}" (c) values {values}')
    (site.folder / "contracts/shop.odcs.yaml").write_text(
        CONTRACT.format(through="table", table=f"'\"{table}\"'", column=column)
    )
    code, told = _judge(site, "shop", *options)
    (only,) = told["tables"]
    return code, only


def _counts(table: dict[str, Any]) -> dict[str, int | None]:
    return {check["promise"]: check["violations"] for check in table["checks"]}


def _broken(told: dict[str, Any]) -> dict[str, int]:
    return {
        f"{table['table']}.{check['column']} {check['promise']}": check["violations"]
        for table in told["tables"]
        for check in table["checks"]
        if check["violations"]
    }


def test_data_that_keeps_its_promises_holds(site: Site) -> None:
    code, told = _judge(site, "fraud", "7")
    assert (code, told["verdict"], _broken(told)) == (0, "holds", {})
    assert [(table["table"], table["rows"]) for table in told["tables"]] == [
        ("transactions", 30), ("merchants", 1), ("predictions", 0),
    ]  # fmt: skip


def test_a_model_version_may_be_written_as_one_word(site: Site) -> None:
    assert _judge(site, "fraud@7")[0] == 0


def test_every_kind_of_promise_is_counted(site: Site) -> None:
    site.ask("alter table transactions drop constraint transactions_amount_check, alter channel drop not null")
    site.ask("alter table transactions alter id drop identity, drop constraint transactions_pkey cascade")
    site.ask("update transactions set amount = -1 where id <= 3")
    site.ask("update transactions set channel = null where id <= 2")
    site.ask("update transactions set id = 7 where id <= 9")
    code, told = _judge(site, "fraud", "7")
    assert code == 1
    assert _broken(told) == {
        "transactions.id unique": 8, "transactions.amount ≥ 0": 3, "transactions.channel required": 2,
    }  # fmt: skip


def test_what_a_constraint_keeps_unique_is_not_asked(site: Site) -> None:
    _, told = _judge(site, "fraud", "7", "--table", "transactions")
    (unique,) = [check for check in told["tables"][0]["checks"] if check["kind"] == "unique"]
    assert unique["kept_by"] == "transactions_pkey"


def test_a_constraint_that_no_partition_has_to_keep_proves_nothing(site: Site) -> None:
    site.ask("create table t (c int) partition by list (c); create table t1 partition of t for values in (1)")
    site.ask("insert into t values (1), (1); alter table only t add unique (c)")
    column = "{name: c, logicalType: integer, physicalType: integer, unique: true}"
    code, table = _column(site, "integer", "", column)
    assert (code, _counts(table)) == (1, {"unique": 1})


def test_an_index_of_the_parent_proves_nothing_of_its_children(site: Site) -> None:
    site.ask("create table t (k int, c int primary key); create table u () inherits (t)")
    site.ask("insert into t values (1, 1); insert into u values (2, 1)")
    column = "{name: c, logicalType: integer, physicalType: integer, unique: true}"
    code, table = _column(site, "int", "", column)
    assert (code, _counts(table)) == (1, {"unique": 1})


def test_a_missing_table_or_column_breaks_the_promise(site: Site) -> None:
    site.ask("drop table predictions; alter table transactions rename channel to kanal")
    code, told = _judge(site, "fraud", "7")
    drifts = [(table["table"], d["column"], d["sqlstate"]) for table in told["tables"] for d in table["drift"]]
    assert (code, drifts) == (1, [("transactions", "channel", "42703"), ("predictions", None, "42P01")])


def test_another_type_breaks_the_promise(site: Site) -> None:
    site.ask("alter table transactions alter amount type double precision")
    code, told = _judge(site, "fraud", "7", "--table", "public.transactions")
    (drift,) = told["tables"][0]["drift"]
    assert (code, drift["column"], drift["cause"]) == (1, "amount", "type-approximated")


@pytest.mark.parametrize(
    ("type_", "values", "column", "counts"),
    [
        # NaN is a missing value, and no number to hold against a bound.
        ("double precision", "('NaN'), (null), (1)", "required: true, unique: true", {"required": 2, "unique": 0}),
        ("numeric", "('NaN'), ('NaN'), (1)", "unique: true", {"unique": 0}),
        ("double precision", "('NaN'), ('Infinity'), ('-Infinity')", "B {maximum: 1}", {"≤ 1": 1}),
        ("double precision", "('NaN'), ('Infinity'), ('-Infinity')", "B {minimum: 1}", {"≥ 1": 1}),
        ("numeric", "('NaN'), ('Infinity'), (1e30)", "B {maximum: 1}, required: true", {"≤ 1": 2, "required": 1}),
        ("double precision", "(-0.0), (0.0)", "B {minimum: 0}, unique: true", {"≥ 0": 0, "unique": 1}),
        ("double precision", "(-0.0)", "B {exclusiveMinimum: 0}", {"> 0": 1}),
        # One tenth, as the column's own type has it.
        ("real", "(0.1), (0.2)", "B {maximum: 0.1}", {"≤ 0.1": 1}),
        ("numeric(30,20)", "(0.1), (0.10000000000000000001)", "B {maximum: 0.1}", {"≤ 0.1": 1}),
        ("integer", "(0), (1), (2)", "I {minimum: 0.5}", {"≥ 0.5": 1}),
        ("integer", "(0), (1), (2)", "I {exclusiveMaximum: 1.5}", {"< 1.5": 1}),
        ("bigint", f"({2**53}), ({2**53 + 1})", f"I {{minimum: {2**53 + 1}}}", {f"≥ {2**53 + 1}": 1}),
        ("bigint", "(9223372036854775807)", "I {maximum: 1.0e+300}", {f"≤ {10**300}": 0}),
        # Text is compared byte by byte, and NULL is in no list.
        ("text", "('a'), ('A'), ('a '), (null), ('')", "E [{value: a}]", {"one of a": 3}),
        ("text", "('it''s'), ('\\x')", 'E [{value: "it\'s"}, {value: "\\\\x"}]', {"one of it's | \\x": 0}),
        ("text", "('a'), (null)", "E [{value: null}, {value: b}]", {"one of b": 1}),
        ("varchar(9)", "('aé'), ('aéi'), ('日本語'), (null)", "L {maxLength: 2}", {"at most 2 characters": 2}),
        ("character(5)", "('ab'), ('abc')", "E [{value: ab}]", {"one of ab": 1}),
        ("merchant_risk", "('low'), ('high')", "E [{value: low}, {value: never}]", {"one of low | never": 1}),
        ("numeric(9,2)", "(1.00), (2.5), (3)", "E [{value: 1}, {value: 2.50}]", {"one of 1 | 2.5": 1}),
        ("boolean", "(true), (false), (null)", "E [{value: true}]", {"one of True": 1}),
        ("int[]", "('{1}'), ('{1}'), ('{2}')", "unique: true", {"unique": 1}),
        ("jsonb", "('{\"a\":1,\"b\":2}'), ('{\"b\":2, \"a\":1}')", "unique: true", {"unique": 1}),
        ("timestamptz", "('2026-01-01 00:00+00'), ('2026-01-01 01:00+01')", "unique: true", {"unique": 1}),
    ],
)  # fmt: skip
def test_values_are_judged_as_they_are(
    site: Site, type_: str, values: str, column: str, counts: dict[str, int]
) -> None:
    for short, long in (
        ("B ", "logicalType: number, logicalTypeOptions: "), ("I ", "logicalType: integer, logicalTypeOptions: "),
        ("L ", "logicalType: string, logicalTypeOptions: "), ("E ", "enum: "),
    ):  # fmt: skip
        column = long + column.removeprefix(short) if column.startswith(short) else column
    logical = "" if "logicalType:" in column else "logicalType: string, "
    _, table = _column(site, type_, values, f"{{name: c, {logical}{column}}}")
    assert _counts(table) == counts


@pytest.mark.parametrize(
    ("type_", "column"),
    [
        ("json", "logicalType: object, unique: true"),
        ("text", "logicalType: number, logicalTypeOptions: {minimum: 0}"),
        ("int[]", "logicalType: integer, logicalTypeOptions: {minimum: 0}"),
        ("bytea", "logicalType: string, logicalTypeOptions: {maxLength: 3}"),
        ("jsonb", "logicalType: string, enum: [{value: a}]"),
        ("integer", "logicalType: string, enum: [{value: a}]"),
    ],
)
def test_what_cannot_be_judged_is_said_and_is_no_verdict(site: Site, type_: str, column: str) -> None:
    code, table = _column(site, type_, "", f"{{name: c, {column}}}")
    (check,) = table["checks"]
    assert (code, check["violations"]) == (2, None)
    assert check["not_judged"]


def test_two_texts_that_a_collation_takes_for_equal_are_two_values(
    site: Site, database15: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Debian's server: the embedded one knows the collations of libc only."""
    monkeypatch.setenv("SCHEMAGUARD_DATABASE_URL", database15)
    site.url = database15
    site.ask("create collation blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    column = "{name: c, logicalType: string, physicalType: text, unique: true, enum: [{value: a}]}"
    _, table = _column(site, "text collate blind", "('a'), ('A')", column)
    assert _counts(table) == {"one of a": 1, "unique": 0}


def test_hostile_names_are_only_names(site: Site) -> None:
    name = "t; drop table t-- %s"
    column = '{name: c, logicalType: string, required: true, enum: [{value: "\'); drop table x --"}]}'
    code, table = _column(site, "text", "(null), ('x')", column, "--rows", "5", table=name)
    assert (code, sorted(_counts(table).values(), key=str)) == (1, [1, 1])
    assert site.ask(f'select count(*) from "{name}"'.replace("%", "%")) == [(2,)]


def test_a_domain_is_judged_as_the_type_beneath(site: Site) -> None:
    site.ask("create domain cents as numeric(12,2); create domain price as cents")
    column = "{name: c, logicalType: number, logicalTypeOptions: {minimum: 0}}"
    assert _counts(_column(site, "price", "(-1), (1)", column)[1]) == {"≥ 0": 1}


def test_rows_are_shown_only_when_asked_for(site: Site) -> None:
    column = "{name: c, logicalType: string, required: true, enum: [{value: a}], unique: true}"
    values = "('secret'), ('secret'), ('a'), (null)"
    _, table = _column(site, "text", values, column)
    assert "secret" not in json.dumps(table)
    _, table = _column(site, "text", "", column, "--rows", "1")
    assert [check["examples"] for check in table["checks"]] == [
        [{"k": "4", "c": "NULL"}], [{"k": "1", "c": "secret"}], [{"c": "secret", "rows": "2"}],
    ]  # fmt: skip
    assert "secret" not in site.run("contracts", "verify", "shop").out
    assert "secret" in site.run("contracts", "verify", "shop", "--rows", "9").out


def test_only_the_rows_that_are_meant_are_judged(site: Site) -> None:
    site.ask("alter table transactions drop constraint transactions_amount_check")
    site.ask("update transactions set amount = -1, occurred_at = '2020-01-01' where id <= 3")
    of_transactions = ("fraud", "7", "--table", "transactions")
    assert _judge(site, *of_transactions)[0] == 1
    assert _judge(site, *of_transactions, "--where", "id > 3")[0] == 0
    assert _judge(site, *of_transactions, "--where", "id in (select id from public.transactions where id < 2)")[0] == 1
    assert _judge(site, *of_transactions, "--since", "2026-01-01", "--time-column", "occurred_at")[0] == 0
    code, told = _judge(site, *of_transactions, "--where", "false")
    assert (code, told["verdict"]) == (2, "unproven")
    assert _judge(site, *of_transactions, "--sample", "100")[0] == 1


@pytest.mark.parametrize("type_", ["timestamp", "timestamptz"])
def test_a_time_with_a_zone_is_one_moment_whatever_the_column_is(site: Site, type_: str) -> None:
    column = "{name: c, required: true, logicalType: timestamp}"
    values = "('2026-09-01 09:59:59Z'), ('2026-09-01 10:00:00Z')"
    options = ("--since", "2026-09-01T12:00:00+02:00", "--time-column", "c")
    assert _column(site, type_, values, column, *options)[1]["rows"] == 1


@pytest.mark.parametrize("timeout", ["inf", "nan", "1e12"])
def test_a_time_limit_that_no_clock_can_keep_is_wrong_usage(site: Site, timeout: str) -> None:
    ran = site.run("contracts", "verify", "fraud", "7", "--timeout", timeout)
    assert (ran.code, ran.out, "Traceback" in ran.err) == (2, "", False)


@pytest.mark.parametrize(
    "options",
    [
        ("--where", "id > 3"),
        ("--table", "nothing"),
        ("--table", "transactions", "--where", "true; drop table predictions"),
        ("--table", "transactions", "--where", "true) or (true"),
        ("--table", "transactions", "--where", "delete from predictions"),
        ("--table", "transactions", "--where", "nothing > 3"),
        ("--table", "transactions", "--where", "(select 1 from pg_sleep(0)) = 'x'"),
        ("--table", "transactions", "--where", "nextval('transactions_id_seq') > 0"),
        ("--table", "transactions", "--since", "2026-01-01"),
        ("--table", "transactions", "--since", "yesterday", "--time-column", "occurred_at"),
        ("--table", "transactions", "--since", "2026-01-01", "--time-column", "amount"),
        ("--table", "transactions", "--since", "0001-01-01T00:00:00+02:00", "--time-column", "occurred_at"),
        ("--table", "transactions", "--sample", "0"),
        ("--table", "transactions", "--sample", "nan"),
        ("--on", "nothing.parquet", "--table", "transactions"),
        ("--on", ".csv", "--table", "transactions"),
        ("--on", "postgresql://nobody:secret@127.0.0.1:1/x"),
    ],
)
def test_what_cannot_be_meant_is_no_verdict_and_one_clear_error(site: Site, options: tuple[str, ...]) -> None:
    ran = site.run("contracts", "verify", "fraud", "7", *options)
    assert (ran.code, ran.out) == (2, "")
    assert "error: " in ran.err
    assert "next: " in ran.err
    assert "secret" not in ran.err
    assert site.ask("select count(*) from predictions") == [(0,)]


def test_an_error_never_quotes_data(site: Site) -> None:
    site.ask("update transactions set channel = 'jane@example.com'")
    ran = site.run("contracts", "verify", "fraud", "7", "--table", "transactions", "--where", "channel::int > 3")
    assert ran.code == 2
    assert "22P02" in ran.err
    assert "jane" not in ran.err


def test_time_runs_out(site: Site) -> None:
    options = ("--table", "transactions", "--where", "pg_sleep(5) is not null", "--timeout", "0.2")
    ran = site.run("contracts", "verify", "fraud", "7", *options)
    assert (ran.code, "no answer within 0.2 s" in ran.err) == (2, True)


def test_a_migration_that_holds_the_table_is_waited_for_only_so_long(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(site.url) as connection:
        connection.execute("lock table transactions in access exclusive mode")
        ran = site.run("contracts", "verify", "fraud", "7", "--timeout", "30")
    assert ran.code == 2
    assert "a migration holds the table" in ran.words


def test_rows_that_a_policy_hides_are_no_verdict(site: Site) -> None:
    site.ask("create role narrow login; grant select on all tables in schema public to narrow")
    site.ask("alter table transactions enable row level security; create policy few on transactions using (id < 3)")
    url = site.url.replace("postgres:@", "narrow:@").replace("postgres@", "narrow@")
    try:
        ran = site.run("contracts", "verify", "fraud", "7", "--on", url)
    finally:
        site.ask("drop owned by narrow; drop role narrow")
    assert ran.code == 2
    assert "row-level security" in ran.err


def test_all_tables_are_of_one_moment(site: Site) -> None:
    """A writer that commits between two tables isn't seen by the second."""
    slow = ("contracts", "verify", "fraud", "7", "--format", "json", "--timeout", "20")
    site.ask("create view slow as select 1")
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(site.url, autocommit=True) as connection:
            while not stop.is_set():
                with connection.transaction():
                    connection.execute("insert into transactions (merchant_id, amount) values (1, 1)")
                    connection.execute(
                        "insert into predictions select max(id), 0.5, '7' from transactions on conflict do nothing"
                    )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.2)
        tables = {table["table"]: table["rows"] for table in json.loads(site.run(*slow).out)["tables"]}
    finally:
        stop.set()
        writer.join()
    assert tables["transactions"] - tables["predictions"] == 30


def test_a_view_reader_is_judged_by_its_views(live: Site) -> None:
    text = "  - {property: modelVersion"
    live.rewrite("8", text, f"  - {{property: readsThrough, value: view, vendor: schemaguard}}\n{text}")
    live.ask("alter table transactions add entry_mode text")
    (note,) = _judge(live, "fraud", "8")[1]["notes"]
    assert "aren't published here" in note
    live.done("contracts", "publish", "fraud", "8")
    live.ask("alter table transactions rename entry_mode to mode")
    code, told = _judge(live, "fraud", "8", "--table", "transactions")
    assert (code, told["tables"][0]["view_schema"]) == (0, "fraud_8")
    ran = live.run("contracts", "verify", "fraud", "8", "--table", "transactions", "--sample", "5")
    assert (ran.code, "is a view" in ran.err) == (2, True)


def test_partitions_are_one_table(site: Site) -> None:
    site.ask("create table t (k serial, c int, primary key (k, c)) partition by list (c)")
    site.ask("create table t1 partition of t for values in (1, 2); create table t2 partition of t default")
    column = "{name: c, logicalType: integer, required: true, unique: true, logicalTypeOptions: {maximum: 2}}"
    _, table = _column(site, "int", "(1), (2), (2), (3)", column)
    assert (table["rows"], _counts(table)) == (4, {"required": 0, "≤ 2": 1, "unique": 1})


def test_a_reader_of_a_copy_says_where_the_copy_is(site: Site) -> None:
    text = "  - {property: modelVersion"
    site.rewrite("7", text, f"  - {{property: readsThrough, value: copy, vendor: schemaguard}}\n{text}")
    ran = site.run("contracts", "verify", "fraud", "7")
    assert (ran.code, "reads a copy" in ran.err) == (2, True)
    assert _judge(site, "fraud", "7", "--on", site.url)[0] == 0
