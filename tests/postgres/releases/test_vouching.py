"""What is promoted reads data that its contract promises, and its artifact is there; or the ledger says otherwise."""

import pytest

from schemaguard.commands.promote import promote
from schemaguard.contracts import digests
from schemaguard.errors import RefusedError, RegistryError
from tests.postgres.releases.pair import FRAUD_8, Pair, document
from tests.postgres.releases.shop import INTENT


def publish_strict(two: Pair) -> None:
    """fraud 9, which is promised that no amount is below 11: ten rows are."""
    made = document("fraud", "9", FRAUD_8)
    made["schema"][0]["properties"][1].update(logicalType="number", logicalTypeOptions={"minimum": 11})
    assert digests.digest(made)
    two.publish_document("9", made)


def test_data_that_breaks_the_contract_is_counted_and_refused_and_the_ledger_keeps_who_did_not_look(two: Pair) -> None:
    publish_strict(two)
    with two.site() as site, pytest.raises(RefusedError) as refused:
        promote(site, "fraud", "9", INTENT)
    assert refused.value.what == ("the data isn't what fraud@9 is promised: 10 rows break ≥ 11 of transactions.amount")
    assert "--no-verify" in refused.value.next
    assert two.pointers()[0] == ("fraud", "8", 2)
    with two.site() as site:
        promote(site, "fraud", "9", INTENT, verify=False)
    said = two.ask("select entry::jsonb -> 'payload' from schemaguard.ledger where event = 'switch-accepted'")
    assert [each["unverified"] for (each,) in said] == [True]


def test_a_registry_that_does_not_answer_refuses_what_is_new_unless_nobody_wants_its_word(two: Pair) -> None:
    two.publish_parts("fraud", "9", FRAUD_8)
    two.registry.error = RegistryError("the registry is down")
    with two.site() as site, pytest.raises(RegistryError):
        promote(site, "fraud", "9", INTENT)
    assert two.pointers()[0] == ("fraud", "8", 2)
    with two.site() as site:
        done = promote(site, "fraud", "9", INTENT, verify=False)
    assert done.warning == (
        "the registry couldn't be asked for the artifact of fraud 9: the registry is down"
    )  # fmt: skip
    assert two.pointers()[0] == ("fraud", "9", 3)
