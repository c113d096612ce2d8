"""Hears what SQLAlchemy sends through other drivers than psycopg, whose cursors are heard themselves."""

from collections.abc import Callable
from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, event

from schemaguard.sql.queries.sent import numbered

Hear = Callable[[str, Any, Callable[[], str], tuple[str, str, str]], None]
"""(text, the driver's connection, how to connect again, host and port and database)"""


def listen(hear: Hear) -> Callable[[], None]:
    """Hear every engine from here on; what comes back ends that."""

    def after_cursor_execute(
        connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        dialect = connection.dialect
        if dialect.name != "postgresql" or dialect.driver in ("psycopg", "psycopg_async"):
            return
        driver, url = connection.connection.driver_connection, connection.engine.url
        is_formatted = dialect.paramstyle in ("format", "pyformat") and bool(parameters)
        text = numbered(statement) if is_formatted else statement
        hear(text, driver, lambda: _url(driver, url), _database(driver, url))

    event.listen(Engine, "after_cursor_execute", after_cursor_execute)
    return lambda: event.remove(Engine, "after_cursor_execute", after_cursor_execute)


def _database(driver: Any, url: Any) -> tuple[str, str, str]:
    info = getattr(driver, "info", None)
    if info is not None:
        return str(info.host), str(info.port), str(info.dbname)
    return str(url.host or ""), str(url.port or 5432), str(url.database or "")


def _url(driver: Any, url: Any) -> str:
    """What psycopg2 really connected with, passwords of the moment included; else what the engine was made with."""
    given = getattr(getattr(driver, "info", None), "dsn_parameters", None)
    if given is None:
        return str(url.set(drivername="postgresql").render_as_string(hide_password=False))
    password = driver.info.password
    return make_conninfo(**given, password=password) if password else make_conninfo(**given)
