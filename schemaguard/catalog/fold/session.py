"""Sessions and what isn't understood: search_path, transactions, opaque statements."""

import re
from collections.abc import Callable
from typing import Any

from schemaguard.catalog.changes import ControlTransaction, Opaque, SetSetting
from schemaguard.catalog.fold.draft import Draft
from schemaguard.catalog.objects import Catalog
from schemaguard.catalog.refusal import Refusal
from schemaguard.frozen import replace

_PATH_PART = re.compile(r'\s*("(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|[^\s,]+)\s*(?:,|\Z)')


def read_search_path(value: str) -> tuple[str, ...]:
    """The schemas of a search_path's text; `$user` has none of its own here.

    See https://www.postgresql.org/docs/18/ddl-schemas.html#DDL-SCHEMAS-PATH.
    """
    found: list[str] = []
    for part in _PATH_PART.findall(value.strip()):
        # SET search_path = 'a, b' names one schema; set_config('search_path', 'a, b', …) arrives without quotes.
        name = part[1:-1].replace(part[0] * 2, part[0]) if part[0] in "\"'" else part.lower()
        if name and name not in ("$user", "pg_catalog", "pg_temp"):
            found.append(name)
    return tuple(found)


def set_setting(change: SetSetting, draft: Draft) -> None:
    """SET, RESET: only the search_path matters to a catalog."""
    if change.of is not None or change.setting.lower() not in ("search_path", "schema"):
        return
    if change.local and draft.session_path is None:
        draft.session_path = draft.search_path
    if change.value is None or change.value.strip().upper() == "DEFAULT":
        draft.search_path = ("public",)
    else:
        draft.search_path = read_search_path(change.value)
    if not change.local:
        draft.session_path = None


def control_transaction(change: ControlTransaction, draft: Draft) -> Catalog | None:
    """BEGIN and SAVEPOINT keep the catalog, ROLLBACK brings it back, COMMIT ends what was set for its length.

    Raises Refusal where a savepoint is named that isn't there (3B001).

    See https://www.postgresql.org/docs/18/sql-savepoint.html and sql-rollback-to.html.
    """
    action = change.action.upper()
    word = action.partition(" ")[0]
    if action == "SAVEPOINT":
        draft.savepoints = (*draft.savepoints, (str(change.savepoint), draft.freeze()))
    elif action == "RELEASE":
        draft.savepoints = draft.savepoints[: _savepoint(change, draft)]
    elif action == "ROLLBACK TO":
        at = _savepoint(change, draft)
        return replace(draft.savepoints[at][1], savepoints=draft.savepoints[: at + 1])
    elif word in ("BEGIN", "START") and draft.at_begin is None:
        draft.at_begin = draft.freeze()
    elif word in ("ROLLBACK", "ABORT") and draft.at_begin is not None:
        return draft.at_begin
    elif word in ("COMMIT", "END", "ROLLBACK", "ABORT"):
        draft.at_begin, draft.savepoints = None, ()
        if draft.session_path is not None:
            draft.search_path, draft.session_path = draft.session_path, None
    return None


def _savepoint(change: ControlTransaction, draft: Draft) -> int:
    """The place of the savepoint that is named: the last one of its name."""
    for at in reversed(range(len(draft.savepoints))):
        if draft.savepoints[at][0] == change.savepoint:
            return at
    raise Refusal(f'savepoint "{change.savepoint}" does not exist', "3B001")


def cloud(change: Opaque, draft: Draft) -> None:
    """An opaque statement may have changed what it names, or anything."""
    draft.opaque += 1
    if change.names is None or draft.clouded is None:
        draft.clouded = None
    else:
        draft.clouded |= {draft.resolve(name) for name in change.names}


FOLDS: dict[type, Callable[[Any, Draft], None]] = {SetSetting: set_setting, Opaque: cloud}
