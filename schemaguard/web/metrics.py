"""Figures for Prometheus, in its text format.

See https://prometheus.io/docs/instrumenting/exposition_formats/ (text-based format).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from schemaguard.commands.serve import BrowsedControl, Snapshot
from schemaguard.releases.release import OperationKind, StepName

Sample = tuple[Mapping[str, str], float]


def exposition(snapshot: Snapshot) -> str:
    """Everything as text."""
    return "".join(f"{line}\n" for line in _lines(snapshot))


def _lines(snapshot: Snapshot) -> Iterator[str]:
    inside = [each for each in snapshot.book.listed if each.is_in_window(snapshot.at)]
    roles = Counter(each.standing for each in inside)
    yield from _gauge("windows", "Contracts that have to hold, by role.", [({"role": r}, n) for r, n in roles.items()])
    ends = [({"model": e.contract.model, "version": e.version}, e.until.timestamp()) for e in inside if e.until]
    yield from _gauge("window_end_timestamp_seconds", "When a contract no longer has to hold.", ends)
    verdicts = Counter(fit.verdict for each in snapshot.in_window if (fit := snapshot.fits.get(each.contract.digest)))
    counted: list[Sample] = [({"verdict": each}, verdicts[each]) for each in ("fits", "breaks", "unproven")]
    yield from _gauge("contracts", "Contracts in their windows, by whether the tables satisfy them.", counted)
    yield from _gauge("problems", "What couldn't be read.", [({}, len(snapshot.problems))])
    if snapshot.control is not None:
        yield from _of_control(snapshot.control)


def _of_control(control: BrowsedControl) -> Iterator[str]:
    overview, records = control.status.overview, control.records
    states = Counter(each.state.value for each in overview.operations)
    pending: list[Sample] = [({"state": each}, states[each]) for each in ("open", "waiting")]
    yield from _gauge("pending_operations", "Operations that aren't over.", pending)
    yield from _gauge("retired_objects", "Columns and tables that are out of sight.", [({}, len(records.kept))])
    size = sum(each.size_bytes or 0 for each in records.kept)
    yield from _gauge("retired_bytes", "About how much they take, by the server's statistics.", [({}, size)])
    yield from _gauge("held_revisions", "Revisions that may not be applied again.", [({}, len(overview.held))])
    yield from _gauge("drift", "Differences between pointer, alias and views.", [({}, len(control.status.drift))])
    epochs = {pointer.model: pointer.epoch for pointer, _ in overview.models}
    lagging = Counter(
        each.model
        for each in overview.servers
        if each.lease_until > overview.at and each.epoch < epochs.get(each.model, 0)
    )
    servers: list[Sample] = [({"model": model}, lagging[model]) for model in epochs]
    yield from _gauge("lagging_servers", "Model servers that haven't said that they have switched.", servers)
    yield from _gauge("epoch", "The pointer's epoch.", [({"model": model}, epoch) for model, epoch in epochs.items()])
    yield from _rehearsed(control)
    yield from _drilled(control)
    yield from _gauge("ledger_entries", "Entries of the ledger.", [({}, records.verification.size)])
    yield from _gauge(
        "ledger_intact", "1 where each entry is as it was written.", [({}, int(records.verification.holds))]
    )
    yield from _gauge(
        "last_recovery_seconds", "From detection to the switch, of a model's last rollback.", _recoveries(control)
    )


def _rehearsed(control: BrowsedControl) -> Iterator[str]:
    found = control.status.overview.rehearsals.items()
    at: list[Sample] = [({"model": model}, one.at.timestamp()) for model, one in found]
    yield from _gauge("last_rehearsal_timestamp_seconds", "When a model's rollback was last rehearsed.", at)
    took: list[Sample] = [({"model": model}, one.seconds) for model, one in found]
    yield from _gauge("last_rehearsal_seconds", "How long it took on a copy of the schema.", took)
    passed: list[Sample] = [({"model": model}, int(one.outcome == "passed")) for model, one in found]
    yield from _gauge("last_rehearsal_passed", "1 where it passed.", passed)


def _drilled(control: BrowsedControl) -> Iterator[str]:
    found = control.status.overview.drills.items()
    at: list[Sample] = [({"model": model}, one.at.timestamp()) for model, one in found]
    yield from _gauge("last_drill_timestamp_seconds", "When a model's playbook was last drilled.", at)
    due: list[Sample] = [({"model": model}, one.due.timestamp()) for model, one in found]
    yield from _gauge("drill_due_timestamp_seconds", "When the next drill is due.", due)
    passed: list[Sample] = [({"model": model}, int(one.outcome == "passed")) for model, one in found]
    yield from _gauge("last_drill_passed", "1 where it passed.", passed)


def _recoveries(control: BrowsedControl) -> list[Sample]:
    found: dict[str, float] = {}
    for record in control.records.operations:
        operation = record.operation
        committed = record.times.get(StepName.COMMIT, (None, None))[1]
        if operation.kind is not OperationKind.ROLLBACK or operation.intent.detected_at is None or committed is None:
            continue
        for model in operation.models:
            found.setdefault(model, (committed - operation.intent.detected_at).total_seconds())
    return [({"model": model}, seconds) for model, seconds in found.items()]


def _gauge(name: str, means: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP schemaguard_{name} {means}"
    yield f"# TYPE schemaguard_{name} gauge"
    for labels, value in samples:
        said = ",".join(f'{label}="{_label(text)}"' for label, text in labels.items())
        yield f"schemaguard_{name}{f'{{{said}}}' if said else ''} {value:.15g}"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
