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
