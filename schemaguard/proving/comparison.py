"""What two states of a database's rows have in common: a row that was there has to be there still, with its values."""

from collections import Counter
from collections.abc import Iterator, Mapping

from schemaguard.catalog.objects import Name
from schemaguard.frozen import dataclass

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table as texts, and the names of its columns in their order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]

    def on(self, columns: tuple[str, ...]) -> Counter[tuple[str | None, ...]]:
        """How often each row occurs when only these columns are looked at."""
        places = [self.columns.index(column) for column in columns]
        return Counter(tuple(row[place] for place in places) for row in self.rows)


Rows = Mapping[Name, TableRows]


def lost_rows(before: Rows, after: Rows, columns: Mapping[Name, tuple[str, ...]] | None = None) -> Iterator[str]:
    """What rows of `before` aren't in `after` as they were; `columns` says which are compared, all where it doesn't."""
    for name, table in before.items():
        wanted = table.columns if columns is None else columns.get(name, ())
        there = after.get(name)
        if not wanted or not table.rows:
            continue
        if there is None:
            yield f"{name} is gone with its {len(table.rows)} rows"
            continue
        missing = [column for column in wanted if column not in there.columns]
        if missing:
            yield f"{name} has lost {', '.join(missing)}"
            continue
        gone = table.on(wanted) - there.on(wanted)
        if gone:
            many = f"{sum(gone.values())} of {len(table.rows)} rows of {name}"
            yield f"{many} are not as they were: {_example(wanted, gone, there)}"


def _example(columns: tuple[str, ...], gone: Counter[tuple[str | None, ...]], there: TableRows) -> str:
    """The column in which the first lost row has no equal, with what it held."""
    row = next(iter(gone))
    for place, column in enumerate(columns):
        rest = tuple(each for each in columns if each != column)
        without = tuple(value for at, value in enumerate(row) if at != place)
        if rest and there.on(rest)[without]:
            index = there.columns.index(column)
            others = [there.columns.index(each) for each in rest]
            now = next(r[index] for r in there.rows if tuple(r[at] for at in others) == without)
            return f"{column} was {_shown(row[place])}, is {_shown(now)}"
    return ", ".join(f"{column} {_shown(value)}" for column, value in zip(columns, row, strict=True))[:_SHOWN]


def _shown(value: str | None) -> str:
    if value is None:
        return "NULL"
    return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")
