"""Model and schema go back together on a real server, and forward again."""

import psycopg
import pytest

from schemaguard.adapters.control.database import ControlDatabase
from schemaguard.commands.promote import plan_promotion
from schemaguard.commands.reconcile import reconcile
from schemaguard.commands.resume import abandon, mark_done
from schemaguard.commands.rollback import rollback
from schemaguard.commands.switching import Shown
from schemaguard.errors import ConflictError, RefusedError, RegistryError, UsageError
from schemaguard.releases.ports import ConnectionLostError
from schemaguard.releases.release import StepName, StepState
from tests.postgres.releases.shop import INTENT, Shop

STEPS_OF_ONE = ["operation-opened", "prepared", "pointer-switched", "alias-projected"]


def test_rollback_brings_back_the_column_and_keeps_rows_written_by_the_new_version(shop: Shop) -> None:
    shop.ask("insert into transactions (amount, entry_mode) values (7, 'chip')")
    assert "channel" not in shop.columns()
    done = shop.rollback()
    assert shop.pointer() == ("7", 3, "8")
    assert shop.registry.aliases == {"fraud@champion": "7"}
    assert shop.ask("select channel, count(*) from transactions group by 1 order by 1") == [("pos", 1), ("web", 50)]
    assert done.outcome.plan.restored == ("transactions.channel",)
    assert shop.ask("select channel from fraud_7.transactions order by id limit 1") == [("web",)]
    assert shop.ask("select entry_mode from fraud_8.transactions order by id desc limit 1") == [("chip",)]


def test_the_revision_goes_back_and_cannot_be_applied_again_by_accident(shop: Shop) -> None:
    shop.rollback()
    assert shop.heads() == ["0006"]
    with pytest.raises(psycopg.errors.RaiseException, match="revision 0007 is held"):
        shop.ask("update alembic_version set version_num = '0007'")


def test_every_event_is_in_the_ledger_once(shop: Shop) -> None:
    before = len(shop.events())
    shop.rollback()
    assert shop.events()[before:] == STEPS_OF_ONE
    shop.resume(finish=True)
    assert shop.events()[before:] == [*STEPS_OF_ONE, "finished"]


def test_rolling_forward_restores_and_never_runs_the_revision_again(shop: Shop) -> None:
    shop.rollback(finish=True)
    assert "entry_mode" not in shop.columns()
    assert shop.heads() == ["0005"]
    done = shop.promote("8")
    assert done.outcome.plan.restored == ("transactions.entry_mode",)
    assert shop.heads() == ["0007"]
    assert shop.ask("select * from schemaguard.held_revision") == []
    # fraud 7 is in its window again: what 0007 took away stays in sight until that is over.
    assert {"entry_mode", "channel"} <= shop.columns()
    with shop.site() as site:
        waiting = reconcile(site).waiting
    assert "still needed by fraud@7" in waiting[0]
    shop.end_window("7")
    with shop.site() as site:
        assert reconcile(site, finish=True).finished
    assert "channel" not in shop.columns()
    assert shop.rollback().outcome.plan.restored == ("transactions.channel",)
    assert shop.ask("select channel, count(*) from transactions group by 1") == [("web", 50)]


def test_finish_waits_for_the_servers_that_are_alive(shop: Shop) -> None:
    lease = "insert into schemaguard.server_lease values ('fraud', %s, %s, now() + %s::interval)"
    shop.ask(lease, "scorer-1", 2, "1 minute")
    shop.ask(lease, "scorer-2", 2, "-1 minute")
    done = shop.rollback()
    assert done.outcome.waiting is not None
    assert done.outcome.waiting.what == "these model servers have not switched yet: scorer-1"
    assert "entry_mode" in shop.columns()
    shop.ask("update schemaguard.server_lease set epoch = 3 where name = 'scorer-1'")
    assert shop.resume().outcome.waiting is None
    assert "entry_mode" not in shop.columns()
    assert shop.ask("select entry_mode from fraud_8.transactions limit 1") == [(None,)]


def test_a_registry_that_is_down_lets_the_operation_wait_with_the_pointer_switched(shop: Shop) -> None:
    shop.registry.error = RegistryError("could not read the aliases of fraud: connection refused", at="memory")
    done = shop.rollback()
    assert done.warning is not None
    assert done.outcome.waiting is not None
    assert str(done.outcome.waiting) == (
        "fraud 7 serves (epoch 3), but the registry's alias could not follow: "
        "could not read the aliases of fraud: connection refused\n"
        "at: memory\n"
        "next: once the registry answers again: schemaguard resume 3"
    )
    assert shop.pointer() == ("7", 3, "8")
    assert shop.registry.aliases == {"fraud@champion": "8"}
    assert shop.ask("select attempts, delivered_at from schemaguard.outbox where operation = 3") == [(1, None)]
    shop.registry.error = None
    shop.resume()
    assert shop.registry.aliases == {"fraud@champion": "7"}


def test_a_promotion_needs_the_registry(shop: Shop) -> None:
    shop.rollback()
    shop.registry.error = RegistryError("down")
    with pytest.raises(RegistryError, match="down"):
        shop.promote("8")
    assert shop.pointer()[1] == 3


def test_a_late_delivery_never_overwrites_a_newer_epoch(shop: Shop) -> None:
    shop.registry.error = RegistryError("down")
    shop.rollback()
    shop.registry.error = None
    with ControlDatabase(shop.url) as database:
        late = database.unfinished()[0]
    shop.promote("8")
    assert shop.registry.aliases == {"fraud@champion": "8"}
    assert shop.ask("select state from schemaguard.operation where id = %s", late.id) == [("abandoned",)]
    with pytest.raises(UsageError, match="is already abandoned"), shop.site() as site:
        abandon(site, late.id)


def test_reconcile_corrects_an_alias_that_somebody_moved(shop: Shop) -> None:
    shop.registry.set_alias("fraud", "champion", "9")
    with shop.site() as site:
        done = reconcile(site)
        again = reconcile(site)
    assert (done.corrected, again.corrected) == (("fraud@champion 9 → 8",), ())
    assert shop.events()[-1] == "alias-corrected"


def test_an_operation_that_switched_nothing_can_be_given_up(shop: Shop) -> None:
    def stop(step: StepName) -> None:
        if step is StepName.PREPARE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.rollback(watch=stop)
    assert "channel" in shop.columns()
    with pytest.raises(ConflictError, match=r"operation 3 \(rollback fraud 8 → 7\) is open"):
        shop.rollback()
    with shop.site() as site:
        abandon(site, None)
    assert "channel" not in shop.columns()
    assert shop.pointer()[:2] == ("8", 2)
    assert shop.rollback().outcome.plan.restored == ("transactions.channel",)


def test_what_has_switched_the_pointer_cannot_be_given_up(shop: Shop) -> None:
    shop.rollback()
    with pytest.raises(RefusedError, match="has switched the pointer already"), shop.site() as site:
        abandon(site, None)


def test_a_lost_answer_to_the_commit_is_looked_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = ControlDatabase.commit

    def commit_and_lose(self: ControlDatabase, *arguments):  # type: ignore[no-untyped-def]  # the port's own
        monkeypatch.setattr(ControlDatabase, "commit", commit)
        commit(self, *arguments)
        self.connection.close()
        raise ConnectionLostError("the connection to the database was lost")

    monkeypatch.setattr(ControlDatabase, "commit", commit_and_lose)
    shop.rollback()
    assert shop.pointer() == ("7", 3, "8")
    assert shop.events().count("pointer-switched") == 3


def test_a_connection_that_was_cut_before_the_commit_commits_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = ControlDatabase.commit

    def cut(self: ControlDatabase, *arguments):  # type: ignore[no-untyped-def]  # the port's own
        monkeypatch.setattr(ControlDatabase, "commit", commit)
        shop.ask("select pg_terminate_backend(%s)", self.connection.info.backend_pid)
        return commit(self, *arguments)

    monkeypatch.setattr(ControlDatabase, "commit", cut)
    shop.rollback()
    assert shop.pointer() == ("7", 3, "8")


def test_a_migration_since_the_plan_was_shown_is_a_conflict(shop: Shop) -> None:
    def migrate(_: Shown) -> None:
        shop.ask("update alembic_version set version_num = '0009'")

    with shop.site() as site, pytest.raises(ConflictError, match="has changed since the plan for fraud was made"):
        rollback(site, "fraud", INTENT, approve=migrate)
    assert shop.pointer()[1] == 2


def test_a_purged_column_needs_a_human(shop: Shop) -> None:
    shop.ask("alter table transactions drop column __retired_1_channel cascade")
    with pytest.raises(RefusedError, match="42703"):
        shop.rollback()
    assert shop.pointer()[:2] == ("8", 2)
    assert shop.ask("select 1 from schemaguard.operation where state = 'open'") == []


def test_nothing_is_touched_where_the_contract_cannot_be_satisfied(shop: Shop) -> None:
    shop.ask("alter table transactions drop column amount cascade")
    with pytest.raises(RefusedError, match=r"nothing was changed|promises"):
        shop.rollback()
    assert "channel" not in shop.columns()
    assert shop.ask("select 1 from schemaguard.operation where id > 2") == []


def test_a_step_can_be_marked_done_by_hand_except_the_switch(shop: Shop) -> None:
    shop.registry.error = RegistryError("down")
    shop.rollback()
    with shop.site() as site:
        marked = mark_done(site, None)
    assert marked.step(StepName.PROJECT).state is StepState.DONE
    assert shop.resume(finish=True).outcome.waiting is None
    assert "step-marked-done" in shop.events()


def test_not_null_that_the_new_version_added_is_lifted_so_that_the_old_one_can_write(shop: Shop) -> None:
    shop.ask("alter table predictions add column explanation text not null default ''")
    shop.ask("alter table predictions alter column explanation drop default")
    (addition,) = shop.rollback().outcome.plan.lead.additions
    assert addition.object == "NOT NULL of predictions.explanation"
    shop.ask("insert into fraud_7.predictions (transaction_id, score) values (1, 0.5)")


@pytest.mark.parametrize(
    ("model", "version", "message"),
    [("churn", "1", "no model 'churn' is published here"), ("fraud", "12", "fraud 12 is not published")],
)
def test_what_is_not_published_is_said(shop: Shop, model: str, version: str, message: str) -> None:
    with pytest.raises(UsageError, match=message), shop.site() as site:
        plan_promotion(site, model, version, INTENT)
