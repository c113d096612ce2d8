"""Limits for how long a session waits, and works."""

from schemaguard.catalog.changes import SetSetting
from schemaguard.rules.facts.context import Context
from schemaguard.rules.remedies.remedy import Remedy


def limited(setting: str, value: str, context: Context) -> Remedy:
    """The change behind a limit that holds until the session ends."""
    return Remedy(
        f"set a limit first, here or once in env.py: {setting} = {value}", (SetSetting(setting, value), context.change)
    )
