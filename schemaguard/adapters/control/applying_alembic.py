"""A user's own Alembic history, run by Alembic with the user's own env.py, which need not know of the guard.

Whoever calls imports `schemaguard.guard` first: that is what puts the guard on every connection.
"""

import contextlib
import logging
import sys
import tomllib
import traceback
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from schemaguard.adapters.postgres.address import without_secrets
from schemaguard.adapters.postgres.connection import first_line
from schemaguard.adapters.postgres.driver import is_connection_lost, refusal
from schemaguard.errors import DatabaseError, HistoryError, SchemaguardError, UnreachableError, UsageError

_DRIVER = "postgresql+psycopg"
"""What serves synchronous and asynchronous engines alike."""


def upgrade(settings: Path, revision: str, *, arguments: Sequence[str] = (), url: str | None = None) -> None:
    """Run `alembic upgrade REVISION` with a settings file, in its folder. What env.py prints goes to stderr.

    `arguments` are env.py's own (`-x`); `url` takes the place of sqlalchemy.url. Raises HistoryError where Alembic or
    the user's code can't go on, DatabaseError where the server refuses something, and what the guard refuses.
    """
    _run(command.upgrade, settings, revision, arguments, url)


def downgrade(settings: Path, revision: str, *, arguments: Sequence[str] = (), url: str | None = None) -> None:
    """Run `alembic downgrade REVISION` in the same way."""
    _run(command.downgrade, settings, revision, arguments, url)


def _run(
    act: Callable[[Config, str], None], settings: Path, revision: str, arguments: Sequence[str], url: str | None
) -> None:
    folder = settings.parent.resolve()
    config = _config(settings.resolve(), arguments)
    if url is not None:
        config.set_main_option("sqlalchemy.url", _spelled(url, config).replace("%", "%%"))
    secret = url or config.get_main_option("sqlalchemy.url") or ""
    with contextlib.chdir(folder), contextlib.redirect_stdout(sys.stderr), _quiet():
        try:
            act(config, revision)
        except SchemaguardError:
            raise
        except CommandError as error:
            raise HistoryError(f"Alembic: {error}", at=str(settings), next=_hint(str(error))) from error
        except SystemExit as error:
            raise HistoryError(f"env.py ended the program ({error.code})", at=str(settings)) from error
        except Exception as error:
            raise _said(error, folder, secret) from error


def _config(settings: Path, arguments: Sequence[str]) -> Config:
    is_toml = settings.suffix == ".toml"
    ini = settings.with_name("alembic.ini") if is_toml else settings
    toml = settings if is_toml else settings.with_name("pyproject.toml")
    return Config(
        file_=ini if ini.is_file() else None,
        toml_file=toml if _has_settings(toml) else None,
        stdout=sys.stderr,
        cmd_opts=Namespace(x=list(arguments)),
    )


def _has_settings(toml: Path) -> bool:
    try:
        return "alembic" in tomllib.loads(toml.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False


def _spelled(url: str, config: Config) -> str:
    """The URL with the driver that the project uses, where it names none."""
    try:
        wanted = make_url(url)
        if "+" not in wanted.drivername:
            wanted = wanted.set(drivername=_driver(config))
    except ArgumentError as error:
        raise UsageError("the database URL can't be read", at="--database-url", next="postgresql://…") from error
    return wanted.render_as_string(hide_password=False)


def _driver(config: Config) -> str:
    try:
        known = make_url(config.get_main_option("sqlalchemy.url") or "").drivername
    except ArgumentError:
        return _DRIVER
    return known if known.startswith("postgresql+") else _DRIVER


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Alembic's account of its steps is left out: they are told better. A filter survives fileConfig() in env.py."""
    logger = logging.getLogger("alembic.runtime.migration")
    quiet = _Warnings()
    logger.addFilter(quiet)
    try:
        yield
    finally:
        logger.removeFilter(quiet)


class _Warnings(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


def _hint(said: str) -> str:
    if "Multiple head revisions" in said:
        return "schemaguard upgrade heads"
    return "look at the history: alembic history"


def _said(error: Exception, folder: Path, secret: str) -> SchemaguardError:
    """What a user's env.py or revision, or the server, has against it, with the user's own line."""
    place = _users_line(error, folder)
    # Our own statements aren't sent through SQLAlchemy, which would wrap what the driver says.
    is_lost = is_connection_lost(error)
    found = refusal(error)
    if found is not None and not is_lost:
        next_ = found.hint or "correct the revision or the rows, then run it again"
        return DatabaseError(f"the server refuses it: {first_line(found)}", at=place, next=next_)
    if isinstance(error, DBAPIError) or is_lost:
        said = without_secrets(first_line(getattr(error, "orig", None) or error), secret)
        return UnreachableError(
            f"the database can't be reached: {said}", at=place, next="look at the URL that env.py uses"
        )
    return HistoryError(
        f"the project's own code fails: {type(error).__name__}: {without_secrets(first_line(error), secret)}",
        at=place,
        next="correct it; alembic upgrade shows the whole traceback",
    )


def _users_line(error: Exception, folder: Path) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame
        for frame in frames
        if Path(frame.filename).is_relative_to(folder) and "site-packages" not in frame.filename
    ]
    chosen = own[-1] if own else frames[-1]
    path = Path(chosen.filename)
    return f"{path.relative_to(folder) if path.is_relative_to(folder) else path}:{chosen.lineno}"
