"""What the views of contracts say alike: roles, windows, fits, places, and a contract's part in a document."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from rich.text import Text

from schemaguard.contracts.compatibility.fitness import Fitness
from schemaguard.contracts.contract import Access, Contract
from schemaguard.registry.listing import RETIRED, UNPUBLISHED, ListedContract, Shared, ranges
from schemaguard.report.check.sentences import plural
from schemaguard.report.visible import visible

STYLES = {"active": "bold green", "canary": "green", "fallback": "cyan", UNPUBLISHED: "yellow", RETIRED: "dim"}
_FITS = {"fits": "green", "breaks": "bold red", "unproven": "yellow"}
_UNSAID = {UNPUBLISHED: "not released"}


def roles(each: Shared) -> Text:
    """The roles of its versions, each with the versions that have it where there are several."""
    said = Text()
    for role, versions in each.roles:
        said.append(" · " if said else "")
        said.append(visible(_UNSAID.get(role, role)), STYLES.get(role, ""))
        if len(each.roles) > 1:
            said.append(f" {visible(ranges(versions))}")
    return said


def window(each: Shared, at: datetime) -> Text:
    """Until when it has to hold; empty where it is in no window."""
    if all(role in (UNPUBLISHED, RETIRED) for role, _ in each.roles):
        return Text("–", "dim")
    if each.until is None:
        return Text("no end")
    if each.until <= at:
        return Text(f"over since {day(each.until)}", "dim")
    return Text(f"until {day(each.until)}")


def days_left(until: datetime | None, at: datetime) -> int | None:
    """Whole days until the end, 0 on the last one and after it; None where there is no end."""
    return max((until - at).days, 0) if until is not None else None


def day(until: datetime) -> str:
    """The last day on which a window holds: one that ends at midnight ends with the day before."""
    return f"{until - timedelta(microseconds=1):%Y-%m-%d}"


def day_after(until: datetime) -> str:
    """The first day on which a window no longer holds at any hour."""
    return f"{until - timedelta(microseconds=1) + timedelta(days=1):%Y-%m-%d}"


def fit(found: Fitness | None, *, in_short: bool = False) -> Text:
    """The verdict, with its first cause; in short, with how many there are."""
    if found is None:
        return Text("–", "dim")
    text = Text(found.verdict, _FITS[found.verdict])
    if found.breaks and in_short:
        text.append(f" {plural(len(found.breaks), 'promise')}", "red")
    elif found.breaks:
        first, more = found.breaks[0], len(found.breaks) - 1
        text.append(visible(f": {first.cause} {first.object}"), "red")
        text.append(f" and {more} more" if more else "", "red")
    return text


def file(each: ListedContract) -> Text:
    """Its file, and how far that is from what was published."""
    if not each.is_in_folder:
        return Text(f"{visible(each.contract.file)} (not here)", "dim")
    changed = len(each.changes)
    note = f" ({changed} change{'' if changed == 1 else 's'} since)" if changed else ""
    return Text.assemble(visible(each.contract.file), (note, "yellow"))


def tables(contract: Contract, access: Access) -> Text:
    """The tables that it reads or writes."""
    return Text(visible(", ".join(str(table.table) for table in contract.tables if table.access == access)))


def document(each: ListedContract, fits: Mapping[str, Fitness], at: datetime) -> dict[str, Any]:
    """One version's contract as plain values."""
    contract, bound = each.contract, each.bound
    return {
        "model": contract.model,
        "model_version": each.version or None,
        "standing": each.standing,
        "in_window": each.is_in_window(at),
        "until": each.until.isoformat() if each.until is not None else None,
        "days_left": days_left(each.until, at),
        "reads_through": contract.reads_through,
        "reads": _uses(contract, "read"),
        "writes": _uses(contract, "write"),
        "contract": {
            "id": contract.id,
            "version": contract.version,
            "status": contract.status,
            "digest": contract.digest,
            "file": contract.file,
            "owner": contract.owner,
        },
        "fit": fit_document(fits.get(contract.digest)),
        "published_at": bound.published_at.isoformat() if bound is not None else None,
        "published_by": bound.published_by if bound is not None else None,
        "view_schema": bound.view_schema if bound is not None and contract.reads_through != "copy" else None,
        "in_folder": each.is_in_folder,
        "changes": list(each.changes),
    }


def fit_document(found: Fitness | None) -> dict[str, Any] | None:
    """The verdict with its causes; None where no catalog is known."""
    if found is None:
        return None
    breaks = [{"cause": one.cause, "object": one.object, "message": one.message} for one in found.breaks]
    return {"verdict": found.verdict, "breaks": breaks, "unproven": list(found.unproven)}


def _uses(contract: Contract, access: Access) -> list[dict[str, Any]]:
    return [
        {"table": str(table.table), "columns": [promise.column for promise in table.promises]}
        for table in contract.tables
        if table.access == access
    ]
