"""What a migration changed or deleted of promised rows goes back with the version, and forward again."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from schemaguard.adapters.control import captured, fence
from schemaguard.adapters.control.database import ControlDatabase
from schemaguard.commands.purge import Early, purge
from schemaguard.commands.resume import abandon
from schemaguard.commands.rollback import plan_rollback
from schemaguard.commands.status import status
from schemaguard.commands.uninstall import uninstall
from schemaguard.errors import RefusedError
from schemaguard.releases.release import ReversalClass, StepName
from schemaguard.releases.steps.prepare import STEP as PREPARE
from schemaguard.report.status import status_json
from tests.conftest import VERSIONS
from tests.postgres.guard.attacks.field import connected
from tests.postgres.guard.project import Project
from tests.postgres.releases.shop import INTENT, READS_7, Shop
from tests.templates import Templates

MADE = """\
create table transactions (id bigint generated always as identity primary key, amount numeric(12,2) not null,
    channel text not null default 'pos');
create table predictions (transaction_id bigint primary key references transactions (id) on delete cascade,
    score double precision not null);
insert into transactions (amount, channel) select n, 'web' from generate_series(1, 10) n;
insert into predictions select n, n from generate_series(1, 10) n
"""
CHANGED = ("update transactions set amount = amount * 100 where id < 9", "delete from transactions where id > 8")


class Migrated(Shop):
    """The same shop, with Alembic and the guard."""

    @property
    def project(self) -> Project:
        made = Project(self.url, self.folder / "migrations")
        made.revisions = [file.stem for file in sorted(made.folder.glob("versions/*.py"))]
        return made

    def migrate(self, *statements: str) -> None:
        project = self.project
        project.add("\n".join(f"op.get_bind().exec_driver_sql({text!r})" for text in statements))
        ini = project.folder / "alembic.ini"
        ini.write_text(f"[alembic]\nscript_location = {project.folder}\nurl = {self.url.replace('%', '%%')}\n")
        project.upgrade()

    def amounts(self) -> list[Any]:
        return [int(row[0]) for row in self.ask("select amount from transactions order by id")]


def changed(shop: Migrated) -> None:
    """fraud 8 serves, and revision 0002 has changed and deleted what fraud 7 reads."""
    project = shop.project
    project.lay_out()
    project.install()
    with connected(shop.url) as connection:
        assert fence.raise_fence(connection).is_full
    shop.migrate(*(text for text in MADE.split(";\n")))
    shop.publish("7", *READS_7)
    shop.promote("7")
    shop.migrate(*CHANGED)
    shop.publish("8", *READS_7)
    shop.promote("8")


@pytest.fixture(params=VERSIONS)
def shop(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[Migrated]:
    server = request.getfixturevalue(f"server{request.param}")
    with templates.copy(server, "changed", lambda url, folder: changed(Migrated(url, folder))) as (url, folder):
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        yield Migrated(url, tmp_path)


BEFORE = list(range(1, 11))
AFTER = [n * 100 for n in range(1, 9)]


def test_values_go_back_with_the_version_and_forward_again(shop: Migrated) -> None:
    assert shop.amounts() == AFTER
    with shop.site() as site:
        shown = plan_rollback(site, "fraud", INTENT).plan
    assert shown.reversal_class is ReversalClass.SLOW
    assert [each.object for each in shown.reversals] == ["transactions@0002", "predictions@0002"]
    done = shop.rollback(finish=True)
    assert (shop.amounts(), shop.heads()) == (BEFORE, ["0001"])
    assert shop.ask("select count(*) from predictions") == [(10,)]
    prepared = done.outcome.step(StepName.PREPARE)
    assert prepared is not None
    assert prepared.detail["values"] == ["transactions@0002: 10 rows given back", "predictions@0002: 2 rows given back"]
    assert "values-given-back" in shop.events()
    # Only a promotion writes again what the version was put to serve on, which nobody had promised it before.
    with pytest.raises(RefusedError, match="fraud@8 was put to serve on what revision 0002 changed in transactions"):
        shop.rollback("8")
    shop.promote("8")
    assert (shop.amounts(), shop.heads()) == (AFTER, ["0002"])
    assert shop.ask("select count(*) from predictions") == [(8,)]
    # What somebody writes meanwhile stays, and is named before anything is done and afterwards.
    shop.ask("update transactions set amount = 5 where id = 1")
    shop.ask("delete from transactions where id = 2")
    with shop.site() as site:
        first = plan_rollback(site, "fraud", INTENT).plan.reversals[0]
    assert (first.rows, first.changed_since, first.gone) == (10, 1, 1)
    done = shop.rollback(finish=True)
    assert shop.amounts() == [5, *BEFORE[2:]]
    prepared = done.outcome.step(StepName.PREPARE)
    assert prepared is not None
    assert prepared.detail["values"][0] == (
        "transactions@0002: 8 rows given back, 1 were written since and stay as they are, "
        "1 were deleted since and stay away"
    )


def test_an_operation_that_is_given_up_or_goes_on_leaves_the_values_of_one_version(
    shop: Migrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(step: StepName) -> None:
        if step is StepName.PREPARE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.rollback(watch=stop)
    assert shop.amounts() == BEFORE
    with shop.site() as site:
        abandon(site, None)
    assert shop.amounts() == AFTER
    # Between the two transactions of PREPARE.
    with monkeypatch.context() as patch:
        patch.setattr(ControlDatabase, "_carry", lambda *_, **__: stop(StepName.PREPARE))
        with pytest.raises(KeyboardInterrupt):
            shop.rollback()
    assert shop.amounts() == AFTER
    shop.resume(finish=True)
    assert shop.amounts() == BEFORE


def test_what_is_kept_is_shown_and_goes_only_when_somebody_says_so(shop: Migrated) -> None:
    with shop.site() as site:
        kept = status_json(status(site))["captured"]
        assert [(each["object"], each["rows"]) for each in kept] == [("transactions@0002", 10), ("predictions@0002", 2)]
        with pytest.raises(RefusedError, match="rows would be lost that revisions changed or deleted"):
            uninstall(site)
        with pytest.raises(RefusedError, match="needed by fraud@7"):
            purge(site, ("transactions@0002",), Early("ada", "a person asked for it"))
    shop.end_window("7")
    with shop.site() as site:
        done = purge(site, ("transactions@0002", "predictions@0002"), Early("ada", "a person asked for it"))
        assert done.objects == ("transactions@0002", "predictions@0002")
        assert status_json(status(site))["captured"] == []
    # What isn't there any more is said before and afterwards, and is no reason to stay.
    with shop.site() as site:
        planned = plan_rollback(site, "fraud", INTENT)
    assert planned.plan.lead.purged == tuple(
        f"nothing to give back of {table}: what revision 0002 changed or deleted was purged ({count} rows), "
        "and stays as it is"
        for table, count in (("transactions", 10), ("predictions", 2))
    )
    done = shop.rollback(finish=True)
    assert shop.amounts() == AFTER
    assert set(planned.plan.lead.purged) <= set(PREPARE.lines(done.outcome.plan))


def test_who_may_only_read_the_control_schema_sees_what_is_kept_and_none_of_its_rows(shop: Migrated) -> None:
    shop.ask("drop role if exists looker; create role looker; grant usage on schema schemaguard to looker")
    shop.ask("grant select on all tables in schema schemaguard to looker")
    try:
        with psycopg.connect(shop.url) as connection:
            connection.execute("set role looker")
            kept = [(str(each.table), each.obstacle) for each in captured.read(connection)]
            assert kept == [("transactions", None), ("predictions", None)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select from schemaguard_retired_1.rows")
    finally:
        shop.ask("drop owned by looker; drop role looker")


@pytest.mark.parametrize("wider", ["numeric(20,2)", "numeric"])
def test_a_type_that_has_become_wider_meanwhile_keeps_nobody_from_going_back(shop: Migrated, wider: str) -> None:
    shop.migrate(f"alter table transactions alter amount type {wider}")
    shop.rollback(finish=True)
    assert shop.amounts() == BEFORE
    shown = "select sum(amount), min(pg_typeof(amount)::text) from fraud_7.transactions"
    assert shop.ask(shown) == [(sum(BEFORE), "numeric")]
    shop.promote("8")
    assert shop.amounts() == AFTER
