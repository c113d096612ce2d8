"""Whom else a switch concerns: who reads what the model writes, and who shares what comes back."""

from dataclasses import replace

import pytest

from schemaguard.catalog.objects import Name
from schemaguard.contracts.contract import Contract
from schemaguard.errors import RefusedError
from schemaguard.releases.dependents import Dependent, dependents, require_followed
from schemaguard.releases.now import Now
from schemaguard.releases.plan import Plan
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import OperationKind, Pointer, ReversalClass
from schemaguard.releases.together import OperationPlan, Planning, alone
from tests.unit.releases.worlds import RETIRED_CHANNEL, START, ColumnsFit, catalog, column, contract, releases

SEVEN = contract("7", "id", "channel", writes=("score",))
EIGHT = contract("8", "id", writes=("score", "reason"))
PLAN = Plan(OperationKind.ROLLBACK, "fraud", "8", "7", 2, "champion")


def limits(
    reads: tuple[str, ...], table: str = "predictions", writes: tuple[str, ...] = (), model: str = "limits"
) -> Contract:
    made = contract("2", *reads, model=model, writes=writes)
    own = (replace(made.tables[1], table=Name(model)),) if writes else ()
    return replace(made, tables=(replace(made.tables[0], table=Name(table)), *own))


def now(*needed: Contract) -> Now:
    world = catalog(column("channel"), predictions=(column("reason"),))
    known = releases(("7", SEVEN), ("8", EIGHT))
    return Now(START, Pointer("fraud", 2, "8"), known, world, needed=needed)


def found(seen: Now, plan: Plan = PLAN) -> tuple[Dependent, ...]:
    return dependents(Planning(alone(plan), (seen,), seen.catalog), ColumnsFit())


def test_who_reads_what_the_model_writes_is_named_and_keeps_nothing_up() -> None:
    concerned = found(now(limits(("score",))))
    assert [(each.who, each.why, each.loses, each.lacks) for each in concerned] == [
        ("limits@2", "reads predictions.score, which fraud writes", False, None)
    ]
    require_followed(alone(PLAN), concerned)


def test_who_reads_what_would_not_be_written_any_more_is_refused_with_the_list() -> None:
    concerned = found(now(limits(("score", "reason"))))
    assert [each.loses for each in concerned] == [True, False]
    with pytest.raises(RefusedError) as refused:
        require_followed(alone(PLAN), concerned, ["limits"])
    assert "limits@2 reads predictions.reason, which fraud 7 doesn't write" in refused.value.what
    assert "schemaguard rollback fraud --with-dependents --reason WHY" in refused.value.next
    forward = replace(PLAN, kind=OperationKind.PROMOTE, from_version="7", to_version="8")
    assert not any(each.loses for each in found(now(limits(("reason",))), forward))


def test_who_cannot_be_taken_along_is_asked_to_do_without() -> None:
    with pytest.raises(RefusedError) as refused:
        require_followed(alone(PLAN), found(now(limits(("reason",)))))
    assert refused.value.next == "let limits@2 do without it first, or: --without-dependents"


def test_a_version_that_goes_along_and_reads_it_too_is_refused() -> None:
    plan = OperationPlan((PLAN,), "fraud")
    loses = Dependent("limits@1", "reads predictions.reason, which fraud 7 doesn't write", loses=True, model="fraud")
    with pytest.raises(RefusedError, match="limits@1 reads"):
        require_followed(plan, [loses])


def test_who_reads_what_was_made_of_it_is_named_and_nobody_is_followed_twice() -> None:
    first = limits(("score",), writes=("most",))
    second = limits(("most",), "limits", writes=("price",), model="pricing")
    third = limits(("price",), "pricing", writes=("most",), model="again")
    assert [(each.who, each.why) for each in found(now(first, second, third))] == [
        ("again@2", "reads pricing.price, which pricing@2 writes downstream of this"),
        ("limits@2", "reads predictions.score, which fraud writes"),
        ("pricing@2", "reads limits.most, which limits@2 writes downstream of this"),
    ]


def test_who_does_not_have_what_it_was_promised_is_told_as_such() -> None:
    (concerned,) = [each for each in found(now(limits(("score", "gone")))) if "score" in each.why]
    assert concerned.lacks == "there is no column predictions.gone"


@pytest.mark.parametrize("name", [None, "channel", "a.b", 'a"b'])
def test_who_shares_what_comes_back_is_named(name: str | None) -> None:
    back = Reversal("whatever it is called", (), ReversalClass.INSTANT, retired=1)
    hidden = replace(RETIRED_CHANNEL, column=name)
    reads = limits((name or "channel",), "transactions")
    seen = replace(now(reads), retired=(hidden,))
    concerned = found(seen, replace(PLAN, reversals=(back,)))
    assert [(each.who, each.why) for each in concerned] == [("limits@2", f"shares transactions.{name or 'channel'}")]


def test_versions_of_the_model_itself_and_strangers_are_not_named() -> None:
    stranger = limits(("id",), "merchants")
    assert found(now(SEVEN, stranger)) == ()
