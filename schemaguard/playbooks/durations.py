"""Durations as a playbook writes them: 30s, 10m, 4h, 92d."""

import re
from datetime import timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_WRITTEN = re.compile(r"([1-9][0-9]{0,8})([smhd])")
LONGEST = timedelta(days=36_500)


def duration(text: str) -> timedelta:
    """The length of time that is written. Raises ValueError where it is none, or more than a hundred years."""
    found = _WRITTEN.fullmatch(text)
    made = timedelta(seconds=int(found[1]) * _SECONDS[found[2]]) if found else LONGEST * 2
    if made > LONGEST:
        raise ValueError(f"{text!r} isn't a duration; write e.g. 30s, 10m, 4h or 92d")
    return made


def written(length: timedelta) -> str:
    """A length of time in the largest unit that says it whole; fractions of a second are rounded."""
    seconds = round(length.total_seconds())
    for unit in "dhm":
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"
