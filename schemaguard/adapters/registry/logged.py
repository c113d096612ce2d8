"""What MLflow keeps of a registered version that says what it reads: datasets of its run, signature, input example."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from schemaguard.adapters.registry.calls import ask, bounded
from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.importing.mlflow import LoggedDataset, LoggedVersion


def serving_versions(uri: str, model: str) -> tuple[str, ...]:
    """The versions that have an alias, else the newest. RegistryError where the registry doesn't know the model."""
    client = _client(uri)
    found = ask(uri, f"read the aliases of {model}", lambda: client.get_registered_model(model)).aliases
    versions = {str(version) for version in found.values()} or set(MlflowRegistry(uri).versions(model)[-1:])
    return tuple(sorted(versions, key=lambda version: (len(version), version)))


def logged_version(uri: str, model: str, version: str) -> LoggedVersion:
    """All that is kept of one version. RegistryError where the registry can't be asked, or knows no such version."""
    client = _client(uri)
    run_id = ask(uri, f"find {model} {version}", lambda: client.get_model_version(model, version)).run_id
    run = ask(uri, f"read the run of {model} {version}", lambda: client.get_run(run_id)) if run_id else None
    logged = run.inputs.dataset_inputs if run is not None and run.inputs is not None else ()
    datasets = tuple(
        LoggedDataset(str(one.dataset.name), str(one.dataset.source or ""), str(one.dataset.schema or ""))
        for one in logged
    )
    signature = MlflowRegistry(uri).signature(model, version)
    inputs = tuple(field.name for field in signature) if signature else _example(uri, model, version)
    return LoggedVersion(model, version, datasets, inputs)


def _example(uri: str, model: str, version: str) -> tuple[str, ...]:
    """The columns of the input example, none where there is none, or one without names."""
    registry = MlflowRegistry(uri)
    with TemporaryDirectory(prefix="schemaguard-") as folder:
        text = registry.example(model, version, Path(folder))
    try:
        said = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return ()
    columns = said.get("columns") if isinstance(said, dict) else None
    return tuple(one for one in columns if isinstance(one, str)) if isinstance(columns, list) else ()


def _client(uri: str) -> Any:
    def make() -> Any:
        from mlflow.tracking import MlflowClient

        return MlflowClient(tracking_uri=bounded(uri), registry_uri=bounded(uri))

    return ask(uri, "open the registry", make)
