"""Statements about rows: SELECT, INSERT, UPDATE, DELETE, MERGE, COPY and TRUNCATE, with their WITH queries."""

from collections.abc import Iterator

from schemaguard.catalog.changes import (
    AlterSequence,
    Change,
    CreateTable,
    DeleteRows,
    InsertRows,
    NoEffect,
    SetSetting,
    TruncateTable,
    UpdateRows,
)
from schemaguard.catalog.fold.draft import parse_name
from schemaguard.catalog.objects import Name, Table
from schemaguard.frozen import replace
from schemaguard.sql.reading.calls import unknown_calls, user_calls
from schemaguard.sql.reading.cursor import Cursor, UnknownMeaning
from schemaguard.sql.reading.grammar.alter_table import cascades
from schemaguard.sql.reading.grammar.assigning import Assigned, filled, unchanged
from schemaguard.sql.reading.grammar.truth import truth
from schemaguard.sql.reading.grammar.value_lists import value_rows
from schemaguard.sql.reading.mentions import relations_between
from schemaguard.sql.reading.syntax.copying import copied
from schemaguard.sql.reading.syntax.relations import joined
from schemaguard.sql.reading.syntax.statements import about_rows
from schemaguard.sql.reading.tokens import NUMBER, STRING

_DEEPEST = 50
_CALLED_OR_NOT = ([",", "true", ")"], [",", "false", ")"])
_VALUE_ENDS = frozenset({",", "from", "where", "returning", "when"})
_READS = frozenset({"select", "values", "table", "("})


def rows(cursor: Cursor, depth: int = 0) -> Iterator[Change]:
    """Any statement about rows, from its first word."""
    if depth > _DEEPEST:
        raise UnknownMeaning("the statement is nested too deeply")
    if depth == 0:
        cursor.foresee(about_rows)
        yield from _calling(cursor, _rows(cursor, depth))
    else:
        yield from _rows(cursor, depth)


def _calling(cursor: Cursor, changes: Iterator[Change]) -> Iterator[Change]:
    """The changes, with the functions that the statement calls."""
    called = user_calls(cursor)
    for change in changes:
        if called and isinstance(change, InsertRows | UpdateRows | DeleteRows | NoEffect):
            yield replace(change, calls=called)
        else:
            yield change


def _rows(cursor: Cursor, depth: int) -> Iterator[Change]:
    word = cursor.key
    begin = cursor.at
    changed = False
    if word == "with":
        for change in _with(cursor, depth):
            changed = True
            yield change
        word = cursor.key
    if word in _READS:
        for change in _select(cursor, begin):
            if not (changed and isinstance(change, NoEffect)):
                yield change
        return
    read = {"insert": _insert, "update": _update, "delete": _delete, "merge": _merge}.get(word)
    if read is None:
        raise cursor.refusal("SELECT, INSERT, UPDATE, DELETE or MERGE")
    cursor.take()
    yield from read(cursor)


def _with(cursor: Cursor, depth: int) -> Iterator[Change]:
    """The queries of a WITH; those that change rows do so whether or not they are read."""
    cursor.expect("with")
    cursor.accept("recursive")
    while True:
        cursor.identifier()
        if cursor.key == "(":
            cursor.identifiers()
        cursor.expect("as")
        cursor.accept("not")
        cursor.accept("materialized")
        cursor.expect("(")
        begin = cursor.at
        cursor.skip()
        end = cursor.at
        if cursor.tokens[begin].key in ("insert", "update", "delete", "merge", "with"):
            inner = cursor.within(begin, end)
            yield from (c for c in rows(inner, depth + 1) if not isinstance(c, NoEffect))
        cursor.expect(")")
        _search_and_cycle(cursor)
        if not cursor.accept(","):
            return


def _search_and_cycle(cursor: Cursor) -> None:
    """SEARCH … SET c and CYCLE … SET c [TO v DEFAULT v] USING c behind a recursive query."""
    for word in ("search", "cycle"):
        if cursor.accept(word):
            cursor.skip("set")
            cursor.expect("set")
            cursor.identifier()
    if cursor.key in ("to", "using"):
        cursor.skip("using")
        cursor.expect("using")
        cursor.identifier()


def _select(cursor: Cursor, begin: int) -> Iterator[Change]:
    first = cursor.at
    cursor.skip("into")
    if cursor.key == "into":
        into = cursor.at
        cursor.take()
        yield _select_into(cursor, begin, into)
        return
    cursor.move(cursor.end)
    if (setting := _set_config(cursor, first)) is not None:
        yield setting
        return
    if (counter := _setval(cursor, first)) is not None:
        yield counter
        return
    calls = unknown_calls(cursor, begin)
    if calls:
        raise UnknownMeaning(f"what the function {calls[0]} does can't be known")
    command = cursor.tokens[first].key
    yield from _continued(cursor, first)
    yield NoEffect("SELECT" if command == "(" else command.upper(), relations_between(cursor, begin, cursor.end))


def _set_config(cursor: Cursor, first: int) -> SetSetting | None:
    """`SELECT set_config('search_path', '', false)`, which pg_dump writes in place of SET."""
    keys = [token.key for token in cursor.tokens[first + 1 : cursor.end]]
    if keys[:2] == ["pg_catalog", "."]:
        first, keys = first + 2, keys[2:]
    if keys[:1] != ["set_config"] or len(keys) != 8 or cursor.tokens[first + 3].kind != STRING:
        return None
    value = cursor.tokens[first + 5]
    if value.kind != STRING or keys[6] not in ("true", "false"):
        return None
    return SetSetting(cursor.tokens[first + 3].value.lower(), value.value, keys[6] == "true")


def _setval(cursor: Cursor, first: int) -> AlterSequence | None:
    """`SELECT setval('s', 1)`: the counter is set to a number, and not to what the rows ask for."""
    tokens = cursor.tokens[first + 1 : cursor.end]
    if [token.key for token in tokens[:2]] == ["pg_catalog", "."]:
        tokens = tokens[2:]
    if [token.key for token in tokens[3:5]] == ["::", "regclass"]:
        tokens = [*tokens[:3], *tokens[5:]]
    keys = [token.key for token in tokens]
    is_alone = keys[:2] == ["setval", "("] and keys[3:4] == [","] and keys[5:] in ([")"], *_CALLED_OR_NOT)
    if not is_alone or (tokens[2].kind, tokens[4].kind) != (STRING, NUMBER):
        return None
    name = parse_name(tokens[2].value)
    return AlterSequence(name, restarts=True) if name is not None else None


def _continued(cursor: Cursor, first: int) -> Iterator[AlterSequence]:
    """`SELECT setval('s', max(id)) FROM t`: the counter goes on behind the rows."""
    tokens = cursor.tokens
    for at in range(first, cursor.end - 3):
        if (tokens[at].key, tokens[at + 1].key) != ("setval", "("):
            continue
        is_asked = (tokens[at + 2].key, tokens[at + 3].key) == ("pg_get_serial_sequence", "(")
        strings = [token.value for token in tokens[at + 2 : at + 7] if token.kind == STRING]
        name = parse_name(strings[0]) if strings else None
        if name is not None and is_asked and len(strings) > 1:
            yield AlterSequence(name, continues=True, feeds=(name, strings[1]))
        elif name is not None and not is_asked:
            yield AlterSequence(name, continues=True)


def _select_into(cursor: Cursor, begin: int, into: int) -> Change:
    temporary = bool(cursor.accept_one("temp", "temporary"))
    unlogged = cursor.accept("unlogged")
    cursor.accept("table")
    name = cursor.name()
    after = cursor.at
    cursor.skip()
    head = cursor.text[cursor.tokens[begin].start : cursor.tokens[into].start]
    tail = cursor.text[cursor.tokens[after].start :]
    table = Table(name, persistence="temporary" if temporary else "unlogged" if unlogged else "permanent", open=True)
    return CreateTable(table, as_query=head + tail)


def _insert(cursor: Cursor) -> Iterator[Change]:
    cursor.expect("into")
    table = _of_users(cursor.name())
    if cursor.accept("as"):
        cursor.identifier()
    columns: tuple[str, ...] | None = None
    if cursor.key == "(" and cursor.peek() not in ("select", "with", "values", "(", "table"):
        columns = _targets(cursor)
    if cursor.accept("overriding"):
        cursor.label()
        cursor.expect("value")
    change = InsertRows(table, columns)
    if cursor.accept("default", "values"):
        change = replace(change, columns=())
    else:
        change = replace(change, from_query=cursor.key != "values")
        if cursor.key not in ("values", "select", "with", "(", "table"):
            raise cursor.refusal("VALUES, DEFAULT VALUES or a query")
    begin = cursor.at
    cursor.skip("on", "returning")
    while cursor.key == "on" and cursor.peek() != "conflict":  # the ON of a join
        cursor.take()
        cursor.skip("on", "returning")
    change = replace(change, values=value_rows(cursor, begin, cursor.at))
    conflicts = cursor.accept("on", "conflict")
    if conflicts and cursor.key == "(":
        change = replace(change, conflict_columns=_conflict_columns(cursor))
    yield change
    if conflicts:
        cursor.skip("do")
        if cursor.accept("do", "update"):
            yield UpdateRows(table, _assignments(cursor), has_where=True)
    cursor.skip()


def _conflict_columns(cursor: Cursor) -> tuple[str, ...]:
    """The plain columns of an ON CONFLICT target; expressions among them are left out."""
    found: list[str] = []
    cursor.expect("(")
    while True:
        if cursor.is_name() and cursor.peek() in (",", ")", "collate"):
            found.append(cursor.token.value)
        cursor.skip(",")
        if not cursor.accept(","):
            break
    cursor.expect(")")
    return tuple(found)


def _targets(cursor: Cursor) -> tuple[str, ...]:
    """The columns that an INSERT lists, or that `(a, b) =` assigns, without subscripts and fields."""
    cursor.expect("(")
    found: list[str] = []
    while True:
        found.append(_target(cursor))
        if not cursor.accept(","):
            break
    cursor.expect(")")
    return tuple(found)


def _target(cursor: Cursor) -> str:
    column = cursor.identifier()
    while cursor.key in (".", "["):
        if cursor.accept("["):
            cursor.skip()
            cursor.expect("]")
        else:
            cursor.take()
            cursor.label()
    return column


def _update(cursor: Cursor) -> Iterator[Change]:
    table, only = _target_table(cursor)
    assigned = _assigned(cursor)
    joins = cursor.key == "from"
    if cursor.key in ("from", "returning"):
        cursor.skip("where")
    begin = cursor.at
    has_where = _has_condition(cursor)
    cursor.skip()
    columns = tuple(column for together, _ in assigned for column in together)
    empty = _null_column(cursor, begin, joins=joins)
    fills = (*filled(assigned, joins=joins), *(column for column in columns if column == empty))
    values = tuple(text if len(together) == 1 else "" for together, text in assigned for _ in together)
    yield UpdateRows(table, columns, has_where, unchanged(assigned, joins=joins), fills, values=values, only=only)


def _null_column(cursor: Cursor, begin: int, *, joins: bool) -> str | None:
    """The changed table's column in a condition that is `WHERE c IS NULL` and nothing more."""
    end = next((at for at in range(begin, cursor.at) if cursor.tokens[at].key in (";", "returning")), cursor.at)
    tokens = cursor.tokens[begin:end]
    keys = tuple(token.key for token in tokens)
    if len(keys) not in (4, 6) or keys[0] != "where" or keys[-2:] != ("is", "null"):
        return None
    return tokens[-3].value if len(keys) == 4 or (keys[2] == "." and not joins) else None


def _target_table(cursor: Cursor) -> tuple[Name, bool]:
    """The table whose rows are changed, and whether those of its children aren't."""
    only = cursor.accept("only")
    inside = only and cursor.accept("(")
    table = cursor.name()
    if inside:
        cursor.expect(")")
    cursor.accept("*")
    if cursor.accept("as") or (cursor.is_name() and cursor.key != "set"):
        cursor.identifier()
    return _of_users(table), only


def _of_users(table: Name) -> Name:
    """The table, where it isn't one of the server's own catalogs: rows there are what everything else is made of."""
    if table.schema == "pg_catalog" or (table.schema is None and table.name.startswith("pg_")):
        raise UnknownMeaning(f"it changes {table}, which belongs to the server's own catalog")
    return table


def _assignments(cursor: Cursor) -> tuple[str, ...]:
    return tuple(column for together, _ in _assigned(cursor) for column in together)


def _assigned(cursor: Cursor) -> list[Assigned]:
    cursor.expect("set")
    found: list[Assigned] = []
    while True:
        columns = _targets(cursor) if cursor.key == "(" else (_target(cursor),)
        cursor.expect("=")
        begin = cursor.at
        cursor.expression(*_VALUE_ENDS)
        found.append((columns, cursor.since(begin)))
        if not cursor.accept(","):
            return found


def _delete(cursor: Cursor) -> Iterator[Change]:
    cursor.expect("from")
    table, only = _target_table(cursor)
    cursor.skip("where")
    has_where = _has_condition(cursor)
    cursor.skip()
    yield DeleteRows(table, has_where, only=only)


def _has_condition(cursor: Cursor) -> bool:
    """Whether a WHERE comes next that isn't true of every row; the cursor then stands behind it."""
    if not cursor.accept("where"):
        return False
    begin = cursor.at
    cursor.skip("returning")
    return truth(cursor.tokens[begin : cursor.at]) is not True


def _merge(cursor: Cursor) -> Iterator[Change]:
    cursor.expect("into")
    table, only = _target_table(cursor)
    cursor.expect("using")
    cursor.follow(joined, "on")
    cursor.expect("on")
    begin = cursor.at
    cursor.expression("when")
    joins = truth(cursor.tokens[begin : cursor.at])
    if cursor.is_done:
        raise cursor.refusal("WHEN")
    while cursor.accept("when"):
        begin = cursor.at
        cursor.skip("and", "then")
        has_where = joins is not True
        if "source" in (token.key for token in cursor.tokens[begin : cursor.at]):
            has_where = joins is not False
        if cursor.accept("and"):
            begin = cursor.at
            cursor.expression("then")
            has_where = has_where or truth(cursor.tokens[begin : cursor.at]) is not True
        cursor.expect("then")
        if cursor.accept("insert"):
            columns = _targets(cursor) if cursor.key == "(" else None
            yield InsertRows(table, columns, from_query=True)
        elif cursor.accept("update"):
            yield UpdateRows(table, _assignments(cursor), has_where, only=only)
        elif cursor.accept("delete"):
            yield DeleteRows(table, has_where, only=only)
        elif cursor.accept("do", "nothing"):
            yield NoEffect("MERGE DO NOTHING")
        else:
            raise cursor.refusal("INSERT, UPDATE, DELETE or DO NOTHING")
        cursor.skip("when", "returning")
    cursor.skip()


def truncate(cursor: Cursor) -> Iterator[Change]:
    """TRUNCATE, behind its word."""
    cursor.accept("table")
    tables: list[tuple[Name, bool]] = []
    while True:
        only = cursor.accept("only")
        tables.append((cursor.name(), only))
        cursor.accept("*")
        if not cursor.accept(","):
            break
    restarts = cursor.accept("restart", "identity")
    cursor.accept("continue", "identity")
    cascade = cascades(cursor)
    yield from (TruncateTable(table, cascade, restarts, only) for table, only in tables)


def copy(cursor: Cursor) -> Iterator[Change]:
    """COPY, behind its word."""
    if cursor.key == "(":
        cursor.take()
        begin = cursor.at
        cursor.skip()
        inner = cursor.within(begin, cursor.at)
        yield from rows(inner)
        cursor.expect(")")
        cursor.expect("to")
        cursor.follow(copied)
        return
    cursor.accept("binary")
    table = cursor.name()
    columns = cursor.identifiers() if cursor.key == "(" else None
    word = cursor.accept_one("from", "to")
    if not word:
        raise cursor.refusal("FROM or TO")
    cursor.follow(copied)
    yield InsertRows(table, columns, is_copy=True) if word == "from" else NoEffect("COPY TO", frozenset({table}))
