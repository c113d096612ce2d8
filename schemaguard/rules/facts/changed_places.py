"""Columns and labels that change names among each other: the shape stays what it was, and the values don't."""

from collections.abc import Iterator, Sequence

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.compatibility import Breakage
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.rules.facts.origins import Origins, is_renaming, origins
from schemaguard.rules.facts.walk import Visit


def changed_places(contract: Contract, visits: Sequence[Visit]) -> Iterator[tuple[int, Breakage]]:
    """The position of the change that gave a promised name the values of another one, and what its reader feels."""
    if not any(is_renaming(visit.change) for visit in visits):
        return
    columns, labels = origins(visits)
    catalogs = (visits[0].before, visits[-1].after)
    for part in (each for each in contract.tables if each.access == "read"):
        # A contract view follows the column, whatever it is called; a label is what it spells.
        if contract.reads_through != "view":
            yield from _misplaced(columns, part, contract, catalogs)
        yield from _mislabelled(labels, part, contract, catalogs)


def _misplaced(
    columns: Origins, part: ContractTable, contract: Contract, catalogs: tuple[Catalog, Catalog]
) -> Iterator[tuple[int, Breakage]]:
    from schemaguard.contracts.compatibility.breakage import breakage
    from schemaguard.contracts.compatibility.relation import relation

    was, now = (relation(part.table, catalog) for catalog in catalogs)
    if was is None or now is None:
        return
    for promise in part.promises:
        old, new = was.home(promise.column), now.home(promise.column)
        if old is None or new is None:
            continue
        origin = columns.origin(new[0].name, new[1].name)
        # A column of a view may have got its name there.
        named = ((new[0].name, new[1].name), (now.name, promise.column))
        position = next((columns.at[each] for each in named if (each in columns.at)), None)
        if origin is None or position is None:
            continue
        of, name = origin
        if of == old[0].name and name != old[1].name:
            detail = f"those of {name}, which has its name now" if name is not None else "it is made again"
            subject = (part.table, promise.column)
            yield position, breakage("rows-overwritten", "read", subject, contract.reads_through, detail)


def _mislabelled(
    labels: Origins, part: ContractTable, contract: Contract, catalogs: tuple[Catalog, Catalog]
) -> Iterator[tuple[int, Breakage]]:
    from schemaguard.contracts.compatibility.breakage import breakage
    from schemaguard.contracts.compatibility.reading import enum_of
    from schemaguard.contracts.compatibility.relation import relation

    was, now = (relation(part.table, catalog) for catalog in catalogs)
    for promise in part.promises:
        columns = tuple(each.column(promise.column) if each is not None else None for each in (was, now))
        old, new = (
            enum_of(column, catalog) if column is not None else None
            for column, catalog in zip(columns, catalogs, strict=True)
        )
        if old is None or new is None:
            continue
        for label in new.labels:
            origin, position = labels.origin(new.name, label), labels.at.get((new.name, label))
            if origin is not None and position is not None and label in old.labels and origin != (old.name, label):
                subject, detail = (part.table, promise.column), f"{label!r} where it had {origin[1]!r}"
                yield position, breakage("rows-overwritten", "read", subject, contract.reads_through, detail)
