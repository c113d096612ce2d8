"""What a playbook's parts say of each other: sources that exist, percents that rise, acts that nobody may hold up."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

from schemaguard.contracts.placed import Path
from schemaguard.playbooks.drills import SCENARIOS
from schemaguard.playbooks.durations import duration, written
from schemaguard.playbooks.playbook import WAYS_BACK
from schemaguard.playbooks.predicates import not_a_predicate, not_a_reading_query
from schemaguard.playbooks.trip import DistanceAbove, MeanWorse, QuantileAbove, Trip, trip
from schemaguard.playbooks.wording import nearest

_Data = Mapping[str, Any]
_Said = tuple[Path, str, bool]
"""Where, what, and whether it is an error."""
_NEEDS = {
    "table": ("table", "version_column", "time_column"),
    "prometheus": ("url",),
    "push": (),
    "csv": ("file",),
}
"""What a source of each kind has to say, besides `settle` and `every`."""
# A counter's name, or a selector of its labels: what is asked for are its samples.
_SELECTOR = re.compile(r"""[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[^"'{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\})?""")
_COUNTERS = ("failed", "total", "version_label")
_OF_A_TABLE = ("column", "where", "is", "reference")
_SCENARIOS = tuple(each.name for each in SCENARIOS)
_LEAST = {"artifacts": timedelta(days=90), "audit": timedelta(days=183), "looks": timedelta(days=1)}
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_PASSWORD = re.compile(r"://[^/\s@]*:[^/\s@]*@")


def crosschecked(data: _Data, broken: Collection[str]) -> Iterator[_Said]:
    """Every place that doesn't fit another one; what speaks of a part that is `broken` waits until it is mended."""
    for check, parts in _CHECKS:
        if not broken or not (set(parts) & set(broken) or "playbook" in broken):
            yield from check(data)


def _sources(data: _Data) -> Iterator[_Said]:
    for name, source in data["sources"].items():
        path: Path = ("sources", name)
        needed = _NEEDS[source["kind"]]
        for key in needed:
            if key not in source:
                yield path, f"a source of kind {source['kind']} needs {key}", True
        for key in sorted(set(source) - {"kind", "settle", "every", *needed}):
            yield (*path, key), f"a source of kind {source['kind']} has no {key}", True
        if "url" in source:
            yield from _address((*path, "url"), source["url"])


def _address(path: Path, text: str) -> Iterator[_Said]:
    if _PASSWORD.search(text):
        yield path, "a password stands in the file; write ${NAME} and set the environment variable NAME", True
    elif not _VARIABLE.match(text) and not text.startswith(("http://", "https://")):
        yield path, f"{text!r} isn't an address; write https://… or ${{NAME}}", True


def _triggers(data: _Data) -> Iterator[_Said]:
    names = Counter(trigger["name"] for trigger in data["triggers"])
    seen: set[str] = set()
    for number, trigger in enumerate(data["triggers"]):
        path: Path = ("triggers", number)
        if names[trigger["name"]] > 1 and trigger["name"] in seen:
            yield (*path, "name"), f"{trigger['name']} is the name of another trigger, too", True
        seen.add(trigger["name"])
        yield from _references(data, path, trigger)
        source = data["sources"].get(trigger["measure"]["source"])
        if source is not None:
            yield from _measured((*path, "measure"), trigger, source["kind"])
        yield from _compared(path, trigger)


def _references(data: _Data, path: Path, trigger: _Data) -> Iterator[_Said]:
    source, impact = trigger["measure"]["source"], trigger.get("impact")
    if source not in data["sources"]:
        hint = nearest(source, list(data["sources"])) or f"; there are {', '.join(data['sources'])}"
        yield (*path, "measure", "source"), f"there is no source {source!r}{hint}", True
    if impact is not None and impact not in data.get("impact", {}):
        hint = nearest(impact, list(data.get("impact", {})))
        yield (*path, "impact"), f"there is no impact {impact!r}{hint}", True
    if trigger["action"] == "fallback" and "fallback" not in data:
        yield (*path, "action"), "fallback needs the version to fall back to: fallback: {version: …}", True


def _measured(path: Path, trigger: _Data, kind: str) -> Iterator[_Said]:
    """Whether what is measured is what the line speaks of, and what the source can count."""
    measure, line = trigger["measure"], trip(trigger["trip"])
    if kind != "table":
        if isinstance(line, QuantileAbove | DistanceAbove | MeanWorse):
            yield (*path, "source"), f"{trigger['trip']!r} needs a source of kind table: {kind} has counts only", True
        for key in sorted(set(measure) & set(_OF_A_TABLE)):
            yield (*path, key), f"a source of kind {kind} has no {key}", True
        for key in _COUNTERS if kind == "prometheus" else ():
            if key not in measure:
                yield path, f"a source of kind prometheus needs {key}", True
        for key in ("failed", "total") if kind == "prometheus" else ():
            if key in measure and not _SELECTOR.fullmatch(measure[key]):
                hint = 'write a counter with its labels, e.g. errors_total{model="fraud"}'
                yield (*path, key), f"{measure[key]!r} isn't a selector: {hint}", True
    if kind != "prometheus":
        for key in sorted(set(measure) & set(_COUNTERS)):
            yield (*path, key), f"a source of kind {kind} has no {key}", True
    if kind == "table":
        yield from _of_a_table(path, measure, line, trigger["trip"])


def _of_a_table(path: Path, measure: _Data, line: Trip, text: str) -> Iterator[_Said]:
    if "where" in measure and (wrong := not_a_predicate(measure["where"])):
        yield (*path, "where"), wrong, True
    if "is" in measure and "column" not in measure:
        yield path, 'is: "null" needs a column', True
    if "is" in measure and "where" in measure:
        yield (*path, "where"), "give either where, or a column that is null", True
    if isinstance(line, QuantileAbove | DistanceAbove | MeanWorse):
        if "column" not in measure:
            yield path, f"{text!r} needs a column", True
        for key in ("is", "where"):
            if key in measure:
                yield (*path, key), f"{text!r} is about the values of a column: leave {key} out", True
    elif "is" not in measure and "where" not in measure:
        yield path, f"{text!r} needs where: what a failure is", True
    if isinstance(line, DistanceAbove) and "reference" not in measure:
        yield path, "a drift needs its reference: training, or a version", True
    if "reference" in measure and not isinstance(line, DistanceAbove):
        yield (*path, "reference"), f"{text!r} has no reference", True


def _compared(path: Path, trigger: _Data) -> Iterator[_Said]:
    line = trip(trigger["trip"])
    compares = trigger.get("compare") == "stable"
    if isinstance(line, MeanWorse) and not compares:
        yield path, f"{trigger['trip']!r} is against stable: add compare: stable", True
    if isinstance(line, DistanceAbove) and compares:
        yield (*path, "compare"), "a drift is against its reference, not against stable", True
    if "margin" in trigger and not compares:
        yield (*path, "margin"), "a margin needs compare: stable", True
    if isinstance(line, DistanceAbove) and trigger["action"] in ("rollback", "fallback"):
        what = "days and seasons are drift, too: a drift should freeze, and a person decide"
        yield (*path, "action"), what, False


def _steps(data: _Data) -> Iterator[_Said]:
    percents = [step["percent"] for step in data.get("canary", {}).get("steps", ())]
    if any(later <= earlier for earlier, later in pairwise(percents)):
        yield ("canary", "steps"), f"percents don't rise: {', '.join(map(str, percents))}", True


def _approvals(data: _Data) -> Iterator[_Said]:
    seen: set[str] = set()
    for number, approval in enumerate(data.get("approvals", ())):
        path: Path = ("approvals", number, "act")
        if approval["act"] in WAYS_BACK:
            yield path, f"{approval['act']} can't wait for an approval: it takes a bad version away", True
        if approval["act"] in seen:
            yield path, f"{approval['act']} has approvals twice", True
        seen.add(approval["act"])
    if seen and "approve" not in data["roles"]:
        yield ("approvals",), "nobody may approve: name them in roles.approve", True


def _kept_too_shortly(data: _Data) -> Iterator[_Said]:
    for what, length in data.get("retention", {}).items():
        if duration(length) < _LEAST[what]:
            yield ("retention", what), f"{length} is too short: at least {written(_LEAST[what])}", True


def _impacts(data: _Data) -> Iterator[_Said]:
    for name, impact in data.get("impact", {}).items():
        if "query" in impact and (wrong := not_a_reading_query(impact["query"])):
            yield ("impact", name, "query"), wrong, True


def _notices(data: _Data) -> Iterator[_Said]:
    for number, notice in enumerate(data.get("notify", ())):
        path: Path = ("notify", number)
        yield from _address((*path, "to"), notice["to"])
        if notice.get("role", "communicate") not in data["roles"]:
            yield (*path, "role"), f"roles has no {notice['role']}", True


def _drills(data: _Data) -> Iterator[_Said]:
    scenarios = data.get("drills", {}).get("scenarios", "all")
    for number, name in enumerate(scenarios if isinstance(scenarios, list) else ()):
        if name not in _SCENARIOS:
            hint = nearest(name, _SCENARIOS) or f"; one of {', '.join(_SCENARIOS)}"
            yield ("drills", "scenarios", number), f"there is no scenario {name!r}{hint}", True


_CHECKS: tuple[tuple[Callable[[_Data], Iterator[_Said]], tuple[str, ...]], ...] = (
    (_sources, ("sources",)),
    (_triggers, ("sources", "triggers", "impact", "fallback")),
    (_steps, ("canary",)),
    (_approvals, ("approvals", "roles")),
    (_kept_too_shortly, ("retention",)),
    (_impacts, ("impact",)),
    (_notices, ("notify", "roles")),
    (_drills, ("drills",)),
)
"""Each check, and the parts of the file that it reads."""
