"""What happened to a model's pointer and to its alias in the registry, from the ledger; and how it was at a time."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from schemaguard.frozen import dataclass, field, replace
from schemaguard.ledger.entry import Entry
from schemaguard.releases.release import Operation

_TOLD = (
    "pointer-switched", "canary-switched", "alias-projected", "alias-corrected", "frozen", "thawed",
    "operation-abandoned",
)  # fmt: skip
_OF_A_CANARY = {"canary": "canary started", "advance": "canary advanced", "abort": "canary aborted"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a model: who, when, why, from what to what."""

    at: datetime
    what: str
    """`promoted`, `rolled back`, `canary started`, `canary advanced`, `canary aborted`, `alias moved`,
    `alias corrected`, `frozen`, `thawed`, `given up`.
    """
    actor: str
    before: str | None = None
    after: str | None = None
    epoch: int | None = None
    operation: int | None = None
    reason: str = ""
    metric: str | None = None
    detected_at: datetime | None = None
    recovery: timedelta | None = None
    """From the detection of the problem to the switch."""
    alias: str | None = None
    percent: int | None = None
    """The canary's share of the traffic from then on."""


@dataclass(frozen=True, slots=True)
class PastRelease:
    """What served at a time, and on what: `revisions` are the heads of the schema, `data` file → digest."""

    model: str
    at: datetime
    version: str
    epoch: int
    since: datetime
    actor: str
    reason: str
    contract: str
    contract_file: str
    revisions: tuple[str, ...]
    data: Mapping[str, str] = field(default_factory=dict)


def chronicle(entries: Iterable[Entry], operations: Mapping[int, Operation]) -> tuple[Happening, ...]:
    """What the ledger's entries of one model tell, oldest first."""
    return tuple(_happening(entry, operations.get(entry.operation or 0)) for entry in entries if entry.event in _TOLD)


def _happening(entry: Entry, operation: Operation | None) -> Happening:
    said = entry.payload
    reason = str(said.get("reason") or (operation.intent.reason if operation is not None else ""))
    whole = Happening(entry.at, entry.event, entry.actor, operation=entry.operation, reason=reason)
    match entry.event:
        case "pointer-switched":
            return _switched(entry, operation, reason)
        case "canary-switched":
            return _shared(entry, operation, reason)
        case "alias-projected" | "alias-corrected":
            what = "alias moved" if entry.event == "alias-projected" else "alias corrected"
            if "skipped" in said:
                what = f"alias left as it is: {said['skipped']}"
            return Happening(
                entry.at, what, entry.actor, said.get("was"), said.get("version"), _whole(said.get("epoch")),
                entry.operation, reason, alias=said.get("alias"),
            )  # fmt: skip
        case "operation-abandoned":
            return Happening(entry.at, "given up", entry.actor, operation=entry.operation, reason=reason)
        case _:
            return whole


def _switched(entry: Entry, operation: Operation | None, reason: str) -> Happening:
    detected = operation.intent.detected_at if operation is not None else None
    return Happening(
        at=entry.at,
        what="rolled back" if operation is not None and operation.kind == "rollback" else "promoted",
        actor=entry.actor,
        before=entry.payload.get("from"),
        after=entry.payload.get("to"),
        epoch=_whole(entry.payload.get("epoch")),
        operation=entry.operation,
        reason=reason,
        metric=operation.intent.metric if operation is not None else None,
        detected_at=detected,
        recovery=entry.at - detected if detected is not None else None,
    )


def _shared(entry: Entry, operation: Operation | None, reason: str) -> Happening:
    """A canary is told by its own version: what serves is another one, before and after."""
    told = _switched(entry, operation, reason)
    version, kind = str(entry.payload["version"]), str(entry.payload["kind"])
    before, after = (version, str(entry.payload["active"])) if kind == "abort" else (None, version)
    what = _OF_A_CANARY.get(kind, kind)
    return replace(told, what=what, before=before, after=after, percent=_whole(entry.payload.get("percent")))


def past_switch(entries: Iterable[Entry], at: datetime) -> Entry | None:
    """The switch that was in force at a time, None before the first one."""
    before = [entry for entry in entries if entry.event == "pointer-switched" and entry.at <= at]
    return before[-1] if before else None


def data_of(entries: Iterable[Entry], version: str) -> Mapping[str, str]:
    """The digests of data files that a version was published with."""
    found: Mapping[str, str] = {}
    for entry in entries:
        if entry.event == "contract-published" and entry.payload.get("version") == version:
            found = entry.payload.get("data") or {}
    return found


def _whole(value: Any) -> int | None:
    return int(value) if value is not None else None
