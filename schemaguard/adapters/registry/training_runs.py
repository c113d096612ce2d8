"""What a training run keeps of its feature queries, in MLflow: their text, a contract's draft, and what it says.

A model version knows its run, so the contract finds its version when that is registered.
"""

import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from schemaguard.adapters.registry.calls import ask, bounded, without_password
from schemaguard.contracts.contract import ReadsThrough
from schemaguard.contracts.inference import FeatureQuery
from schemaguard.errors import RegistryError
from schemaguard.frozen import dataclass

FOLDER = "schemaguard"
CONTRACT, INTERFACE, RECORDING, QUERIES = "contract.odcs.yaml", "interface.json", "recording.json", "queries"
GOLDEN = "golden.json"
MODEL_TAG, DIGEST_TAG, FROM_TAG = "schemaguard.model", "schemaguard.contract_digest", "schemaguard.contract_from"
_RUNS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded in a run."""

    run_id: str
    queries: tuple[FeatureQuery, ...]
    search_path: tuple[str, ...]
    writes: tuple[str, ...]
    """As it was told, such as `predictions(transaction_id, score)`."""
    reads_through: ReadsThrough


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """The last run before that recorded a contract of the model."""

    run_id: str
    digest: str
    interface: Mapping[str, Any]
    inherits_from: str | None
    """The run that first had this contract, None where that is this one."""


def recorded(uri: str, model: str, version: str) -> Recorded | None:
    """What the run of a registered version recorded; None where it has no run, or the run recorded nothing.

    Raises RegistryError where the registry can't be asked, or knows no such version.
    """
    what = f"find the run of {model} {version}"
    client = _client(uri)
    run_id = ask(uri, what, lambda: client.get_model_version(model, version)).run_id
    if not run_id:
        return None
    listed = _listed(uri, client, run_id, FOLDER)
    if f"{FOLDER}/{CONTRACT}" not in listed:
        return None
    names = sorted(_listed(uri, client, run_id, f"{FOLDER}/{QUERIES}"))
    queries = tuple(FeatureQuery(_text(uri, client, run_id, name), Path(name).name) for name in names)
    try:
        said = json.loads(_text(uri, client, run_id, f"{FOLDER}/{RECORDING}"))
        if said["version"] != 1 or said["reads_through"] not in get_args(ReadsThrough):
            raise ValueError(said)
        return Recorded(run_id, queries, tuple(said["search_path"]), tuple(said["writes"]), said["reads_through"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RegistryError(
            f"{RECORDING} of run {run_id} isn't what a recording writes", at=without_password(uri), next="train again"
        ) from error


def golden_of(uri: str, model: str, version: str) -> str | None:
    """The golden rows that the run of a registered version kept, as text; None where it has none.

    Raises RegistryError where the registry can't be asked, or knows no such version.
    """
    client = _client(uri)
    run_id = ask(uri, f"find the run of {model} {version}", lambda: client.get_model_version(model, version)).run_id
    path = f"{FOLDER}/{GOLDEN}"
    if not run_id or path not in _listed(uri, client, run_id, FOLDER):
        return None
    return _text(uri, client, run_id, path)


def earlier(run: Any, model: str) -> EarlierRun | None:
    """The last finished recording of the model in the same experiment, None where there is none."""
    import mlflow

    uri = mlflow.get_tracking_uri()
    client = _client(uri)
    # A filter has no escapes: a name with both kinds of quotes is told from others below.
    quote = next((mark for mark in "'\"" if mark not in model), None)
    same_model = f" and tags.`{MODEL_TAG}` = {quote}{model}{quote}" if quote is not None else ""
    query = f"tags.`{DIGEST_TAG}` != ''{same_model}"
    found = ask(
        uri,
        f"look for earlier runs of {model}",
        lambda: client.search_runs([run.info.experiment_id], query, max_results=_RUNS_LOOKED_AT),
    )
    for other in found:
        if other.info.run_id == run.info.run_id or other.data.tags.get(MODEL_TAG) != model:
            continue
        said = _interface(uri, client, other.info.run_id)
        if said is not None:
            tags = other.data.tags
            return EarlierRun(other.info.run_id, tags[DIGEST_TAG], said, tags.get(FROM_TAG))
    return None


def _interface(uri: str, client: Any, run_id: str) -> Mapping[str, Any] | None:
    """None where it was cleaned away or spoiled: an older run may still have its own."""
    try:
        said = json.loads(_text(uri, client, run_id, f"{FOLDER}/{INTERFACE}"))
    except (RegistryError, ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def log(run: Any, texts: Mapping[str, str], tags: Mapping[str, str]) -> None:
    """Keep texts (by their path below `schemaguard/`) and tags with a run; the tags last: then all is there."""
    import mlflow

    uri = mlflow.get_tracking_uri()
    client, run_id = _client(uri), run.info.run_id
    with TemporaryDirectory(prefix="schemaguard-") as folder:
        for name, text in texts.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        ask(uri, "keep the contract with the run", lambda: client.log_artifacts(run_id, folder, FOLDER))
    for key, value in tags.items():
        ask(uri, "tag the run", partial(client.set_tag, run_id, key, value))


def tracking_uri() -> str:
    """Where MLflow keeps runs; empty where nobody has imported it, and so it keeps none."""
    mlflow = sys.modules.get("mlflow")
    return str(mlflow.get_tracking_uri()) if mlflow is not None else ""


def active_run() -> Any | None:
    """The run that is under way in this thread, None where there is none."""
    try:
        import mlflow
    except ImportError as error:
        raise RegistryError("MLflow is not installed", next="pip install 'schemaguard-ml[registry]'") from error
    return mlflow.active_run()


def _client(uri: str) -> Any:
    def make() -> Any:
        from mlflow.tracking import MlflowClient

        return MlflowClient(tracking_uri=bounded(uri), registry_uri=bounded(uri))

    return ask(uri, "open the registry", make)


def _listed(uri: str, client: Any, run_id: str, folder: str) -> list[str]:
    found = ask(uri, f"list what run {run_id} keeps", lambda: client.list_artifacts(run_id, folder))
    return [artifact.path for artifact in found if not artifact.is_dir]


def _text(uri: str, client: Any, run_id: str, path: str) -> str:
    with TemporaryDirectory(prefix="schemaguard-") as folder:
        file = ask(uri, f"read {path} of run {run_id}", lambda: client.download_artifacts(run_id, path, folder))
        try:
            return Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RegistryError(
                f"{path} of run {run_id} can't be read: {error}", at=without_password(uri), next="train again"
            ) from error
