"""Use case: from what a training run was heard to send to a contract's draft, kept with the run."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from schemaguard.adapters.postgres.capture import MOST, Identity, Listener, leads_to
from schemaguard.adapters.postgres.session_catalog import session_catalog
from schemaguard.adapters.registry import training_runs
from schemaguard.catalog.objects import Catalog
from schemaguard.commands.contracts.infer import read_writes
from schemaguard.contracts import digests, document, standard
from schemaguard.contracts.contract import ContractTable, ReadsThrough
from schemaguard.contracts.difference import difference
from schemaguard.contracts.drafting import ContractDraft, render
from schemaguard.contracts.inference import FeatureQuery, infer_reads, infer_writes
from schemaguard.contracts.interface import interface
from schemaguard.errors import ContractError
from schemaguard.frozen import dataclass
from schemaguard.sql.queries.sent import sent

_IN_BLOCK = "run the feature query inside the block, through psycopg, SQLAlchemy or pandas over one of them"
_MLFLOWS_OWN = "the database in which MLflow keeps its runs isn't looked at, unless on=… names it"
_UNQUALIFIED = "qualify the tables with their schema in the feature query"


@dataclass(frozen=True, slots=True)
class Heard:
    """The queries of one database, and the session in which they ran."""

    queries: tuple[FeatureQuery, ...]
    others: tuple[str, ...]
    url: str
    search_path: str | None
    sets_search_path: bool

    def __repr__(self) -> str:
        return f"Heard({len(self.queries)} queries)"


@dataclass(frozen=True, slots=True)
class RecordedContract:
    """A recorded contract: its text, and what it says of reads and writes."""

    text: str
    tables: tuple[ContractTable, ...]
    interface: Mapping[str, Any]
    digest: str
    queries: tuple[FeatureQuery, ...]
    notes: tuple[str, ...]
    """What a person has to judge, because it isn't looked into."""
    others: tuple[str, ...]
    search_path: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """What was kept with a run, and how it stands to the run before."""

    run_id: str
    inherits_from: str | None = None
    """The earlier run whose contract is the same."""
    differs_from: str | None = None
    changes: tuple[str, ...] = ()


def heard(listener: Listener, on: Identity | None) -> Heard:
    """The feature queries among what was heard.

    Raises ContractError where there are none, or where it can't be told which ones are.
    """
    of_mlflow = training_runs.tracking_uri()
    statements = [s for s in listener.statements if (s.database == on if on else not leads_to(of_mlflow, s.database))]
    if listener.is_full:
        raise ContractError(
            f"more than {MOST} different statements were sent", next="put only the feature query into the block"
        )
    found = {statement: sent(statement.text) for statement in statements}
    left_out = "" if on or len(statements) == len(listener.statements) else f" ({_MLFLOWS_OWN})"
    reading = [statement for statement, parts in found.items() if parts.queries]
    others = tuple(dict.fromkeys(word for parts in found.values() for word in parts.others))
    if not reading:
        said = f"; what was sent: {', '.join(others)}" if others else ""
        raise ContractError(
            f"no query was seen that reads a table{said}{left_out}",
            next=_IN_BLOCK,
        )
    databases = sorted({statement.database for statement in reading})
    if len(databases) > 1:
        named = ", ".join(f"{name} on {host}:{port}" for host, port, name in databases)
        raise ContractError(f"queries went to several databases: {named}", next="say which: record(…, on=engine)")
    paths = {statement.search_path for statement in reading}
    if len(paths) > 1:
        raise ContractError("the queries ran under different search_paths", next=_UNQUALIFIED)
    (path,) = paths
    texts = dict.fromkeys(query.strip() for statement in reading for query in found[statement].queries)
    width = len(str(len(texts)))
    queries = tuple(FeatureQuery(f"{text}\n", f"{number:0{width}}.sql") for number, text in enumerate(texts, 1))
    sets_path = any(parts.sets_search_path for parts in found.values())
    return Heard(queries, others, listener.urls[databases[0]], path, sets_path)


def made(found: Heard, model: str, writes: Sequence[str], reads_through: ReadsThrough) -> RecordedContract:
    """The contract that the queries come to, over the catalog of the database that answered them.

    Raises ContractError where what they read can't be told, DatabaseError where the catalog can't be read.
    """
    if found.search_path is None and found.sets_search_path:
        raise ContractError("the session set its search_path, which this server doesn't report", next=_UNQUALIFIED)
    catalog = session_catalog(found.url, found.search_path)
    reads = infer_reads(found.queries, catalog, reads_through)
    _refuse_shadows(reads.tables, catalog)
    tables = (*reads.tables, *infer_writes(read_writes(writes), catalog))
    said = interface(tables, reads_through, None)
    if not reads.tables:
        raise ContractError(f"the queries read no table: {'; '.join(reads.notes)}", next=_IN_BLOCK)
    notes = (*reads.notes, *(f"the run also sent {word}, which isn't looked into" for word in found.others))
    source = "Types, NOT NULL, bounds and values are those of the database that the run read."
    text = render(ContractDraft(model, (), tables, reads_through, source=source, notes=notes), catalog)
    standard.validate(document.read(text, training_runs.CONTRACT))
    return RecordedContract(
        text, tables, said, digests.digest(said), found.queries, notes, found.others, catalog.search_path, tuple(writes)
    )


def keep(contract: RecordedContract, run: Any, model: str, golden: Mapping[str, Any] | None = None) -> KeptRecord:
    """Keep it with the run, and the sample of golden rows where there is one.

    The same digest as the run before inherits its contract; another one says what changed.
    """
    before = training_runs.earlier(run, model)
    recording = {
        "version": 1,
        "model": model,
        "search_path": contract.search_path,
        "writes": contract.writes,
        "reads_through": contract.interface["readsThrough"],
        "not_looked_into": contract.others,
    }
    texts = {
        training_runs.CONTRACT: contract.text,
        training_runs.INTERFACE: digests.canonical(contract.interface),
        training_runs.RECORDING: digests.canonical(recording),
        **{f"{training_runs.QUERIES}/{query.file}": query.text for query in contract.queries},
        **({training_runs.GOLDEN: json.dumps(golden)} if golden is not None else {}),
    }
    tags = {training_runs.MODEL_TAG: model, training_runs.DIGEST_TAG: contract.digest}
    if before is not None and before.digest == contract.digest:
        origin = before.inherits_from or before.run_id
        training_runs.log(run, texts, {training_runs.FROM_TAG: origin, **tags})
        return KeptRecord(run.info.run_id, inherits_from=origin)
    training_runs.log(run, texts, tags)
    if before is None:
        return KeptRecord(run.info.run_id)
    changes = difference(before.interface, contract.interface)
    return KeptRecord(run.info.run_id, differs_from=before.run_id, changes=changes)


def _refuse_shadows(tables: Sequence[ContractTable], catalog: Catalog) -> None:
    """A view's own names were resolved when it was made: they can't be told where the path has two of a name."""
    shown = [catalog.resolve(table.table) for table in tables]
    if not any(name in catalog.views for name in shown):
        return
    relations = [*catalog.tables, *catalog.views]
    for name in shown:
        homes = sorted(str(r.schema) for r in relations if r.name == name.name and r.schema in catalog.search_path)
        if len(homes) > 1:
            what = f"{name.name} is in {' and '.join(homes)}: it isn't certain which one the views below the query mean"
            raise ContractError(what, next="query the tables themselves, or shorten the search_path")
