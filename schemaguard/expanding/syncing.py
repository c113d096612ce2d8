"""The trigger that keeps old and new columns the same, whoever writes which of them.

It decides by what changed, never by who writes, and only assigns to NEW, so that it can't call itself. A row that holds
nothing in its new columns yet is filled by whatever touches it.
Source: https://www.postgresql.org/docs/18/plpgsql-trigger.html
"""

from collections.abc import Sequence

from schemaguard.catalog.changes import DropObject
from schemaguard.catalog.objects import Column, Name, Table
from schemaguard.expanding.act import Act, PhasePart, act, raw
from schemaguard.expanding.expressions import differ
from schemaguard.expanding.naming import sync_names
from schemaguard.frozen import dataclass
from schemaguard.sql.writing.identifiers import literal, quote, written


@dataclass(frozen=True, slots=True)
class Sync:
    """Old and new columns of one table, each with the expression that makes it of the other side."""

    table: Table
    spoken: Name
    """The table as the author names it."""
    old: tuple[tuple[Column, str], ...]
    """Columns that go, each with its `down` over the new ones."""
    new: tuple[tuple[Column, str], ...]
    """Columns that come, each with its `up` over the old ones."""

    @property
    def unfilled(self) -> str:
        """The condition that a row hasn't got its new values, though its old ones give some."""
        empty = " AND ".join(f"{quote(column.name)} IS NULL" for column, _ in self.new)
        some = " OR ".join(f"({up}) IS NOT NULL" for _, up in self.new)
        return f"{empty} AND ({some})" if len(self.new) > 1 else f"{empty} AND {some}"

    @property
    def disagreeing(self) -> str:
        """The condition that neither side of a row is what the other one gives."""
        news = " OR ".join(differ(quote(column.name), f"({up})", column) for column, up in self.new)
        olds = " OR ".join(differ(quote(column.name), f"({down})", column) for column, down in self.old)
        return f"({news}) AND ({olds})"

    def trigger(self) -> PhasePart:
        """The function and its trigger, and taking them away."""
        function, trigger = sync_names(self.spoken, tuple(column.name for column, _ in self.new))
        names = ", ".join(quote(column.name) for column, _ in (*self.old, *self.new))
        note = f"Old and new versions write at the same time: this keeps {names} of {self.spoken.name} the same."
        made = (
            raw(self._function(function), _one_line(note)),
            raw(
                f"CREATE TRIGGER {quote(trigger)} BEFORE INSERT OR UPDATE ON {written(self.spoken)} "
                f"FOR EACH ROW EXECUTE FUNCTION {written(function)}()"
            ),
        )
        return PhasePart(made, self.drop())

    def drop(self) -> tuple[Act, ...]:
        """Taking the trigger and its function away."""
        function, trigger = sync_names(self.spoken, tuple(column.name for column, _ in self.new))
        return (
            act(DropObject("trigger", Name(trigger), on=self.spoken)),
            act(DropObject("function", function, arguments=())),
        )

    def fill(self) -> Act:
        """The UPDATE that gives every row its new values; running it again finds nothing to do."""
        values = ", ".join(f"{quote(column.name)} = {up}" for column, up in self.new)
        note = "Large table? `schemaguard backfill` does this in small batches first; then nothing is left to do here."
        return raw(f"UPDATE {written(self.spoken)} SET {values} WHERE {self.unfilled}", note, alone=True)

    def refill(self) -> Act:
        """The UPDATE that gives every row its old values again."""
        values = ", ".join(f"{quote(column.name)} = {down}" for column, down in self.old)
        return raw(f"UPDATE {written(self.spoken)} SET {values}")

    def prove_inverse(self) -> Act:
        """Stops with the number of rows whose old values wouldn't come back from their new ones."""
        mine = {column.name for column, _ in self.new}
        others = [quote(column.name) for column in self.table.columns if column.name not in mine]
        made = [f"{up} AS {quote(column.name)}" for column, up in self.new]
        source = f"(SELECT {', '.join((*others, *made))} FROM {written(self.spoken)}) AS {quote(self.spoken.name)}"
        lost = " OR ".join(differ(quote(column.name), f"({down})", column) for column, down in self.old)
        return self._verify(source, lost, "do not come back: down is not the inverse of up on them")

    def prove_same(self) -> Act:
        """Stops with the number of rows whose two sides disagree."""
        return self._verify(written(self.spoken), self.disagreeing, "have old and new values that disagree")

    def _verify(self, source: str, condition: str, says: str) -> Act:
        message = literal(f" rows of {self.spoken.name} {says}")
        # A plain query, which the guard can read; the cast is what stops it, and the server's error shows the text.
        sql = (
            f"SELECT CASE WHEN count(*) > 0 THEN CAST(count(*) || {message} AS integer) END\n"
            f"FROM {source}\n"
            f"WHERE {condition}"
        )
        return raw(sql, "It only reads, and stops where the two sides disagree.", alone=True)

    def _function(self, function: Name) -> str:
        body = _indented(self._body())
        tag = _dollars(body)
        return (
            f"CREATE FUNCTION {written(function)}() RETURNS trigger\n"
            "LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp\n"
            f"AS {tag}\n#variable_conflict use_column\nBEGIN\n{body}\n  RETURN new;\nEND {tag}"
        )

    def _body(self) -> list[str]:
        up, down = self._assigned(self.new), self._assigned(self.old)
        refused = [f"IF {self._disagree()} THEN", f"  {self._refuse()}", "END IF;"]
        return [
            "IF TG_OP = 'INSERT' THEN",
            f"  IF {_all_null(self.new)} THEN",
            *_indent(self._insert_of_nothing_new(up, down), 2),
            *self._insert_of_something_new(down, refused),
            "  END IF;",
            f"ELSIF {_changed(self.new)} AND {_changed(self.old)} THEN",
            *_indent(refused, 1),
            f"ELSIF {_changed(self.new)} THEN",
            f"  IF {self._is_not_up()} THEN",
            f"    {down}",
            "  END IF;",
            f"ELSIF {_changed(self.old)} OR ({_all_null(self.new)}) THEN",
            f"  {up}",
            "END IF;",
        ]

    def _insert_of_something_new(self, down: str, refused: list[str]) -> list[str]:
        """A new writer's row. A default of an old column can't be told from a value given to it: the new one wins."""
        if any(column.filling is not None for column, _ in self.old):
            return ["  ELSE", f"    {down}"]
        return [f"  ELSIF {_all_null(self.old)} THEN", f"    {down}", "  ELSE", *_indent(refused, 2)]

    def _insert_of_nothing_new(self, up: str, down: str) -> list[str]:
        """An old writer's row, or one that leaves both sides to their defaults."""
        defaults = [column for column, _ in self.new if column.filling is not None]
        if not defaults or any(column.filling is not None for column, _ in self.old):
            return [up]
        filled = [f"  new.{quote(column.name)} := {column.filling};" for column in defaults]
        return [f"IF {_all_null(self.old)} THEN", *filled, f"  {down}", "ELSE", f"  {up}", "END IF;"]

    def _assigned(self, side: Sequence[tuple[Column, str]]) -> str:
        values = ", ".join(expression for _, expression in side)
        targets = ", ".join(f"new.{quote(column.name)}" for column, _ in side)
        return f"SELECT {values} INTO {targets} FROM {self._row()};"

    def _row(self) -> str:
        return f"(SELECT new.*) AS {quote(self.spoken.name)}"

    def _disagree(self) -> str:
        return f"(SELECT {self.disagreeing} FROM {self._row()})"

    def _is_not_up(self) -> str:
        news = " OR ".join(differ(quote(column.name), f"({up})", column) for column, up in self.new)
        return f"(SELECT {news} FROM {self._row()})"

    def _refuse(self) -> str:
        old = ", ".join(column.name for column, _ in self.old)
        new = ", ".join(column.name for column, _ in self.new)
        said = f"{old} and {new} of {self.spoken.name} were both written and disagree".replace("%", "%%")
        return f"RAISE EXCEPTION {literal(said)} USING ERRCODE = 'check_violation';"


def _all_null(side: Sequence[tuple[Column, str]]) -> str:
    return " AND ".join(f"new.{quote(column.name)} IS NULL" for column, _ in side)


def _changed(side: Sequence[tuple[Column, str]]) -> str:
    tests = [differ(f"new.{quote(column.name)}", f"old.{quote(column.name)}", column) for column, _ in side]
    return f"({' OR '.join(tests)})" if len(tests) > 1 else tests[0]


def _indented(lines: Sequence[str]) -> str:
    return "\n".join(_indent(lines, 1))


def _indent(lines: Sequence[str], levels: int) -> list[str]:
    return ["  " * levels + line for line in lines]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _dollars(text: str) -> str:
    """A dollar quote that the text doesn't end."""
    tag = "sync"
    while f"${tag}$" in text:
        tag += "_"
    return f"${tag}$"
