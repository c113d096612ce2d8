"""A version is rolled back over a change of type, and forward again: its values, its views, its revision."""

from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from schemaguard.adapters import control
from schemaguard.adapters.control import fence
from schemaguard.adapters.control.guarding import Guarding
from schemaguard.adapters.control.writing_down import Running
from schemaguard.commands.purge import purge
from schemaguard.commands.resume import abandon
from schemaguard.commands.rollback import plan_rollback, rollback
from schemaguard.commands.switching import unwatched
from schemaguard.contracts import digests
from schemaguard.errors import NeedsHumanError, RefusedError
from schemaguard.releases.release import StepName
from tests.postgres.guard.conftest import laid_out
from tests.postgres.releases.shop import INTENT, TABLES, Shop, document

VALUE = "select channel, pg_typeof(channel)::text from {} order by id limit 1"


def publish(shop: Shop, version: str, type_: str, through: str) -> None:
    made = document(version, "id", "amount", "channel", through=through)
    for column in made["schema"][0]["properties"]:
        if column["name"] == "channel":
            column |= {"physicalType": type_, "required": False}
    shop.ask(
        "insert into schemaguard.contract (digest, model, document, file, reads_through, view_schema, published_by) "
        "values (%s, 'fraud', %s, %s, %s, %s, 'ada')",
        digests.digest(made), Jsonb(made), f"contracts/fraud/{version}.odcs.yaml", through, f"fraud_{version}",
    )  # fmt: skip
    shop.ask(
        "insert into schemaguard.release (model, model_version, contract) values ('fraud', %s, %s)",
        version, digests.digest(made),
    )  # fmt: skip


def migrate(shop: Shop, revision: str, statement: str) -> None:
    """One revision, as the guard carries it out."""
    with psycopg.connect(shop.url) as connection:
        guard = Guarding(connection, "alembic_version", is_installed=True)
        guard.begin(Running(revision, True, (shop.heads()[0],)))
        guard.start_transaction(can_restart=False, wait_until=0)
        for each in (statement, f"update alembic_version set version_num = '{revision}'"):
            if guard.judge(each, has_parameters=False):
                connection.execute(each.encode())


def opened(url: str, folder: Path, through: str) -> Shop:
    """7 reads the channel as text, and serves; 8 is published, which reads it as an integer."""
    shop = Shop(url, folder)
    with psycopg.connect(url, autocommit=True) as connection:
        tables = TABLES.replace("not null default 'pos'", "").replace("'web'", "'0' || n")
        connection.execute(tables.encode())
        control.install(connection)
        connection.execute("select schemaguard.watch_version_table('alembic_version')")
        assert fence.raise_fence(connection).is_full
    publish(shop, "7", "text", through)
    shop.promote("7")
    publish(shop, "8", "integer", through)
    with psycopg.connect(url, autocommit=True) as connection:
        fence.promise(connection)
    return shop


RETYPE = "alter table transactions alter channel type int using channel::int"


def test_readers_of_views_go_on_reading_while_the_table_has_another_type(each_database: str, tmp_path: Path) -> None:
    shop = opened(each_database, tmp_path, "view")
    grants = "select relacl::text, relowner::text from pg_class where oid = 'fraud_7.transactions'::regclass"
    before = shop.ask(grants)
    migrate(shop, "0006", RETYPE)
    assert shop.ask(VALUE.format("transactions")) == [(1, "integer")]
    assert shop.ask(VALUE.format("fraud_7.transactions")) == [("01", "text")]
    assert shop.ask(grants) == before
    shop.promote("8")
    assert shop.ask(VALUE.format("fraud_8.transactions")) == [(1, "integer")]
    shop.ask("insert into transactions (amount, channel) values (70, 77)")
    for turn in range(2):
        with shop.site() as site:
            assert plan_rollback(site, "fraud", INTENT, to="7").plan.reversal_class.value == "instant"
        shop.rollback("7", finish=True)
        assert shop.ask(VALUE.format("transactions")) == [("01", "text")]
        assert shop.ask("select channel from transactions where amount = 70") == [("77",)]
        assert (shop.heads(), shop.ask(VALUE.format("fraud_8.transactions"))) == (["0005"], [(1, "integer")])
        shop.ask(f"insert into transactions (amount, channel) values (80, '10{turn}')")
        shop.promote("8", finish=True)
        assert (shop.heads(), shop.ask("select * from schemaguard.held_revision")) == (["0006"], [])
        assert shop.ask("select channel from transactions order by id desc limit 1") == [(100 + turn,)]
        assert shop.ask(VALUE.format("fraud_7.transactions")) == [("01", "text")]


def test_old_values_are_purged_when_nobody_is_left_whom_the_new_type_does_not_suit(
    database: str, tmp_path: Path
) -> None:
    shop = opened(database, tmp_path, "view")
    migrate(shop, "0006", RETYPE)
    shop.promote("8")
    shop.ask("update schemaguard.retired_object set purge_after = now()")
    with shop.site() as site:
        assert purge(site).kept == ("transactions.channel: it is needed by fraud@7",)
    shop.end_window("7")
    with shop.site() as site:
        assert purge(site).objects == ("transactions.channel",)
    # Whoever writes on meets nothing of it.
    shop.ask("insert into transactions (amount, channel) values (7, 77)")
    columns = "select attname from pg_attribute where attrelid = 'transactions'::regclass and attname like '\\_\\_%%'"
    assert shop.ask(columns) == []


def test_a_downgrade_gives_the_old_values_back_and_the_next_upgrade_keeps_them_anew(
    database: str, tmp_path: Path
) -> None:
    project = laid_out(database, tmp_path, is_fenced=True)
    project.ask("update transactions set note = '0' || note")
    up = 'op.alter_column("transactions", "note", type_=sa.Integer(), postgresql_using="length(note)")'
    back = 'op.alter_column("transactions", "note", type_=sa.Text(), postgresql_using="\'?\' || note")'
    project.ask("drop index transactions_note_key")
    revision = project.add(up, back)
    for turn in range(2):
        project.upgrade()
        assert project.ask("select note from transactions where id = 12") == [(3,)]
        project.ask("update transactions set note = %s where id = 1", 40 + turn)
        project.downgrade(f"{int(revision) - 1:04}")
        told = project.ask("select id, note from transactions where id in (1, 12) order by id")
        assert told == [(1, f"?{40 + turn}"), (12, "012")]


KEPT = """\
select id from schemaguard.retired_object
where revision = %s and of_attnum is not null and restored_at is null order by id desc limit 1"""


def swap(shop: Shop, revision: str) -> None:
    shop.ask("select schemaguard.restore(%s)", shop.ask(KEPT, revision)[0][0])


def test_one_change_of_type_after_the_other_goes_back_step_by_step(each_database: str, tmp_path: Path) -> None:
    shop = opened(each_database, tmp_path, "view")
    migrate(shop, "0006", RETYPE)
    migrate(shop, "0007", "alter table transactions alter channel type smallint using (channel % 10)::smallint")
    shop.ask("insert into transactions (amount, channel) values (99, 5)")
    told = "select channel from transactions where id in (1, 12, 51) order by id"
    swap(shop, "0007")
    assert shop.ask(told) == [(1,), (12,), (5,)]
    # What was written under the third type, nothing carries over to the first: it is counted.
    assert shop.ask("select schemaguard.without_value(%s)", shop.ask(KEPT, "0006")[0][0]) == [(1,)]
    swap(shop, "0006")
    assert shop.ask(told) == [("01",), ("012",), (None,)]
    shop.ask("insert into transactions (amount, channel) values (98, '044')")
    swap(shop, "0006")
    assert shop.ask("select channel from transactions where id in (1, 12, 51, 52) order by id") == [
        (1,), (12,), (5,), (44,),
    ]  # fmt: skip
    swap(shop, "0007")
    assert shop.ask(told) == [(1,), (2,), (5,)]


def test_a_column_that_is_renamed_after_it_goes_back_under_its_old_name(each_database: str, tmp_path: Path) -> None:
    shop = opened(each_database, tmp_path, "view")
    migrate(shop, "0006", RETYPE)
    migrate(shop, "0007", "alter table transactions rename channel to ch")
    shop.ask("insert into transactions (amount, ch) values (99, 5)")
    shop.ask("update transactions set ch = 6 where id = 1")
    swap(shop, "0006")
    assert shop.ask("select channel from transactions where id in (1, 2, 51) order by id") == [("6",), ("02",), ("5",)]
    assert "ch" not in shop.columns()
    shop.ask("insert into transactions (amount, channel) values (98, '07')")
    swap(shop, "0006")
    assert shop.ask("select ch from transactions where id in (1, 2, 51, 52) order by id") == [(6,), (2,), (5,), (7,)]


def test_readers_of_the_table_are_waited_for(database: str, tmp_path: Path) -> None:
    shop = opened(database, tmp_path, "table")
    with pytest.raises(RefusedError, match=r"channel is needed by fraud@7, and the release window isn't over"):
        migrate(shop, "0006", RETYPE)
    assert shop.ask(VALUE.format("transactions")) == [("01", "text")]


def test_rows_that_have_no_old_value_are_counted_before_anything_is_done(database: str, tmp_path: Path) -> None:
    shop = opened(database, tmp_path, "view")
    migrate(shop, "0006", "alter table transactions alter channel type int using length(channel)")
    shop.promote("8")
    shop.ask("insert into transactions (amount, channel) values (7, 77)")
    shop.ask("update transactions set channel = 5 where id = 1")
    with shop.site() as site, pytest.raises(NeedsHumanError, match=r"2 rows have no value for transactions\.channel"):
        rollback(site, "fraud", INTENT, to="7")
    assert shop.ask("select count(*) from schemaguard.operation where state = 'open'") == [(0,)]
    with shop.site() as site:
        rollback(site, "fraud", INTENT, to="7", fills=("'?' || channel",), watch=unwatched)
    told = shop.ask("select id, channel from transactions where id in (1, 2, 51) order by id")
    assert told == [(1, "?5"), (2, "02"), (51, "?77")]


def test_an_abandoned_rollback_gives_the_new_type_back(database: str, tmp_path: Path) -> None:
    shop = opened(database, tmp_path, "view")
    migrate(shop, "0006", RETYPE)
    shop.promote("8")

    class StoppedError(Exception):
        pass

    def stop(step: StepName) -> None:
        if step is StepName.PREPARE:
            raise StoppedError

    with pytest.raises(StoppedError):
        shop.rollback("7", watch=stop)
    assert shop.ask(VALUE.format("transactions")) == [("01", "text")]
    with shop.site() as site:
        abandon(site, None)
    assert shop.ask(VALUE.format("transactions")) == [(1, "integer")]
    assert shop.ask(VALUE.format("fraud_7.transactions")) == [("01", "text")]
    shop.rollback("7")
    assert shop.ask(VALUE.format("transactions")) == [("01", "text")]
