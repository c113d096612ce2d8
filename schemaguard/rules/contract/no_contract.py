"""no-contract: a model version serves without a contract, or a contract names what no history makes."""

from collections.abc import Iterator

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.contract import ContractTable
from schemaguard.errors import command_line
from schemaguard.finding import Family, Place, Severity
from schemaguard.history.revision import Replay
from schemaguard.rules.facts.context import WholeContext
from schemaguard.rules.rule import Match, Rule


def _check(context: WholeContext) -> Iterator[Match]:
    for model, version in context.without_contract:
        yield Match(
            object=f"{model}@{version}" if version else model,
            message=f"{model}@{version} is in its release window, and no contract says what it reads and writes",
            effect="no migration is judged on its behalf",
            instead=f"write its contract: {command_line('contracts', 'infer', model, version)}",
        )
    yield from _misnamed(context)


def _misnamed(context: WholeContext) -> Iterator[Match]:
    # A single file says nothing about what is there; nor does a catalog into which something unknown went.
    if any(replay.history.endswith(".sql") or replay.catalog.opaque for replay in context.replays):
        return
    ever = _ever(context.replays)
    for held in context.contracts:
        for part in held.contract.tables:
            for line, missing in _missing(part, context.replays, ever):
                yield Match(
                    object=missing,
                    message=f"{held.contract.file} promises {missing}, which no migration makes",
                    readers=held.readers(part.access),
                    place=Place(held.contract.file, line),
                )


def _ever(replays: tuple[Replay, ...]) -> list[Catalog]:
    """Every catalog that there was, each once."""
    found = (catalog for replay in replays for run in replay.runs for catalog in (run.before, run.after))
    return list({id(catalog): catalog for catalog in found}.values())


def _missing(part: ContractTable, replays: tuple[Replay, ...], ever: list[Catalog]) -> Iterator[tuple[int, str]]:
    """What the contract names and no catalog knows, now or at any time before: what was dropped is not a slip."""
    if _is_understood(part, [replay.catalog for replay in replays]):
        return
    met = {id(table): table for catalog in ever if (table := catalog.table(part.table)) is not None}
    tables = list(met.values())
    if any(catalog.resolve(part.table) in catalog.views for catalog in ever):
        return
    if not tables:
        yield part.line, str(part.table)
    elif not any(table.open or table.inherits or table.partition_of for table in tables):
        for promise in part.promises:
            if all(table.column(promise.column) is None for table in tables):
                yield promise.line, f"{part.table}.{promise.column}"


def _is_understood(part: ContractTable, catalogs: list[Catalog]) -> bool:
    tables = [table for catalog in catalogs if (table := catalog.table(part.table)) is not None]
    return any(all(table.column(promise.column) for promise in part.promises) for table in tables)


RULE = Rule(
    id="no-contract",
    family=Family.CONTRACT,
    severity=Severity.WARNING,
    when="a model version in its window without a contract, or a contract that names something no migration creates",
    effect="check can't protect what it can't find: a change of the object that was meant is missed",
    instead="correct the name in the contract, or pass --initial a dump of what exists before the first migration",
    check_whole=_check,
)
