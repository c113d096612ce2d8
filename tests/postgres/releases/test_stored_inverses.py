"""What a member of schemaguard_migrator writes down doesn't run with the rights of the operator who rolls back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from schemaguard.adapters.control import changes, roles
from schemaguard.adapters.control.changes import Applied
from schemaguard.catalog.objects import Name
from schemaguard.commands.resume import abandon
from schemaguard.errors import RefusedError
from schemaguard.releases.ports import PreparationRefusedError
from schemaguard.releases.release import StepName
from tests.postgres.releases.shop import READS_7, READS_8, Shop
from tests.templates import Templates

T = Name("transactions", "public")
RENAMED, BACK = (
    "ALTER TABLE transactions RENAME COLUMN channel TO medium",
    "ALTER TABLE transactions RENAME COLUMN medium TO channel",
)
SUPER = "ALTER ROLE mallory SUPERUSER"


OWNED = """\
grant schemaguard_migrator to mallory;
alter table transactions owner to mallory; grant mallory to schemaguard_control;
grant create on schema public to mallory;
create view shown as select 1 as s; grant select on shown to mallory"""
STRANGE = """\
create function evil(numeric, integer) returns boolean language plpgsql as
    'begin if current_user <> ''mallory'' then alter role mallory superuser; end if; return true; end';
create operator public.=== (function = evil, leftarg = numeric, rightarg = integer);
alter table transactions add n numeric(12,2) default 1 check (n > 9 or n === 3)"""


@pytest.fixture(scope="module")
def mallory(server18: str) -> Iterator[str]:
    """Her role's name: she migrates, and owns the table."""
    with psycopg.connect(server18, autocommit=True) as connection:
        connection.execute("create role mallory login")
        yield "mallory"


@pytest.fixture
def shop(server18: str, mallory: str, templates: Templates, tmp_path: Path) -> Iterator[Shop]:
    """fraud 8 serves, and the window of fraud 7 is over."""
    with templates.copy(server18, f"tables of {mallory}", lambda url, folder: lay_out(Shop(url, folder))) as (
        url,
        there,
    ):
        for file in there.iterdir():
            shutil.copy(file, tmp_path)
        made = Shop(url, tmp_path)
        yield made
        assert made.ask("select rolsuper from pg_roles where rolname = 'mallory'") == [(False,)]
        made.ask("drop owned by mallory cascade")


def lay_out(shop: Shop) -> None:
    shop.open()
    shop.publish("7", *READS_7)
    shop.promote("7")
    shop.add_entry_mode()
    shop.publish("8", *READS_8)
    shop.promote("8")
    shop.end_window("7")
    with psycopg.connect(shop.url, autocommit=True) as connection:
        roles.make_roles(connection)
        connection.execute(OWNED.encode())


def migrate(shop: Shop, statement: str, back: tuple[str, ...], performed: str = "") -> None:
    """A revision of mallory's, written down as the guard does it, with what she says that takes it back."""
    with psycopg.connect(shop.url, user="mallory") as connection:
        connection.execute(statement.encode())
        done = (performed or statement,)
        applied = Applied("0007", ("0006",), statement, done, ("RenameColumn",), (T,), None, back, "instant")
        changes.write_applied(connection, None, applied)


def operations(shop: Shop) -> list[tuple[object, ...]]:
    return shop.ask("select count(*), count(*) filter (where state = 'open') from schemaguard.operation")


def test_an_inverse_that_does_more_than_change_a_shape_is_refused_before_intent(shop: Shop) -> None:
    before = operations(shop)
    migrate(shop, RENAMED, (BACK, SUPER))
    with pytest.raises(RefusedError, match="what revision 0007 wrote down .* isn't carried out: " + SUPER):
        shop.rollback("7")
    assert operations(shop) == before
    assert "medium" in shop.columns()


def test_an_honest_inverse_of_a_migrations_role_is_carried_out(shop: Shop) -> None:
    migrate(shop, RENAMED, (BACK,))
    assert shop.rollback("7").outcome.plan.reversals[0].statements == (BACK,)
    assert "channel" in shop.columns()


@pytest.mark.parametrize(
    ("first", "back", "said"),
    [
        (
            "select 1", (BACK, "CREATE OR REPLACE VIEW shown AS SELECT rolpassword AS s FROM pg_authid"),
            "revision 0007 was written down by mallory, who doesn't own shown",
        ),
        (
            STRANGE, (BACK, "ALTER TABLE transactions ALTER COLUMN n TYPE numeric(14,2)"),
            r"revision 0007 is taken back by running evil\(numeric,integer\), which belongs to mallory",
        ),
    ],
    ids=["another's view", "an operator in a check"],
)  # fmt: skip
def test_what_only_the_server_knows_is_refused_in_prepare_and_nothing_runs(
    shop: Shop, first: str, back: tuple[str, ...], said: str
) -> None:
    with psycopg.connect(shop.url, user="mallory") as connection:
        connection.execute(first.encode())
    migrate(shop, RENAMED, back)
    with pytest.raises(PreparationRefusedError, match=said):
        shop.rollback("7")
    assert operations(shop)[0][1] == 0
    assert "medium" in shop.columns()


def test_what_a_revision_says_that_it_performed_is_judged_when_an_operation_is_given_up(shop: Shop) -> None:
    migrate(shop, RENAMED, (BACK,), performed=f"{RENAMED}; {SUPER}")

    def stop(step: StepName) -> None:
        if step is StepName.PREPARE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.rollback("7", watch=stop)
    with pytest.raises(RefusedError, match=f"isn't carried out again: .*{SUPER}"), shop.site() as site:
        abandon(site, None)
    shop.resume()
    assert shop.pointer()[0] == "7"
