"""Triggers and CHECKs of a table's owner run with that owner's rights, not with those of whoever rolls back."""

from collections.abc import Iterator

import psycopg
import pytest

from schemaguard.adapters.control import debts
from schemaguard.commands.rollback import rollback
from tests.postgres.releases.shop import INTENT, Shop
from tests.postgres.releases.test_fills import _retire as retire

OWNER = 'Eve "x"'
QUOTED = '"Eve ""x"""'
# Whoever runs it is noted, and tries to make a superuser of the owner.
CODE = f"""\
create table seen (at text, who text);
create function noted(at text) returns boolean language plpgsql as $f$
begin
    insert into public.seen values (at, current_user);
    begin
        execute 'alter role {QUOTED.replace("'", "''")} superuser';
    exception when insufficient_privilege then
        null;
    end;
    begin
        reset role;
        insert into public.seen values (at, current_user);
    exception when others then
        null;
    end;
    return true;
end $f$;
create function noting() returns trigger language plpgsql as $f$
begin
    perform public.noted(tg_name);
    return new;
end $f$;
create trigger at_once before update on transactions for each row execute function noting();
create constraint trigger later after update on transactions deferrable initially deferred
    for each row execute function noting()"""


@pytest.fixture
def shop(shop: Shop) -> Iterator[Shop]:
    """fraud 8 serves; the table belongs to somebody whose code is hostile."""
    with psycopg.connect(shop.url, autocommit=True) as connection:
        if not connection.execute("select 1 from pg_roles where rolname = %s", (OWNER,)).fetchone():
            connection.execute(f"create role {QUOTED} login".encode())
        connection.execute(
            f"grant create on schema public to {QUOTED}; grant usage on schema public to {QUOTED}".encode()
        )
        connection.execute(f"alter table transactions owner to {QUOTED}".encode())
    hers(shop, CODE)
    yield shop
    assert shop.ask("select rolsuper from pg_roles where rolname = %s", OWNER) == [(False,)]
    with psycopg.connect(shop.url, autocommit=True) as connection:
        connection.execute(f"drop owned by {QUOTED} cascade".encode())


def hers(shop: Shop, statements: str) -> None:
    """Run by the table's owner: in a session of somebody else's her code would have that one's rights."""
    with psycopg.connect(shop.url, user=OWNER) as connection:
        connection.execute(statements.encode())


def back(shop: Shop, *, finish: bool = False) -> None:
    with shop.site() as site:
        rollback(site, "fraud", INTENT, fills=("'none'",), finish=finish)


def seen(shop: Shop) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for at, who in shop.ask("select at, who from seen"):
        found.setdefault(at, set()).add(who)
    return found


def test_a_fill_runs_as_the_tables_owner(shop: Shop) -> None:
    retire(shop)
    back(shop)
    assert shop.ask("select channel from transactions where amount = 77") == [("none",)]
    assert seen(shop) == {"at_once": {OWNER}, "later": {OWNER}}


def test_a_check_that_is_owed_is_tried_as_the_tables_owner(shop: Shop) -> None:
    shop.ask("select schemaguard.restore(max(id)) from schemaguard.retired_object where column_name = 'channel'")
    asks = "public.noted('asks') and channel is not null"
    hers(shop, f"alter table transactions add constraint asks check ({asks}); delete from seen")
    shop.ask(
        "select schemaguard.retire(attrelid, attnum, '0006') from pg_attribute "
        "where attrelid = 'transactions'::regclass and attname = 'channel'"
    )
    retire(shop)
    back(shop, finish=True)
    with psycopg.connect(shop.url, autocommit=True) as connection:
        for debt in debts.unpaid(connection):
            assert debts.pay(connection, debt) is None
    assert seen(shop)["asks"] == {OWNER}
    assert shop.ask("select convalidated from pg_constraint where conname = 'asks'") == [(True,)]


def test_a_value_that_a_debt_needs_is_given_as_the_tables_owner(shop: Shop) -> None:
    retire(shop)
    back(shop, finish=True)
    hers(
        shop,
        "alter table transactions alter channel drop not null; alter table transactions alter channel drop default",
    )
    shop.ask(
        "insert into transactions (amount) values (78); delete from seen;"
        "update schemaguard.debt set paid_at = null where act ->> 'act' = 'drop_not_null'"
    )
    with psycopg.connect(shop.url, autocommit=True) as connection:
        for debt in debts.unpaid(connection):
            assert debts.pay(connection, debt) is None
    assert shop.ask("select channel from transactions where amount = 78") == [("none",)]
    assert seen(shop)["at_once"] == {OWNER}
