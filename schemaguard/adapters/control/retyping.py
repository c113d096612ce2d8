"""Changes of type in a migration, by number: the old values are kept beside, and contract views go on showing theirs.

The statement runs as it is written, with one more action at its end: the same rewrite fills a hidden column with what
each row had before. See versions/0014_retype.sql.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from schemaguard.adapters.postgres.driver import ServerRefusedError, refusal
from schemaguard.catalog import changes as c
from schemaguard.errors import RefusedError
from schemaguard.frozen import dataclass
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.identifiers import quote, written

Connection = psycopg.Connection[tuple[Any, ...]]

_COLUMN = """\
select a.attrelid, a.attnum from pg_attribute a
where a.attrelid = to_regclass(%s) and a.attname = %s::name and a.attnum > 0 and not a.attisdropped"""
_FAMILY = """\
with recursive below (oid) as (
    select %s::oid union select i.inhrelid from pg_inherits i join below b on b.oid = i.inhparent)
select oid from below"""
_HEIRS = "select schemaguard.with_heirs(%s::oid, %s::int2)"
_HAS_HIDDEN = """\
select exists (select from pg_depend d join pg_class k on k.oid = d.objid and d.classid = 'pg_class'::regclass
    where d.refclassid = 'pg_class'::regclass and (d.refobjid, d.refobjsubid) = (%s::oid, %s::int2)
        and k.relkind in ('i', 'I') and k.relname like '\\_\\_retired\\_%%')"""
_BEGIN = "select id, hidden, type, acts from schemaguard.retype_begin(%s::oid, %s::int2)"
_LOCKED = "55P03"
_END = "select schemaguard.retype_end(%s, %s::oid, %s::int2, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class KeptBeside:
    """A column whose old values are kept: its number as a retired object, and what its way back costs."""

    change: c.RetypeColumn
    number: int
    cls: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """One column that is retyped with its old values kept: where it is, the statement that does it, and whether every
    value of the new type is one of the old type, too.
    """

    change: c.RetypeColumn
    statement: int
    relid: int
    attnum: int
    is_proved: bool


class RetypeRun:
    """The changes of type in one text that a migration sends."""

    def __init__(
        self, connection: Connection, text: str, revision: str, is_proved: Callable[[c.RetypeColumn], bool]
    ) -> None:
        self._connection = connection
        self._text = text
        self._revision = revision
        self._is_proved = is_proved
        self._pairs: dict[tuple[int, int], _Pair] = {}
        self._made: list[tuple[_Pair, int, str, Any, Any]] = []
        self._columns: list[Any] = []
        self._noted: Any = None
        self._has_views = False
        self._has_hidden_indexes = False
        self.kept: tuple[KeptBeside, ...] = ()

    @property
    def is_needed(self) -> bool:
        """Whether the statement can't just run as it is."""
        return bool(self._pairs) or self._has_views or self._has_hidden_indexes

    def keep(self, wanted: tuple[c.RetypeColumn, ...]) -> tuple[int, ...]:
        """Keep the old values of these columns: the relations that are rewritten for it, none where they aren't there.

        `wanted` are of one table and those that inherit it.
        """
        found: list[int] = []
        for at, change in self._retypes():
            if change not in wanted:
                continue
            place = self._place(change)
            if place is None:
                continue
            self._pairs[place] = _Pair(change, at, *place, self._is_proved(change))
            found += [row[0] for row in self._connection.execute(_FAMILY, (place[0],)).fetchall()]
        return tuple(dict.fromkeys(found))

    def spare_views(self) -> bool:
        """Whether contract views show what is retyped: they are set aside the next time."""
        if self._has_views:
            return False
        self._columns = [each for _, change in self._retypes() for each in self._heirs(change)]
        self._noted = self._first("select schemaguard.note_views(%s)", Jsonb(self._columns))
        self._has_views = bool(self._noted)
        return self._has_views

    def spare_hidden_indexes(self) -> bool:
        """Whether indexes that were dropped, and are hidden instead, stand on what is retyped: then they go."""
        if self._has_hidden_indexes:
            return False
        places = [place for _, change in self._retypes() if (place := self._place(change)) is not None]
        self._has_hidden_indexes = any(self._first(_HAS_HIDDEN, *place) for place in places)
        return self._has_hidden_indexes

    def before(self) -> str:
        """Make room for the old values, empty the views; the text that then is to be run."""
        self._made = []
        if self._has_views:
            self._connection.execute("select schemaguard.set_views_aside(%s)", (Jsonb(self._columns),))
        if self._has_hidden_indexes:
            for _, change in self._retypes():
                if (place := self._place(change)) is not None:
                    self._connection.execute("select schemaguard.drop_hidden_indexes(%s::oid, %s::int2)", place)
        actions: dict[int, list[str]] = {}
        for pair in self._pairs.values():
            conversion = self._conversion(pair)
            row = self._begun(pair)
            number, hidden, type_, acts = row
            self._made.append((pair, number, hidden, acts, conversion))
            kept = f"alter column {quote(hidden)} type {type_} using {quote(pair.change.column)}"
            actions.setdefault(pair.statement, []).append(kept)
            self._connection.execute(
                "select schemaguard.allow_migration(%s::oid, %s::int2, 'type', %s)",
                (pair.relid, pair.attnum, f"revision {self._revision}"),
            )
        if not actions:
            return self._text
        pieces = [piece.sql for piece in split(self._text, "")]
        # A comment at the end of a statement must not swallow what follows.
        return "\n;".join("\n, ".join((piece, *actions.get(at, ()))) for at, piece in enumerate(pieces))

    def after(self) -> None:
        """Write down what is kept, and let the views show what they are to show."""
        kept: list[KeptBeside] = []
        beside: list[Any] = []
        for pair, number, hidden, acts, conversion in self._made:
            beside += [each | {"hidden": hidden} for each in self._first(_HEIRS, pair.relid, pair.attnum)]
            asked = (
                number, pair.relid, pair.attnum, hidden, Jsonb(acts), Jsonb(conversion), pair.is_proved, self._revision,
            )  # fmt: skip
            kept.append(KeptBeside(pair.change, number, str(self._first(_END, *asked))))
        if self._has_views:
            asked_views = (Jsonb(self._noted), Jsonb(self._columns), Jsonb(beside))
            self._connection.execute("select schemaguard.put_views_back(%s, %s, %s)", asked_views)
        self.kept = tuple(kept)

    def _retypes(self) -> Iterator[tuple[int, c.RetypeColumn]]:
        for at, statement in enumerate(split(self._text, "")):
            changes = translate(statement.sql)
            if any(isinstance(each, c.Opaque | c.Unreadable) for each in changes):
                continue
            yield from ((at, each) for each in changes if isinstance(each, c.RetypeColumn))

    def _place(self, change: c.RetypeColumn) -> tuple[int, int] | None:
        row = self._connection.execute(_COLUMN, (written(change.table), change.column)).fetchone()
        return (row[0], row[1]) if row is not None else None

    def _heirs(self, change: c.RetypeColumn) -> list[Any]:
        place = self._place(change)
        found: list[Any] = self._first(_HEIRS, *place) if place is not None else []
        return found

    def _first(self, query: str, *parameters: Any) -> Any:
        row = self._connection.execute(query.encode(), parameters).fetchone()
        assert row is not None
        return row[0]

    def _begun(self, pair: _Pair) -> Any:
        try:
            return self._connection.execute(_BEGIN, (pair.relid, pair.attnum)).fetchone()
        except Exception as error:
            raise _not_kept(error, pair.change) or error from error

    def _conversion(self, pair: _Pair) -> Any:
        """How the new value follows from the old one, where the server proves that nothing else decides it.

        A CHECK that holds nothing and stays for a moment: so the server itself reads the expression, as the migration's
        role, by its search_path. It goes with the savepoint.
        """
        names = [sql.Identifier(f"__retired_{part}_conversion") for part in ("whole", "plain")]
        using = pair.change.using or quote(pair.change.column)
        table = sql.SQL(written(pair.change.table))
        add = sql.SQL("alter table {} add constraint {} check ((({})::{}) is null) not valid, "
                      "add constraint {} check (({}) is null) not valid")  # fmt: skip
        told = (sql.SQL(using), sql.SQL(str(pair.change.type)))
        self._connection.execute("savepoint schemaguard_conversion")
        found = None
        try:
            self._connection.execute(add.format(table, names[0], *told, names[1], told[0]).as_string(None).encode())
            found = self._first(
                "select schemaguard.read_conversion(%s::oid, %s::int2, %s, %s)",
                pair.relid, pair.attnum, "__retired_whole_conversion", "__retired_plain_conversion",
            )  # fmt: skip
        except Exception as error:
            found_state = refusal(error)
            if found_state is None or found_state.state == _LOCKED:
                raise
        self._connection.execute(
            "rollback to savepoint schemaguard_conversion; release savepoint schemaguard_conversion"
        )
        return found or {}


def _not_kept(error: Exception, change: c.RetypeColumn) -> RefusedError | None:
    found: ServerRefusedError | None = refusal(error)
    if found is None or found.state != "SG010":
        return None
    told = json.loads(found.detail or "{}")
    name = f"{change.table}.{change.column}"
    return RefusedError(
        f"{name} would lose values, and its old ones can't be kept beside: {told.get('why', found)}",
        at=name,
        next=f"{told.get('next', 'keep its type')}; or say in the revision what is lost: "
        f"# schemaguard: loses {written(change.table)}({quote(change.column)}) -- why",
    )
