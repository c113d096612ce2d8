"""Texts that only depend on files: where none of those has changed since, the text is what it was.

It is remembered what the run that made a text has looked at, as a build does: each file that it read, each folder that
it listed, each path that it found to be a file or not. A verdict depends on the day, too: `commands/verdicts.py`.
"""

import json
from collections.abc import Callable

from schemaguard.adapters.files.cache import code_of, versions_of_evaluation
from schemaguard.commands.reading import Reading
from schemaguard.history.memory import digest, sealed, unsealed

_ROOMS = ("adapters", "cli", "commands", "report")
"""What makes such a text, besides what evaluates."""


def remembered(reading: Reading, wanted: tuple[object, ...], make: Callable[[], str]) -> str:
    """The text that `make` gives for what is wanted, made only where it may differ from the one that was made before.

    `wanted` has all that the text depends on besides the reading, as values whose `repr` tells them apart.
    """
    store = reading.store
    if store is None:
        return make()
    key = _key(reading, wanted)
    text = _entry_that_holds(unsealed(key, store.get(key)), reading)
    if text is None:
        text = make()
        store.put(key, sealed(key, json.dumps([reading.files.seen(), text])))
    return text


def _key(reading: Reading, wanted: tuple[object, ...]) -> str:
    options = (reading.initial, reading.assume_in_transaction, reading.postgresql)
    said = repr((wanted, options, reading.config, reading.files.root))
    return digest("remembered", *versions_of_evaluation(), *code_of(*_ROOMS), said)


def _entry_that_holds(body: str | None, reading: Reading) -> str | None:
    """The text of an entry, None where there is none that holds."""
    if body is None:
        return None
    try:
        seen, text = json.loads(body)
        return text if isinstance(text, str) and reading.files.is_as_seen(seen) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
