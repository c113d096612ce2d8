"""What `upgrade-check` says of each revision, and what a server did: locks, rewrites, and the way back.

    python benchmarks/upgrades.py ORACLES HISTORIES [NAME ...] [-v] [--servers NAME=URL ...]

ORACLES and HISTORIES are as for benchmarks/histories.py. Each revision runs on a database with two rows in each table
that takes some, in the statements that Alembic really sent: the strongest lock on what was there before, as pg_locks
has it, and whether a table's file is another one, are compared with what was said. Then the revision's own downgrade()
runs, as far as it can be sent: what it reads from rows cannot. back: catalog and rows are as before, which they have to
be for a revision that is said to lose nothing. What isn't known isn't compared.
"""

import argparse
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.probing import Side, fill, opened
from benchmarks.sent import SentHistory, copy_database, drop_database, refusal, scratch_database, send
from benchmarks.table import show
from schemaguard.adapters.postgres import embedded
from schemaguard.adapters.postgres.proof import rows_of
from schemaguard.catalog.locks import MODES
from schemaguard.commands.sql import reasons
from schemaguard.contracts.contract import Contract
from schemaguard.history.revision import Run
from schemaguard.proving.catalogs import differences
from schemaguard.proving.comparison import lost_rows
from schemaguard.rules.judging.upgrade import UpgradeStep, upgrade

_STANDING = """\
select c.oid, n.nspname || '.' || c.relname, pg_relation_filenode(c.oid), c.relkind
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p')"""
_HELD = """\
select relation, mode from pg_locks
where pid = pg_backend_pid() and locktype = 'relation' and granted and relation = any(%s)"""


@dataclass(slots=True)
class Tally:
    """What came of one history."""

    locks: Counter[str] = field(default_factory=Counter)
    rewrites: Counter[str] = field(default_factory=Counter)
    back: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(class that was said and whether all comes back, what the downgrade did) → how many."""
    empty: int = 0
    """Revisions that refuse our rows and ran without."""


def main() -> int:
    """Run the benchmark; 1 where a lock or a rewrite is not as said, or what loses nothing does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracles", type=Path)
    parser.add_argument("histories", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what differs")
    parser.add_argument("--servers", nargs="*", default=[], metavar="NAME=URL", help="a history's own server")
    options = parser.parse_args()
    urls = dict(each.split("=", 1) for each in options.servers)
    tallies: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory(prefix="sgb") as folder, embedded.running(Path(folder) / "data") as server:
        for file in sorted(options.oracles.glob("*.json")):
            if not options.names or file.stem in options.names:
                history = SentHistory.of(file, options.histories, Path(folder))
                tallies[file.stem] = _measure(history, urls.get(file.stem, server), options.verbose)
    header = ("history", "revisions", "no rows", "not known", "lock as said", "other", "rewrite as said", "other")
    rows = [
        (
            name,
            each.locks.total(),
            each.empty,
            each.locks["unknown"],
            *(c[k] for c in (each.locks, each.rewrites) for k in ("same", "other")),
        )
        for name, each in tallies.items()
    ]
    show("Strongest lock on what was there, and rewrites.", header, rows)
    outcomes = ("back", "catalog", "rows", "refused", "none", "unknown")
    kinds = sorted({said for each in tallies.values() for said, _ in each.back})
    shown = [
        (name, said, *(each.back[said, outcome] for outcome in outcomes))
        for name, each in tallies.items()
        for said in kinds
    ]
    show("Class that was said, and what downgrade() did.", ("history", "class", *outcomes), shown)
    broken = [
        count
        for each in tallies.values()
        for (said, outcome), count in each.back.items()
        if said.endswith("loses nothing") and outcome not in ("back", "unknown")
    ]
    return int(bool(broken) or any(each.locks["other"] or each.rewrites["other"] for each in tallies.values()))


def _measure(history: SentHistory, server: str, verbose: bool) -> Tally:
    tally = Tally()
    held = Contract("urn:schemaguard:model:all:1", "all", ("1",), (), "all.odcs.yaml", "")
    fresh = frozenset(history.sent)
    said = {each.id: each for each in upgrade(history.replay, held, fresh, (), (), history.postgresql).steps}
    backs = {run.revision.id: run for run in history.replay.downgrades}
    with scratch_database(server) as (administrator, name, at):
        with opened(at(name)) as connection:
            send(connection, history.initial)
        for revision, statements in history.sent.items():
            _one(said[revision], backs.get(revision), statements, (administrator, name, at), tally, verbose)
            with opened(at(name)) as connection:
                send(connection, statements)
    return tally


def _one(
    step: UpgradeStep, back: Run | None, statements: list[dict[str, Any]], place: Any, tally: Tally, verbose: bool
) -> None:
    administrator, name, at = place
    copy = f"{name}_copy"
    copy_database(administrator, name, copy)
    try:
        with opened(at(copy)) as connection:
            fill(Side.of(connection))
            before = Side.of(connection)
            rows = rows_of(connection, before.catalog.tables, before.catalog)
            seen = _upgrade(connection, statements)
        if isinstance(seen, str):
            tally.empty += 1
            drop_database(administrator, copy)
            copy_database(administrator, name, copy)
            with opened(at(copy)) as connection:
                before = Side.of(connection)
                rows = {}
                seen = _upgrade(connection, statements)
            assert not isinstance(seen, str), (step.id, seen)
        _compare(step, seen, statements, tally, verbose)
        outcome, why = "none", ""
        if step.has_downgrade and back is not None:
            with opened(at(copy)) as connection:
                outcome, why = _downgrade(connection, back, before, rows)
        said = step.rollback.value
        if step.has_downgrade:
            said += ", loses nothing" if step.is_undone else ", says what it leaves" if step.left else ", loses values"
        tally.back[said, outcome] += 1
        if verbose and outcome not in ("back", "none", "unknown"):
            print(f"{step.id} said {said}: {outcome} {why}", flush=True)
    finally:
        drop_database(administrator, copy)


@dataclass(frozen=True, slots=True)
class _Seen:
    mode: str | None
    tables: frozenset[str]
    rewritten: frozenset[str]


def _upgrade(connection: psycopg.Connection[Any], statements: list[dict[str, Any]]) -> _Seen | str:
    """What a server held and rewrote, or the SQLSTATE that it refused our rows with."""
    standing = {oid: (name, node) for oid, name, node, _ in connection.execute(_STANDING).fetchall()}
    held: list[tuple[int, str]] = []
    together: list[dict[str, Any]] = []

    def commit() -> None:
        with connection.transaction():
            send(connection, together)
            held.extend(connection.execute(_HELD, (list(standing),)).fetchall())
        together.clear()

    try:
        for each in statements:
            if each.get("autocommit"):
                commit()
                send(connection, [each])
            else:
                together.append(each)
        commit()
    except psycopg.Error as error:
        return error.sqlstate or repr(error)
    modes = {(standing[oid][0], _spelled(mode)) for oid, mode in held}
    strongest = max((mode for _, mode in modes), key=MODES.index, default=None)
    now = {oid: node for oid, _, node, _ in connection.execute(_STANDING).fetchall()}
    rewritten = frozenset(
        name for oid, (name, node) in standing.items() if node is not None and oid in now and now[oid] != node
    )
    return _Seen(strongest, frozenset(name for name, mode in modes if mode == strongest), rewritten)


def _spelled(mode: str) -> Any:
    """`AccessExclusiveLock` as PostgreSQL's own documentation writes it."""
    text = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return text.strip().upper()


def _compare(step: UpgradeStep, seen: _Seen, statements: list[dict[str, Any]], tally: Tally, verbose: bool) -> None:
    # Reading alone is nothing that anybody waits for, and what runs outside of a transaction has let go by now.
    mode = None if seen.mode == "ACCESS SHARE" else seen.mode
    alone = any(each.get("autocommit") for each in statements)
    is_same = step.lock == mode or (step.lock in ("ACCESS SHARE", None) and mode is None) or alone
    if step.unknown:
        tally.locks["unknown"] += 1
        return
    tally.locks["same" if is_same else "other"] += 1
    is_rewritten = bool(seen.rewritten)
    tally.rewrites["same" if (step.work == "rewrite") == is_rewritten else "other"] += 1
    if verbose and not is_same:
        print(f"{step.id} said {step.lock} on {step.locked}, held {mode} on {sorted(seen.tables)}", flush=True)
    if verbose and (step.work == "rewrite") != is_rewritten:
        print(f"{step.id} said {step.work}, rewritten {sorted(seen.rewritten)}", flush=True)


def _downgrade(connection: psycopg.Connection[Any], back: Run, before: Side, rows: Any) -> tuple[str, str]:
    if any(reasons(step) or step.conditional or "%(" in step.statement.sql for step in back.steps):
        return "unknown", ""
    sent = [{"sql": step.statement.sql, "autocommit": step.autocommit} for step in back.steps]
    refused = refusal(connection, sent)
    if refused is not None:
        return "refused", refused
    after = Side.of(connection)
    lost = list(lost_rows(rows, rows_of(connection, after.catalog.tables, after.catalog)))
    if lost:
        return "rows", lost[0]
    other = differences(before.catalog, after.catalog)
    return ("catalog", other[0]) if other else ("back", "")


if __name__ == "__main__":
    raise SystemExit(main())
