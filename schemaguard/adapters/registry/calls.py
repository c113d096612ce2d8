"""How MLflow is asked: within a time, again after a pause where that can help, and with one clear error at the end."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Lock
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from schemaguard.errors import RegistryError, SchemaguardError

T = TypeVar("T")

REQUEST_TIMEOUT_SECONDS = 10
"""For one request to a server, or one statement of a database store."""
REQUEST_RETRIES = 2
_PAUSE_SECONDS = 0.2
_MISSING = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
_BUSY = "TEMPORARILY_UNAVAILABLE"
_IMPORTING = Lock()
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
_DATABASE_STORES = ("mlflow.store.tracking.sqlalchemy_store", "mlflow.store.model_registry.sqlalchemy_store")
_LIBPQ_DRIVERS = ("postgresql", "postgresql+psycopg", "postgresql+psycopg2")


class UnknownError(RegistryError):
    """The registry answers, and doesn't know what was asked for."""


def is_importing() -> bool:
    """Whether MLflow is being imported at the moment."""
    return _IMPORTING.locked()


def ask(uri: str, what: str, call: Callable[[], T]) -> T:
    """What the call answers; RegistryError (without secrets) for whatever MLflow or its store raises.

    Every call can be made twice: MLflow tries again where a server can't be reached or is busy, and we do where
    another database than a file is.
    """
    place = without_password(uri)
    mlflow_error = _import_mlflow(uri, place)
    try:
        with _quietly(), _impatiently(uri):
            return call() if _waits_itself(uri) else _patiently(call, mlflow_error)
    except mlflow_error as error:
        code = getattr(error, "error_code", "")
        kind = UnknownError if code in _MISSING else RegistryError
        raise kind(f"could not {what}: {_reason(error)}", at=place, next=_next(code)) from error
    except ModuleNotFoundError as error:
        # Where the artifacts are may take a client of its own: boto3 for s3://, and so on.
        missing = error.name or "a library"
        raise RegistryError(
            f"could not {what}: {missing} isn't installed here, which MLflow needs for that",
            at=place,
            next=f"install what has {missing} beside schemaguard",
        ) from error
    except (OSError, _database_errors()) as error:
        raise RegistryError(f"could not {what}: {_reason(error)}", at=place, next=_next("")) from error
    except SchemaguardError:
        raise
    except Exception as error:  # whatever reads an answer of another shape raises: a proxy's page, half a message
        raise odd_answer(what, place) from error


def odd_answer(what: str, place: str) -> RegistryError:
    """The error for an answer that isn't one of MLflow's."""
    return RegistryError(
        f"could not {what}: what answered isn't a model registry, or not whole",
        at=place,
        next="see what listens there: a proxy or a page to log in may stand before it",
    )


def bounded(uri: str) -> str:
    """The URI with a limit for connecting and for each statement, where it is PostgreSQL's and has none of its own."""
    if _scheme(uri) not in _LIBPQ_DRIVERS:
        return uri
    limits = {
        "connect_timeout": str(REQUEST_TIMEOUT_SECONDS),
        "options": f"-c statement_timeout={REQUEST_TIMEOUT_SECONDS}s",
    }
    given = parse_qsl(uri.partition("?")[2], keep_blank_values=True)
    query = urlencode([*given, *((k, v) for k, v in limits.items() if k not in dict(given))], quote_via=quote)
    return f"{uri.partition('?')[0]}?{query}"


def without_password(uri: str) -> str:
    """The URI as it may be shown: of what stands before the last @, only what is evidently the user."""
    scheme, mark, rest = uri.partition("://")
    userinfo, at, place = rest.rpartition("@")
    user, colon, _ = userinfo.partition(":")
    if at and "/" not in user:
        # A web server takes a token as a user without a password.
        hidden = f"{user}:…" if colon else "…" if scheme in ("http", "https") else user
        rest = f"{hidden}@{place}"
    return f"{scheme}{mark}{_SECRET_PARAMETER.sub('…', rest)}"


_SECRET_PARAMETER = re.compile(r"(?<=password=)[^&]*|(?<=token=)[^&]*", re.IGNORECASE)


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
    return _scheme(uri) in ("http", "https")


def _waits_itself(uri: str) -> bool:
    """MLflow asks a server again by itself, and lets sqlite wait 20 s for a lock."""
    return _is_served(uri) or _scheme(uri) == "sqlite"


def _scheme(uri: str) -> str:
    # urlsplit refuses a [ in a password.
    return uri.partition(":")[0].lower()


def _is_busy(error: BaseException) -> bool:
    return getattr(error, "error_code", "") == _BUSY


def _import_mlflow(uri: str, place: str) -> type[Exception]:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", str(REQUEST_TIMEOUT_SECONDS))
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", str(REQUEST_RETRIES))
    try:
        # Whoever was asked in a thread, and given up, may be importing it still: two at once find halves of modules.
        with _IMPORTING:
            import_module("mlflow.tracking")
            # What MLflow would import of a store in a database when it is first asked; a second of its own.
            for module in _DATABASE_STORES if _scheme(uri).partition("+")[0] in _DATABASES else ():
                import_module(module)
            from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise RegistryError(
            "MLflow is not installed", at=place, next="pip install 'schemaguard-ml[registry]'"
        ) from error
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
    """MLflow tries for 100 s to open a store whose database is down; whoever rolls back can't wait for that.

    See MAX_RETRY_COUNT in mlflow.store.db.utils.
    """
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


_REASONS = (
    (r"NameResolutionError|getaddrinfo|[Nn]ame or service not known|name resolution|could not translate host name",
     "the registry's host name can't be resolved"),
    (r"[Cc]onnection refused|Errno 111", "the registry refused the connection"),
    (r"SSLError|SSLCertVerificationError|CERTIFICATE_VERIFY_FAILED|SSL error",
     "no secure connection to the registry: its TLS certificate or protocol was not accepted"),
    (r"statement timeout|[Tt]ime(d )?-?out", f"the registry did not answer within {REQUEST_TIMEOUT_SECONDS} s"),
    (r"too many (\d{3}) error responses", r"the registry answered with HTTP status \1"),
    (r"Connection reset|Connection aborted|RemoteDisconnected|server closed the connection",
     "the registry closed the connection"),
    (r"HTTPS?ConnectionPool|Max retries exceeded", "the registry can't be reached"),
    (r"unable to open database file", "the registry's database file can't be opened"),
    (r"database is locked", "another program keeps the registry's database locked"),
)  # fmt: skip
"""What a message of MLflow, requests, urllib3, SQLAlchemy or a driver contains → what it means; the first that fits."""
_DRIVERS_NAME = re.compile(r"^\((?:\w+\.)+\w+\) ")
"""SQLAlchemy puts the driver's exception in front of its message: `(sqlite3.OperationalError) no such table`."""


def _reason(error: Exception) -> str:
    """Why the registry could not answer, in our words where another library's would tell of its own inside."""
    said = str(error)
    for pattern, words in _REASONS:
        found = re.search(pattern, said)
        if found is not None:
            return found.expand(words)
    return _DRIVERS_NAME.sub("", _first_line(error))


def _first_line(error: Exception) -> str:
    """The first line of the message, without a password in a URL."""
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    return re.sub(r"\S+://\S+", lambda found: without_password(found[0]), text)[:300]


def _next(code: str) -> str:
    if code in _MISSING:
        return "check the name in the registry's list of models and versions"
    return "check that the registry is running, then run the command again"
