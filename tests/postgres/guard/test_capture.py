"""What migrations change or delete of promised rows is kept, given back where nobody wrote since, and changed again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import ledger
from schemaguard.errors import RefusedError
from schemaguard.ledger.coverage import row_problems
from tests.conftest import VERSIONS, fresh
from tests.postgres.guard.attacks.field import connected
from tests.postgres.guard.conftest import laid_out
from tests.postgres.guard.project import Project

ODD = '"a""b"."Odd ""One"'
KINDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "plain": (
        "(id int primary key, x text, y json, z numeric(9, 2), other int)",
        """n, 'x' || n, format('{"a":  %s}', n)::json, n, n""",
        ("update plain set x = 'new', z = z * 100, other = 0 where id < 6", "update plain set y = null where id > 4"),
    ),
    ODD: (
        '("Key " int, "key 2" text, "select" text, primary key ("Key ", "key 2"))',
        "n, 'k' || n, 's' || n",
        (f"""update {ODD} set "select" = 'gone' where "Key " > 2""", f'delete from {ODD} where "Key " = 1'),
    ),
    "emptied": ("(id int primary key, x int)", "n, n", ("truncate emptied",)),
    "twice": (
        "(id int primary key, x int, n int, t int, o int, r int, place int, first int, given int, old int, why int)",
        "n, n, n, n, n, n, n, n, n, n, n",
        ("update twice set x = x + 1", "update twice set x = x + 1 where id < 4", "delete from twice where id = 2"),
    ),
    "again": (
        "(id int primary key, x int)",
        "n, n",
        ("delete from again where id < 4", "insert into again values (1, 77), (20, 20)",
         "update again set x = 78 where id in (1, 20)", "delete from again where id = 20"),
    ),
    "there_and_back": (
        "(id int primary key, x int)", "n, n",
        ("update there_and_back set x = -x", "update there_and_back set x = -x where id > 1"),
    ),
    "merged": (
        "(id int primary key, x int)", "n, n",
        ("merge into merged using (values (1), (2)) v (id) on merged.id = v.id when matched then update set x = 70",
         "insert into merged values (3, 0) on conflict (id) do update set x = 71",
         "with d as (delete from merged where id = 4 returning *) select * from d"),
    ),
    "made": (
        "(id int generated always as identity primary key, x int, twice int generated always as (x * 2) stored)",
        "",
        ("update made set x = 0 where id = 1", "delete from made where id = 2"),
    ),
    "late": (
        "(id int primary key, x int, of int references late deferrable initially deferred)", "n, n, null",
        ("update late set x = 0, of = 2 where id = 1",),
    ),
}  # fmt: skip
MORE = (
    'create schema "a""b"',
    "create table parted (id int, k int, x text, primary key (id, k)) partition by list (k)",
    "create table parted1 partition of parted for values in (1)",
    "create table parted2 partition of parted for values in (2)",
    "insert into parted select n, n % 2 + 1, 'p' || n from generate_series(1, 6) n",
    "create table above (id int primary key, x int)",
    "create table below (primary key (id)) inherits (above)",
    "insert into above values (1, 1)", "insert into below values (2, 2)",
    "create table shop (id int primary key, x text)",
    "create table line (id int primary key, shop int references shop on delete cascade, x text)",
    "create table note (id int primary key, shop int references shop on delete set null)",
    "insert into shop select n, 'x' || n from generate_series(1, 5) n",
    "insert into line select n, n, 'l' || n from generate_series(1, 5) n",
    "insert into note select n, n from generate_series(1, 5) n",
    "create table keyless (x text)", "insert into keyless values ('a')",
    "create table since (id int primary key, x int, mark int unique)",
    "insert into since select n, n, n from generate_series(1, 6) n",
    "create table owned (id int primary key, x int)", "insert into owned values (1, 1)",
    "create table many (id int primary key, x int)", "insert into many select n, n from generate_series(1, 5) n",
    "create table wide (id int primary key, x numeric(4, 2), y int, z varchar(3))",
    "insert into wide values (1, 1.5, 2, 'a')",
    "create table held (id int primary key, x int)",
    "create table moved (id int primary key, x int)", "insert into moved values (1, 1)",
    "create table stacked (id int primary key, x int)", "insert into stacked values (1, 1)",
    "create table unasked (id int primary key, x int, other int)", "insert into unasked values (1, 1, 1)",
)  # fmt: skip
PROMISED = {
    "plain": ["x", "y", "z"], 'Odd "One': ["Key ", "select"], "made": ["twice"], "shop": ["x"], "note": ["shop"],
    "emptied": ["x"], "twice": ["x"], "again": ["x"], "there_and_back": ["x"], "merged": ["x"], "late": ["x"],
    "parted": ["x"], "above": ["x"], "line": ["x"], "keyless": ["x"], "since": ["x"], "owned": ["x"], "many": ["x"],
    "unasked": ["x"], "wide": ["x", "y", "z"], "held": ["x"], "moved": ["x"], "stacked": ["x"],
}  # fmt: skip


@pytest.fixture(scope="module", params=VERSIONS)
def promised(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One database for all of them: each has tables of its own."""
    folder: Path = tmp_path_factory.mktemp("captured")
    with fresh(request.getfixturevalue(f"server{request.param}")) as url:
        project = laid_out(url, folder, is_fenced=True)
        with connected(url) as connection:
            for text in MORE:
                connection.execute(text.encode())
            for table, (columns, values, _) in KINDS.items():
                connection.execute(f"create table {table} {columns}".encode())
                if values:
                    connection.execute(f"insert into {table} select {values} from generate_series(1, 8) n".encode())
            connection.execute("insert into made (x) select n from generate_series(1, 3) n")
            wanted = [
                {"schema": 'a"b' if table.startswith("Odd") else "public", "relation": table, "attributes": columns,
                 "readers": ["fraud@7"], "until": None}
                for table, columns in PROMISED.items()
            ]  # fmt: skip
            connection.execute("select schemaguard.set_promises(%s)", (Jsonb(wanted),))
        yield project


def apply(project: Project, *statements: str) -> str:
    revision = project.add("\n".join(f"op.get_bind().exec_driver_sql({text!r})" for text in statements))
    try:
        project.upgrade()
    except RefusedError:
        project.revisions.pop()
        (project.folder / "versions" / f"{revision}.py").unlink()
        raise
    return revision


def rows(project: Project, table: str) -> list[Any]:
    return sorted((row[0] for row in project.ask(f"select t::text from {table} t")), key=str)


def carry(project: Project, revision: str, *, is_back: bool = True) -> dict[str, tuple[int, ...]]:
    """(given, changed since, gone, refused) of all that a revision changed, by table."""
    kept = project.ask("select id from schemaguard.capture where revision = %s order by relation_name desc", revision)
    for (number,) in kept if is_back else reversed(kept):
        project.ask("select schemaguard.carry_values(%s, %s)", number, is_back)
    found = project.ask(
        "select relation_name, given, changed_since, gone, refused from schemaguard.capture where revision = %s",
        revision,
    )
    return {row[0]: row[1:] for row in found}


def test_what_migrations_change_comes_back_and_is_changed_again(promised: Project) -> None:
    tables = (*KINDS, "parted", "above", "shop", "line", "note")
    before = {table: rows(promised, table) for table in tables}
    revision = apply(
        promised, *(text for _, _, changes in KINDS.values() for text in changes),
        "update parted set x = 'same'", "delete from parted where k = 2", "update above set x = x + 10",
        "update shop set x = 'y' where id = 4", "delete from shop where id in (4, 5)",
    )  # fmt: skip
    after = {table: rows(promised, table) for table in tables}
    assert [table for table in tables if before[table] == after[table]] == []
    assert promised.ask("select count(*) from pg_trigger where tgname like 'zz_schemaguard_capture%'") == [(0,)]
    standing = """\
        select coalesce(sum(s.changed_since + s.gone), -1)
        from schemaguard.capture c, schemaguard.capture_standing(c) s where c.revision = %s"""
    assert promised.ask(standing, revision) == [(0,)]
    done = carry(promised, revision)
    assert {table: came[1:] for table, came in done.items() if came[1:] != (0, 0, 0)} == {}
    # A column that wasn't promised keeps what the revision wrote there, and a row that it has made stays.
    shown = {table: rows(promised, table) for table in tables}
    promised_of = "select id, x, y::text, z from plain order by id"
    assert promised.ask(promised_of)[0] == (1, "x1", '{"a":  1}', 1)
    assert {table: shown[table] for table in tables if table not in ("plain", "late")} == {
        table: before[table] for table in tables if table not in ("plain", "late")
    }
    assert promised.ask(standing, revision) == [(0,)]
    carry(promised, revision, is_back=False)
    assert {table: rows(promised, table) for table in tables} == after
    with connected(promised.url) as connection, connection.transaction():
        state = ledger.read_state(connection)
    assert not [each for each in row_problems([], state.covered) if "capture" in each and "no entry" not in each]


def test_what_is_written_since_stays_and_is_counted(promised: Project) -> None:
    revision = apply(promised, "update since set x = 100 where id < 4", "delete from since where id > 3")
    promised.ask("update since set x = 5 where id = 1")
    promised.ask("delete from since where id = 2")
    # A key that a new row has by now, and a value of another column that may be there only once.
    promised.ask("insert into since values (4, 44, 40), (50, 50, 5)")
    ((standing,),) = promised.ask(
        "select schemaguard.capture_standing(c)::text from schemaguard.capture c where revision = %s", revision
    )
    assert standing == "(2,1)"
    assert carry(promised, revision) == {"since": (2, 2, 1, 1)}
    assert promised.ask("select id, x from since order by id") == [(1, 5), (3, 3), (4, 44), (6, 6), (50, 50)]
    ((why,),) = promised.ask("select why from schemaguard.capture where revision = %s", revision)
    assert "since_mark_key" in why


def test_triggers_of_others_run_with_the_rights_of_the_tables_owner(promised: Project) -> None:
    with connected(promised.url) as connection:
        connection.execute("create role cap_owner; grant create on schema public to cap_owner")
        try:
            connection.execute("grant cap_owner to schemaguard_control; alter table owned owner to cap_owner")
            connection.execute("create table who (name text); grant insert on who to public")
            connection.execute(
                "create function note_who() returns trigger language plpgsql as "
                "'begin insert into public.who values (current_user); return new; end'"
            )
            connection.execute("create trigger note before update on owned for each row execute function note_who()")
            revision = apply(promised, "update owned set x = 0 where id = 1")
            connection.execute("delete from who")
            assert carry(promised, revision) == {"owned": (1, 0, 0, 0)}
            assert promised.ask("select name from who") == [("cap_owner",)]
            ((kept,),) = promised.ask("select id from schemaguard.capture where revision = %s", revision)
            connection.execute("create role cap_other; grant select on owned to cap_other; set role cap_other")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select * from schemaguard_retired_{kept}.rows".encode())
            connection.execute("reset role")
        finally:
            connection.execute("reset role; select set_config('schemaguard.permit', 'the test is over', false)")
            connection.execute("drop owned by cap_owner cascade; drop role cap_owner")
            connection.execute("drop owned by cap_other cascade; drop role cap_other")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("update keyless set x = 'b'",), "nothing tells its rows apart"),
        (("update parted set k = 3 - k, x = 'moved'",), "another partition"),
        (("update many set id = id + 10",), "another key"),
        (("do $$ begin update many set x = 0; end $$",), "would change or delete"),
        (("truncate many restart identity",), "would change or delete"),
        (("insert into many values (9, 9)", "delete from many where id = 9"), "nothing tells these apart"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_changed(
    promised: Project, change: tuple[str, ...], said: str
) -> None:
    before = [rows(promised, table) for table in ("keyless", "parted", "many")]
    with pytest.raises(RefusedError, match=said):
        apply(promised, *change)
    assert [rows(promised, table) for table in ("keyless", "parted", "many")] == before


def test_more_rows_than_the_limit_are_refused_and_what_is_kept_is_kept_until_it_is_purged(promised: Project) -> None:
    promised.ask("update schemaguard.fence set capture_bytes = 0")
    with pytest.raises(RefusedError, match="they are more than 0 bytes"):
        apply(promised, "update many set x = 0 where id = 1")
    promised.ask("update schemaguard.fence set capture_rows = 2, capture_bytes = 1000000000")
    for change in ("update many set x = 0", "truncate many"):
        with pytest.raises(RefusedError, match="there are more than 2"):
            apply(promised, change)
    revision = apply(promised, "update many set x = 0 where id < 3", "update unasked set other = 0")
    promised.ask("update schemaguard.fence set capture_rows = 1000000")
    # What a migration does to columns that nobody was promised isn't kept.
    assert carry(promised, revision) == {"many": (2, 0, 0, 0)}
    ((number,),) = promised.ask("select id from schemaguard.capture where revision = %s", revision)
    with connected(promised.url) as connection, pytest.raises(psycopg.errors.Error) as error:
        connection.execute(f"drop table schemaguard_retired_{number}.rows".encode())
    assert error.value.sqlstate == "SG001"
    promised.ask("select schemaguard.purge_capture(%s)", number)
    assert promised.ask("select to_regnamespace('schemaguard_retired_' || %s::text)", number) == [(None,)]


def test_what_keeps_rows_permits_the_revision_nothing_else(promised: Project) -> None:
    """A statement whose rows are kept was once a way to change the promised shape as well."""
    before = rows(promised, "many")
    for change in ("alter table many rename to fewer", "alter table many rename column x to y"):
        with pytest.raises(RefusedError, match="would break what is promised"):
            apply(promised, "update many set x = 9", change)
    assert rows(promised, "many") == before


@pytest.mark.parametrize(
    ("change", "again", "said"),
    [
        ("alter table many rename column x to y", "update many set y = 1", "has changed its columns"),
        ("alter table many alter column x type bigint", "update many set x = 1", "has changed its columns"),
        ("alter table many disable trigger all", "update many set x = 1", "has disabled what keeps them"),
    ],
)
def test_a_revision_that_changes_rows_on_both_sides_of_another_shape_is_refused(
    promised: Project, change: str, again: str, said: str
) -> None:
    before = rows(promised, "many")
    with pytest.raises(RefusedError, match=said):
        apply(promised, "update many set x = 9", change, again)
    assert rows(promised, "many") == before


def test_values_fit_every_wider_type_but_are_not_given_to_policies_of_the_owner(promised: Project) -> None:
    with connected(promised.url) as connection:
        connection.execute("create role cap_held; grant create on schema public to cap_held")
        try:
            connection.execute("grant cap_held to schemaguard_control; alter table wide owner to cap_held")
            revision = apply(promised, "update wide set x = 0, y = 0, z = 'b'")
            apply(promised, "alter table wide alter x type numeric(8, 4), alter y type numeric, alter z type text")
            connection.execute("alter table wide force row level security")
            obstacle = "select schemaguard.capture_obstacle(c) from schemaguard.capture c where revision = %s"
            assert "policies hold for its owner" in promised.ask(obstacle, revision)[0][0]
            connection.execute("alter table wide no force row level security")
            assert promised.ask(obstacle, revision) == [(None,)]
            assert carry(promised, revision) == {"wide": (1, 0, 0, 0)}
            assert rows(promised, "wide") == ["(1,1.5000,2,a)"]
            # Nobody can read what was kept once it is given back: the table may be somebody else's tomorrow.
            granted = "select relacl::text from pg_class where relname = 'rows' and relacl::text ~ 'cap_held'"
            assert promised.ask(granted) == []
        finally:
            connection.execute("select set_config('schemaguard.permit', 'the test is over', false)")
            connection.execute("reassign owned by cap_held to current_user; drop owned by cap_held; drop role cap_held")


@pytest.mark.parametrize(
    ("does", "counted"),
    [
        ("raise exception using errcode = 'HOUSE'", (1, 0, 0, 2)),
        ("raise insufficient_privilege", (1, 0, 0, 2)),
        ("assert false", (1, 0, 0, 2)),
        ("return null", (1, 0, 0, 2)),
        ("new.x := 42", (1, 0, 0, 2)),
    ],
)
def test_rows_that_a_trigger_refuses_holds_or_changes_are_counted(
    promised: Project, does: str, counted: tuple[int, ...]
) -> None:
    promised.ask("delete from held")
    promised.ask("insert into held values (1, 1), (2, 2), (3, 3)")
    revision = apply(promised, "update held set x = 0 where id < 3", "delete from held where id = 3")
    body = f"begin if new.id > 1 then {does}; end if; return new; end"
    promised.ask(f"create function refuse_held() returns trigger language plpgsql as $${body}$$")
    trigger = "create trigger held before insert or update on held for each row execute function refuse_held()"
    promised.ask(trigger)
    try:
        assert carry(promised, revision) == {"held": counted}
        ((why,),) = promised.ask("select why from schemaguard.capture where revision = %s", revision)
        assert why
    finally:
        promised.ask("drop function refuse_held cascade")


def test_a_capture_follows_its_table_and_columns_by_name_for_a_dump(promised: Project) -> None:
    revision = apply(promised, "update moved set x = 0")
    with connected(promised.url) as connection:
        connection.execute(
            "begin; set local schemaguard.permit = 'the test'; alter table moved rename to moved2; "
            "alter table moved2 rename column x to y; create table moved (id int primary key, x int); commit"
        )
        connection.execute("insert into moved values (1, 0)")
        found = promised.ask("select relation_name, named from schemaguard.capture where revision = %s", revision)
        assert found == [("moved2", ["id", "y"])]
        # After a restore every oid is another one.
        connection.execute("update schemaguard.capture set anchor = 0, relid = 0 where revision = %s", (revision,))
    assert carry(promised, revision) == {"moved2": (1, 0, 0, 0)}
    assert (rows(promised, "moved2"), rows(promised, "moved")) == (["(1,1)"], ["(1,0)"])


def test_of_rows_that_two_revisions_changed_only_the_last_are_counted_before(promised: Project) -> None:
    first = apply(promised, "update stacked set x = 10")
    second = apply(promised, "update stacked set x = 20")
    standing = "select (schemaguard.capture_standing(c)).changed_since from schemaguard.capture c where revision = %s"
    assert (promised.ask(standing, second), promised.ask(standing, first)) == ([(0,)], [(None,)])
    carry(promised, second)
    assert promised.ask(standing, first) == [(0,)]
    assert carry(promised, first) == {"stacked": (1, 0, 0, 0)}
