"""The shop, on every PostgreSQL."""

import pytest

from schemaguard.adapters.releases import situation
from schemaguard.contracts.contract import Contract
from tests.postgres.releases.shop import Shop, incident
from tests.unit.releases.worlds import contract


@pytest.fixture(autouse=True)
def small_contracts(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(document: dict[str, object], _: str, __: str) -> Contract:
        reads = document["reads"]
        assert isinstance(reads, list)
        return contract(str(document["version"]), *reads, writes=("transaction_id", "score"))

    monkeypatch.setattr(situation, "contract_of", read)


@pytest.fixture
def shop(each_database: str) -> Shop:
    made = Shop(each_database)
    incident(made)
    return made
