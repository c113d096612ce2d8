"""Real histories, each revision judged as a pull request, and each finding on a contract checked against a server.

    python benchmarks/histories.py ORACLES HISTORIES [NAME ...] [-v] [--minutes N] [--servers NAME=URL ...]

ORACLES holds a `<name>.json` a history (the statements that Alembic really sent), HISTORIES the revision files under
`<name>/<versions_dir>`. For each revision a reader and two writers get contracts over every table as it is just before:
one writer sends every column, the other only those that it has to. The revision is judged statically. Then a database
stands where the history stood, with two rows in each table that takes some; the same reads and writes are tried on it
before the statements that were really sent, and after them.

confirmed: the server did what the finding says, or its catalog has lost what was promised. unproven: the finding says
that nobody can know. no row: it speaks of rows, and the statement met none of ours. false: none of these. missed: a
read or write that did as promised before and not after, about which no finding says anything. Without a server's URL
an embedded PostgreSQL is started.
"""

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.observing import Seen, is_covered, is_seen, observe
from benchmarks.probing import Side, fill, needed, opened, writable
from benchmarks.sent import SentHistory, copy_database, drop_database, refusal, scratch_database, send
from benchmarks.table import show
from schemaguard.adapters.postgres import embedded
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.contracts.inference import FeatureQuery, infer_reads, infer_writes
from schemaguard.finding import Family, Finding
from schemaguard.history.revision import Run
from schemaguard.rules.facts.context import Assumptions
from schemaguard.rules.judging.judge import Terms, judge
from schemaguard.sql.reading.written import Written
from schemaguard.sql.writing.identifiers import quote, written
from schemaguard.window.under_contract import UnderContract, VersionInWindow

_ROWS = frozenset({"rows-deleted", "rows-overwritten", "values-converted", "expression-changed", "definition-changed"})
"""Causes that are about rows: they show only where the statement meets some."""

_DELETE = re.compile(r"\s*delete\s+from\s+(\w+)", re.IGNORECASE)


@dataclass(slots=True)
class Tally:
    """What came of one history."""

    revisions: int = 0
    of: int = 0
    """How many the history has."""
    unfilled: int = 0
    """Revisions that ran on tables without rows, for they refuse ours."""
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(rule and cause, what became of it) → how many."""
    missed: int = 0
    tried: Counter[str] = field(default_factory=Counter)


def main() -> int:
    """Run the benchmark; 1 where a finding is false or something was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracles", type=Path)
    parser.add_argument("histories", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--servers", nargs="*", default=[], metavar="NAME=URL", help="a history's own server")
    parser.add_argument("--only", nargs="*", default=[], metavar="REVISION", help="judge these revisions only")
    parser.add_argument("--minutes", type=float, default=60, help="for each history; the rest of it isn't judged")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each finding and what became of it")
    options = parser.parse_args()
    urls = dict(each.split("=", 1) for each in options.servers)
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory(prefix="sgb") as folder, embedded.running(Path(folder) / "data") as made:
        for file in sorted(options.oracles.glob("*.json")):
            if not options.names or file.stem in options.names:
                history = SentHistory.of(file, options.histories, Path(folder))
                tallies[file.stem] = _measure(history, urls.get(file.stem, made), options)
    _show(tallies)
    return int(any(tally.missed or any(kind == "false" for _, kind in tally.findings) for tally in tallies.values()))


def _show(tallies: dict[str, Tally]) -> None:
    kinds = ("confirmed", "no row", "unproven", "false")
    rows = []
    for name, tally in tallies.items():
        became = Counter[str]()
        for (_, kind), count in tally.findings.items():
            became[kind] += count
        tried = (tally.tried["reads"], tally.tried["writes"], tally.tried["not written"])
        rows.append(
            (
                name,
                f"{tally.revisions}/{tally.of}",
                tally.unfilled,
                *tried,
                became.total(),
                *(became[k] for k in kinds),
                tally.missed,
            )
        )
    header = ("history", "revisions", "without rows", "reads", "writes", "not written", "findings", *kinds, "missed")
    show("Findings on contracts over every table, and what a server did.", header, rows)
    rows = [
        (name, rule, sum(tally.findings[rule, kind] for kind in kinds), *(tally.findings[rule, kind] for kind in kinds))
        for name, tally in tallies.items()
        for rule in sorted({rule for rule, _ in tally.findings})
    ]
    show("By rule and cause.", ("history", "rule: cause", "findings", *kinds), rows)


def _measure(history: SentHistory, url: str, options: argparse.Namespace) -> Tally:
    tally = Tally(of=len(history.sent))
    until = time.monotonic() + options.minutes * 60
    runs = {run.revision.id: run for run in history.replay.runs}
    with scratch_database(url) as (administrator, name, at):
        with opened(at(name)) as connection:
            send(connection, history.initial)
        for revision, statements in history.sent.items():
            if time.monotonic() > until:
                break
            run = runs[revision]
            if not options.only or any(revision.startswith(each) for each in options.only):
                tally.revisions += 1
                _one(history, run, (administrator, name, at), tally, verbose=options.verbose)
            with opened(at(name)) as connection:
                send(connection, statements)
    return tally


def _one(history: SentHistory, run: Run, place: Any, tally: Tally, *, verbose: bool) -> None:
    """Judge one revision, and try what it does to everybody on a copy of the database."""
    administrator, name, at = place
    findings = _findings(history, run)
    copies = [f"{name}_before", f"{name}_after"]
    try:
        copy_database(administrator, name, copies[0])
        with opened(at(copies[0])) as connection:
            fill(Side.of(connection))
        copy_database(administrator, copies[0], copies[1])
        with opened(at(copies[1])) as connection:
            refused = refusal(connection, history.sent[run.revision.id])
        if refused is not None:
            tally.unfilled += 1
            for copy in copies:
                drop_database(administrator, copy)
                copy_database(administrator, name, copy)
            with opened(at(copies[1])) as connection:
                send(connection, history.sent[run.revision.id])
        with opened(at(copies[0])) as first, opened(at(copies[1])) as second:
            deletes = _deletes(history.sent[run.revision.id])
            seen = observe(Side.of(first), Side.of(second), deletes, tally.tried)
    finally:
        for copy in copies:
            drop_database(administrator, copy)
    _compare(run, findings, seen, tally, verbose=verbose, refused=refused)


def _deletes(statements: list[dict[str, Any]]) -> set[Name]:
    """The tables that statements delete rows from."""
    named = [_DELETE.match(each["sql"]) for each in statements]
    return {Name(found[1], "public") for found in named if found is not None}


def _compare(
    run: Run, findings: list[Finding], seen: list[Seen], tally: Tally, *, verbose: bool, refused: str | None
) -> None:
    said = [f"our rows are refused with {refused}"] if refused else []
    for finding in findings:
        kind = _kind(finding, seen)
        tally.findings[f"{finding.rule}: {finding.cause}", kind] += 1
        said.append(
            f"{kind:10}{finding.rule}: {finding.cause} {finding.object} ({finding.place.line}) {finding.message}"
        )
    for each in seen:
        if each.is_broken and not any(is_covered(each, finding) for finding in findings):
            tally.missed += 1
            said.append(f"MISSED    {each}")
    if verbose and said:
        print(run.revision.id, *said, sep="\n   ", flush=True)


def _kind(finding: Finding, seen: list[Seen]) -> str:
    if finding.rule == "unproven":
        return "unproven"
    if any(is_seen(finding, each) for each in seen):
        return "confirmed"
    return "no row" if finding.cause in _ROWS else "false"


def _findings(history: SentHistory, run: Run) -> list[Finding]:
    contracts = tuple(UnderContract(contract, (VersionInWindow("1", "active"),)) for contract in _contracts(run.before))
    alone = replace(history.replay, judged=frozenset({run.revision.id}), downgrades=())
    found = judge((alone,), Terms(contracts=contracts, assumptions=Assumptions(history.postgresql)))
    return [each for each in found if each.family is Family.CONTRACT and each.direction == "upgrade"]


def _contracts(catalog: Catalog) -> Iterator[Contract]:
    """A reader of all there is, a writer of every column, and one of what it has to send."""
    queries = [FeatureQuery(text, "query.sql") for text in _queries(catalog)]
    yield _contract("reader", infer_reads(queries, catalog, "table").tables)
    for model, columns in (("writer", writable), ("sparing-writer", needed)):
        sends = [Written(table.name, columns(table)) for table in catalog.tables.values()]
        yield _contract(model, infer_writes(sends, catalog))


def _queries(catalog: Catalog) -> Iterator[str]:
    shown = {name: table.columns for name, table in catalog.tables.items()}
    shown |= {name: view.columns for name, view in catalog.views.items() if view.columns}
    for name, columns in shown.items():
        yield f"select {', '.join(quote(column.name) for column in columns)} from {written(name)}"


def _contract(model: str, tables: tuple[ContractTable, ...]) -> Contract:
    return Contract(f"urn:schemaguard:model:{model}:1", model, ("1",), tables, f"contracts/{model}/1.odcs.yaml", model)


if __name__ == "__main__":
    raise SystemExit(main())
