"""Several models go back in one operation, each with its own pointer."""

from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest

from schemaguard.commands import switching
from schemaguard.commands.freeze import freeze
from schemaguard.commands.resume import abandon
from schemaguard.commands.rollback import plan_rollback, request, rollback
from schemaguard.errors import ConflictError, RefusedError, SchemaguardError, UsageError
from schemaguard.frozen import replace
from schemaguard.releases.release import StepName
from tests.postgres.releases.pair import FRAUD_7, LIMITS_2, LIMITS_3, Pair, document, pair
from tests.postgres.releases.shop import INTENT


def test_a_rollback_that_takes_from_another_model_what_it_reads_is_refused_with_the_list(two: Pair) -> None:
    with pytest.raises(RefusedError) as refused:
        two.back(dependents=False)
    assert "limits@3 reads predictions.reason, which fraud 7 doesn't write" in refused.value.what
    assert "schemaguard rollback fraud --with-dependents --reason WHY" in refused.value.next
    assert two.pointers() == [("fraud", "8", 2), ("limits", "3", 2)]


def test_both_go_back_in_one_operation_each_with_its_own_pointer(two: Pair) -> None:
    done = two.back()
    assert two.pointers() == [("fraud", "7", 3), ("limits", "2", 3)]
    assert two.registry.aliases == {"fraud@champion": "7", "limits@champion": "2"}
    assert done.outcome.plan.models == ("fraud", "limits")
    assert "channel" in two.columns()
    assert "entry_mode" not in two.columns()
    assert "reason" not in two.columns("predictions")
    assert two.ask("select count(*) from schemaguard.operation where kind = 'rollback'") == [(1,)]
    said = two.ask(
        "select model, array_agg(event order by position) from schemaguard.ledger "
        "where operation = %s group by 1 order by 1",
        done.outcome.operation.id,
    )
    steps = ["operation-opened", "prepared", "pointer-switched", "alias-projected", "finished"]
    assert said == [("fraud", steps), ("limits", steps)]
    with two.site() as site:
        for model, to in (("fraud", "7"), ("limits", "2")):
            last = [each for each in site.database.chronicle(model) if each.what == "rolled back"]
            assert [each.after for each in last] == [to]
        assert not site.database.overview(None).operations
    # Forward again, one after the other, with the data.
    two.promote_model("fraud", "8")
    two.promote_model("limits", "3")
    assert "reason" in two.columns("predictions")
    assert two.pointers() == [("fraud", "8", 4), ("limits", "3", 4)]
    assert two.heads() == ["0007"]


def test_a_model_named_besides_goes_along_to_the_version_that_is_named(two: Pair) -> None:
    two.back("limits=2", dependents=False)
    assert two.pointers() == [("fraud", "7", 3), ("limits", "2", 3)]


def test_a_model_named_twice_or_unknown_is_refused(two: Pair) -> None:
    for also in ("fraud", "nobody"):
        with pytest.raises(UsageError):
            two.back(also, dependents=False)
    assert two.pointers() == [("fraud", "8", 2), ("limits", "3", 2)]


def test_whatever_the_second_model_is_called_it_goes_along(database: str, tmp_path: Path) -> None:
    second = "-x=o'\"; drop table caps; -- Ä.b%s{}"
    two = pair(database, tmp_path, second)
    two.back(second, dependents=False)
    assert sorted(two.pointers()) == sorted([("fraud", "7", 3), (second, "2", 3)])
    assert two.ask("select count(*) from caps") == [(50,)]


def test_a_frozen_model_goes_back_along_but_not_forward(two: Pair) -> None:
    with two.site() as site:
        freeze(site, "limits", "an audit", None)
    two.back()
    assert two.pointers() == [("fraud", "7", 3), ("limits", "2", 3)]
    with pytest.raises(SchemaguardError, match="limits is frozen"):
        two.promote_model("limits", "3")
    # The server itself lets nobody else switch it.
    with pytest.raises(psycopg.Error, match="limits is frozen"):
        two.ask("update schemaguard.pointer set active = '3', epoch = 9 where model = 'limits'")


def test_a_model_without_a_version_before_is_named_and_nothing_is_done(two: Pair) -> None:
    two.publish_parts("young", "1", (LIMITS_3[0],))
    two.promote_model("young", "1")
    with pytest.raises(UsageError, match="young can't go back together with fraud: young 1 was not promoted over"):
        two.back()
    assert ("fraud", "8", 2) in two.pointers()


def test_an_abandoned_operation_leaves_both_as_they_were(two: Pair) -> None:
    class StoppedError(Exception):
        pass

    def stop(name: StepName) -> None:
        if name is StepName.PREPARE:
            raise StoppedError

    with pytest.raises(StoppedError):
        two.back(watch=stop)
    assert "channel" in two.columns()
    with two.site() as site:
        (open_one,) = site.database.overview("limits").operations
        assert open_one.models == ("fraud", "limits")
        abandon(site, None)
    assert "channel" not in two.columns()
    assert two.pointers() == [("fraud", "8", 2), ("limits", "3", 2)]
    assert two.ask("select model from schemaguard.ledger where event = 'operation-abandoned' order by 1") == [
        ("fraud",),
        ("limits",),
    ]


def test_an_operation_that_waits_goes_on_for_the_model_that_nobody_has_switched_since(two: Pair) -> None:
    two.back(finish=False)
    (number,) = two.ask("select id from schemaguard.operation where state = 'waiting'")[0]
    two.promote_model("fraud", "8")
    assert two.ask("select state from schemaguard.operation where id = %s", number) == [("waiting",)]
    two.promote_model("limits", "3")
    assert two.ask("select state from schemaguard.operation where id = %s", number) == [("abandoned",)]
    assert "reason" in two.columns("predictions")


def test_operators_with_overlapping_companies_end_with_one_winner_and_no_deadlock(two: Pair) -> None:
    """One asks for fraud and its dependents, the other for limits and fraud."""
    start, said = Barrier(2), []

    def go(model: str, also: tuple[str, ...]) -> None:
        start.wait()
        try:
            two.back(*also, model=model)
            said.append("done")
        except (ConflictError, UsageError) as error:
            said.append(error.what)

    threads = [Thread(target=go, args=args) for args in (("fraud", ()), ("limits", ("fraud",)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("done") == 1, said
    assert two.pointers() == [("fraud", "7", 3), ("limits", "2", 3)]


def test_a_plan_that_lost_one_of_its_epochs_is_refused(two: Pair) -> None:
    with two.site() as site, two.site() as other:
        wanted = request(site, "fraud", INTENT, with_dependents=True)

        def late(_: switching.Shown) -> None:
            switching.switch(other, request(other, "limits", INTENT), finish=True)

        with pytest.raises((ConflictError, UsageError)):
            switching.switch(site, wanted, late, finish=True)
        assert plan_rollback(other, "fraud", INTENT).plan.models == ("fraud",)
    assert two.pointers() == [("fraud", "8", 2), ("limits", "2", 3)]


def test_a_version_that_only_has_its_window_open_takes_nobody_along(two: Pair) -> None:
    two.back(model="limits", dependents=False)
    with pytest.raises(RefusedError) as refused:
        two.back()
    # limits serves 2 by now: whatever it is switched to, limits 3 reads the reason as long as its window is open.
    assert "limits@3 reads predictions.reason, which fraud 7 doesn't write" in refused.value.what
    assert refused.value.next == "let limits@3 do without it first, or: --without-dependents"


def test_a_version_that_reads_what_nothing_that_serves_writes_is_refused_unless_the_operator_says_so(two: Pair) -> None:
    two.back()
    with two.site() as site, pytest.raises(RefusedError) as raised:
        rollback(site, "limits", INTENT, to="3")
    assert str(raised.value).startswith(
        "limits@3 reads predictions.reason, which fraud@8 writes and nothing that serves does"
    )
    assert raised.value.next == "first let a version of fraud serve that writes it, or: --without-dependents"
    with two.site() as site:
        wanted = replace(request(site, "limits", INTENT, to="3"), leaves_dependents=True)
        switching.switch(site, wanted)
    assert two.pointers() == [("fraud", "7", 3), ("limits", "3", 4)]


def test_a_reader_that_is_published_after_the_plan_was_shown_is_asked_for(two: Pair) -> None:
    # Older than what fraud 7 first served, so that nothing of it goes, whoever reads it.
    two.ask("update schemaguard.applied_change set applied_at = applied_at - interval '1 day' where revision = '0006'")
    two.accept()

    def late(_: switching.Shown) -> None:
        two.publish_parts("audit", "1", (("predictions", "read", ("transaction_id", "reason")),))

    with (
        two.site() as site,
        pytest.raises(ConflictError, match=r"audit@1 was published, which reads predictions\.reason"),
    ):
        switching.switch(site, request(site, "fraud", INTENT, with_dependents=True), late)
    assert two.pointers() == [("fraud", "8", 2), ("limits", "3", 2)]
    assert two.ask("select count(*) from schemaguard.operation where kind = 'rollback'") == [(0,)]


def test_what_was_switched_is_given_up_with_the_way_back_of_each(two: Pair) -> None:
    class StoppedError(Exception):
        pass

    def stop(name: StepName) -> None:
        if name is StepName.COMMIT:
            raise StoppedError

    with pytest.raises(StoppedError):
        two.back(watch=stop)
    with two.site() as site, pytest.raises(RefusedError) as refused:
        abandon(site, None)
    assert refused.value.next.endswith("then: schemaguard promote fraud 8 --also=limits=3")


def test_both_go_forward_in_one_operation_with_the_data(two: Pair) -> None:
    two.ask("update transactions set entry_mode = 'chip'; update predictions set reason = 'keyed'")
    two.back()
    two.ask("insert into transactions (amount, channel) values (7, 'app')")
    done = two.forth("limits=3")
    assert two.pointers() == [("fraud", "8", 4), ("limits", "3", 4)]
    assert two.registry.aliases == {"fraud@champion": "8", "limits@champion": "3"}
    assert two.heads() == ["0007"]
    # The windows of fraud 7 and limits 2 begin anew, and fraud 7 reads the channel.
    assert "channel" in two.columns()
    assert two.ask("select count(*) from transactions where entry_mode = 'chip'") == [(50,)]
    assert two.ask("select count(*) from predictions where reason = 'keyed'") == [(50,)]
    assert two.ask("select * from schemaguard.held_revision") == []
    assert two.ask("select count(*) from schemaguard.operation where kind = 'promote' and id > 5") == [(1,)]
    assert done.outcome.waiting is not None
    assert "still needed by fraud@7" in done.outcome.waiting.what
    with two.site() as site:
        assert [each.default_target() for each in site.database.nows(("fraud", "limits"))] == ["7", "2"]
    # And back once more, in one operation as well, with what was written meanwhile.
    two.back()
    assert two.pointers() == [("fraud", "7", 5), ("limits", "2", 5)]
    assert two.ask("select channel, count(*) from transactions group by 1 order by 1") == [("app", 1), ("web", 50)]


def test_a_feature_query_is_judged_by_what_the_promotion_brings_back(two: Pair) -> None:
    two.ask(
        "update schemaguard.contract c set query = 'select id, amount, entry_mode from transactions' "
        "from schemaguard.release r where r.contract = c.digest and (r.model, r.model_version) = ('fraud', '8')"
    )
    two.accept()
    two.back()
    assert "entry_mode" not in two.columns()
    two.forth("limits=3")
    assert two.pointers() == [("fraud", "8", 4), ("limits", "3", 4)]


def test_whoever_reads_what_nobody_writes_yet_is_promoted_with_its_writer(two: Pair) -> None:
    two.back()
    with pytest.raises(RefusedError) as refused:
        two.forth(model="limits", version="3")
    assert "limits@3 reads predictions.reason" in refused.value.what
    assert refused.value.next.startswith("schemaguard promote limits 3 --also=fraud=VERSION")
    two.forth("fraud=8", model="limits", version="3")
    assert two.pointers() == [("fraud", "8", 4), ("limits", "3", 4)]


def test_whoever_loses_what_it_reads_is_promoted_along(two: Pair) -> None:
    two.publish_parts("fraud", "9", FRAUD_7[1:])
    two.publish_parts("limits", "4", LIMITS_2)
    with pytest.raises(RefusedError) as refused:
        two.forth(version="9")
    assert refused.value.next.startswith("schemaguard promote fraud 9 --also=limits=VERSION")


def test_a_model_that_is_promoted_along_needs_its_version(two: Pair) -> None:
    two.back()
    with pytest.raises(UsageError, match="--also limits doesn't say which version") as refused:
        two.forth("limits")
    assert refused.value.next == "schemaguard promote fraud 8 --also=limits=VERSION"


def test_the_data_of_each_that_is_promoted_is_looked_at_and_each_answers_for_itself(two: Pair) -> None:
    two.back()
    sure = document("limits", "4", LIMITS_3)
    sure["schema"][0]["properties"][1]["logicalTypeOptions"] = {"maximum": 0.9}
    two.publish_document_of("limits", "4", sure)
    two.ask("update predictions set score = 0.95 where transaction_id = 1")
    with pytest.raises(RefusedError, match="the data isn't what limits@4 is promised: 1 rows break"):
        two.forth("limits=4")
    two.forth("limits=4", verify=False)
    assert two.ask(
        "select model from schemaguard.ledger where entry::jsonb #> '{payload,unverified}' = 'true' order by 1"
    ) == [
        ("fraud",),
        ("limits",),
    ]


def test_what_was_left_half_done_below_a_model_that_comes_along_is_refused(two: Pair) -> None:
    two.back()
    two.ask("create index caps_cap on caps (cap)")
    two.ask("update pg_index set indisvalid = false where indexrelid = 'caps_cap'::regclass")
    with pytest.raises(RefusedError, match="index caps_cap of caps is invalid") as refused:
        two.forth("limits=3")
    assert refused.value.at == "a table that limits 3 names"
    with pytest.raises(RefusedError, match="index caps_cap of caps is invalid"):
        two.forth("fraud=8", model="limits", version="3")
    assert two.pointers() == [("fraud", "7", 3), ("limits", "2", 3)]
