"""Changes of rows, settings and transactions as SQL, as far as a change holds what was written."""

import re
from typing import assert_never

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Name
from schemaguard.sql.writing.identifiers import Spelling, literal, quote

RowChange = c.InsertRows | c.UpdateRows | c.DeleteRows | c.TruncateTable
SessionChange = c.SetSetting | c.ControlTransaction | c.LockTable

_BARE_VALUE = re.compile(r"\d+|on|off", re.ASCII)
_BATCH = 10_000
"""Rows that one transaction fills: a second or so, and few enough that nobody waits long for one of them."""
_LISTS = ("search_path", "temp_tablespaces", "session_preload_libraries", "shared_preload_libraries")


def render_rows(change: RowChange, spell: Spelling) -> str | None:
    """The statement for a change of rows; None where the rows or conditions themselves would have to be known."""
    match change:
        case c.InsertRows(table=table):
            holds_all = change.columns == () and not (change.from_query or change.is_copy or change.conflict_columns)
            return f"INSERT INTO {spell(table)} DEFAULT VALUES" if holds_all else None
        case c.UpdateRows():
            return None
        case c.DeleteRows(table=table, has_where=has_where, only=only):
            return None if has_where else f"DELETE FROM {'ONLY ' * only}{spell(table)}"  # noqa: S608 - the name is quoted
        case c.TruncateTable(table=table, only=only):
            tail = " RESTART IDENTITY" * change.restarts_identity + " CASCADE" * change.cascade
            return f"TRUNCATE TABLE {'ONLY ' * only}{spell(table)}{tail}"
        case _:
            assert_never(change)


def render_session(change: SessionChange, spell: Spelling) -> str | None:
    """The statement for a change of the session; None where the change doesn't hold what was written."""
    match change:
        case c.SetSetting():
            return _setting(change)
        case c.ControlTransaction(action=action, savepoint=savepoint):
            if action.endswith("PREPARED") or action.startswith("PREPARE"):
                return None  # The name of the prepared transaction isn't held.
            if savepoint is None:
                return action
            word = {"RELEASE": "RELEASE SAVEPOINT", "ROLLBACK TO": "ROLLBACK TO SAVEPOINT"}.get(action, action)
            return f"{word} {quote(savepoint)}"
        case c.LockTable(table=table, mode=mode):
            return f"LOCK TABLE {spell(table)} IN {mode.upper()} MODE"
        case _:
            assert_never(change)


def _setting(change: c.SetSetting) -> str | None:
    if change.of is not None:
        return None  # Which kind of names there are in it isn't held.
    name = ".".join(part if part == "all" else quote(part) for part in change.setting.split("."))
    if change.value is None:
        return f"SET LOCAL {name} TO DEFAULT" if change.local else f"RESET {name}"
    # A list's names are quoted already, but for the empty one, which only a string can say.
    value = change.value.replace('""', "''") if change.setting in _LISTS and change.value == '""' else change.value
    if change.setting not in _LISTS:
        value = value if _BARE_VALUE.fullmatch(value) else literal(value)
    return f"SET {'LOCAL ' * change.local}{name} TO {value}"


def in_batches(table: Name, column: str, value: str, spell: Spelling, *, may_be_null: bool = False) -> str:
    """The UPDATE that gives a value to some of the rows that hold none, so that it can be repeated."""
    name, of = spell(table), quote(column)
    which = f"{of} IS NULL AND ({value}) IS NOT NULL" if may_be_null else f"{of} IS NULL"
    some = f"SELECT ctid FROM {name} WHERE {which} LIMIT {_BATCH}"  # noqa: S608 - names are quoted
    return f"UPDATE {name} SET {of} = {value} WHERE ctid = ANY (ARRAY({some}))"  # noqa: S608 - an author's own default
