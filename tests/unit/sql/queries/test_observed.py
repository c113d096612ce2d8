"""What a statement that a server has counted reads and writes."""

import pytest

from schemaguard.sql.queries.observed import Accesses, accesses
from schemaguard.sql.queries.traced import Untraceable
from tests.postgres.catalog.servers import fold_script

CATALOG = fold_script("""
    create table p (id bigint primary key, a int, b int, c int, z bool, q text);
    create table t (id bigint, a int, b int, c int);
    create table x (id bigint, n text);
    create view v as select id, a as aa from t where b > 0;""")


def told(statement: str) -> str:
    found: Accesses = accesses(statement, CATALOG)
    reads = " ".join(sorted(f"{name}.{column}" for name, column in found.reads))
    bare = found.relations - {name for name, _ in found.reads}
    rows = "".join(f" rows of {name}" for name in sorted(map(str, bare)))
    writes = "".join(f" writes {name}" for name in sorted(map(str, found.writes)))
    return f"{reads}{rows}{writes}".strip()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("select n from x where id in ($1, $2 /*, ... */) limit $3", "x.id x.n"),
        ("select n from x where (id, n) > ($1,$2)", "x.id x.n"),
        ("select n from x where id > $1 - interval $2 and date $3 > now()", "x.id x.n"),
        ("select count(*) from t", "rows of t"),
        ("select a from t where id = $1 for update of t skip locked", "t.a t.id"),
        ("create table n as (select a from t)", "t.a"),
        ("select aa from v where id = $1", "t.a t.b t.id v.aa v.id"),
        ('select n as "it\'s $1" from x', "x.n"),
        ("insert into p (a, b) values ($1,$2)", "writes p"),
        ("insert into p (a) values ((select max(c) from t))", "t.c writes p"),
        ("insert into p default values", "writes p"),
        ("with c as (select id from x) insert into p (a) select id from c where id > $1", "x.id writes p"),
        ("insert into p (a, b) values ($1,$2) on conflict (a) do update set b = excluded.b", "writes p"),
        (
            "insert into p (a) values ($1) on conflict (a) do update set c = p.c + $2 where p.z returning p.id, q",
            "p.c p.id p.q p.z writes p",
        ),
        ("update t set a = $1", "writes t"),
        ("update t set (b, c) = ($1,$2) where id = any($3)", "t.id writes t"),
        (
            "with k as (select id from x) update t as y set (b, c) = (select a, b from p) from k where y.id = k.id",
            "p.a p.b t.id x.id writes t",
        ),
        ("delete from t using x where x.id = t.id returning t.c", "t.c t.id x.id writes t"),
        ("copy t (a, b) to stdout", "t.a t.b"),
        ("copy x to stdout", "x.id x.n"),
        ("copy (select a from t) to stdout", "t.a"),
        ("copy t from stdin", "writes t"),
        ("create table n as select a from t", "t.a"),
        ('declare "c" no scroll cursor with hold for select a from t', "t.a"),
        ("alter table t drop column a", ""),
        ("create index on t (a)", ""),
        ("explain select a from t", ""),
        ("select now()", ""),
    ],
)
def test_what_it_reads_and_writes(statement: str, expected: str) -> None:
    assert told(statement) == expected


@pytest.mark.parametrize(
    "statement",
    [
        "do $$ begin perform a from t; end $$",
        "call f($1)",
        "merge into t using x on true when matched then do nothing",
        "with w as (update t set a = $1 returning b) select * from w",
        "select a into n from t",
        "insert into p (a) values ($1) returning (select max(c) from t)",
        "insert into p (a) values ($1) on conflict (a) do update set b = 1 where exists (select 1 from t)",
        "select a from nowhere",
        "select nothing from t",
        "select from where '4111'",
        "select 1; select 2",
        "",
    ],
)
def test_what_cannot_be_shown_is_untraceable_in_words_without_its_text(statement: str) -> None:
    with pytest.raises(Untraceable) as raised:
        accesses(statement, CATALOG)
    assert "4111" not in str(raised.value)
