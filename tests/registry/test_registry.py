"""The registry adapter on a real MLflow registry."""

from pathlib import Path

import pytest

from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.contracts.signature import SignatureField
from schemaguard.errors import RegistryError
from tests.registry.stores import log_model

pytestmark = pytest.mark.xdist_group("registry")


def test_an_alias_is_none_until_it_is_set_and_then_reads_as_text(registry: MlflowRegistry) -> None:
    assert registry.alias("fraud", "never-set") is None
    registry.set_alias("fraud", "champion", "2")
    assert registry.alias("fraud", "champion") == "2"


def test_a_version_that_is_not_there_is_no_error_but_a_no(registry: MlflowRegistry) -> None:
    assert registry.has_version("fraud", "1")
    assert not registry.has_version("fraud", "99")
    assert not registry.has_version("nobody", "1")
    assert registry.artifact_uri("fraud", "99") is None


def test_setting_an_alias_to_a_missing_version_says_where_and_what_next(registry: MlflowRegistry) -> None:
    with pytest.raises(RegistryError) as caught:
        registry.set_alias("fraud", "champion", "99")
    assert "fraud@champion" in caught.value.what
    assert caught.value.at == registry.place
    assert caught.value.next


def test_versions_are_listed_oldest_first(registry: MlflowRegistry) -> None:
    assert registry.versions("fraud") == ("1", "2")


def test_tags_are_written_and_read_back(registry: MlflowRegistry) -> None:
    registry.tag("fraud", "1", {"schemaguard.contract": "abc"})
    assert registry.tags("fraud", "1")["schemaguard.contract"] == "abc"


def test_the_signature_is_read_as_values(registry: MlflowRegistry) -> None:
    assert registry.signature("fraud", "1") == (
        SignatureField("amount", "double", True),
        SignatureField("channel", "string", False),
    )


def test_reading_a_signature_leaves_what_mlflow_was_told_as_it_was(
    registry: MlflowRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    monkeypatch.delenv("MLFLOW_REGISTRY_URI", raising=False)
    before = mlflow.get_tracking_uri()
    mlflow.set_registry_uri(None)
    mlflow.set_tracking_uri("sqlite:///one.db")
    try:
        registry.signature("fraud", "1")
        assert mlflow.get_tracking_uri() == "sqlite:///one.db"
        mlflow.set_tracking_uri("sqlite:///two.db")
        assert mlflow.get_registry_uri() == "sqlite:///two.db"
    finally:
        mlflow.set_tracking_uri(before)


def test_the_artifact_is_found_until_it_is_deleted(registry_uri: str, registry: MlflowRegistry) -> None:
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
    from mlflow.tracking import MlflowClient

    client = MlflowClient(registry_uri, registry_uri)
    logged = log_model(registry_uri, client.get_experiment_by_name("fraud").experiment_id)
    client.create_registered_model("gone")
    client.create_model_version("gone", logged.model_uri, model_id=logged.model_id)
    there = registry.artifact_uri("gone", "1")
    assert there is not None
    get_artifact_repository(there, tracking_uri=registry_uri).delete_artifacts()
    assert registry.artifact_uri("gone", "1") is None
    assert registry.artifact_uri("fraud", "1")


def test_an_unreachable_store_is_one_clear_error(tmp_path: Path) -> None:
    registry = MlflowRegistry(f"sqlite:///{tmp_path}/no/such/folder/mlflow.db")
    with pytest.raises(RegistryError, match="could not read the aliases of fraud"):
        registry.alias("fraud", "champion")


def test_a_store_whose_database_is_down_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("mlflow.store.db.utils.time.sleep", pauses.append)
    with pytest.raises(RegistryError):
        MlflowRegistry(f"sqlite:///{tmp_path}").alias("fraud", "champion")
    assert 0 < sum(pauses) < 2


def test_an_unreachable_server_is_one_clear_error_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    registry = MlflowRegistry("http://someone:secret@127.0.0.1:9")
    with pytest.raises(RegistryError) as caught:
        registry.alias("fraud", "champion")
    assert "secret" not in str(caught.value)
    assert caught.value.next == "check that the registry is running, then run the command again"
