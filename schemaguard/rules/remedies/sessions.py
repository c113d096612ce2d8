"""Limits for how long a session waits, and works."""

from schemaguard.catalog.changes import SetSetting
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.remedy import Remedy


def limited(setting: str, value: str, context: Context, *, resets: bool = False) -> Remedy:
    """The change behind a limit that holds until the session ends, or for the change alone.

    An index that is built beside those who write, or old rows that are looked at later, may take hours in the same
    session: what limits how long a statement runs is taken back behind the change.
    """
    changes = (SetSetting(setting, value), context.change, *((SetSetting(setting, None),) if resets else ()))
    return Remedy(f"set a limit first, here or once in env.py: {setting} = {value}", changes)


def giving_way(context: Context) -> Remedy:
    """The change as it is, which is given up rather than held on to, where the server knows no way beside others."""
    is_local = not context.step.autocommit
    limits = (SetSetting("lock_timeout", "2s", local=is_local), SetSetting("statement_timeout", "30s", local=is_local))
    freed = tuple(SetSetting(one.setting, None, local=is_local) for one in reversed(limits))
    title = "PostgreSQL builds it under ACCESS EXCLUSIVE alone: let it give up after 30 s, and try again later"
    return Remedy(title, (*limits, context.change, *freed), is_advice=True)
