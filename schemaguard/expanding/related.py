"""What belongs together in a revision: columns that are replaced by others, and an enum that loses values."""

from collections.abc import Mapping, Sequence

from schemaguard.catalog import changes as c
from schemaguard.catalog.objects import Catalog, Column, EnumType, Name, Table
from schemaguard.catalog.retyping import is_plain_cast, retyping
from schemaguard.catalog.types import Type
from schemaguard.expanding.act import Ask, PhasePart, Unsplittable, act
from schemaguard.expanding.expressions import cast
from schemaguard.expanding.naming import column_beside, relation_beside
from schemaguard.expanding.replacing import Replacement, beside
from schemaguard.frozen import dataclass
from schemaguard.sql.writing.identifiers import quote
from schemaguard.sql.writing.types import type_text

Given = Mapping[str, str]
"""Column → the expression that the author gave."""


@dataclass(frozen=True, slots=True)
class Related:
    """A replacement that several changes of a revision are, by their positions; or what has to be asked first."""

    positions: frozenset[int]
    replacement: Replacement | None
    asks: tuple[Ask, ...] = ()
    notes: tuple[str, ...] = ()


def retype(position: int, change: c.RetypeColumn, tables: tuple[Table, Table], given: tuple[Given, Given]) -> Related:
    """A column of another type under the same name."""
    old, new = tables[0].column(change.column), tables[1].column(change.column)
    if old is None or new is None:
        raise Unsplittable(f"the type of {change.table.name}.{change.column} before or after isn't known")
    if old.type == new.type:
        raise Unsplittable(f"{change.table.name}.{change.column} keeps its type: there is nothing to split")
    using = change.using
    if using is not None and is_plain_cast(using, change.column) and not retyping(old.type, new.type).needs_using:
        using = None
    return _same_name(position, change.table, (old, new), using, given, tables[0])


def _same_name(
    position: int, spoken: Name, columns: tuple[Column, Column], using: str | None, given: tuple[Given, Given],
    table: Table,
) -> Related:  # fmt: skip
    old, new = columns
    early = column_beside(table, new.name)
    ups, downs = given
    there, back = retyping(old.type, new.type), retyping(new.type, old.type)
    up = (
        ups.get(old.name)
        or using
        or (None if there.needs_using or _is_of_a_zone(old, new) else cast(old.name, new.type))
    )
    is_derived = old.name not in downs and using is None and old.name not in ups and not there.loses
    down = downs.get(old.name) or (cast(early, old.type) if is_derived and not back.needs_using else None)
    asks = []
    if up is None:
        asks.append(Ask("up", old.name, f"{old.type} → {new.type}, over {quote(old.name)}"))
    if down is None:
        asks.append(Ask("down", old.name, f"{new.type} → {old.type}, over {quote(early)}"))
    notes = []
    if down is not None and old.name not in downs and back.narrows:
        notes.append(
            f"a value of {early} that {old.type} can't hold is refused until the contract revision; "
            f"give --down '{quote(old.name)}=EXPRESSION' to store another one for old versions"
        )
    replacement = None
    if up is not None and down is not None:
        replacement = Replacement(spoken, ((old.name, down),), ((new.name, up),), is_derived, there.loses)
    return Related(frozenset({position}), replacement, tuple(asks), tuple(notes))


def _is_of_a_zone(old: Column, new: Column) -> bool:
    """Whether the cast depends on the session's time zone, which is another one for every client."""
    kinds = {old.type.name, new.type.name}
    zoned = {"timestamp with time zone", "time with time zone"}
    plain = {"timestamp without time zone", "time without time zone", "date"}
    return bool(kinds & zoned) and bool(kinds & plain)


def replaced(changes: Sequence[c.Change], table: tuple[Table, Table], given: tuple[Given, Given]) -> Related | None:
    """The columns that one table loses for others that it gets; None where nothing says that they belong together."""
    before, after = table
    drops = {change.column: at for at, change in enumerate(changes) if isinstance(change, c.DropColumn)}
    adds = {change.column.name: at for at, change in enumerate(changes) if isinstance(change, c.AddColumn)}
    ups, downs = given
    same = [name for name in drops if name in adds]
    named = [name for name in adds if name in ups]
    if not drops or not adds or not (same or named):
        return None
    spoken = next(change.table for change in changes if isinstance(change, c.DropColumn))
    if same and not named and len(same) == 1:
        name = same[0]
        old, new = before.column(name), after.column(name)
        if old is None or new is None:
            return None
        if old.type == new.type and name not in ups:
            up = Ask("up", name, f"what the new {name} holds, over the old {quote(name)}")
            down = Ask("down", name, f"what the old {name} held, over {quote(column_beside(before, name))}")
            return Related(frozenset({drops[name], adds[name]}), None, (up, down))
        found = _same_name(drops[name], spoken, (old, new), None, given, before)
        return Related(frozenset({drops[name], adds[name]}), found.replacement, found.asks, found.notes)
    olds = tuple(drops)
    news = tuple(dict.fromkeys((*same, *named)))
    names = ", ".join(quote(name) for name in beside(before, news).values())
    asks = tuple(Ask("down", name, f"over {names}") for name in olds if name not in downs) + tuple(
        Ask("up", name, f"over {', '.join(map(quote, olds))}") for name in news if name not in ups
    )
    positions = frozenset((*(drops[name] for name in olds), *(adds[name] for name in news)))
    if asks:
        return Related(positions, None, asks)
    one = Replacement(spoken, tuple((n, downs[n]) for n in olds), tuple((n, ups[n]) for n in news))
    return Related(positions, one)


def enum_swap(
    changes: Sequence[c.Change], catalogs: tuple[Catalog, Catalog], given: tuple[Given, Given]
) -> Related | None:
    """A type of fewer values that takes the name of an older one, and the column that gets it."""
    before, after = catalogs
    created = [(at, change) for at, change in enumerate(changes) if isinstance(change, c.CreateEnum)]
    for at, made in created:
        name = after.resolve(made.enum.name) if made.enum.name.schema else Name(made.enum.name.name, _home(after))
        old = before.enums.get(name)
        retypes = [
            (place, change)
            for place, change in enumerate(changes)
            if isinstance(change, c.RetypeColumn) and change.type.name == name.name
        ]
        if old is None or not retypes:
            continue
        if len(retypes) > 1:
            raise Unsplittable(
                f"several columns are of the enum {name.name}", next="write a revision for each column, then the enum"
            )
        return _swapped(changes, at, made.enum, old, retypes[0], before, given)
    return None


def _home(catalog: Catalog) -> str:
    return catalog.search_path[0] if catalog.search_path else "public"


def _swapped(
    changes: Sequence[c.Change], at: int, made: EnumType, old: EnumType, retyped: tuple[int, c.RetypeColumn],
    before: Catalog, given: tuple[Given, Given],
) -> Related:  # fmt: skip
    place, change = retyped
    table = before.tables[before.resolve(change.table)]
    positions = {at, place} | {
        where
        for where, each in enumerate(changes)
        if isinstance(each, c.RenameObject | c.DropObject) and each.kind == "type"
    }
    gone = [label for label in old.labels if label not in made.labels]
    using = None if change.using is None or "case" not in change.using.lower() else change.using
    up = given[0].get(change.column) or using or (quote(change.column) if not gone else None)
    if up is None:
        why = f"what becomes of {', '.join(map(repr, gone))}, over {quote(change.column)}"
        return Related(frozenset(positions), None, (Ask("up", change.column, why),))
    schema = made.name.schema
    early = Name(relation_beside(made.name.name, old.name.schema, before), schema)
    meanwhile = Type(early.name, old.name.schema)
    down = f"{quote(column_beside(table, change.column))}::text::{type_text(Type(old.name.name, old.name.schema))}"
    spoken_old = Name(old.name.name, schema)
    replacement = Replacement(
        change.table,
        ((change.column, given[1].get(change.column, down)),),
        ((change.column, f"({up})::text::{type_text(meanwhile)}"),),
        proven=not gone,
        loses=bool(gone),
        type_meanwhile=meanwhile,
        first=PhasePart((act(c.CreateEnum(EnumType(early, made.labels))),), (act(c.DropObject("type", early)),)),
        between=PhasePart(
            (act(c.DropObject("type", spoken_old)), act(c.RenameObject("type", early, made.name.name))),
            (act(c.RenameObject("type", spoken_old, early.name)), act(c.CreateEnum(EnumType(spoken_old, old.labels)))),
        ),
    )
    notes = (f"rows of old versions that say {', '.join(gone)} keep it in {change.column} until the contract revision",)
    return Related(frozenset(positions), replacement, (), notes if gone else ())
