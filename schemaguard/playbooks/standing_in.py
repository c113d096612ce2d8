"""A playbook as a drill uses it: the same lines, steps and roles, measured in tables that stand in for its sources."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import yaml

from schemaguard.frozen import dataclass
from schemaguard.playbooks.playbook import Playbook, PlaybookTrigger
from schemaguard.playbooks.trip import DistanceAbove, MeanWorse, QuantileAbove, ShareBelow
from schemaguard.sql.reading.tokens import NUMBER, STRING, tokenize

SCHEMA = "schemaguard_drill"
_MOST = 3_000
"""So many rows are tried at most to find one that fails for one trigger alone."""
_PLAIN = {
    "bool": ("true", "false"),
    "number": ("0", "1", "-1", "0.5", "100"),
    "text": ("drill",),
    "time": ("2026-01-01 00:00:00+00",),
    "other": (),
}


@dataclass(frozen=True, slots=True)
class StandIn:
    """A table in the place of a source; `like` is the user's own table, None where the source isn't one."""

    source: str
    name: str
    like: str | None
    version_column: str
    time_column: str
    columns: tuple[tuple[str, str], ...] = ()
    """(name, type) of those that are made, where nothing is like it."""

    @property
    def table(self) -> str:
        """Its qualified name, as a playbook writes it."""
        return f"{SCHEMA}.{self.name}"


def stood_in(document: str, playbook: Playbook) -> tuple[str, tuple[StandIn, ...]]:
    """The text of the playbook that a drill publishes, and the tables that it measures. It acts, whatever the mode."""
    data = yaml.safe_load(document)
    tables = tuple(_stand_in(playbook, name, number) for number, name in enumerate(playbook.sources, 1))
    for table in tables:
        kept = {
            key: data["sources"][table.source][key]
            for key in ("settle", "every")
            if key in data["sources"][table.source]
        }
        data["sources"][table.source] = {
            "kind": "table", "table": table.table, "version_column": table.version_column,
            "time_column": table.time_column, **kept,
        }  # fmt: skip
    of = {table.source: table for table in tables}
    for number, trigger in enumerate(playbook.triggers):
        if of[trigger.measure.source].like is None:
            data["triggers"][number]["measure"] = _measure(trigger, number)
    data["mode"] = "act"
    # Nobody is told, and nobody is there to approve.
    for key in ("notify", "approvals"):
        data.pop(key, None)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True), tables


def _stand_in(playbook: Playbook, source: str, number: int) -> StandIn:
    found = playbook.sources[source]
    if found.kind == "table":
        assert found.version_column is not None
        assert found.time_column is not None
        return StandIn(source, f"source_{number}", found.table, found.version_column, found.time_column)
    columns = tuple(
        column
        for place, trigger in enumerate(playbook.triggers)
        if trigger.measure.source == source
        for column in ((f"failed_{place}", "boolean"), (f"value_{place}", "double precision"))
    )
    return StandIn(source, f"source_{number}", None, "version", "at", columns)


def _measure(trigger: PlaybookTrigger, number: int) -> dict[str, str]:
    measure = {"source": trigger.measure.source}
    match trigger.trip:
        case QuantileAbove() | DistanceAbove() | MeanWorse():
            found = {**measure, "column": f"value_{number}"}
            # Rows that drift aren't made, nor are those that they would be compared with: nobody watches for them.
            return {**found, "reference": "training"} if trigger.measure.reference else found
        case ShareBelow():
            return {**measure, "where": f"not failed_{number}"}
        case _:
            return {**measure, "where": f"failed_{number}"}


def candidates(
    triggers: tuple[PlaybookTrigger, ...], columns: Mapping[str, tuple[str, tuple[str, ...]]]
) -> Iterator[dict[str, str | None]]:
    """Rows to look among for one that fails for a trigger, and for one that is well: column → value as text.

    `columns` are (kind, labels) of each column: `bool`, `number`, `text`, `time` or `other`, and an enum's labels.
    Values are those that conditions and lines name, and what lies beside them.
    """
    named = [name for name in columns if any(_names(trigger, name) for trigger in triggers)]
    texts, numbers = _literals(triggers)
    pools = [_pool(*columns[name], texts, numbers) for name in named]
    for number, values in enumerate(product(*pools)):
        if number >= _MOST:
            return
        yield dict(zip(named, values, strict=True))


def _names(trigger: PlaybookTrigger, column: str) -> bool:
    if trigger.measure.column == column:
        return True
    found, _ = tokenize(trigger.measure.where or "")
    return any(column == token.value or (token.key and token.key == column) for token in found)


def _literals(triggers: tuple[PlaybookTrigger, ...]) -> tuple[list[str], list[float]]:
    texts: list[str] = []
    numbers: list[float] = []
    for trigger in triggers:
        if isinstance(trigger.trip, QuantileAbove):
            numbers.append(trigger.trip.limit)
        for token in tokenize(trigger.measure.where or "")[0]:
            if token.kind == STRING:
                texts.append(token.value)
            elif token.kind == NUMBER:
                numbers.append(float(token.value.replace("_", "")))
    return texts, numbers


def _pool(kind: str, labels: tuple[str, ...], texts: list[str], numbers: list[float]) -> list[Any]:
    found: list[Any] = list(labels)
    if kind == "number":
        found += [f"{value:.12g}" for each in numbers for value in (each, each / 2, each * 1.5, each + 1, each - 1)]
    elif kind == "text":
        found += texts
    return [*dict.fromkeys([*found, *(_PLAIN[kind] if not labels else ())]), None]
