"""A real MLflow registry on sqlite, with one model and two versions that have a signature and an artifact."""

from pathlib import Path

import pytest

from schemaguard.adapters.registry import MlflowRegistry


@pytest.fixture(scope="session")
def registry_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("registry")
    uri = f"sqlite:///{folder}/mlflow.db"
    registry = MlflowRegistry(uri)
    assert not registry.has_model("fraud")  # makes the tables, quietly
    import mlflow
    import mlflow.sklearn
    from mlflow.models import ModelSignature
    from mlflow.tracking import MlflowClient
    from mlflow.types import ColSpec, Schema
    from sklearn.dummy import DummyClassifier

    client = MlflowClient(uri, uri)
    experiment = client.create_experiment("fraud", artifact_location=(folder / "artifacts").as_uri())
    mlflow.set_tracking_uri(uri)
    signature = ModelSignature(Schema([ColSpec("double", "amount"), ColSpec("string", "channel", required=False)]))

    model = DummyClassifier(strategy="constant", constant=0).fit([[0.0]], [0])
    with mlflow.start_run(experiment_id=experiment):
        logged = mlflow.sklearn.log_model(model, name="model", signature=signature, pip_requirements=[])
    client.create_registered_model("fraud")
    for _ in range(2):
        client.create_model_version("fraud", logged.model_uri)
    return uri


@pytest.fixture
def registry(registry_uri: str) -> MlflowRegistry:
    return MlflowRegistry(registry_uri)
