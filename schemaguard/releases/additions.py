"""What a newer version added and an older one's writers can't live with: taken off, and owed on the way forward."""

from collections.abc import Iterable

from schemaguard.catalog.objects import Catalog, Name
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass, replace
from schemaguard.releases.lookahead import Fit


@dataclass(frozen=True, slots=True)
class Addition:
    """A constraint, index, default or trigger that may refuse what a version writes; `statements` take it off."""

    object: str
    """As a user reads it, such as `UNIQUE t_k_key of t`."""
    act: str
    statements: tuple[str, ...] = ()
    schema: str = ""
    table: str = ""
    columns: tuple[str, ...] = ()
    """Of a NOT NULL or default its column, of a unique key all that `ON CONFLICT` can name."""
    stops: str | None = None
    """Whose upserts fail without it, until their servers have switched."""

    @property
    def words(self) -> str:
        """What is done with it, in words."""
        stopped = f"; {self.stops} can't upsert on {', '.join(self.columns)} until its servers have switched"
        return self._act + (stopped if self.stops else "")

    @property
    def _act(self) -> str:
        match self.act:
            case "change_default":
                return f"set back the {self.object}"
            case "add_identity":
                return f"give back the {self.object}"
            case "loosen_identity":
                return f"let values in past {self.object}"
            case "keep_default":
                return f"keep the {self.object} until every server has switched"
            case "disable_trigger":
                return f"disable {self.object}"
            case "add_label":
                return f"give back the {self.object}"
            case _:
                return f"take off {self.object}"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Something that was taken off for an older version and that a promotion gives back; `statements` do it."""

    number: int
    """Of the debt."""
    object: str
    act: str
    statements: tuple[str, ...] = ()
    for_version: str = ""
    """Whose writers it would have stood in the way of."""
    schema: str = ""
    table: str = ""
    column: str | None = None
    without_value: int | None = None
    """Rows without a value, where those hold a NOT NULL up."""
    fill: str | None = None
    """What they get, as SQL."""
    fill_from: str | None = None
    """Who declared it; None where the operator says it."""

    @property
    def filled(self) -> str:
        """The column's name, such as `transactions.entry_mode`."""
        return f"{Name(self.table, self.schema)}.{self.column}"


def in_the_way(additions: Iterable[Addition], target: Contract, active: Contract | None) -> tuple[Addition, ...]:
    """Those that may refuse what the target writes, by what its contract says of it; the rest stays.

    A writer that always sends a value can live with its NOT NULL, and one that never sends a value twice, or upserts
    on the same columns, with the key that the version which is left upserts on.
    """
    found = []
    for each in additions:
        written = _written(target, each)
        if each.act == "drop_not_null" and _is_sent(written, each.columns):
            continue
        is_key = each.act in ("drop_constraint", "drop_index") and bool(each.columns)
        if is_key and active is not None and _upserts(_written(active, each), each.columns):
            if _upserts(written, each.columns) or _is_sent_once(written, each.columns):
                continue
            found.append(replace(each, stops=active.who))
        else:
            found.append(each)
    return tuple(found)


def _written(contract: Contract, addition: Addition) -> tuple[ContractTable, ...]:
    place = (addition.schema, addition.table)
    return tuple(
        each
        for each in contract.tables
        if each.access == "write" and (each.table.schema or "public", each.table.name) == place
    )


def _is_sent(tables: tuple[ContractTable, ...], columns: tuple[str, ...]) -> bool:
    promises = [each.promise(column) for each in tables for column in columns]
    return any(promise is not None and promise.required for promise in promises)


def _is_sent_once(tables: tuple[ContractTable, ...], columns: tuple[str, ...]) -> bool:
    promises = [each.promise(column) for each in tables for column in columns]
    return any(promise is not None and promise.unique for promise in promises)


def _upserts(tables: tuple[ContractTable, ...], columns: tuple[str, ...]) -> bool:
    return any(each.upsert_key and set(each.upsert_key) == set(columns) for each in tables)


def without(additions: Iterable[Addition], catalog: Catalog, fit: Fit) -> Catalog:
    """The catalog once they are taken off."""
    return _after((each.statements for each in additions), catalog, fit)


def given_back(owed: Iterable[GivenBack], catalog: Catalog, fit: Fit) -> Catalog:
    """The catalog once they are back."""
    return _after((each.statements for each in owed), catalog, fit)


def _after(groups: Iterable[tuple[str, ...]], catalog: Catalog, fit: Fit) -> Catalog:
    for statements in groups:
        # A catalog knows nothing of the sequence's counter, which only the second statement of an identity sets.
        for statement in statements[:1]:
            try:
                catalog = fit.after((statement,), catalog)
            except RefusedError:
                continue  # The catalog can't show it; the server is asked when it is done.
    return catalog
