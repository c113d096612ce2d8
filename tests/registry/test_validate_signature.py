"""`contracts validate` against the signatures of a real registry."""

from datetime import date
from pathlib import Path

import pytest

from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.commands.contracts.validate import ValidationBench, validate
from schemaguard.contracts.example import EXAMPLE
from tests.postgres.catalog.servers import fold_script

pytestmark = pytest.mark.xdist_group("registry")


def _remarks(folder: Path, registry: MlflowRegistry, version: str, amount: str) -> list[str]:
    tables = f"""create table transactions (id bigint primary key, amount {amount} not null, channel text);
        create table predictions (transaction_id bigint not null, score double precision not null);"""
    text = EXAMPLE.replace('value: "7"', f'value: "{version}"').replace('"numeric(12,2)"', amount)
    file = folder / "fraud.odcs.yaml"
    file.write_text(text)
    bench = ValidationBench(folder, fold_script(tables), registry, date(2026, 10, 1))
    (judged,) = validate((file,), bench, lambda _: True, ()).files
    return [f"{remark.layer}: {remark.what}" for remark in judged.remarks]


def test_a_contract_that_gives_the_signature_what_it_takes_is_valid(tmp_path: Path, registry: MlflowRegistry) -> None:
    assert _remarks(tmp_path, registry, "1", "numeric") == []


def test_a_contract_whose_column_the_signature_refuses_is_not(tmp_path: Path, registry: MlflowRegistry) -> None:
    (remark,) = _remarks(tmp_path, registry, "1", "bigint")
    why = "bigint arrives as int64, which the signature's double refuses"
    assert remark == f"signature: the signature of fraud 1 refuses amount: {why}"


def test_a_version_that_the_registry_does_not_know_is_said(tmp_path: Path, registry: MlflowRegistry) -> None:
    assert _remarks(tmp_path, registry, "99", "numeric") == ["signature: the registry knows no fraud 99"]
