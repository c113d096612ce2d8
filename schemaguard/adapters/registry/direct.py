"""Reads of the registry that need nothing of MLflow but its store or its server: importing its client takes a second.

The tables are those of MLflow's own store (mlflow.store.model_registry.dbmodels.models), the addresses those of its
REST API (https://mlflow.org/docs/latest/rest-api.html). Whatever isn't just as expected raises NotDirectError, and
MLflow's client is asked instead.
"""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from schemaguard.frozen import dataclass

T = TypeVar("T")
_TIMEOUT_S = 5.0
_DELETED = "Deleted_Internal"
_DEFAULT_WORKSPACE = "default"
_CREDENTIALS = (
    "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_AUTH",
    "MLFLOW_TRACKING_AWS_SIGV4", "MLFLOW_TRACKING_CLIENT_CERT_PATH", "MLFLOW_TRACKING_INSECURE_TLS",
    "MLFLOW_TRACKING_SERVER_CERT_PATH", "MLFLOW_WORKSPACE",
)  # fmt: skip
"""Where one of these is set, MLflow's client knows what to make of it."""


class NotDirectError(Exception):
    """It can't be read directly: MLflow's client has to be asked."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A model version as the store has it, and where its artifact is (None: it says nothing)."""

    version: str
    artifact_uri: str | None


class DirectReader(Protocol):
    """What can be read without MLflow. Each method raises NotDirectError where it can't tell."""

    def alias(self, model: str, alias: str) -> str | None:
        """The version that the alias names, None where the model has no such alias."""

    def version(self, model: str, version: str) -> StoredVersion | None:
        """The version, None where there is none."""


def direct_reader(uri: str, environ: Mapping[str, str] = os.environ) -> DirectReader | None:
    """The reader for a registry's URI, None where only MLflow's client knows how it is asked."""
    if any(environ.get(name) for name in _CREDENTIALS):
        return None
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None  # It refuses a [ in a password.
    if parts.scheme == "sqlite" and parts.path.startswith("/") and not parts.netloc and not parts.query:
        return SqliteReader(Path(parts.path[1:]))
    if parts.scheme in ("http", "https") and parts.username is None:
        return ServerReader(uri.rstrip("/"))
    return None


class SqliteReader:
    """Reads the store in a file, and never writes to it. A path without a second slash is relative, as SQLAlchemy's."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def alias(self, model: str, alias: str) -> str | None:
        """The version that the alias names, None where the model has no such alias."""
        if self._first_row("select name from registered_models where name = ?", (model,)) is None:
            raise NotDirectError(f"the store knows no model {model!r}")
        row = self._first_row(
            "select version from registered_model_aliases where name = ? and alias = ?", (model, alias)
        )
        return None if row is None else str(row[0])

    def version(self, model: str, version: str) -> StoredVersion | None:
        """The version, None where there is none."""
        if not version.isdecimal():
            raise NotDirectError(f"version {version!r}")
        row = self._first_row(
            "select version, coalesce(storage_location, source) from model_versions "
            "where name = ? and version = ? and current_stage <> ?",
            (model, int(version), _DELETED),
        )
        return None if row is None else StoredVersion(str(row[0]), row[1])

    def _first_row(self, query: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        """The first row that the query finds, None where it finds none."""
        # A registry is in a file or behind a server: nobody waits for what asks the other kind.
        import sqlite3

        table = query.split(" from ")[1].split()[0]
        try:
            with closing(sqlite3.connect(f"file:{quote(str(self._file))}?mode=ro", uri=True, timeout=1)) as connection:
                columns = {row[1] for row in connection.execute(f"pragma table_info({table})")}
                if "workspace" in columns:
                    query, values = f"{query} and workspace = ?", (*values, _DEFAULT_WORKSPACE)
                rows = connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise NotDirectError(str(error)) from error
        return rows[0] if rows else None


class ServerReader:
    """Asks MLflow's own server over HTTP, once and with a limit."""

    def __init__(self, address: str) -> None:
        self._address = address

    def alias(self, model: str, alias: str) -> str | None:
        """The version that the alias names, None where the model has no such alias."""
        found = self._get("registered-models/get", name=model)
        if found is None:
            raise NotDirectError(f"the server knows no model {model!r}")
        return _expected(lambda: _alias(found["registered_model"], model, alias))

    def version(self, model: str, version: str) -> StoredVersion | None:
        """The version, None where there is none."""
        found = self._get("model-versions/get", name=model, version=version)
        if found is None:
            return None
        where = self._get("model-versions/get-download-uri", name=model, version=version)
        return _expected(lambda: _stored(found["model_version"], where, (model, version)))

    def _get(self, what: str, **values: str) -> Any:
        """The document, None where the server says that it doesn't exist."""
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError
        from urllib.request import Request, urlopen

        request = Request(f"{self._address}/api/2.0/mlflow/{what}?{urlencode(values)}")  # noqa: S310 - http or https
        try:
            with urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - as above
                return json.loads(answer.read())
        except HTTPError as error:
            with error:
                if error.code == 404 and "RESOURCE_DOES_NOT_EXIST" in error.read(10_000).decode(errors="replace"):
                    return None
            raise NotDirectError(str(error)) from error
        except (URLError, OSError, HTTPException, ValueError) as error:
            raise NotDirectError(str(error)) from error


def _alias(found: Any, model: str, alias: str) -> str | None:
    _require_of((model,), found["name"])
    return next((_text(one["version"]) for one in found.get("aliases", ()) if one["alias"] == alias), None)


def _stored(found: Any, where: Any, asked: tuple[str, str]) -> StoredVersion:
    _require_of(asked, found["name"], _text(found["version"]))
    uri = where["artifact_uri"] if where is not None else None
    if not isinstance(uri, str | None):
        raise TypeError(f"{uri!r} where an address is expected")
    return StoredVersion(asked[1], uri)


def _require_of(asked: tuple[str, ...], *answered: str) -> None:
    if answered != asked:
        raise TypeError(f"{answered} where {asked} was asked for")


def _text(value: object) -> str:
    if not isinstance(value, str | int):
        raise TypeError(f"{value!r} where a text is expected")
    return str(value)


def _expected(read: Callable[[], T]) -> T:
    try:
        return read()
    except (KeyError, TypeError, AttributeError) as error:
        raise NotDirectError("the server's answer has another form") from error
