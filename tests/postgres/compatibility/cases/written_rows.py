"""What becomes of rows: deleted, overwritten, gone with a partition, or never written because of a trigger."""

from typing import Any

from tests.postgres.compatibility.case import Case, column

ID, A = column("id", "bigint", required=True), column("a", "integer")
TABLE = "create table t (id bigint primary key, a int, note text); insert into t values (1, 5, 'n'), (2, 6, 'm');"
OTHER = "create table o (id bigint primary key, b int); insert into o values (1, 7);"
PARTS = (
    "create table t (id bigint, a int) partition by range (id); create table t_low partition of t for values"
    " from (0) to (100); create table t_high partition of t for values from (100) to (200);"
    " insert into t values (1, 5), (150, 6);"
)
SENT = ((9, 7),)
DELETED = "DELETE or TRUNCATE of rows that are there"
OVERWRITTEN = "UPDATE of rows that are there"
PARTITION = "DETACH or DROP of a partition"
TRIGGER = "trigger that may swallow, change or refuse rows"
CALLED = "function of a query or view names a table that is renamed or dropped"
CALLED_COLUMN = "function of a query or view names a column that is renamed or dropped"
BODY = "function of a trigger names what is renamed or dropped"


def _rows(row: str, what: str, change: str, **more: Any) -> Case:
    return Case(row=row, what=what, change=change, **({"setup": TABLE, "promises": (ID, A), "sent": SENT} | more))


def _trigger(body: str, timing: str = "before insert or update", on: str = "t") -> str:
    return (
        f"create function f() returns trigger language plpgsql as $$begin {body} end$$;"
        f"create trigger g {timing} on {on} for each row execute function f();"
    )


LOGGED = (
    TABLE + "create table log (id bigint, seen int); grant all on log to {client};"
    + _trigger("insert into public.log (id, seen) values (new.id, new.a); return new;", "after insert")
)  # fmt: skip
COUNTED = (
    TABLE + "create table total (name text, n int); insert into total values ('t', 2); grant all on total to {client};"
    + _trigger("update public.total set n = n + 1 where name = 't'; return new;", "after insert")
)  # fmt: skip

RATED = (
    TABLE + "create table rates (rate int, other int); insert into rates values (3, 4); grant all on rates to {client};"
    "create function rate() returns int language plpgsql as $$begin return (select rate from public.rates); end$$;"
    "create view v as select id, a * rate() as a from t;"
)  # fmt: skip

CASES = (
    _rows(DELETED, "every row is deleted", "delete from t", reader="rows-deleted"),
    _rows(DELETED, "some rows are deleted", "delete from t where id = 1", reader="rows-deleted"),
    _rows(DELETED, "the table is truncated", "truncate t", reader="rows-deleted"),
    _rows(
        DELETED, "rows are moved elsewhere in a WITH",
        "with moved as (delete from t returning *) insert into arch select * from moved",
        setup=TABLE + "create table arch (like t);", reader="rows-deleted",
    ),
    _rows(
        DELETED, "MERGE deletes rows",
        "merge into t using o on t.id = o.id when matched then delete", setup=TABLE + OTHER, reader="rows-deleted",
    ),
    _rows(
        DELETED, "rows go with those that they refer to", "delete from o",
        setup=OTHER + "create table t (id bigint primary key, a int, o bigint references o on delete cascade);"
        "insert into t values (1, 5, 1);", reader="rows-deleted",
    ),
    _rows(
        DELETED, "TRUNCATE CASCADE reaches what refers to the table", "truncate o cascade",
        setup=OTHER + "create table t (id bigint primary key, a int, o bigint references o);"
        "insert into t values (1, 5, 1);", reader="rows-deleted",
    ),
    _rows(
        DELETED, "rows below a view are deleted", "delete from t where id = 1",
        setup=TABLE + "create view v as select id, a from t;", table="v", through=("table",), reader="rows-deleted",
    ),
    _rows(
        DELETED, "rows of an inheritance child leave with it", "alter table t_child no inherit t",
        setup=TABLE + "create table t_child () inherits (t); insert into t_child values (3, 7, 'c');",
        reader="rows-deleted",
    ),
    _rows(DELETED, "rows of another table are deleted", "delete from o", setup=TABLE + OTHER),
    _rows(OVERWRITTEN, "a column that is read is overwritten", "update t set a = a * 100", reader="rows-overwritten"),
    _rows(
        OVERWRITTEN, "some values of a column that is read are overwritten", "update t set a = 0 where id = 1",
        reader="rows-overwritten",
    ),
    _rows(OVERWRITTEN, "a column that nobody reads is overwritten", "update t set note = upper(note)"),
    _rows(
        OVERWRITTEN, "MERGE overwrites a column that is read",
        "merge into t using o on t.id = o.id when matched then update set a = o.b", setup=TABLE + OTHER,
        reader="rows-overwritten",
    ),
    _rows(
        OVERWRITTEN, "an INSERT overwrites on conflict",
        "insert into t values (1, 50, 'n') on conflict (id) do update set a = excluded.a", reader="rows-overwritten",
    ),
    _rows(
        OVERWRITTEN, "a reference is emptied as what it refers to goes", "delete from o where id = 1",
        setup=OTHER + "create table t (id bigint primary key, a int references o on delete set null);"
        "insert into t values (3, 1);", sent=((9, None),), reader="rows-overwritten",
    ),
    _rows(
        OVERWRITTEN, "NULLs are filled that were promised not to be there", "update t set a = 0 where a is null",
        promises=(ID, column("a", "integer", required=True)),
    ),
    _rows(
        PARTITION, "a partition is detached", "alter table t detach partition t_low", setup=PARTS,
        reader="rows-deleted", writer="partition-gone",
    ),
    _rows(
        PARTITION, "a partition is dropped", "drop table t_low", setup=PARTS, reader="rows-deleted",
        writer="partition-gone", through=("table",),
    ),
    _rows(
        PARTITION, "a partition is detached, and a default partition takes its rows",
        "alter table t detach partition t_low", setup=PARTS + "create table t_rest partition of t default;",
        reader="rows-deleted",
    ),
    _rows(
        PARTITION, "an empty partition is detached and attached again",
        "alter table t detach partition t_low; alter table t attach partition t_low for values from (0) to (100)",
        setup=PARTS,
    ),
    _rows(
        TRIGGER, "a trigger returns no row", _trigger("return null;"), writer="trigger-unread",
    ),
    _rows(
        TRIGGER, "a trigger changes what is sent", _trigger("new.a := 0; return new;"), writer="trigger-unread",
    ),
    _rows(
        TRIGGER, "a trigger refuses rows", _trigger("raise exception 'no'; return new;"), writer="trigger-unread",
    ),
    _rows(
        TRIGGER, "a trigger's function that only noted something swallows rows now",
        "create or replace function f() returns trigger language plpgsql as $$begin return null; end$$",
        setup=TABLE + _trigger("new.note := 'seen'; return new;"), writer="trigger-unread",
    ),
    _rows(
        TRIGGER, "a trigger that was off is on", "alter table t enable trigger g",
        setup=TABLE + _trigger("return null;") + "alter table t disable trigger g;", writer="trigger-unread",
    ),
    _rows(
        TRIGGER, "a trigger fills a column that nobody sends", _trigger("new.note := 'seen'; return new;"),
        accesses=("read",),
    ),
    _rows(
        TRIGGER, "a trigger fires only when rows are deleted", _trigger("return null;", "before delete"),
    ),
    _rows(
        TRIGGER, "a trigger on another table swallows its rows", _trigger("return null;", on="o"), setup=TABLE + OTHER,
    ),
    _rows(
        BODY, "a trigger names a column that has another name now", "alter table t rename column note to remark",
        setup=TABLE + _trigger("new.note := 'seen'; return new;"), writer="trigger-fails",
    ),
    _rows(
        BODY, "a trigger names a column that is dropped", "alter table t drop column note",
        setup=TABLE + _trigger("if new.note is null then return new; end if; return new;"), writer="trigger-fails",
    ),
    _rows(
        BODY, "a trigger inserts into a table that has another name now", "alter table log rename to journal",
        setup=LOGGED, writer="trigger-fails",
    ),
    _rows(
        BODY, "a trigger inserts into a table that is dropped", "drop table log",
        setup=LOGGED, writer="trigger-fails",
    ),
    _rows(
        BODY, "a trigger inserts into a column that has another name now", "alter table log rename column seen to a",
        setup=LOGGED, writer="trigger-fails",
    ),
    _rows(
        BODY, "a trigger leaves out a column that is required now", "alter table log add who text not null",
        setup=LOGGED, writer="trigger-fails",
    ),
    _rows(
        BODY, "a trigger updates a column that has another name now", "alter table total rename column n to many",
        setup=COUNTED, writer="trigger-unread",
    ),
    _rows(
        BODY, "a trigger keeps all columns of a table that has one more now", "alter table t add extra int",
        setup=TABLE + "create table kept (id bigint, a int, note text); grant all on kept to {client};"
        + _trigger("insert into public.kept select new.*; return new;", "after insert"), writer="trigger-fails",
    ),
    _rows(
        BODY, "a trigger inserts without a list into a table that has lost a column",
        "alter table log drop column seen",
        setup=TABLE + "create table log (id bigint, seen int); grant all on log to {client};"
        + _trigger("insert into public.log values (new.id, new.a); return new;", "after insert"),
        writer="trigger-unread",
    ),
    _rows(
        BODY, "a trigger writes a table that has a CHECK now", "alter table log add check (seen < 0)",
        setup=LOGGED, writer="trigger-unread",
    ),
    _rows(
        CALLED, "a view calls a function over a table that has another name now", "alter table rates rename to ratios",
        setup=RATED, table="v", accesses=("read",), through=("table",), reader="function-fails",
    ),
    _rows(
        CALLED_COLUMN, "a view calls a function over a column that has another name now",
        "alter table rates rename column rate to ratio",
        setup=RATED, table="v", accesses=("read",), through=("table",), reader="function-unread",
    ),
    _rows(
        CALLED_COLUMN, "a column that the function of a view doesn't name has another name now",
        "alter table rates rename column other to more", setup=RATED, table="v", accesses=("read",), through=("table",),
    ),
    _rows(
        BODY, "a column that the trigger doesn't name has another name now",
        "alter table log add extra int; alter table log rename column extra to more", setup=LOGGED,
    ),
    _rows(
        BODY, "a trigger's function is replaced as a column gets another name",
        "alter table t rename column note to remark; create or replace function f() returns trigger language plpgsql"
        " as $$begin new.remark := 'seen'; return new; end$$",
        setup=TABLE + _trigger("new.note := 'seen'; return new;"), accesses=("read",),
    ),
)  # fmt: skip
