"""Real MLflow registries, each with one model and two versions that have a signature and an artifact."""

import uuid
from collections.abc import Iterator

import pytest

from schemaguard.adapters.registry.models import MlflowRegistry
from tests.conftest import unguarded
from tests.registry.stores import log_model, mlflow_server
from tests.templates import create, of


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "http"])
def registry_uri(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the registry is: a file, a database of the embedded PostgreSQL, a server of MLflow's own."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "http":
        with mlflow_server(folder) as uri:
            _fill(uri, None)
            yield uri
        return
    uri = f"sqlite:///{folder}/mlflow.db"
    if request.param == "postgresql":
        uri = _database(request.getfixturevalue("server"))
    _fill(uri, (folder / "artifacts").as_uri())
    yield uri


def _database(server: str) -> str:
    name = f"registry{uuid.uuid4().hex[:12]}"
    create(server, name)
    return of(server, name)


def _fill(uri: str, artifacts: str | None) -> None:
    registry = MlflowRegistry(uri)
    with unguarded():
        assert not registry.has_model("fraud")  # makes the tables, quietly
    from mlflow.tracking import MlflowClient

    client = MlflowClient(uri, uri)
    logged = log_model(uri, client.create_experiment("fraud", artifact_location=artifacts))
    client.create_registered_model("fraud")
    for _ in range(2):
        client.create_model_version("fraud", logged.model_uri, model_id=logged.model_id)


@pytest.fixture
def registry(registry_uri: str) -> MlflowRegistry:
    """The registry, by our adapter."""
    return MlflowRegistry(registry_uri)
