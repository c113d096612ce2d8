"""The model registry: MLflow by any URI (sqlite, PostgreSQL, a server), with timeouts, retries and re-reading.

An alias in MLflow has no history, no actor and no compare-and-set: it is a projection of our pointer, never the truth.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from schemaguard.adapters.registry.calls import UnknownError, ask, bounded, odd_answer, without_password
from schemaguard.adapters.registry.direct import NotDirectError, direct_reader
from schemaguard.contracts.signature import SignatureField
from schemaguard.errors import RegistryError

T = TypeVar("T")
_GLOBAL_URIS = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")


class MlflowRegistry:
    """What releases need of MLflow; every write is confirmed by reading it again."""

    def __init__(self, uri: str) -> None:
        self._given = uri
        self._uri = bounded(uri)
        self._client: Any = None
        self._direct = direct_reader(uri)

    @property
    def place(self) -> str:
        """Where the registry is, without any password."""
        return without_password(self._given)

    def alias(self, model: str, alias: str) -> str | None:
        """The version that the alias names, None where the model has no such alias."""
        if self._direct is not None:
            with suppress(NotDirectError):
                return self._direct.alias(model, alias)
        what = f"read the aliases of {model}"
        found = self._call(what, lambda: self._connected().get_registered_model(model))
        version = found.aliases.get(alias)
        # int on an embedded store, str over REST.
        if found.name != model or not isinstance(version, int | str | None):
            raise odd_answer(what, self.place)
        return None if version is None else str(version)

    def set_alias(self, model: str, alias: str, version: str) -> None:
        """Point the alias at a version; RegistryError where reading it again doesn't show it."""
        what = f"set the alias {model}@{alias} to version {version}"
        self._call(what, lambda: self._connected().set_registered_model_alias(model, alias, version))
        now = self.alias(model, alias)
        if now != version:
            raise RegistryError(f"could not {what}: it reads {now} afterwards", at=self.place, next="run it again")

    def has_model(self, model: str) -> bool:
        """Whether the registry knows the model."""
        what = f"look for {model}"
        found = self._found(what, lambda: self._connected().get_registered_model(model))
        if found is not None and found.name != model:
            raise odd_answer(what, self.place)
        return found is not None

    def has_version(self, model: str, version: str) -> bool:
        """Whether the registry knows the model version."""
        if self._direct is not None:
            with suppress(NotDirectError):
                return self._direct.version(model, version) is not None
        return self._version(model, version) is not None

    def versions(self, model: str) -> tuple[str, ...]:
        """All versions of the model, oldest first."""
        query = "name = '" + model.replace("'", "''") + "'"
        found = self._call(f"list {model}", lambda: self._connected().search_model_versions(query, max_results=1000))
        return tuple(sorted((str(version.version) for version in found), key=int))

    def artifact_uri(self, model: str, version: str) -> str | None:
        """Where the version's artifact is, None where it is gone: no such version, nothing at a path or a server.

        In an object store it isn't looked for: that takes the store's own client and credentials.
        """
        what = f"find the artifact of {model} {version}"
        if self._direct is not None:
            with suppress(NotDirectError):
                found = self._direct.version(model, version)
                if found is None:
                    return None
                if found.artifact_uri is not None and not found.artifact_uri.startswith("models:"):
                    return found.artifact_uri if self._is_there(what, found.artifact_uri) else None
        if self._version(model, version) is None:
            return None
        uri = self._found(what, lambda: self._connected().get_model_version_download_uri(model, version))
        if uri is None:
            return None
        if not isinstance(uri, str) or not uri:
            raise odd_answer(what, self.place)
        return uri if self._is_there(what, uri) else None

    def _is_there(self, what: str, uri: str) -> bool:
        parts = urlsplit(uri)
        if parts.scheme in ("", "file"):
            return Path(parts.path).exists()
        return parts.scheme != "mlflow-artifacts" or bool(self._call(what, lambda: self._listed(uri)))

    def _listed(self, uri: str) -> list[Any]:
        from mlflow.artifacts import list_artifacts

        return list(list_artifacts(artifact_uri=uri, tracking_uri=self._uri))

    def tag(self, model: str, version: str, tags: dict[str, str]) -> None:
        """Write tags on a model version and confirm them."""
        what = f"tag {model} {version}"

        def write() -> None:
            for key, value in tags.items():
                self._connected().set_model_version_tag(model, version, key, value)

        self._call(what, write)
        now = self.tags(model, version)
        if any(now.get(key) != value for key, value in tags.items()):
            raise RegistryError(f"could not {what}: the tags read {now} afterwards", at=self.place, next="run it again")

    def tags(self, model: str, version: str) -> dict[str, str]:
        """The tags of a model version; empty where there is no such version."""
        found = self._version(model, version)
        return dict(found.tags) if found is not None else {}

    def signature(self, model: str, version: str) -> tuple[SignatureField, ...] | None:
        """The inputs of the version's signature, None where it was logged without one."""

        def read() -> Any:
            import mlflow.models

            with self._as_registry():
                return mlflow.models.get_model_info(f"models:/{model}/{version}").signature

        signature = self._call(f"read the signature of {model} {version}", read)
        if signature is None or signature.inputs is None or not signature.inputs.has_input_names():
            return None
        return tuple(
            SignatureField(field["name"], str(field["type"]), bool(field.get("required", True)))
            for field in signature.inputs.to_dict()
        )

    def example(self, model: str, version: str, folder: Path) -> str | None:
        """The text of the version's input example of named columns, None where it was logged without one."""

        def read() -> str | None:
            import mlflow.artifacts
            import mlflow.models

            place = f"models:/{model}/{version}"
            with self._as_registry():
                said = mlflow.models.get_model_info(place).saved_input_example_info
                if not said or said.get("type") != "dataframe":
                    return None
                file = mlflow.artifacts.download_artifacts(f"{place}/{said['artifact_path']}", dst_path=str(folder))
            return Path(file).read_text(encoding="utf-8", errors="replace")

        return self._call(f"read the input example of {model} {version}", read)

    def _version(self, model: str, version: str) -> Any | None:
        what = f"look for {model} {version}"
        found = self._found(what, lambda: self._connected().get_model_version(model, version))
        # An empty answer is read as a version of no model.
        if found is not None and (found.name, str(found.version)) != (model, version):
            raise odd_answer(what, self.place)
        return found

    def _connected(self) -> Any:
        if self._client is None:
            from mlflow.tracking import MlflowClient

            self._client = MlflowClient(tracking_uri=self._uri, registry_uri=self._uri)
        return self._client

    @contextmanager
    def _as_registry(self) -> Iterator[None]:
        """MLflow's module functions read global URIs: ours for as long as the block lasts."""
        import mlflow
        from mlflow.tracking._model_registry import utils as registry
        from mlflow.tracking._tracking_service import utils as tracking

        # What is unset has to be unset again: MLflow's getters answer with what it falls back to.
        before = getattr(tracking, "_tracking_uri", None), getattr(registry, "_registry_uri", None)
        environment = {name: os.environ.get(name) for name in _GLOBAL_URIS}
        mlflow.set_tracking_uri(self._uri)
        mlflow.set_registry_uri(self._uri)
        try:
            yield
        finally:
            mlflow.set_tracking_uri(before[0])
            mlflow.set_registry_uri(before[1])
            # It leaves them in the environment, where our own settings would find them.
            for name, value in environment.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def _found(self, what: str, call: Callable[[], T]) -> T | None:
        try:
            return self._call(what, call)
        except UnknownError:
            return None

    def _call(self, what: str, call: Callable[[], T]) -> T:
        return ask(self._given, what, call)
