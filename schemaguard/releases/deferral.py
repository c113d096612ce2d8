"""Drops that are put off until nobody needs what they drop: the file that remembers them, and what each waits for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from schemaguard.contracts.observation import Observation
from schemaguard.contracts.subject import Subject
from schemaguard.errors import ConfigError
from schemaguard.frozen import dataclass
from schemaguard.registry.readership import Readership
from schemaguard.releases.overview import Overview

FILE = "deferred.json"
VERSION = 1
_KEYS = ("object", "history", "since", "asked_by", "reason")


@dataclass(frozen=True, slots=True)
class DeferredDrop:
    """A drop that somebody wanted while it was still needed."""

    object: str
    """A table, or table.column, as findings name it."""
    history: str
    """The path of the history that the drop belongs to."""
    since: date
    asked_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class DropState:
    """What a deferred drop still waits for, a sentence each, and what isn't known about it."""

    drop: DeferredDrop
    waits: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    is_gone: bool = False
    """What it drops isn't there any more."""
    revision: str | None = None
    """The contract revision of a split that is there already, and drops it."""

    @property
    def is_ready(self) -> bool:
        """Whether nothing is left to wait for."""
        return not self.is_gone and not self.waits


def parse_deferred(text: str, file: str) -> tuple[DeferredDrop, ...]:
    """The drops that a file remembers. Raises ConfigError where it is none of ours."""
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise ConfigError(
                f"unsupported version {document['version']} of the deferred drops", at=file, next="update schemaguard"
            )
        return tuple(_drop(one) for one in document["drops"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigError(
            "the file of deferred drops can't be read",
            at=file,
            next="correct it, or delete it: schemaguard deferred --remember",
        ) from error


def _drop(one: Mapping[str, Any]) -> DeferredDrop:
    texts = [one[key] for key in _KEYS]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    thing, history, since, asked_by, reason = texts
    return DeferredDrop(thing, history, date.fromisoformat(since), asked_by, reason)


def render_deferred(drops: Iterable[DeferredDrop]) -> str:
    """The file's text: sorted, a drop a line, so that branches can be merged."""
    rows = [
        json.dumps({key: str(getattr(one, key)) for key in _KEYS}, ensure_ascii=False)
        for one in sorted(drops, key=lambda one: (one.history, one.object))
    ]
    inside = "".join(f"\n    {row}," for row in rows).rstrip(",")
    return f'{{\n  "version": {VERSION},\n  "drops": [{inside}\n  ]\n}}\n'


def remembered(known: Sequence[DeferredDrop], new: Iterable[DeferredDrop]) -> tuple[DeferredDrop, ...]:
    """All of them, each object once; who asked first stays."""
    found = {(one.history, one.object): one for one in known}
    for one in new:
        found.setdefault((one.history, one.object), one)
    return tuple(found.values())


def waiting_for_windows(readership: Readership) -> tuple[str, ...]:
    """Whose release windows are still open, and until when."""
    return tuple(
        f"{', '.join(each.name for each in use.versions)} ({use.role}) needs it {_until(use.until)}"
        for use in readership.inside
    )


def waiting_for_servers(overview: Overview, models: Iterable[str]) -> tuple[str, ...]:
    """The model servers that are believed alive and haven't said that they follow the newest epoch of their model."""
    wanted = set(models)
    epochs = {pointer.model: pointer.epoch for pointer, _ in overview.models}
    return tuple(
        f"the server {each.name} still serves {each.model} of epoch {each.epoch}, not {epochs[each.model]}"
        for each in overview.servers
        if each.model in wanted and each.lease_until > overview.at and each.epoch < epochs.get(each.model, each.epoch)
    )


def waiting_for_readers(observation: Observation, subject: Subject) -> tuple[str, ...]:
    """The roles that were seen reading it."""
    found: dict[str, int] = {}
    for reading in observation.readings:
        if reading.table == subject.table and (subject.column is None or subject.column in reading.columns):
            found[reading.role] = found.get(reading.role, 0) + reading.calls
    since = f" since {observation.since:%Y-%m-%d}" if observation.since is not None else ""
    return tuple(f"the role {role} has read it {calls} times{since}" for role, calls in sorted(found.items()))


def unreadable_readers(observation: Observation, subject: Subject) -> tuple[str, ...]:
    """The roles of statements that name its table and can't be read."""
    roles = {
        one.role
        for one in observation.unreadable
        if not one.tables or any(name.rpartition(".")[2].strip('"') == subject.table.name for name in one.tables)
    }
    return tuple(f"statements of the role {role} can't be read, and may read it" for role in sorted(roles))


def _until(end: datetime | None) -> str:
    return f"until {end:%Y-%m-%d}" if end is not None else "with no end stated"
