"""From an address to its page, and every address that a snapshot has."""

from collections.abc import Iterator

from schemaguard.commands.serve import Snapshot
from schemaguard.errors import UsageError
from schemaguard.web import addresses
from schemaguard.web.answers import answer
from schemaguard.web.blocks import Page
from schemaguard.web.pages import contract as one_contract
from schemaguard.web.pages import ledger, lineage, matrix, migrations, models, operations, overview, search, tables

_LONGEST_NUMBER = 18


def build(snapshot: Snapshot, address: str, asked: str = "") -> Page:
    """The page at an address; one that says so where there is none. `asked` is what is searched."""
    try:
        return _build(snapshot, address, asked)
    except ValueError:
        return missing("the address has a part that isn’t a name")
    except UsageError as error:
        return missing(error.what)


def _build(snapshot: Snapshot, address: str, asked: str) -> Page:  # noqa: C901 - a case a kind of page
    match address.removeprefix("/").split("/"):
        case [""] | ["index"]:
            return overview.build(snapshot)
        case ["models"]:
            return models.index(snapshot)
        case ["models", model]:
            return models.build(snapshot, addresses.unescaped(model))
        case ["models", model, version]:
            return one_contract.build(snapshot, addresses.unescaped(model), addresses.unescaped(version))
        case ["tables"]:
            return tables.index(snapshot)
        case ["tables", table]:
            return tables.build(snapshot, addresses.table_named(table))
        case ["tables", table, column]:
            return tables.build(snapshot, addresses.table_named(table), addresses.unescaped(column))
        case ["lineage"]:
            return lineage.index(snapshot)
        case ["lineage", "models", model]:
            return lineage.around_model(snapshot, addresses.unescaped(model))
        case ["lineage", "tables", table]:
            return lineage.around_table(snapshot, addresses.table_named(table))
        case ["matrix"]:
            return matrix.build(snapshot)
        case ["matrix", model]:
            return matrix.build(snapshot, addresses.unescaped(model))
        case ["migrations"]:
            return migrations.index(snapshot)
        case ["migrations", revision]:
            return migrations.build(snapshot, *addresses.revision_named(revision))
        case ["operations"]:
            return operations.index(snapshot)
        case ["operations", number]:
            return operations.build(snapshot, _number(number))
        case ["ledger"]:
            return ledger.build(snapshot)
        case ["ledger", "before", position]:
            return ledger.build(snapshot, _number(position))
        case ["search"]:
            return search.build(snapshot, asked)
        case _:
            return missing("nothing is at this address")


def missing(what: str) -> Page:
    """What is shown where there is no page."""
    return Page("/", "Not here", answer("missing", what=what), (), "schemaguard contracts list", status=404)


def _number(part: str) -> int:
    """A number as an address spells it; ValueError where it is none."""
    if not part.isascii() or not part.isdigit() or len(part) > _LONGEST_NUMBER or part.startswith("0"):
        raise ValueError(part)
    return int(part)


def every(snapshot: Snapshot) -> Iterator[str]:
    """Every address that has a page."""
    yield from (addresses.OVERVIEW, addresses.MODELS, addresses.TABLES, addresses.LINEAGE, addresses.MATRIX)
    yield from (addresses.MIGRATIONS, addresses.OPERATIONS, addresses.LEDGER, addresses.SEARCH)
    for model in dict.fromkeys(each.contract.model for each in snapshot.contracts):
        yield from (addresses.model(model), addresses.lineage_of_model(model), addresses.matrix(model))
    for each in snapshot.book.listed:
        if each.version:
            yield addresses.contract(each.contract.model, each.version)
    named = snapshot.subjects
    for table in sorted(named.columns, key=str):
        yield from (addresses.table(table), addresses.lineage_of_table(table))
        yield from (addresses.column(table, column) for column in sorted(named.columns[table]))
    for number, browsed in enumerate(snapshot.histories):
        yield from (addresses.revision(number, run.revision.id) for run in browsed.runs)
    if snapshot.control is not None:
        yield from (addresses.operation(each.operation.id) for each in snapshot.control.records.operations)
        yield from map(addresses.ledger_before, ledger.pages(snapshot.control.records.entries))
