"""How MLflow is asked: within a time, again after a pause where that can help, and with one clear error at the end."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from schemaguard.errors import RegistryError

T = TypeVar("T")

REQUEST_TIMEOUT_SECONDS = 10
"""For one request to a server, or one statement of a database store."""
REQUEST_RETRIES = 2
_PAUSE_SECONDS = 0.2
_MISSING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
_BUSY = "TEMPORARILY_UNAVAILABLE"
_LIBPQ_DRIVERS = ("postgresql", "postgresql+psycopg", "postgresql+psycopg2")


class UnknownError(RegistryError):
    """The registry answers, and doesn't know what was asked for."""


def ask(uri: str, what: str, call: Callable[[], T]) -> T:
    """What the call answers; RegistryError (without secrets) for whatever MLflow or its store raises.

    Every call can be made twice: MLflow tries again where a server can't be reached or is busy, and we do where
    another database than a file is.
    """
    place = without_password(uri)
    mlflow_error = _import_mlflow(place)
    try:
        with _quietly(), _impatiently(uri):
            return call() if _waits_itself(uri) else _patiently(call, mlflow_error)
    except mlflow_error as error:
        code = getattr(error, "error_code", "")
        kind = UnknownError if code in _MISSING else RegistryError
        raise kind(f"could not {what}: {_first_line(error)}", at=place, next=_next(code)) from error
    except (OSError, _database_errors()) as error:
        raise RegistryError(f"could not {what}: {_first_line(error)}", at=place, next=_next("")) from error


def bounded(uri: str) -> str:
    """The URI with a limit for connecting and for each statement, where it is PostgreSQL's and has none of its own."""
    parts = urlsplit(uri)
    if parts.scheme not in _LIBPQ_DRIVERS:
        return uri
    limits = {
        "connect_timeout": str(REQUEST_TIMEOUT_SECONDS),
        "options": f"-c statement_timeout={REQUEST_TIMEOUT_SECONDS}s",
    }
    given = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([*given, *((k, v) for k, v in limits.items() if k not in dict(given))], quote_via=quote)
    return f"{uri.partition('?')[0]}?{query}"


def without_password(uri: str) -> str:
    """The URI as it may be shown."""
    parts = urlsplit(uri)
    if parts.password is None:
        return uri
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:…@{host}").geturl()


def _patiently(call: Callable[[], T], mlflow_error: type[Exception]) -> T:
    """A database store that is busy is asked again after a pause; whatever else is wrong is raised at once."""
    import tenacity

    again = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda e: isinstance(e, mlflow_error) and _is_busy(e)),
        stop=tenacity.stop_after_attempt(1 + REQUEST_RETRIES),
        wait=tenacity.wait_exponential_jitter(_PAUSE_SECONDS, jitter=_PAUSE_SECONDS),
        reraise=True,
    )
    return again(call)


def _is_served(uri: str) -> bool:
    return urlsplit(uri).scheme in ("http", "https")


def _waits_itself(uri: str) -> bool:
    """MLflow asks a server again by itself, and lets sqlite wait 20 s for a lock."""
    return _is_served(uri) or urlsplit(uri).scheme == "sqlite"


def _is_busy(error: BaseException) -> bool:
    return getattr(error, "error_code", "") == _BUSY


def _import_mlflow(place: str) -> type[Exception]:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", str(REQUEST_TIMEOUT_SECONDS))
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", str(REQUEST_RETRIES))
    try:
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise RegistryError("MLflow is not installed", at=place, next="pip install 'schemaguard[registry]'") from error
    return MlflowException  # type: ignore[no-any-return]  # MLflow ships no types


def _database_errors() -> type[Exception]:
    from sqlalchemy.exc import SQLAlchemyError

    return SQLAlchemyError


@contextmanager
def _quietly() -> Iterator[None]:
    """MLflow logs that it makes tables, and tracebacks of what it raises; nobody who rolls back wants to read them."""
    import logging
    import warnings

    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _impatiently(uri: str) -> Iterator[None]:
    """MLflow tries for 100 s to open a store whose database is down; whoever rolls back can't wait for that."""
    if _is_served(uri):
        yield
        return
    import mlflow.store.db.utils as store

    before = getattr(store, "MAX_RETRY_COUNT", None)
    store.MAX_RETRY_COUNT = REQUEST_RETRIES
    try:
        yield
    finally:
        if before is not None:
            store.MAX_RETRY_COUNT = before


def _first_line(error: Exception) -> str:
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    return re.sub(r"://([^/@\s:]*):[^/@\s]*@", r"://\1:…@", text)[:300]


def _next(code: str) -> str:
    if code in _MISSING:
        return "look at the registry's list of models and versions"
    return "look whether the registry is up, then run it again"
