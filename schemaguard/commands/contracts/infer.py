"""Use case: a contract's draft from what a model version's feature queries read."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from schemaguard.adapters.files.contracts import write_new
from schemaguard.adapters.registry.training_runs import recorded
from schemaguard.catalog.objects import Catalog, Name
from schemaguard.commands.catalog import CatalogAt, static_catalog
from schemaguard.commands.contracts.validate import Signatures
from schemaguard.commands.site import Site
from schemaguard.contracts import odcs
from schemaguard.contracts.contract import Contract, ContractTable, ReadsThrough
from schemaguard.contracts.drafting import ContractDraft, Seen, render
from schemaguard.contracts.inference import NUMBERS, FeatureQuery, infer_reads, infer_writes
from schemaguard.contracts.interface import interface
from schemaguard.contracts.signature import SignatureField, render_signature
from schemaguard.contracts.validation import Remark, against_catalog, against_query, against_signature
from schemaguard.errors import ContractError, ExitCode, UsageError, command_line
from schemaguard.frozen import dataclass, replace
from schemaguard.sql.queries.qualifying import with_schemas
from schemaguard.sql.queries.traced import Untraceable
from schemaguard.sql.reading.written import Written, read_written

SUFFIX = ".odcs.yaml"
Measure = Callable[[Mapping[Name, Sequence[str]]], Seen]


@dataclass(frozen=True, slots=True)
class InferenceRequest:
    """Whose contract is wanted, and what it is inferred from."""

    model: str
    versions: tuple[str, ...]
    queries: tuple[FeatureQuery, ...]
    writes: tuple[str, ...]
    source: str = ""
    """Where types and bounds come from, in words; empty: the migrations."""
    reads_through: ReadsThrough | None = None
    """None where nothing was said: a table."""


@dataclass(frozen=True, slots=True)
class DraftPlace:
    """Where a draft goes: its file, and the query's name beside it, with the text to be put there (None: it is)."""

    file: Path
    root: Path
    """What files are named relative to."""
    query_name: str | None = None
    query_text: str | None = None

    @property
    def stem(self) -> str:
        """The file's name without what every contract's ends in."""
        return self.file.name.removesuffix(SUFFIX).removesuffix(".yaml").removesuffix(".yml")

    def named(self, file: Path) -> str:
        """A file as a report names it."""
        return file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else str(file)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft: its text, what that says, the files to be written, and what is to be said of it."""

    contract: Contract
    text: str
    files: Mapping[Path, str]
    notes: tuple[str, ...]
    remarks: tuple[Remark, ...]
    same_as: str | None = None
    """The file of another version's contract that says the same of reads, writes and signature."""

    @property
    def exit_code(self) -> ExitCode:
        """1 where the model refuses what the query returns, else 0."""
        return ExitCode.FINDINGS if any(remark.is_error for remark in self.remarks) else ExitCode.OK


@dataclass(frozen=True, slots=True)
class WrittenDraft:
    """What was drafted; `names` are the files that were written, none where it is only shown."""

    drafted: Drafted
    names: tuple[str, ...]


def infer(
    site: Site,
    wanted: InferenceRequest,
    to: str | None = None,
    *,
    migrations: str | None = None,
    initial: Path | None = None,
    bounds_from: str | None = None,
) -> WrittenDraft:
    """Draft a contract, and write it to `to`: a file, `-` for nowhere, None for its place in the contracts' folder.

    Where the request names no query, what the version's run recorded is taken; where it says no source, the migrations
    are. `bounds_from` is the URL of a database to look for least and greatest values in. Raises ContractError or
    UsageError where there is nothing to draft from, or the draft wouldn't be valid.
    """
    folder, root, is_shown = site.contracts_folder, site.here, to == "-"
    registry = site.registry_if_any
    file = Path(root / to).absolute() if to is not None and not is_shown else None
    file = file or default_file(folder, wanted.model, wanted.versions)
    with site.reading(initial=initial) as reading:
        found = static_catalog(reading, migrations)
    wanted = replace(wanted, source=wanted.source or _source(found))
    wanted = wanted if wanted.queries else from_run(wanted, site.environment.registry_uri, found.catalog)
    known = tuple(each.contract for each in site.contract_files())
    if not is_shown and file.is_relative_to(folder):
        refuse_bound(wanted.model, wanted.versions, known)
    done = draft(wanted, found.catalog, place(file, root, wanted.queries), registry, _measure(bounds_from))
    done = compared(done, known) if to is None else done
    if not is_shown and done.same_as is None:
        write(done)
    return WrittenDraft(done, tuple(map(site.relative, done.files)) if not is_shown else ())


def _source(found: CatalogAt) -> str:
    revision = f" at revision {found.revision}" if found.revision else ""
    return f"Types, NOT NULL, bounds and values are those of {found.source}{revision}."


def _measure(url: str | None) -> Measure | None:
    if url is None:
        return None
    from schemaguard.adapters.postgres.extremes import extremes

    return lambda columns: extremes(url, columns)


def versions(text: str) -> tuple[str, ...]:
    """The versions in `7` or `7,8`. UsageError where one is empty."""
    found = tuple(dict.fromkeys(each.strip() for each in text.split(",")))
    if not all(found):
        raise UsageError(f"{text!r} is not a version", next="7, or 7,8 for a contract that both share")
    return found


def read_queries(files: Sequence[Path]) -> tuple[FeatureQuery, ...]:
    """The queries in files. UsageError where one can't be read."""
    found = []
    for file in files:
        try:
            found.append(FeatureQuery(file.read_text(encoding="utf-8"), str(file)))
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise UsageError(
                f"the query can't be read: {why}", at=str(file), next="name a file with one query"
            ) from error
    return tuple(found)


def from_run(wanted: InferenceRequest, uri: str | None, catalog: Catalog) -> InferenceRequest:
    """The request, completed with what the version's training run recorded; what the user said comes first.

    Recorded queries get schemas in front of their tables, since the contract has no search_path. Raises UsageError
    where the run recorded nothing.
    """
    model, version = wanted.model, wanted.versions[0]
    found = recorded(uri, model, version) if uri is not None else None
    if found is None:
        where = f"{model} {version}: its run recorded no query" if uri is not None else "no registry is configured"
        raise UsageError(
            "it isn't known what the version reads",
            at=where,
            next=command_line("contracts", "infer", model, ",".join(wanted.versions), "--query", "FILE.sql"),
        )
    session = replace(catalog, search_path=found.search_path)
    return replace(
        wanted,
        queries=tuple(replace(query, text=_qualified(query, session)) for query in found.queries),
        writes=wanted.writes or found.writes,
        reads_through=wanted.reads_through or found.reads_through,
    )


def _qualified(query: FeatureQuery, session: Catalog) -> str:
    try:
        return with_schemas(query.text, session)
    except Untraceable:
        return query.text  # Tracing it says what is wrong, and where.


def refuse_bound(model: str, wanted: tuple[str, ...], known: Sequence[Contract]) -> None:
    """ContractError where a version has a contract already, for a person may have written into it."""
    for contract in known:
        for version in wanted:
            if contract.model == model and version in contract.model_versions:
                hint = "-o - shows what would be drafted and leaves the file unchanged"
                raise ContractError(f"{model}@{version} already has a contract", at=contract.file, next=hint)


def place(file: Path, root: Path, queries: tuple[FeatureQuery, ...]) -> DraftPlace:
    """Where the draft goes.

    A contract can name one query file: the given one where it lies below the draft's folder, else a copy of it. It
    can't name several.
    """
    made = DraftPlace(file, root)
    if len(queries) != 1:
        return made
    lies, folder = Path(queries[0].file).resolve(), file.parent.resolve()
    if lies.is_file() and lies.is_relative_to(folder):
        return replace(made, query_name=lies.relative_to(folder).as_posix())
    return replace(made, query_name=f"{made.stem}.sql", query_text=queries[0].text)


def draft(
    wanted: InferenceRequest,
    catalog: Catalog,
    place: DraftPlace,
    signatures: Signatures | None = None,
    measure: Measure | None = None,
) -> Drafted:
    """The draft of a contract that the catalog bears out. Nothing is written.

    Raises ContractError with file:line:column of the query where what it reads can't be told, and where the draft
    wouldn't be valid.
    """
    through = wanted.reads_through or "table"
    reads = infer_reads(wanted.queries, catalog, through)
    if not reads.tables:
        raise ContractError(
            "the query doesn't read a table", at=f"{wanted.queries[0].file}:1:1", next="name another query"
        )
    tables = (*reads.tables, *infer_writes(read_writes(wanted.writes), catalog))
    signature, unsigned = _signature(wanted, signatures)
    notes = (*reads.notes, *unsigned, *_opaque(catalog))
    made = ContractDraft(
        wanted.model,
        wanted.versions,
        tables,
        through,
        place.query_name,
        f"{place.stem}.signature.json" if signature is not None else None,
        wanted.source,
        notes,
        measure(_numbers(tables, catalog)) if measure is not None else {},
    )
    text = render(made, catalog)
    beside = {made.signature_file: render_signature(signature)} if made.signature_file and signature else {}
    query = {place.query_name: wanted.queries[0].text} if place.query_name is not None else {}
    contract = _read_back(text, made, place, {**beside, **query})
    remarks = _judged(contract, catalog, wanted)
    placed = {place.query_name: place.query_text} if place.query_name and place.query_text is not None else {}
    files = {place.file: text} | {place.file.parent / name: content for name, content in {**beside, **placed}.items()}
    return Drafted(contract, text, files, notes, remarks)


def compared(drafted: Drafted, known: Sequence[Contract]) -> Drafted:
    """With the file of the model's contract that says the same, the latest one. A nightly retrain needs no new file."""
    same = [each.file for each in known if _says_the_same(drafted.contract, each)]
    return replace(drafted, same_as=same[-1]) if same else drafted


def _says_the_same(drafted: Contract, known: Contract) -> bool:
    """Whether the reads are the same, and the writes and the signature, where both say something of them."""
    mine, theirs = _interface(drafted), _interface(known)
    silent = {key for key in ("writes", "signature") if not mine[key] or not theirs[key]}
    return drafted.model == known.model and all(mine[key] == theirs[key] for key in mine if key not in silent)


def write(drafted: Drafted) -> None:
    """Write the draft's files: all of them, or none. ContractError where one is there already."""
    write_new(drafted.files)


def default_file(folder: Path, model: str, versions: tuple[str, ...]) -> Path:
    """contracts/MODEL/MODEL-VERSION.odcs.yaml. UsageError where the names are none that a file can have."""
    name = f"{model}-{'-'.join(versions)}"
    if any(letter in '/\\:*?"<>|' or not letter.isprintable() for letter in name) or model.startswith("."):
        raise UsageError(f"a file can't be called {name!r}", next="name one with -o FILE")
    return folder / model / f"{name}{SUFFIX}"


def _interface(contract: Contract) -> dict[str, object]:
    return interface(contract.tables, contract.reads_through, contract.signature)


def read_writes(texts: Sequence[str]) -> tuple[Written, ...]:
    """What `--writes` says, once a table. UsageError where it doesn't read so."""
    found: dict[Name, Written] = {}
    for text in texts:
        try:
            made = read_written(text)
        except ValueError as error:
            hint = "such as: predictions(transaction_id, score) on conflict (transaction_id)"
            raise UsageError(f"--writes {text!r}: {error}", next=hint) from None
        if made.table in found:
            raise UsageError(f"--writes names {made.table} twice", next="list its columns in one --writes")
        found[made.table] = made
    return tuple(found.values())


def _signature(
    wanted: InferenceRequest, signatures: Signatures | None
) -> tuple[tuple[SignatureField, ...] | None, tuple[str, ...]]:
    """The signature that all versions have, or none and why."""
    if signatures is None:
        return None, ()
    found = []
    for version in wanted.versions:
        if not signatures.has_version(wanted.model, version):
            return None, (f"the registry knows no {wanted.model} {version}, so no signature is held against the query",)
        fields = signatures.signature(wanted.model, version)
        if fields is None:
            return None, (f"{wanted.model} {version} was logged without a signature of named columns",)
        found.append(fields)
    if any(fields != found[0] for fields in found):
        raise ContractError(
            f"the versions {', '.join(wanted.versions)} have different signatures",
            at=wanted.model,
            next="infer a contract for each",
        )
    return found[0], ()


def _opaque(catalog: Catalog) -> tuple[str, ...]:
    if not catalog.opaque:
        return ()
    return (f"{catalog.opaque} statements of the migrations can't be read: what they changed isn't known",)


def _numbers(tables: Sequence[ContractTable], catalog: Catalog) -> dict[Name, list[str]]:
    return {
        catalog.resolve(table.table): names
        for table in tables
        if table.access == "read"
        and (names := [p.column for p in table.promises if p.type and p.type.name in NUMBERS and not p.type.dimensions])
    }


def _read_back(text: str, made: ContractDraft, place: DraftPlace, beside: Mapping[str, str]) -> Contract:
    contract = odcs.parse(text, place.named(place.file), beside.get)
    mine = interface(made.tables, made.reads_through, contract.signature)
    assert _interface(contract) == mine, "the draft doesn't say what was inferred"
    return contract


def _judged(contract: Contract, catalog: Catalog, wanted: InferenceRequest) -> tuple[Remark, ...]:
    """What the model refuses. ContractError where catalog or query don't bear the draft out."""
    wrong = [r for r in (*against_catalog(contract, catalog), *against_query(contract, catalog)) if r.is_error]
    if wrong:
        told = "\n       ".join(remark.what for remark in wrong)
        raise ContractError(f"the contract would not be valid:\n       {told}", at=wrong[0].at, next=wrong[0].next)
    if contract.signature is None:
        return ()
    return tuple(against_signature(contract, "/".join(wanted.versions), contract.signature, catalog))
