"""What a migration's role sends by hand: it owns the tables, and calls whatever it may call."""

EVIL = """\
create function evil(x anyelement) returns boolean language plpgsql as $$ begin
    insert into schemaguard.permit (xid, relid, attnum, what) values (pg_current_xact_id(), 0, -1, 'any');
    delete from schemaguard.promise;
    return true;
exception when insufficient_privilege then
    return true;
end $$;
create function evil_within(x anyelement) returns boolean immutable language plpgsql as $$ begin return public.evil(x); end $$"""
"""What would open the fence, if it ran with the rights of who owns the control schema."""
WIDE = "create table wide (id int, x text, extra text); insert into wide values (1, 'WIDE', 'w')"
N, A, B, BIG = (
    f"(select attnum from pg_attribute where attrelid = 't'::regclass and attname = '{column}')"
    for column in ("n", "a", "b", "big")
)


def permit(table: str, attnum: str, act: str) -> str:
    return f"select schemaguard.allow_migration('{table}'::regclass, ({attnum})::int2, '{act}', 'because')"


MIGRATING = "select set_config('schemaguard.revision', '0001', true)"
BY_HAND: dict[str, tuple[str, ...]] = {
    "the operators' permit": ("select schemaguard.allow('t'::regclass, -1::int2, 'any')", "drop table t cascade"),
    "a table": (permit("t", "0", "drop"), "drop table t cascade"),
    "all of a table": (permit("t", "-1", "drop"), "drop table t cascade"),
    "a column": (permit("t", N, "drop"), "alter table t drop column n"),
    "a partition": (permit("pt1", "0", "drop"), "drop table pt1"),
    "a child": (permit("kid", "0", "drop"), "drop table kid"),
    "an act that isn't one": (permit("t", "-1", "any"), "drop table t cascade"),
    "no act": ("select schemaguard.allow_migration('t'::regclass, -1::int2, null, 'x')", "drop table t cascade"),
    "no table": ("select schemaguard.allow_migration(0, -1::int2, 'drop', 'x')", "drop table t cascade"),
    "a control table": ("select schemaguard.allow_migration('schemaguard.promise'::regclass, 0::int2, 'drop', 'x')",
                        "drop table schemaguard.promise"),
    "rows": (permit("t", "0", "rows"), MIGRATING, "delete from t"),
    "rows of a partition": (permit("pt1", "0", "rows"), "truncate pt1"),
    "rows of the parent": (permit("par", "0", "rows"), "truncate par"),
    "a column's values": (permit("t", A, "rows"), MIGRATING, "update t set a = 'gone'"),
    "a rewrite to nothing": (permit("t", "0", "rewrite"), permit("t", N, "type"), "alter table t alter n type bigint using 0"),
    "a rewrite of the same type": (permit("t", "0", "rewrite"), "alter table t alter b type text using 'gone'"),
    "a rewrite of another column": (permit("t", "0", "rewrite"), permit("t", N, "type"),
                                    "alter table t alter n type bigint, alter b type text using upper(left(b, 1))"),
    "a rewrite of a key's table": (permit("u", "0", "rewrite"), "alter table u alter a type text using id::text"),
    "a rewrite that swaps rows": (permit("t", "0", "rewrite"), permit("t", BIG, "type"),
                                  "alter table t alter big type numeric using 16000000004 - big"),
    "two rewrites": (permit("t", "0", "rewrite"), permit("t", N, "type"), "alter table t alter n type bigint",
                     "alter table t alter n type bigint using 0"),
    "a savepoint between": (permit("t", "0", "rewrite"), "savepoint s", permit("t", N, "type"), "rollback to s",
                            "alter table t alter b type text using 'gone'"),
    "a rewrite in a DO block": (permit("t", "0", "rewrite"),
                                "do $$ begin execute 'alter table t alter b type text using ''gone'''; end $$"),
    "a rewrite behind policies": ("alter table t enable row level security", "alter table t force row level security",
                                  "create policy p on t using (false)", permit("t", "0", "rewrite"),
                                  "alter table t alter b type text using 'gone'"),
    "a policy with code": ("alter table t enable row level security", "alter table t force row level security", EVIL,
                           "create policy p on t using (evil(id))", permit("t", "0", "rewrite"), "drop table t cascade"),
    "a type that isn't wider": (permit("t", A, "type"), permit("t", "0", "rewrite"), "alter table t alter b type varchar(2)"),
    "what is retired, rewritten": ("select schemaguard.retire('wide'::regclass, 3::int2)", permit("wide", "0", "rewrite"),
        "do $$ declare c text; begin select attname into c from pg_attribute where attrelid = 'wide'::regclass and attnum = 3; "
        "execute format('alter table wide alter %I type text using ''gone''', c); end $$"),
    "what is retired, dropped": ("select schemaguard.retire('wide'::regclass, 2::int2)", permit("wide", "2", "drop"),
        "do $$ declare c text; begin select attname into c from pg_attribute where attrelid = 'wide'::regclass and attnum = 2; "
        "execute format('alter table wide drop %I', c); end $$"),
    "the table of what is retired": ("select schemaguard.retire('wide'::regclass, 2::int2)", permit("wide", "0", "drop"), "drop table wide"),
    "a decoy for something else": ("select schemaguard.retire('wide'::regclass, 2::int2)", "select schemaguard.decoy('wide'::regclass, 2::int2)",
                                   "drop table wide"),
    "a promised column retired": (f"select schemaguard.retire('t'::regclass, {A})",),
    "a promised table retired": ("select schemaguard.retire('other'::regclass, 0::int2)",),
    "a materialized view retired": ("select schemaguard.retire_view('mv'::regclass, 'x')",),
    "an override of one's own": (
        """select schemaguard.append_migration('override-granted', 'ada', '{"version": "7", "object": "t.a", "until": "2999-01-01"}')""",
        f"select schemaguard.retire('t'::regclass, {A})"),
    "a ledger entry of one's own": ("select schemaguard.append('override-granted', 'ada', 'fraud', null, '{}')",),
    "a promise taken for retired": (f"select schemaguard.promise_retired('t'::regclass, {A})", "alter table t rename a to a2"),
    "promises written anew": ("select schemaguard.set_promises('[]')", "truncate other"),
    "promises taken back": (f"select schemaguard.promise_restored('t'::regclass, {A})", "alter table t drop column a cascade"),
    "a retirement made up": (
        "insert into schemaguard.retired_object (kind, table_schema, table_name, hidden_schema, hidden_table, restore, restore_class, "
        "purge_after, relid, attnum, anchor, acts) values ('table', 'public', 't', 'public', 't', '{}', 'instant', now(), 't'::regclass, 0, "
        "'schemaguard.retired_object'::regclass, '[{\"act\": \"drop_index\", \"def\": \"drop table t cascade\"}]')",
        "select schemaguard.restore_migration(max(id)) from schemaguard.retired_object"),
    "a retirement said to be over": ("update schemaguard.retired_object set restored_at = now()",),
    "a way back with a fill": ("select schemaguard.retire('wide'::regclass, 2::int2)",
                               "select schemaguard.restore((select max(id) from schemaguard.retired_object), true, '(select schemaguard.allow(0, -1::int2, ''any'')::text)')"),
    "a purge": ("select schemaguard.retire('wide'::regclass, 2::int2)", "select schemaguard.purge((select max(id) from schemaguard.retired_object))"),
    "a debt made up": ("insert into schemaguard.debt (object, act) values ('x', '{\"act\": \"drop_index\", \"def\": \"drop table t\"}')",
                       "select schemaguard.pay(1)"),
    "code in a domain": (EVIL, "create domain d as text check (evil(value))", "create table w (id int, d d)",
                         "select schemaguard.retire('w'::regclass, 2::int2)", "drop table t cascade"),
    "code in a domain's default": (EVIL, "create domain d as boolean default evil(1)", "create table w (id int, d d not null)",
                                   "select schemaguard.retire('w'::regclass, 2::int2)", "drop table t cascade"),
    "code in a CHECK": (EVIL, "create table w (id int, d text check (evil(d)))", "select schemaguard.retire('w'::regclass, 2::int2)",
                        "select schemaguard.pay_migration(schemaguard.restore_migration((select max(id) from schemaguard.retired_object)))", "drop table t cascade"),
    "code in an index": (EVIL, "create table w (id int, d text)", "insert into w values (1, 'x')",
                         "create unique index on w (evil_within(d), d)", "select schemaguard.retire('w'::regclass, 2::int2)",
                         "select schemaguard.pay_migration(schemaguard.restore_migration((select max(id) from schemaguard.retired_object)))", "drop table t cascade"),
    "code in a default": (EVIL, "create table w (id int, d boolean default evil(1))", "select schemaguard.retire('w'::regclass, 2::int2)",
                          "select schemaguard.restore_migration((select max(id) from schemaguard.retired_object))", "drop table t cascade"),
    "code in a trigger": (EVIL, "create function f() returns trigger language plpgsql as $$ begin perform evil(1); return new; end $$",
                          "create table w (id int, d text not null)", "insert into w values (1, 'x')",
                          "create trigger f before update on w for each row execute function f()",
                          "select schemaguard.retire('w'::regclass, 2::int2)", "insert into w (id) values (2)",
                          "select schemaguard.pay_migration(schemaguard.restore_migration((select max(id) from schemaguard.retired_object)))", "drop table t cascade"),
    "code in a partition key": (EVIL, "create table w (id int, k int) partition by list (evil_within(k))",
                                "create table w1 partition of w for values in (true)", "insert into w values (1, 1)",
                                "select schemaguard.retire('w1'::regclass, 0::int2)", "select schemaguard.restore_migration((select max(id) from schemaguard.retired_object))",
                                "drop table t cascade"),
    "a debt said to be paid": ("create table w (id int, d text unique not null)", "select schemaguard.retire('w'::regclass, 2::int2)",
                               "select schemaguard.settle(schemaguard.restore_migration((select max(id) from schemaguard.retired_object)), null)", "drop table t cascade"),
    "a function of ours": ("create or replace function schemaguard.is_operator() returns boolean language sql as 'select true'",
                           "drop table t cascade"),
    "the owner's role": ("set role schemaguard_control", "drop table t cascade"),
    "membership in the owner's role": ("grant schemaguard_control to ada_migrates", "set role schemaguard_control", "drop table t cascade"),
    "membership of operators": ("grant schemaguard_operator to ada_migrates", "set local schemaguard.permit = 'x'", "drop table t cascade"),
    "another owner": ("alter table other owner to pg_monitor", "drop table other"),
    "a permit for an empty twin": ("create table twin (like t)", permit("twin", "0", "drop"), "alter table t rename to t_old",
                                   "alter table twin rename to t"),
    "a permit, then another name": (permit("wide", "0", "drop"), "alter table wide rename to w2", "alter table other rename to wide",
                                    "drop table wide"),
    "a permit, then a new parent": (permit("wide", "-1", "drop"), "alter table kid add x text",
        "alter table kid inherit wide", "drop table wide cascade"),
}  # fmt: skip
