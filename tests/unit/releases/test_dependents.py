"""Whom else a switch concerns: who reads what the model writes, and who shares what comes back."""

from dataclasses import replace

import pytest

from schemaguard.catalog.objects import Name
from schemaguard.commands.switching import require_followed
from schemaguard.errors import RefusedError
from schemaguard.releases.dependents import dependents
from schemaguard.releases.now import Now
from schemaguard.releases.plan import Plan
from schemaguard.releases.readiness import Reversal
from schemaguard.releases.release import OperationKind, Pointer, ReversalClass
from tests.unit.releases.worlds import START, catalog, column, contract, releases

SEVEN = contract("7", "id", "channel", writes=("score",))
EIGHT = contract("8", "id", writes=("score", "reason"))
PLAN = Plan(OperationKind.ROLLBACK, "fraud", "8", "7", 2, "champion")


def limits(reads: tuple[str, ...], table: str = "predictions") -> object:
    made = contract("2", *reads, model="limits", writes=())
    return replace(made, tables=(replace(made.tables[0], table=Name(table)),))


def now(*needed: object) -> Now:
    world = catalog(column("channel"), predictions=(column("reason"),))
    known = releases(("7", SEVEN), ("8", EIGHT))
    return Now(START, Pointer("fraud", 2, "8"), known, world, needed=needed)  # type: ignore[arg-type]


def test_who_reads_what_the_model_writes_is_named_and_keeps_nothing_up() -> None:
    found = dependents(now(limits(("score",))), PLAN)
    assert [(each.who, each.why, each.loses) for each in found] == [
        ("limits@2", "reads predictions.score, which fraud writes", False)
    ]
    require_followed(PLAN, found)


def test_who_reads_what_would_not_be_written_any_more_is_refused_with_the_list() -> None:
    found = dependents(now(limits(("score", "reason"))), PLAN)
    assert [each.loses for each in found] == [True, False]
    with pytest.raises(RefusedError) as refused:
        require_followed(PLAN, found)
    assert "limits@2 reads predictions.reason, which fraud 7 doesn't write" in refused.value.what
    assert "schemaguard rollback limits --reason WHY" in refused.value.next
    forward = replace(PLAN, kind=OperationKind.PROMOTE, from_version="7", to_version="8")
    assert not any(each.loses for each in dependents(now(limits(("reason",))), forward))


@pytest.mark.parametrize("named", ["transactions.channel", "public.transactions.channel", "transactions"])
def test_who_shares_what_comes_back_is_named(named: str) -> None:
    back = Reversal(named, (), ReversalClass.INSTANT, retired=1)
    found = dependents(now(limits(("channel",), "transactions")), replace(PLAN, reversals=(back,)))
    assert [(each.who, each.why) for each in found] == [("limits@2", "shares transactions.channel")]


def test_versions_of_the_model_itself_and_strangers_are_not_named() -> None:
    stranger = limits(("id",), "merchants")
    assert dependents(now(SEVEN, stranger), PLAN) == ()
