"""How two contract documents differ, in lines that name the place."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LONGEST = 120
_NAMES = ("name", "property", "value", "id")
"""What an entry of a list goes by, so that a new column in the middle is one difference."""


def difference(old: Any, new: Any) -> tuple[str, ...]:
    """One line a difference: `-` only the old one has it, `+` only the new one, `~` both, with other values."""
    return tuple(_lines(old, new, ""))


def _lines(old: Any, new: Any, path: str) -> Iterator[str]:
    if old == new:
        return
    before, after = _entries(old), _entries(new)
    if before is None or after is None:
        yield f"~ {path}: {_short(old)} → {_short(new)}"
        return
    # In the order of the new one: it is a file that somebody looks at, the old one comes out of a database.
    for key in [*after, *(key for key in before if key not in after)]:
        here = f"{path}.{key}" if path else key
        if key not in after:
            yield f"- {here}: {_short(before[key])}"
        elif key not in before:
            yield f"+ {here}: {_short(after[key])}"
        else:
            yield from _lines(before[key], after[key], here)


def _entries(value: Any) -> dict[str, Any] | None:
    """The parts of an object or a list by what they go by, None for a plain value."""
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    found: dict[str, Any] = {}
    for number, entry in enumerate(value):
        key = _called(entry) or str(number)
        found[key if key not in found else f"{key}#{number}"] = entry
    return found


def _called(entry: Any) -> str | None:
    if not isinstance(entry, Mapping):
        return None
    return next((str(entry[key]) for key in _NAMES if isinstance(entry.get(key), str | int)), None)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
