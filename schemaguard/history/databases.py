"""One history for several databases: Alembic's and Flask-Migrate's `multidb`, where each has its own functions.

`upgrade(engine_name)` calls `upgrade_<engine>()`; env.py runs it once a database. So each database is a history of its
own: the same revisions in the same order, another catalog.
"""

import re

from schemaguard.errors import HistoryError
from schemaguard.frozen import replace
from schemaguard.history.history import History
from schemaguard.history.sources import Files

MARK = "#"
"""Stands between the path of a history and the database that it is read for."""
_TAKES_A_NAME = re.compile(r"^(?:async\s+)?def upgrade\(\s*(?P<name>[A-Za-z_]\w*)\s*(?::[^,)=]*)?[,)]", re.MULTILINE)
_FUNCTION = re.compile(r"^def upgrade_(?P<database>\w*)\(\s*\)", re.MULTILINE)


def each_database(history: History, files: Files) -> tuple[History, ...]:
    """The history once for each of its databases; itself where its revisions aren't handed a database's name.

    The databases are those of its settings, else those that the revisions have functions for.
    """
    texts = [files.read(revision.file) or "" for revision in history.graph.revisions.values()]
    taking = [text for text in texts if _TAKES_A_NAME.search(text)]
    if not taking:
        return (history,)
    functions = dict.fromkeys(found["database"] for text in taking for found in _FUNCTION.finditer(text))
    databases = tuple(functions) or history.databases
    if functions and history.databases:
        # One that was given up still has its functions, and no one runs them.
        databases = tuple(one for one in history.databases if one in functions) or tuple(functions)
    if not databases:
        return (history,)
    return tuple(replace(history, path=_named(history.path, one), database=one) for one in databases)


def of_database(histories: tuple[History, ...], path: str, name: str) -> History:
    """The history of one of the databases. Raises HistoryError with all of them where there is none of that name."""
    for history in histories:
        if history.database == name:
            return history
    named = ", ".join(history.path for history in histories)
    raise HistoryError(f"{path} has no database {name!r}", at=path, next=f"name one of: {named}")


def _named(path: str, database: str) -> str:
    return f"{path}{MARK}{database}"
