"""What a playbook lets be done only with approvals: by others, for one plan, once, until a time; never a way back."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from schemaguard.adapters.control import approving
from schemaguard.commands.approve import approve
from schemaguard.commands.audit import verify
from schemaguard.commands.site import Site
from schemaguard.commands.switching import Shown
from schemaguard.errors import ConflictError, NeedsHumanError, RefusedError, UsageError
from schemaguard.playbooks.approving import GivenApproval, expires, missing
from schemaguard.playbooks.playbook import ApprovalTerms, PlaybookRoles
from tests.postgres.releases.acting import PLAYBOOK, ROLE, publish
from tests.postgres.releases.shop import READS_8, Shop

OTHER = "schemaguard_test_lead"
WITH_APPROVALS = f"{PLAYBOOK}approvals:\n  - {{act: promote, needed: 1, timeout: 2h, on_timeout: refuse}}\n"


@pytest.fixture
def asked(shop: Shop) -> Shop:
    """fraud 9 is to be promoted over 8."""
    for name in (ROLE, OTHER):
        with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            shop.ask(f"create role {name} login superuser")
    shop.ask(f"alter role {OTHER} login superuser")
    shop.publish("9", *READS_8)
    publish(shop, WITH_APPROVALS)
    return shop


def word(shop: Shop, version: str = "9", *, role: str = OTHER, act: str = "promote") -> None:
    url = make_conninfo(shop.url, user=role)
    with Site(shop.folder, database_url=url, environ={**os.environ, "SCHEMAGUARD_ACTOR": "lead"}) as site:
        site.registry_if_any = shop.registry  # type: ignore[assignment]  # a file stands for MLflow
        approve(site, "fraud", act, version, "it was looked at")


def test_a_promotion_waits_for_somebody_else_s_word_and_uses_it_up(asked: Shop) -> None:
    with pytest.raises(NeedsHumanError, match="0 of 1 approvals by others") as refused:
        asked.promote("9")
    assert "schemaguard approve fraud promote 9" in refused.value.next
    assert asked.pointer()[0] == "8"
    word(asked)
    asked.promote("9", finish=True)
    assert asked.pointer()[0] == "9"
    assert [each for each in asked.events() if each.startswith("approv")] == ["approved", "approvals-used"]
    assert asked.ask("select by_role, actor, operation is not null from schemaguard.approval") == [
        (OTHER, "lead", True)
    ]
    # Going back needs nobody; forward again needs a word of its own.
    asked.rollback("8", finish=True)
    with pytest.raises(NeedsHumanError, match="0 of 1"):
        asked.promote("9")
    with asked.site() as site:
        assert verify(site, ()).holds


def test_neither_one_s_own_word_nor_an_old_one_nor_that_of_somebody_who_may_not_counts(asked: Shop) -> None:
    word(asked, role="postgres")
    with pytest.raises(NeedsHumanError, match="postgres: asks for it"):
        asked.promote("9")
    asked.ask(f"update schemaguard.approval set by_role = '{OTHER}', expires_at = now() - interval '1 s'")
    asked.accept()
    with pytest.raises(NeedsHumanError, match="has approved too long ago"):
        asked.promote("9")
    asked.ask("update schemaguard.approval set by_role = 'somebody_who_left', expires_at = null")
    asked.accept()
    with pytest.raises(NeedsHumanError, match="somebody_who_left: may not approve"):
        asked.promote("9")


def test_a_word_for_another_plan_counts_for_nothing(asked: Shop) -> None:
    word(asked)
    asked.rollback("7", finish=True)
    asked.accept()
    with pytest.raises(NeedsHumanError, match="0 of 1"):
        asked.promote("9")


def test_what_is_not_asked_for_is_not_approved(asked: Shop) -> None:
    with pytest.raises(UsageError, match="asks for no approval of canary"):
        word(asked, act="canary")
    with pytest.raises(UsageError, match="isn't approved by itself"):
        word(asked, act="rollback")

    def no(_: Shown) -> None:
        raise RefusedError("not like this")

    with asked.site() as site, pytest.raises(RefusedError, match="not like this"):
        approve(site, "fraud", "promote", "9", "why", no)
    assert asked.ask("select count(*) from schemaguard.approval") == [(0,)]


def test_an_approval_serves_one_operation(asked: Shop) -> None:
    word(asked)
    ((plan_hash,),) = asked.ask("select plan_hash from schemaguard.approval")
    ((operation,),) = asked.ask("select max(id) from schemaguard.operation")
    with psycopg.connect(asked.url, autocommit=True) as connection:
        approving.use(connection, "fraud", "promote", plan_hash, ("ada", operation))
        with pytest.raises(ConflictError, match="used by somebody else"):
            approving.use(connection, "fraud", "promote", plan_hash, ("ada", operation))


def test_each_person_counts_once() -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    roles, terms = PlaybookRoles(("a",), ("a",), ("a",), ("leads",)), ApprovalTerms("promote", 2, timedelta(hours=2))
    ana, ben = (GivenApproval(name, now, None, may=True, is_mine=False) for name in ("ana", "ben"))
    assert missing(terms, roles, [ana, ana], now) == "1 of 2 approvals by others, of leads"
    assert missing(terms, roles, [ana, ben], now) == ""
    assert expires(terms, now) == now + timedelta(hours=2)
    assert expires(ApprovalTerms("promote", 1), now) is None


def test_a_word_counts_for_as_long_as_its_role_is_there_and_a_member_through_whichever_role(asked: Shop) -> None:
    lead, renamed, team = "schemaguard_test_passer", "schemaguard_test_renamed", '"schemaguard test ""team"""'
    asked.ask(f"drop role if exists {lead}, {renamed}, {team}")
    asked.ask(f"create role {lead} login noinherit; create role {team} noinherit; grant {ROLE} to {team}")
    word(asked)
    asked.ask(f"update schemaguard.approval set by_role = '{lead}'")
    asked.accept()
    try:
        for act, back in (
            ("select 1", f"grant {team} to {lead}"),
            (f"alter role {lead} rename to {renamed}", f"alter role {renamed} rename to {lead}"),
            (f"revoke {team} from {lead}", f"grant {team} to {lead}"),
        ):
            asked.ask(act)
            with pytest.raises(NeedsHumanError, match=f"{lead}: may not approve"):
                asked.promote("9")
            asked.ask(back)
        asked.promote("9")
        assert asked.pointer()[0] == "9"
    finally:
        asked.ask(f"drop role if exists {lead}, {renamed}, {team}")
