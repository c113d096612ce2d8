"""The release window: the time in which a release's contract must hold, from the database, a lock file or dates."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemaguard.contracts.contract import Contract
from schemaguard.errors import ConfigError
from schemaguard.frozen import dataclass
from schemaguard.window.under_contract import UnderContract, VersionInWindow

SUPERSEDED_DAYS = 14
LOCK_VERSION = 1
ENDLESS_ROLES = ("active", "canary", "fallback")


@dataclass(frozen=True, slots=True)
class WindowEntry:
    """One model version (or consumer: empty `version`) and until when its contract holds; None: no end."""

    model: str
    version: str
    role: str
    """`active`, `canary`, `fallback`, `superseded`, `published`, `consumer`; `declared` where only dates are known."""
    until: datetime | None = None
    digest: str = ""
    released: datetime | None = None
    """When it was last put to serve; None where it never was, or where only dates are known."""

    @property
    def last_day(self) -> str | None:
        """The last day on which it holds, as an ISO date; a window that ends at midnight ends with the day before."""
        return (self.until - timedelta(microseconds=1)).date().isoformat() if self.until is not None else None


@dataclass(frozen=True, slots=True)
class Window:
    """Who is in the window: where that was read, and as of when."""

    source: str
    """`live`, `dates`, or the lock file's path."""
    at: datetime
    """The moment that is judged."""
    entries: tuple[WindowEntry, ...]
    written: datetime | None = None
    """When the lock file was written; None where no file stands between."""

    def age_days(self, now: datetime) -> int | None:
        """How many whole days ago the lock file was written, None where there is none."""
        return max((now - self.written).days, 0) if self.written is not None else None

    def current(self, at: datetime) -> tuple[WindowEntry, ...]:
        """Whose window isn't over at that moment, by model and version."""
        return tuple(sorted((entry for entry in self.entries if _holds(entry, at)), key=_order))

    def entry(self, model: str, version: str) -> WindowEntry | None:
        """That version's entry, if its window isn't over."""
        for entry in self.entries:
            if (entry.model, entry.version) == (model, version) and _holds(entry, self.at):
                return entry
        return None


def superseded_until(superseded_at: datetime, supported_until: date | None) -> datetime:
    """The later of `superseded + 14 days` and the end of support that the contract declares."""
    until = superseded_at + timedelta(days=SUPERSEDED_DAYS)
    return until if supported_until is None else max(until, _end_of(supported_until))


def from_dates(contracts: Iterable[Contract], at: datetime) -> Window:
    """The window that the dates in contract files declare; a contract whose dates say nothing is in its window."""
    entries = [
        WindowEntry(
            contract.model,
            version,
            "consumer" if contract.is_consumer else "declared",
            _end_of(contract.supported_until) if contract.supported_until else None,
            contract.digest,
        )
        for contract in contracts
        if contract.status != "retired"
        for version in contract.model_versions or ("",)
    ]
    return Window("dates", at, tuple(entries))


def consumer_entry(contract: Contract) -> WindowEntry:
    """The entry of a consumer: never released, its contract holds as long as its file is there, until its dates end."""
    until = _end_of(contract.supported_until) if contract.supported_until else None
    return WindowEntry(contract.model, "", "consumer", until, contract.digest)


def held(contracts: Iterable[Contract], window: Window) -> tuple[UnderContract, ...]:
    """The contracts that hold in the window, each with the versions that it holds for.

    A version that the window doesn't know isn't released yet: nothing can break it. One that was published with the
    contract of another counts, whether the file lists it or not.
    """
    found = []
    bound = bound_versions(window)
    for contract in contracts:
        listed = contract.model_versions or ("",)
        versions = tuple(
            VersionInWindow(entry.version, entry.role, entry.last_day)
            for version in dict.fromkeys((*listed, *bound_to(contract, bound)))
            if (entry := _entry(contract, version, window)) is not None
        )
        if versions:
            found.append(UnderContract(contract, versions))
    return tuple(found)


def bound_to(contract: Contract, bound: Mapping[tuple[str, str], list[str]]) -> tuple[str, ...]:
    """The versions that were published with the contract, or with what it was before versions were added to it."""
    return tuple(version for each in contract.digests for version in bound.get((contract.model, each), ()))


def bound_versions(window: Window) -> dict[tuple[str, str], list[str]]:
    """(model, digest of its contract) → the versions that the window knows with it."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in window.entries:
        if entry.digest:
            found.setdefault((entry.model, entry.digest), []).append(entry.version)
    return found


def _entry(contract: Contract, version: str, window: Window) -> WindowEntry | None:
    found = window.entry(contract.model, version)
    if found is None and contract.is_consumer and contract.status != "retired":
        found = consumer_entry(contract)
        return found if _holds(found, window.at) else None
    return found


def without_contract(contracts: Iterable[Contract], window: Window) -> tuple[tuple[str, str], ...]:
    """The model versions in their windows that no contract file speaks for."""
    spoken_for: set[tuple[str, str]] = set()
    bound = bound_versions(window)
    for contract in contracts:
        versions = (*(contract.model_versions or ("",)), *bound_to(contract, bound))
        spoken_for.update((contract.model, version) for version in versions)
    inside = [(entry.model, entry.version) for entry in window.entries if _holds(entry, window.at)]
    return tuple(version for version in inside if version not in spoken_for)


def render_lock(window: Window) -> str:
    """The lock file's text: sorted, dated, the same for the same window. Who is out of the window isn't in it."""
    entries = [
        {
            "model": entry.model,
            "model_version": entry.version,
            "role": entry.role,
            "released": _text(entry.released) if entry.released else None,
            "until": _text(entry.until) if entry.until else None,
            "contract": entry.digest,
        }
        for entry in window.current(window.at)
    ]
    document = {"version": LOCK_VERSION, "at": _text(window.at), "releases": entries}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def parse_lock(text: str, file: str, at: datetime | None = None) -> Window:
    """The window of a lock file, judged at `at` (default: when it was written). ConfigError where it is none."""
    try:
        document: Mapping[str, Any] = json.loads(text)
        if document["version"] != LOCK_VERSION:
            raise ValueError(f"unsupported version {document['version']!r}")
        entries = tuple(
            WindowEntry(
                str(entry["model"]),
                str(entry["model_version"]),
                str(entry["role"]),
                _time(entry["until"]) if entry["until"] else None,
                str(entry["contract"]),
                # A lock that an older release has written doesn't say it.
                _time(entry["released"]) if entry.get("released") else None,
            )
            for entry in document["releases"]
        )
        written = _time(document["at"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigError(
            f"not a window lock file: {_problem(error)}",
            at=file,
            next="schemaguard window lock",
        ) from error
    return Window(file, at or written, entries, written)


def _problem(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)


def _order(entry: WindowEntry) -> tuple[str, str]:
    return entry.model, entry.version


def _holds(entry: WindowEntry, at: datetime) -> bool:
    return entry.role in ENDLESS_ROLES or entry.until is None or entry.until > at


def _end_of(day: date) -> datetime:
    """Midnight after the day: on its last day, support holds."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
