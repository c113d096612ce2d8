"""Release windows: who is in them until when, and how a lock file differs from the database."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.report.check.readers import without_end
from schemaguard.report.check.sentences import plural, source_in_words
from schemaguard.report.lines import line
from schemaguard.report.table import Heading, table
from schemaguard.report.visible import visible
from schemaguard.window.lock import OLD_DAYS, EntryChange
from schemaguard.window.window import Window, WindowEntry

_DIGEST = 12


def show_window(window: Window, console: Console, now: datetime) -> None:
    """Print a row a model version, and below them where that was read and how old it is."""
    entries = window.current(window.at)
    headings = [
        Heading("in the window", whole=True),
        Heading("role", whole=True),
        Heading("until"),
        Heading("contract", whole=True),
    ]
    rows = [
        [
            Text(visible(_name(entry)), "bold"),
            Text(visible(entry.role)),
            Text(_until(entry)),
            Text(visible(entry.digest[:_DIGEST]), "dim"),
        ]
        for entry in entries
    ]
    if rows:
        table(console, headings, rows)
    age = window.age_days(now)
    words = f"{plural(len(rows), 'release')} in the window · from {source_in_words(window.source)}, as of "
    words += f"{window.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if age:
        words += f" · {plural(age, 'day')} old"
    is_old = age is not None and age >= OLD_DAYS
    line(console, Text(visible(words), "yellow" if is_old else "dim"))
    if is_old:
        line(console, Text.assemble(("remark: ", "yellow"), "schemaguard window lock writes it again"))


def window_json(window: Window, now: datetime) -> dict[str, Any]:
    """The window as one document; times are ISO 8601 in UTC."""
    return {
        "version": 1,
        "window": {"source": window.source, "at": _iso(window.at), "age_days": window.age_days(now)},
        "releases": [_entry_json(entry) for entry in window.current(window.at)],
    }


def show_lock(
    file: str, outcome: str, live: Window, changes: Sequence[EntryChange], written: datetime | None, console: Console
) -> None:
    """Print what differs, and what became of the file."""
    for change in changes:
        sign, style = (
            ("+", "green") if change.before is None else ("-", "red") if change.after is None else ("~", "yellow")
        )
        line(console, Text(f"{sign} {visible(_change(change))}", style), indent=2)
    style = "bold yellow" if outcome == "differs" else "bold green"
    facts = [plural(len(live.current(live.at)), "release")]
    if written is not None:
        facts.append(f"as of {written.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    if outcome == "differs":
        facts.append(
            "schemaguard window lock writes it again" if written else "the file doesn't exist: schemaguard window lock"
        )
    line(console, Text.assemble((f"{outcome.upper()} ", style), (visible(file), "bold"), f"  {' · '.join(facts)}"))


def lock_json(
    file: str, outcome: str, live: Window, changes: Sequence[EntryChange], written: datetime | None
) -> dict[str, Any]:
    """What became of the lock file, as one document."""
    return {
        "version": 1,
        "file": file,
        "outcome": outcome,
        "at": _iso(written) if written is not None else None,
        "changes": [
            {
                "before": _entry_json(change.before) if change.before is not None else None,
                "after": _entry_json(change.after) if change.after is not None else None,
            }
            for change in changes
        ],
        "releases": [_entry_json(entry) for entry in live.current(live.at)],
    }


def _change(change: EntryChange) -> str:
    name, before, after = _name(change.subject), change.before, change.after
    if before is None or after is None:
        return f"{name}  {change.subject.role}, {_until(change.subject)}"
    told = [
        f"{one} → {other}"
        for one, other in ((before.role, after.role), (_until(before), _until(after)))
        if one != other
    ]
    if before.released is not None and after.released is not None and _iso(before.released) != _iso(after.released):
        told.append(f"released again at {after.released.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    if before.digest != after.digest:
        told.append(f"contract {before.digest[:_DIGEST]} → {after.digest[:_DIGEST]}")
    return f"{name}  {', '.join(told)}"


def _name(entry: WindowEntry) -> str:
    return f"{entry.model}@{entry.version}" if entry.version else entry.model


def _until(entry: WindowEntry) -> str:
    return f"until {entry.last_day}" if entry.until is not None else without_end(entry.role)


def _entry_json(entry: WindowEntry) -> dict[str, Any]:
    return {
        "model": entry.model,
        "model_version": entry.version,
        "role": entry.role,
        "released": _iso(entry.released) if entry.released is not None else None,
        "until": _iso(entry.until) if entry.until is not None else None,
        "contract": entry.digest,
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
