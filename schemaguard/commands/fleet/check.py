"""fleet check: one verdict for all members: what differs between them, and what the migrations would break of whom."""

import os
from collections.abc import Iterator, Mapping

from schemaguard.commands import check as checking
from schemaguard.commands.fleet.looking import ask_each
from schemaguard.commands.fleet.opening import Fleet
from schemaguard.commands.histories import find_histories
from schemaguard.commands.reading import Reading
from schemaguard.errors import SchemaguardError
from schemaguard.finding import Finding, Severity
from schemaguard.fleet.drift import Looks, groups, listed_twice
from schemaguard.fleet.manifest import FleetMember
from schemaguard.fleet.standing import FleetVerdict
from schemaguard.history.graph import ancestors
from schemaguard.report.fleet import some
from schemaguard.window.window import Window

Key = tuple[object, ...]


def check(fleet: Fleet, members: tuple[FleetMember, ...]) -> FleetVerdict:
    """Look at every member; judge what is not applied yet against the release windows that each has.

    Members of the same windows and revisions are judged once. Nothing is changed.
    """
    from schemaguard.adapters.fleet.looking import MemberSeen, look, window

    seen, unreachable = ask_each(fleet, members, lambda url: look(url, with_catalog=True))
    windows, _ = ask_each(fleet, [each for each in members if each.name in seen], window)
    looks = {name: Looks(its.catalog, its.heads) for name, its in seen.items() if its.catalog is not None}
    unfinished = {name: (*its.open, *map(_prepared, its.prepared)) for name, its in seen.items()}
    twice = listed_twice({each.name: seen[each.name].identity for each in members if each.name in seen})
    findings, remarks = _judged(fleet, {name: (windows.get(name), seen[name].heads) for name in seen})

    def in_order(found: Mapping[str, MemberSeen]) -> tuple[str, ...]:
        return tuple(each.name for each in members if each.name in found)

    return FleetVerdict(
        fleet.manifest.fleet,
        groups({name: looks[name] for name in in_order(seen)}),
        unreachable,
        {name: left for name, left in unfinished.items() if left},
        findings,
        (*twice, *remarks),
    )


def _prepared(name: str) -> str:
    return f"transaction {name} is prepared: schemaguard fleet reconcile"


def _judged(
    fleet: Fleet, members: Mapping[str, tuple[Window | None, tuple[str, ...]]]
) -> tuple[tuple[tuple[str, str, tuple[str, ...]], ...], tuple[str, ...]]:
    """Each error of the check against the members' own windows, and whom it concerns; and what has to be said."""
    alike: dict[Key, list[str]] = {}
    for name, (its, heads) in members.items():
        if its is not None:
            alike.setdefault((_entries(its), heads), []).append(name)
    unknown = [name for name, (its, _) in members.items() if its is None]
    remarks = [f"no release windows are known of {some(unknown)}: schemaguard install"] if unknown else []
    found: dict[tuple[str, str], list[str]] = {}
    try:
        with fleet.site.reading() as reading:
            for names in alike.values():
                window, heads = members[names[0]]
                assert window is not None
                for finding in _errors(reading, window, heads):
                    where = f"{finding.place}: {finding.rule}"
                    found.setdefault((where, finding.message), []).extend(names)
    except SchemaguardError as error:
        remarks.append(f"the migrations couldn't be judged: {error.what}")
    return tuple((where, what, tuple(names)) for (where, what), names in sorted(found.items())), tuple(remarks)


def _errors(reading: Reading, window: Window, heads: tuple[str, ...]) -> Iterator[Finding]:
    """The errors of what isn't applied there yet."""
    pending: set[str] = set()
    for history in find_histories(reading, ()):
        graph = history.graph
        pending |= set(graph.order) - ancestors(graph, [head for head in heads if head in graph.order])
    options = checking.CheckOptions(window="live", base="")
    result = checking.check(options, reading, os.environ, lambda _: window)
    for finding in result.findings:
        counts = finding.severity is Severity.ERROR and finding.headline and finding.suppressed is None
        if counts and finding.revision in pending:
            yield finding


def _entries(window: Window) -> Key:
    return tuple((each.model, each.version, each.role, each.digest) for each in window.entries)
