"""Several models in one operation: each finds the database as those before it leave it."""

from dataclasses import replace

import pytest

from schemaguard.errors import NeedsHumanError, UsageError
from schemaguard.releases.dependents import dependents
from schemaguard.releases.document import from_document, plan_hash, to_document
from schemaguard.releases.filling import require_values
from schemaguard.releases.now import Now
from schemaguard.releases.plan import BrokenContractError, Wanted
from schemaguard.releases.release import Operation, OperationKind, Pointer, Release, ReversalClass
from schemaguard.releases.seen import State
from schemaguard.releases.steps.step import OperationStep, StepInverse
from schemaguard.releases.together import OperationPlan, plan_together
from tests.unit.releases.worlds import (
    HIDDEN,
    RETIRED_CHANNEL,
    ColumnsFit,
    before_rollback,
    catalog,
    column,
    contract,
    day,
    operation,
)

FIT = ColumnsFit()
BACK = {"fraud": Wanted(OperationKind.ROLLBACK), "limits": Wanted(OperationKind.ROLLBACK)}


def limits(of: Now, before: tuple[str, ...] = ("channel",), after: tuple[str, ...] = ("entry_mode",)) -> Now:
    """limits 3 serves beside fraud 8, and 2 served before it."""
    two, three = (contract(v, *reads, model="limits", writes=()) for v, reads in (("2", before), ("3", after)))
    return replace(
        of,
        pointer=Pointer("limits", epoch=5, active="3", previous="2"),
        releases={
            "2": Release("limits", "2", two, "limits_2", first_served_at=day(2), superseded_at=day(20)),
            "3": Release("limits", "3", three, "limits_3", first_served_at=day(20)),
        },
        history=(replace(operation(3, OperationKind.PROMOTE, ("2", "3"), 4), model="limits"),),
    )


def together(*nows: Now, wanted: dict[str, Wanted] = BACK) -> OperationPlan:
    return plan_together(nows, wanted, "fraud", FIT).plan


def test_what_both_need_comes_back_once_and_what_both_leave_goes_once() -> None:
    plan = together(limits(before_rollback()), before_rollback())
    assert [(each.model, each.to_version, each.epoch) for each in plan.members] == [
        ("fraud", "7", 2),
        ("limits", "2", 5),
    ]
    assert plan.restored == ("transactions.channel",)
    assert [each.object for each in plan.leftovers] == ["transactions.entry_mode"]
    assert [each.object for each in plan.members[1].leftovers] == []
    assert plan.hold == ("0007",)
    assert [each.revision.after for each in plan.members] == [("0006",), ("0006",)]


def test_what_the_other_one_goes_back_to_keeps_what_it_reads() -> None:
    plan = together(before_rollback(), limits(before_rollback(), before=("entry_mode",)))
    assert plan.leftovers == ()


def test_the_release_that_the_other_one_leaves_holds_until_finish() -> None:
    taken = replace(
        RETIRED_CHANNEL, restore=(f"{RETIRED_CHANNEL.restore[0]}; ALTER TABLE transactions DROP entry_mode",)
    )
    now = replace(before_rollback(), retired=(taken,), releases=before_rollback().releases)
    with pytest.raises(BrokenContractError, match="break the contract of"):
        together(now, limits(now))


def test_a_plan_of_several_survives_the_journal_and_no_older_program_carries_out_half_of_it() -> None:
    plan = together(before_rollback(), limits(before_rollback()))
    document = to_document(plan)
    assert from_document(document) == plan
    assert plan_hash(from_document(document)) == plan_hash(plan)
    # What an older program asks for isn't there.
    assert not {"kind", "from_version", "to_version", "epoch"} & set(document)
    with pytest.raises(NeedsHumanError, match="can't be read"):
        from_document({**document, "model": "nobody"})
    with pytest.raises(NeedsHumanError, match="can't be read"):
        from_document({"members": [{}], "model": "fraud"})


def test_who_cannot_go_along_is_named_with_the_reason() -> None:
    first = replace(limits(before_rollback()), history=())
    with pytest.raises(UsageError, match="limits can't go back together with fraud: limits 3 was not promoted over"):
        together(before_rollback(), first)


def test_what_only_the_other_one_requires_is_filled_where_the_column_comes_back() -> None:
    now = replace(
        before_rollback(),
        retired=(replace(RETIRED_CHANNEL, without_value=4),),
        catalog=catalog(column(HIDDEN, not_null=True), column("entry_mode")),
    )
    other = limits(now)
    two = other.releases["2"]
    promises = tuple(replace(each, required=True) for each in two.contract.tables[0].promises)
    asked = replace(two.contract, tables=(replace(two.contract.tables[0], promises=promises), two.contract.tables[1]))
    needs = replace(other, releases={**other.releases, "2": replace(two, contract=asked)})
    with pytest.raises(NeedsHumanError) as stopped:
        require_values(together(now, needs))
    assert stopped.value.next == (
        "schemaguard rollback fraud --to 7 --also=limits=2 --fill transactions.channel=EXPR --reason WHY"
    )
    filled = {**BACK, "fraud": Wanted(OperationKind.ROLLBACK, fills=("transactions.channel='x'",))}
    require_values(together(now, needs, wanted=filled))
    wrong = {**BACK, "fraud": Wanted(OperationKind.ROLLBACK, fills=("transactions.nothing='x'",))}
    with pytest.raises(UsageError, match="doesn't name a column whose rows lack a value"):
        together(now, needs, wanted=wrong)


def test_an_operation_is_told_as_of_each_of_its_models() -> None:
    plan = together(before_rollback(), limits(before_rollback()))
    made = replace(operation(9, OperationKind.ROLLBACK, ("8", "7"), 2), document=to_document(plan))
    assert str(made) == "operation 9 (rollback fraud 8 → 7 and limits 3 → 2)"
    told: Operation = made.of("limits")
    assert (told.model, told.from_version, told.to_version, told.expected_epoch) == ("limits", "3", "2", 5)
    assert operation(1, OperationKind.PROMOTE, (None, "7")).models == ("fraud",)


def test_whoever_goes_along_to_a_version_that_loses_what_it_reads_is_named() -> None:
    now = before_rollback()
    eight = now.releases["8"]
    writes = contract("8", "entry_mode", writes=("score", "reason"))
    world = replace(
        now,
        releases={**now.releases, "8": replace(eight, contract=writes)},
        catalog=catalog(*now.catalog.tables[RETIRED_CHANNEL.table].columns[1:], predictions=(column("reason"),)),
    )
    other = limits(world)
    reads = contract("2", model="limits", writes=("reason",))
    two = replace(other.releases["2"], contract=replace(reads, tables=(replace(reads.tables[1], access="read"),)))
    planning = plan_together(
        [world, replace(other, releases={**other.releases, "2": two})], BACK, "fraud", FIT
    )  # fmt: skip
    (named,) = dependents(planning, FIT)
    assert (named.who, named.loses) == ("limits@2", True)


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ((State.AFTER, State.AFTER), State.AFTER),
        ((State.AFTER, State.BEFORE), State.BEFORE),
        ((State.NEITHER, State.AFTER), State.NEITHER),
    ],
)
def test_a_step_is_done_when_it_is_done_for_each(states: tuple[State, ...], whole: State) -> None:
    plan = together(before_rollback(), limits(before_rollback()))
    answers = iter(states)
    step = OperationStep(
        None,  # type: ignore[arg-type]  # only its probe is asked
        lambda _, __: next(answers),
        lambda *_: {},
        lambda _: StepInverse(None, ""),
        lambda each: ("nothing",) if each.model == "fraud" else (f"something for {each.model}",),
        "nothing",
    )
    assert step.state(plan, (None, None)) is whole  # type: ignore[arg-type]
    assert step.lines(plan) == ("something for limits",)
    assert plan.reversal_class is ReversalClass.INSTANT
