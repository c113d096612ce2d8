"""A policy is asked before something new serves, and keeps nobody from going back by failing; the ledger has it all."""

from collections.abc import Callable

import pytest

from schemaguard.adapters.policy import asking
from schemaguard.adapters.policy.asking import PolicyLimits
from schemaguard.commands.approve import approve
from schemaguard.commands.audit import verify
from schemaguard.commands.contracts.publish import publish_contract
from schemaguard.commands.policy import explain_policy
from schemaguard.commands.promote import request as promotion
from schemaguard.commands.rollback import request as way_back
from schemaguard.commands.site import Site
from schemaguard.commands.switching import Request, switch
from schemaguard.errors import RefusedError
from schemaguard.frozen import replace
from schemaguard.policies.policy import PolicyError, shipped_policy
from schemaguard.releases.execute import Done
from schemaguard.releases.release import Intent
from tests.postgres.releases.acting import PLAYBOOK, publish
from tests.postgres.releases.shop import INTENT, READS_8, Shop


@pytest.fixture(autouse=True)
def _there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds are little where other tests run at the same time."""
    monkeypatch.setattr(asking, "IN_A_HURRY", PolicyLimits(wall_s=120))


def with_policy(shop: Shop, setting: str) -> None:
    (shop.folder / "schemaguard.toml").write_text(f'policy = "{setting}"\n')


def decided(shop: Shop) -> list[tuple[str, str, str | None, list[str]]]:
    """(action, outcome, digest, reasons) of each answer that the ledger has."""
    return [
        (said["action"], said["outcome"], said["policy"], said["deny"])
        for (said,) in shop.ask(
            "select entry::jsonb -> 'payload' from schemaguard.ledger where event = 'policy-decision' order by position"
        )
    ]


def carried_out(shop: Shop, make: Callable[[Site], Request], **changed: object) -> Done:
    with shop.site() as site:
        return switch(site, replace(make(site), **changed), finish=True)  # type: ignore[arg-type]  # fields by name


def to_9(site: Site) -> Request:
    return promotion(site, "fraud", "9", INTENT)


def test_what_the_policy_denies_is_refused_before_anything_is_touched_unless_a_person_overrides(shop: Shop) -> None:
    shop.publish("9", *READS_8)
    with_policy(shop, "default")
    before = shop.pointer()
    with pytest.raises(RefusedError, match="less than 24 hours ago") as refused:
        carried_out(shop, to_9)
    assert "--override-policy" in refused.value.next
    assert shop.pointer() == before
    assert shop.ask("select count(*) from schemaguard.operation where state = 'open'") == [(0,)]
    done = carried_out(shop, to_9, overrides_policy=True)
    assert shop.pointer()[0] == "9"
    assert "the policy was overridden: fraud" in (done.warning or "")
    digest = shipped_policy().digest
    reason = ["public.transactions.channel was taken away less than 24 hours ago: not in the same window as a release"]
    assert decided(shop) == [("promote", "denied", digest, reason), ("promote", "overridden", digest, reason)]
    with shop.site() as site:
        assert verify(site, ()).holds


def test_a_policy_that_cannot_be_evaluated_refuses_what_is_new_and_keeps_nobody_from_going_back(shop: Shop) -> None:
    shop.publish("9", *READS_8)
    publish(shop, PLAYBOOK)
    with_policy(shop, "nowhere")
    with pytest.raises(PolicyError, match="promote of fraud 9 is refused: there is no policy"):
        carried_out(shop, to_9)
    with pytest.raises(PolicyError, match="canary of fraud 9 is refused"):
        shop.start_canary("9")
    assert shop.pointer()[0] == "8"
    done = shop.rollback("7", finish=True)
    assert shop.pointer()[0] == "7"
    assert "policy unavailable: there is no policy (nowhere)" in (done.warning or "")
    assert [each[:2] for each in decided(shop)] == [
        ("promote", "unavailable"), ("canary", "unavailable"), ("rollback", "unavailable"),
    ]  # fmt: skip
    opened = shop.ask(
        "select entry::jsonb -> 'payload' -> 'policy' from schemaguard.ledger "
        "where event = 'operation-opened' order by position desc limit 1"
    )
    assert opened == [({"digest": None, "outcome": "unavailable"},)]


def test_neither_an_approval_nor_a_publication_is_given_past_a_policy_that_fails(shop: Shop) -> None:
    shop.publish("9", *READS_8)
    with_policy(shop, "nowhere")
    folder = shop.folder / "contracts/fraud"
    folder.mkdir(parents=True)
    with shop.site() as site, pytest.raises(PolicyError, match="publish of fraud 9 is refused"):
        publish_contract(site, "fraud", "9", same_as="8")
    publish(shop, f"{PLAYBOOK}approvals:\n  - {{act: promote, needed: 1, timeout: 2h, on_timeout: refuse}}\n")
    shop.ask("do $$ begin create role schemaguard_test_executes; exception when others then null; end $$")
    with shop.site() as site, pytest.raises(PolicyError, match="approve of fraud 9 is refused"):
        approve(site, "fraud", "promote", "9", "it was looked at")
    assert shop.ask("select count(*) from schemaguard.approval") == [(0,)]


def test_an_automatic_way_back_does_not_wait_for_the_policy_and_says_afterwards_what_it_says(shop: Shop) -> None:
    with_policy(shop, "default")
    done = carried_out(shop, lambda site: way_back(site, "fraud", Intent("watcher", "short"), to="7"), at_once=True)
    assert shop.pointer()[0] == "7"
    assert "would not have allowed it: fraud: a reason of 10 characters" in (done.warning or "")
    events = [each for each in shop.events() if each in ("pointer-switched", "policy-decision")]
    assert events[-2:] == ["pointer-switched", "policy-decision"]


def test_explain_says_what_would_be_answered_and_writes_nothing_down(shop: Shop) -> None:
    with_policy(shop, "default")
    events = shop.events()
    with shop.site() as site:
        found = explain_policy(site, "rollback", "fraud", "7", "the error rate has doubled")
    assert found.outcome == "allowed"
    assert found.questions[0]["pointer"]["active"] == "8"
    assert [each["object"] for each in found.questions[0]["destructive"]] == ["public.transactions.channel"]
    assert shop.events() == events
