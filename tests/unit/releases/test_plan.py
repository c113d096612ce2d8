"""Plans are data: decided from a value, refused before anything is touched."""

from dataclasses import replace

import pytest

from schemaguard.errors import ConflictError, NeedsHumanError, RefusedError, UsageError
from schemaguard.releases.document import from_document, plan_hash, to_document
from schemaguard.releases.plan import Wanted, make_plan
from schemaguard.releases.release import AppliedChange, Held, OperationKind, Pointer, ReversalClass
from schemaguard.releases.steps import STEPS
from schemaguard.releases.together import alone
from tests.unit.releases.worlds import (
    DROPPED_CHANNEL,
    HIDDEN,
    PREDICTIONS,
    RENAME_BACK,
    RETIRED_CHANNEL,
    TRANSACTIONS,
    ColumnsFit,
    after_rollback,
    before_rollback,
    catalog,
    column,
    contract,
    day,
    releases,
)

FIT = ColumnsFit()
BACK = Wanted(OperationKind.ROLLBACK)


def test_a_rollback_restores_the_column_that_the_old_version_reads() -> None:
    plan = make_plan(before_rollback(), BACK, FIT)
    assert (plan.from_version, plan.to_version, plan.epoch) == ("8", "7", 2)
    assert plan.restored == ("transactions.channel",)
    assert plan.reversals[0].statements == (RENAME_BACK,)
    assert plan.reversal_class is ReversalClass.INSTANT


def test_the_revision_that_is_undone_is_held_and_the_applied_one_follows() -> None:
    move = make_plan(before_rollback(), BACK, FIT).revision
    assert (move.before, move.after, move.hold) == (("0007",), ("0006",), ("0007",))


def test_a_revision_below_one_that_stays_is_held_in_place() -> None:
    later = replace(DROPPED_CHANNEL, id=3, revision="0008", adds=(TRANSACTIONS, "note"), inverse=None)
    now = replace(
        before_rollback(),
        applied=(*before_rollback().applied, later),
        heads=("0008",),
        parents={"0008": ("0007",), "0007": ("0006",)},
    )
    move = make_plan(now, BACK, FIT).revision
    assert (move.before, move.after, move.hold) == (("0008",), ("0008",), ("0007",))


def test_a_revision_that_is_undone_in_part_only_stays_applied() -> None:
    other = replace(DROPPED_CHANNEL, id=3, adds=(PREDICTIONS, "note"), inverse=None)
    now = replace(before_rollback(), applied=(*before_rollback().applied, other))
    move = make_plan(now, BACK, FIT).revision
    assert (move.after, move.hold) == (("0007",), ("0007",))


def test_finish_retires_what_only_the_release_that_is_left_names() -> None:
    assert [each.object for each in make_plan(before_rollback(), BACK, FIT).leftovers] == ["transactions.entry_mode"]


@pytest.mark.parametrize("other", [contract("1", "entry_mode", model="churn"), contract("9", "entry_mode")])
def test_finish_leaves_what_somebody_else_names(other) -> None:  # type: ignore[no-untyped-def]  # a Contract
    assert make_plan(replace(before_rollback(), needed=(other,)), BACK, FIT).leftovers == ()


def test_finish_leaves_what_was_there_before_the_target_first_served() -> None:
    old = replace(before_rollback().applied[0], applied_at=day(0))
    now = replace(before_rollback(), applied=(old, DROPPED_CHANNEL))
    assert make_plan(now, BACK, FIT).leftovers == ()


def test_the_target_is_what_the_active_version_was_promoted_over() -> None:
    assert make_plan(before_rollback(), BACK, FIT).to_version == "7"


def test_the_fallback_comes_before_what_served_before() -> None:
    now = before_rollback()
    more = releases(("6", contract("6")), served=("6",))
    now = replace(now, pointer=replace(now.pointer, fallback="6"), releases={**now.releases, **more})
    assert make_plan(now, BACK, FIT).to_version == "6"


def test_after_a_rollback_nobody_is_sent_back_to_the_version_that_failed() -> None:
    with pytest.raises(UsageError, match="was not promoted over another version"):
        make_plan(after_rollback(), BACK, FIT)


def test_another_epoch_than_the_one_that_was_seen_is_a_conflict() -> None:
    with pytest.raises(ConflictError, match="the epoch of fraud is 2, not 1"):
        make_plan(before_rollback(), replace(BACK, if_epoch=1), FIT)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted(OperationKind.ROLLBACK, "6"), "fraud 6 is not published"),
        (Wanted(OperationKind.PROMOTE, "8"), "fraud 8 is already active"),
        (Wanted(OperationKind.PROMOTE, "7", fallback="5"), "fraud 5 is not published"),
    ],
)
def test_what_cannot_be_meant_is_said(wanted: Wanted, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_plan(before_rollback(), wanted, FIT)


def test_a_version_that_never_served_is_no_target_of_a_rollback() -> None:
    now = before_rollback()
    now = replace(now, releases={**now.releases, "9": replace(now.releases["8"], version="9", first_served_at=None)})
    with pytest.raises(UsageError, match="never served"):
        make_plan(now, replace(BACK, version="9"), FIT)


def test_a_column_that_was_really_dropped_is_refused_with_the_revision_that_did_it() -> None:
    gone = replace(DROPPED_CHANNEL, inverse=None, inverse_class=ReversalClass.IMPOSSIBLE)
    now = replace(
        before_rollback(),
        retired=(),
        applied=(before_rollback().applied[0], gone),
        catalog=catalog(column("entry_mode")),
    )
    with pytest.raises(RefusedError) as caught:
        make_plan(now, BACK, FIT)
    assert str(caught.value) == (
        "the database doesn't give fraud@7 what its contract promises: there is no column transactions.channel\n"
        "at: transactions.channel; revision 0007 changed it and has no inverse: "
        "ALTER TABLE transactions DROP COLUMN channel\n"
        "next: undo that with a new migration first; nothing was changed"
    )


def test_a_restore_that_the_server_would_refuse_is_refused_before_anything_is_touched() -> None:
    # The hidden column was dropped by hand.
    now = replace(before_rollback(), catalog=catalog(column("entry_mode")))
    with pytest.raises(RefusedError, match=r"PostgreSQL would refuse it with 42703"):
        make_plan(now, BACK, FIT)


def test_not_null_of_a_column_that_the_old_writer_does_not_know_is_lifted() -> None:
    now = before_rollback()
    new = contract("8", "entry_mode", writes=("score", "reason"))
    now = replace(
        now,
        releases={**now.releases, "8": replace(now.releases["8"], contract=new)},
        catalog=catalog(column(HIDDEN), column("entry_mode"), predictions=(column("reason", not_null=True),)),
    )
    plan = make_plan(now, BACK, FIT)
    assert [each.statement for each in plan.loosenings] == [
        "ALTER TABLE public.predictions ALTER COLUMN reason DROP NOT NULL"
    ]


def test_a_promotion_lifts_nothing() -> None:
    now = replace(
        before_rollback(),
        pointer=Pointer("fraud"),
        catalog=catalog(column("entry_mode"), predictions=(column("reason", not_null=True),)),
    )
    with pytest.raises(RefusedError, match="apply the migration that the contract was written for"):
        make_plan(now, Wanted(OperationKind.PROMOTE, "8"), FIT)


def test_another_change_is_undone_by_its_stored_inverse_where_that_helps() -> None:
    renamed = AppliedChange(
        id=3,
        revision="0008",
        statement="ALTER TABLE transactions RENAME COLUMN channel TO medium",
        inverse=("ALTER TABLE transactions RENAME COLUMN medium TO channel",),
        inverse_class=ReversalClass.INSTANT,
        applied_at=day(36),
        tables=frozenset({TRANSACTIONS}),
    )
    now = replace(
        before_rollback(),
        retired=(),
        applied=(before_rollback().applied[0], renamed),
        catalog=catalog(column("medium"), column("entry_mode")),
    )
    plan = make_plan(now, BACK, FIT)
    assert plan.reversals[0].statements == renamed.inverse
    needs_it = replace(now, needed=(contract("1", "medium", model="churn"),))
    with pytest.raises(
        RefusedError, match=r"it would break the contract of churn@1: there is no column transactions.medium"
    ):
        make_plan(needs_it, BACK, FIT)


def test_the_first_retirement_after_the_target_last_served_is_undone() -> None:
    # The name was used again, and that column retired as well.
    later = replace(RETIRED_CHANNEL, id=5, hidden_column="_sg_5_channel", retired_at=day(38), restore=("SELECT 1",))
    now = replace(
        before_rollback(),
        retired=(RETIRED_CHANNEL, later),
        catalog=catalog(column(HIDDEN), column("_sg_5_channel"), column("entry_mode")),
    )
    assert [each.retired for each in make_plan(now, BACK, FIT).reversals] == [1]


def held_now():  # type: ignore[no-untyped-def]  # a Now
    return replace(after_rollback(), held=(Held("0006", 3, ""), Held("0007", 3, "")))


def test_rolling_forward_restores_releases_the_hold_and_moves_the_revision_forward() -> None:
    plan = make_plan(held_now(), Wanted(OperationKind.PROMOTE, "8"), FIT)
    assert plan.restored == ("transactions.entry_mode",)
    assert plan.revision.release == ("0006", "0007")
    assert (plan.revision.before, plan.revision.after) == (("0005",), ("0007",))
    assert [(each.object, each.waits) for each in plan.leftovers] == [("transactions.channel", True)]


def test_promoting_a_version_that_needs_the_old_shape_keeps_the_hold() -> None:
    now = held_now()
    now = replace(now, releases={**now.releases, **releases(("9", contract("9", "channel", "entry_mode")))})
    plan = make_plan(now, Wanted(OperationKind.PROMOTE, "9"), FIT)
    assert plan.revision.release == ("0006",)
    assert plan.revision.after == ("0006",)
    assert plan.leftovers == ()


def test_a_frozen_model_goes_back_and_not_forward_and_it_is_said_who_froze_it() -> None:
    now = held_now()
    frozen = replace(now.pointer, frozen=True, frozen_by="ada", frozen_reason="an audit")
    with pytest.raises(RefusedError, match="fraud is frozen by ada: an audit") as refused:
        make_plan(replace(now, pointer=frozen), Wanted(OperationKind.PROMOTE, "8"), FIT)
    assert refused.value.next == "schemaguard thaw fraud --reason WHY"
    now = before_rollback()
    frozen = replace(now.pointer, frozen=True, frozen_by="ada", frozen_reason="an audit")
    assert make_plan(replace(now, pointer=frozen), BACK, FIT).to_version == "7"


def test_a_plan_survives_the_journal() -> None:
    made = make_plan(before_rollback(), BACK, FIT)
    plan = alone(made)
    assert from_document(to_document(plan)) == plan
    assert plan_hash(plan) == plan_hash(from_document(to_document(plan)))
    assert plan_hash(plan) != plan_hash(alone(replace(made, epoch=3)))


def test_a_stored_plan_without_what_has_a_default_is_read() -> None:
    plan = alone(make_plan(before_rollback(), BACK, FIT))
    document = to_document(plan)
    del document["reads_copy"]
    assert from_document(document) == plan
    del document["epoch"]
    with pytest.raises(NeedsHumanError, match="the stored plan can't be read: 'epoch'"):
        from_document(document)


def test_every_step_says_what_it_would_do() -> None:
    plan = make_plan(before_rollback(), BACK, FIT)
    assert [(step.name.value, step.describe(plan)) for step in STEPS] == [
        ("INTENT", ("write down who and why, and that the epoch is 2",)),
        ("PREPARE", ("restore transactions.channel", "contract views fraud_7: transactions, predictions")),
        (
            "COMMIT",
            (
                "pointer fraud 8 → 7, epoch 2 → 3",
                "applied revision 0007 → 0006",
                "hold 0007: fraud@7 needs what it takes away",
            ),
        ),
        ("PROJECT", ("registry alias fraud@champion → 7",)),
        (
            "FINISH",
            (
                "retire transactions.entry_mode when every server has switched",
                "then hold 0006, and take the applied revision back behind it where it can be",
            ),
        ),
    ]
