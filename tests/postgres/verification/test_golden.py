"""Golden rows: the same shape with another meaning is found, what means the same isn't."""

from typing import Any

import psycopg
import pytest

from schemaguard.adapters.postgres import golden_drawing as golden
from schemaguard.adapters.postgres.connection import connect
from schemaguard.commands.rescore import look
from schemaguard.errors import UsageError
from schemaguard.verification.golden import GoldenSample, Rescored, parse_sample
from tests.conftest import fresh

TABLES = """
create type risk as enum ('low', 'medium', 'high');
create table customers (id bigint primary key, country text not null);
create table orders (
    id bigint primary key,
    customer bigint references customers,
    amount numeric(12,2) not null,
    kind text not null default 'pos',
    note text,
    level risk not null,
    seen timestamptz not null,
    "Odd ""name" int,
    doubled numeric generated always as (amount * 2) stored);
create view rich as select id, amount > 50 as is_rich from orders;
insert into customers select n, 'C' || n % 5 from generate_series(1, 20) n;
insert into orders (id, customer, amount, kind, note, level, seen, "Odd ""name")
    select n, n % 20 + 1, n + 0.25, 'web', case when n % 3 = 0 then null else 'n' || n end,
        (array['low', 'medium', 'high'])[n % 3 + 1]::risk, timestamptz '2026-01-01 00:00Z' + n * interval '1 hour', n
    from generate_series(1, 200) n;
"""
QUERY = """
select o.id, o.amount, o.kind, coalesce(length(o.note), -1) as noted, o.note, o.level, o.seen, o.doubled, r.is_rich,
    c.country, o."Odd ""name" as odd, extract(hour from o.seen)::int as hour
from orders o join customers c on c.id = o.customer join rich r on r.id = o.id;
"""
PLANTED = {
    "unit": "alter table orders disable trigger all; update orders set amount = amount * 100",
    "time zone": "do $$ begin execute format("
    "'alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$",
    "rounding": "update orders set amount = round(amount)",
    "enum order": "drop view rich; alter type risk rename to old; create type risk as enum ('high', 'medium', 'low'); "
    "alter table orders alter level type risk using level::text::risk; drop type old; "
    "create view rich as select id, amount > 50 as is_rich from orders",
    "default": "alter table orders alter kind set default 'app'",
    "trigger": "create function tidy() returns trigger language plpgsql as "
    "'begin new.note := trim(new.note); return new; end'; "
    "create trigger tidy before insert on orders for each row execute function tidy()",
    "collation": 'alter table orders alter note type text collate "C"',
    "generated expression": "alter table orders drop doubled, "
    "add doubled numeric generated always as (amount * 3) stored",
    "view body": "create or replace view rich as select id, amount > 500 as is_rich from orders",
    "NULL handling": "update orders set note = '' where note is null",
}
HARMLESS = {
    "a column more": "alter table orders add more int",
    "an index": "create index on orders (amount)",
    "new rows": "insert into orders (id, amount, level, seen) values (1000, 5, 'low', now())",
    "a comment": "comment on column orders.amount is 'said'",
    "a trigger elsewhere": "create function f() returns trigger language plpgsql as 'begin return new; end'; "
    "create table other (a int); create trigger t before insert on other for each row execute function f()",
    "a default elsewhere": "alter table customers alter country set default 'X'; "
    "alter table customers alter country drop default",
}


def score(frame: Any) -> Any:
    """A model that reads numbers and words."""
    return frame["amount"] * 0.01 + frame["noted"] + frame["hour"] + frame["country"].str.len()


def sampled(url: str, *, has_values: bool = False, rows: int = 80) -> GoldenSample:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES.encode())
    return golden.draw(QUERY, golden.Sampling(("id",), None, rows, 7, has_values), score, url)


def looked(url: str, sample: GoldenSample) -> Rescored:
    with connect(url) as connection:
        return look(connection, "fraud", "7", sample, score)


@pytest.mark.parametrize(
    ("version", "planted"), [("18", each) for each in PLANTED] + [("15", each) for each in list(PLANTED)[::4]]
)
def test_a_planted_change_of_meaning_is_found(version: str, planted: str, request: pytest.FixtureRequest) -> None:
    with fresh(request.getfixturevalue(f"server{version}")) as url:
        sample = sampled(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(PLANTED[planted].encode())
        found = looked(url, sample)
    assert not found.holds
    assert found.differences


def test_what_means_the_same_holds(database: str) -> None:
    sample = sampled(database)
    assert looked(database, sample) == Rescored(80, 0, (), is_scored=True)
    for change in HARMLESS.values():
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(change.encode())
        assert looked(database, sample).differences == ()


def test_no_value_leaves_the_database_unless_it_is_allowed(database: str) -> None:
    sample = sampled(database)
    kept = str([row.cells for row in sample.rows])
    assert "web" not in kept
    assert "n1" not in kept
    with_values = golden.draw(
        QUERY, golden.Sampling(("id",), ["amount", "noted", "hour", "country"], 80, 7, True), score, database
    )
    assert "web" in str([row.cells for row in with_values.rows])
    # The seed draws the same rows again.
    assert {row.key for row in with_values.rows} == {row.key for row in sample.rows}
    again = parse_sample(with_values.document(), "here")
    assert again == with_values


def test_rows_that_are_gone_are_counted_and_none_left_is_told(database: str) -> None:
    sample = sampled(database, rows=10)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("delete from orders where id = %s", (int(sample.rows[0].key[0]),))
        assert looked(database, sample) == Rescored(9, 1, (), is_scored=True)
        connection.execute("delete from orders")
    assert looked(database, sample).differences == ("none of 10 rows is there any more",)


def test_a_key_that_tells_no_rows_apart_is_refused(database: str) -> None:
    sampled(database)
    with pytest.raises(UsageError, match="several rows have the same country"):
        golden.draw(QUERY, golden.Sampling(("country",), None, 80, 7, False), score, database)
    with pytest.raises(UsageError, match="the query gives no column nothing"):
        golden.draw(QUERY, golden.Sampling(("nothing",), None, 80, 7, False), score, database)
