"""Which time limits hold when a statement runs: those of the file so far, of env.py, or of the configuration."""

import re

from schemaguard.catalog.changes import SetSetting
from schemaguard.rules.facts.context import Context
from schemaguard.rules.facts.traffic import felt

_DURATION = re.compile(r"\s*([\d.]+)\s*(us|ms|s|min|h|d)?\s*\Z")
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "min": 60_000.0, "h": 3_600_000.0, "d": 86_400_000.0}


def locks_strongly(context: Context) -> bool:
    """Whether writes of a table in use wait for the change, if not reads."""
    return any(lock.blocks_writes for lock in felt(context))


def milliseconds(text: str) -> float | None:
    """A duration as PostgreSQL reads it for such a setting, in milliseconds, 0 for no limit; None where it isn't known.

    Source: https://www.postgresql.org/docs/18/config-setting.html#CONFIG-SETTING-NAMES-VALUES
    """
    match = _DURATION.match(text.strip("'\" "))
    try:
        return float(match[1]) * _MS[match[2] or "ms"] if match is not None else None
    except ValueError:
        return None


def limit(setting: str, context: Context) -> float | None:
    """The limit in milliseconds that holds for the change; None where there is none.

    A value that isn't known counts as a short one.
    """
    held = _held(setting, context)
    if held is None:
        return None
    known = milliseconds(held)
    return None if known == 0 else 1.0 if known is None else known


def _held(setting: str, context: Context) -> str | None:
    """The value that the revision has set so far, else the one that its sessions begin with."""
    value: str | None = None
    local: tuple[str | None] | None = None
    commit = context.facts.visit.commit
    for visit in context.facts.session:
        match visit.change:
            case SetSetting(setting=name, value=said, local=is_local) if name.lower() in (setting, "all"):
                if not is_local:
                    value, local = said, None
                elif visit.commit == commit:
                    local = (said,)
            case _:
                continue
    if local is not None:
        return local[0]
    return value if value is not None else context.session_settings().get(setting)
