"""`contracts infer` with the signatures of a real registry."""

from pathlib import Path

import pytest

from schemaguard.adapters.files.contracts import read_file
from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.commands.contracts.infer import Drafted, InferenceRequest, draft, place, write
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.inference import FeatureQuery
from tests.postgres.catalog.servers import fold_script

pytestmark = pytest.mark.xdist_group("registry")


def _drafted(folder: Path, registry: MlflowRegistry, version: str, amount: str) -> Drafted:
    catalog = fold_script(f"create table transactions (id bigint primary key, amount {amount} not null, channel text)")
    queries = (FeatureQuery("select amount, channel from transactions", "features.sql"),)
    wanted = InferenceRequest("fraud", (version,), queries, (), "")
    return draft(wanted, catalog, place(folder / "fraud.odcs.yaml", folder, queries), registry)


def _written(folder: Path, drafted: Drafted) -> Contract:
    write(drafted)
    return read_file(folder / "fraud.odcs.yaml", folder).contract


def test_the_signature_is_put_beside_the_contract(tmp_path: Path, registry: MlflowRegistry) -> None:
    drafted = _drafted(tmp_path, registry, "1", "numeric")
    assert (drafted.remarks, drafted.exit_code) == ((), 0)
    contract = _written(tmp_path, drafted)
    assert contract.signature_file == "fraud.signature.json"
    assert contract.signature == registry.signature("fraud", "1")


def test_a_signature_that_refuses_what_the_query_returns_is_said(tmp_path: Path, registry: MlflowRegistry) -> None:
    drafted = _drafted(tmp_path, registry, "1", "bigint")
    (remark,) = drafted.remarks
    why = "bigint arrives as int64, which the signature's double refuses"
    assert remark.what == f"the signature of fraud 1 refuses amount: {why}"
    assert drafted.exit_code == 1


def test_a_version_that_the_registry_does_not_know_has_no_signature(tmp_path: Path, registry: MlflowRegistry) -> None:
    drafted = _drafted(tmp_path, registry, "99", "numeric")
    assert drafted.notes == ("the registry knows no fraud 99, so no signature is held against the query",)
    assert _written(tmp_path, drafted).signature_file is None
