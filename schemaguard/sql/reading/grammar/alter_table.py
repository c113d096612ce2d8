"""ALTER TABLE, action by action, so that one odd action never hides another."""

from collections.abc import Callable, Iterable, Iterator

from schemaguard.catalog.changes import (
    AddColumn,
    AddConstraint,
    AlterConstraint,
    AttachPartition,
    Change,
    ChangeOwner,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropDefault,
    DropNotNull,
    EnableTrigger,
    MoveTable,
    Opaque,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    RetypeColumn,
    RewriteTable,
    SetColumnOption,
    SetDefault,
    SetGenerated,
    SetIdentity,
    SetInheritance,
    SetNotNull,
    SetReplicaIdentity,
    SetRowSecurity,
    SetTableOption,
    Unreadable,
    ValidateConstraint,
)
from schemaguard.catalog.objects import Check, Exclusion, Identity, Name, PrimaryKey, Unique
from schemaguard.catalog.types import quote_identifier
from schemaguard.frozen import replace
from schemaguard.sql.reading.cursor import Cursor, SyntaxRefusal, UnknownMeaning, spelled
from schemaguard.sql.reading.grammar.columns import column_definition
from schemaguard.sql.reading.grammar.constraints import STARTS, NotNull, attributes, table_constraint
from schemaguard.sql.reading.grammar.tables import partition_bound
from schemaguard.sql.reading.syntax.commands import defined, foreign_option
from schemaguard.sql.reading.syntax.reading import Rule
from schemaguard.sql.reading.tokens import NUMBER


def alter_table(cursor: Cursor) -> Iterator[Change]:
    """ALTER [FOREIGN] TABLE, behind the word TABLE."""
    if cursor.accept("all", "in", "tablespace"):
        cursor.skip()
        yield RewriteTable(None, "SET TABLESPACE")
        return
    if_exists = cursor.accept("if", "exists")
    only = cursor.accept("only")
    inside = only and cursor.accept("(")
    table = cursor.name()
    if inside:
        cursor.expect(")")
    cursor.accept("*")
    changes = in_passes(actions(cursor, table, if_exists))
    yield from (replace(c, only=True) if only and isinstance(c, _ON_CHILDREN_TOO) else c for c in changes)


_ON_CHILDREN_TOO = (
    AddConstraint, AddColumn, DropColumn, RenameColumn, RetypeColumn, SetNotNull, DropNotNull, SetDefault, DropDefault,
    SetIdentity,
)  # fmt: skip
"""Actions that a table's children follow, but for ONLY."""


def in_passes(changes: Iterable[Change]) -> list[Change]:
    """The actions in the order in which the server carries them out, which isn't the one that they are written in."""
    return sorted(changes, key=_pass)


def _pass(change: Change) -> int:
    """ATPrepCmd()'s passes: drops, types, new columns, checks, NOT NULL, keys, foreign keys and defaults, the rest."""
    match change:
        case DropColumn() | DropConstraint() | DropNotNull() | DropDefault():
            return 0
        case SetGenerated(expression=None) | SetIdentity(identity=None):
            return 0
        case RetypeColumn():
            return 1
        case AddColumn():
            return 2
        case SetGenerated():
            return 3
        case AddConstraint(constraint=Check()):
            return 4
        case SetNotNull():
            return 5
        case AddConstraint(constraint=PrimaryKey() | Unique() | Exclusion()):
            return 6
        case AddConstraint() | SetDefault() | SetIdentity(is_new=True):
            return 7
        case _:
            return 8


def actions(cursor: Cursor, table: Name, if_exists: bool = False) -> Iterator[Change]:
    """The actions of an ALTER TABLE, separated by commas."""
    while True:
        begin = cursor.at
        try:
            found = _action(cursor, table, if_exists)
            if not cursor.is_done and cursor.key != ",":
                raise cursor.refusal("another action")
        except SyntaxRefusal as refusal:
            found = Unreadable(str(refusal))
            _pass_action(cursor, begin)
        except UnknownMeaning as unknown:
            found = Opaque(str(unknown), frozenset({table}))
            _pass_action(cursor, begin)
        if isinstance(found, list):
            yield from found
        else:
            yield found
        if not cursor.accept(","):
            return


def _pass_action(cursor: Cursor, begin: int) -> None:
    """Goes from the beginning of an action that can't be read to the next one."""
    cursor.move(begin)
    cursor.skip(",")
    if not cursor.is_done and cursor.key != ",":
        raise cursor.refusal("another action")


def _action(cursor: Cursor, table: Name, if_exists: bool) -> Change | list[Change]:
    word = cursor.key
    if word == "rename":
        cursor.take()
        return _rename(cursor, table, if_exists)
    if word == "set" and cursor.peek() == "schema":
        cursor.move(cursor.at + 2)
        return MoveTable(table, cursor.identifier(), if_exists)
    read = _ACTIONS.get(word)
    if read is None:
        raise cursor.refusal("an action of ALTER TABLE")
    cursor.take()
    return read(cursor, table)


def _rename(cursor: Cursor, table: Name, if_exists: bool) -> Change:
    if cursor.accept("to"):
        return RenameTable(table, cursor.identifier(), if_exists)
    if cursor.accept("constraint"):
        constraint = cursor.identifier()
        cursor.expect("to")
        return RenameConstraint(table, constraint, cursor.identifier())
    cursor.accept("column")
    column = cursor.identifier()
    cursor.expect("to")
    return RenameColumn(table, column, cursor.identifier())


def _add(cursor: Cursor, table: Name) -> Change:
    if cursor.key in STARTS or (cursor.key == "not" and cursor.peek() == "null"):
        constraint, index = table_constraint(cursor)
        if isinstance(constraint, NotNull):
            return SetNotNull(table, constraint.column, constraint.name, constraint.valid)
        return AddConstraint(table, constraint, index)
    cursor.accept("column")
    if_not_exists = cursor.accept("if", "not", "exists")
    found = column_definition(cursor)
    return AddColumn(table, found.column, found.constraints, if_not_exists, found.serial)


def _drop(cursor: Cursor, table: Name) -> Change:
    if cursor.accept("constraint"):
        if_exists = cursor.accept("if", "exists")
        constraint = cursor.identifier()
        return DropConstraint(table, constraint, cascades(cursor), if_exists)
    cursor.accept("column")
    if_exists = cursor.accept("if", "exists")
    column = cursor.identifier()
    return DropColumn(table, column, cascades(cursor), if_exists)


def cascades(cursor: Cursor) -> bool:
    """CASCADE or RESTRICT; whether it is CASCADE."""
    return cursor.accept_one("cascade", "restrict") == "cascade"


def _alter(cursor: Cursor, table: Name) -> Change | list[Change]:
    if cursor.accept("constraint"):
        constraint = cursor.identifier()
        begin = cursor.at
        if cursor.accept("inherit") or cursor.accept("no", "inherit"):
            return SetTableOption(table, f"alter constraint {quote_identifier(constraint)} {cursor.since(begin)}")
        given = attributes(cursor)
        if not given.valid:
            raise cursor.refusal("no NOT VALID, which is for new constraints,")
        return AlterConstraint(table, constraint, given.deferrable, given.initially_deferred)
    cursor.accept("column")
    if cursor.token.kind == NUMBER:  # ALTER INDEX … ALTER COLUMN 2 SET STATISTICS
        return SetColumnOption(table, cursor.take().value, _rest(cursor))
    column = cursor.identifier()
    if cursor.accept("set", "data", "type") or cursor.accept("type"):
        return _retype(cursor, table, column)
    if cursor.accept("set"):
        return _set_column(cursor, table, column)
    if cursor.accept("drop"):
        return _drop_of_column(cursor, table, column)
    if cursor.accept("add"):
        identity = _identity(cursor)
        return SetIdentity(table, column, identity, is_new=True)
    begin = cursor.at
    if word := cursor.accept_one("reset", "options"):
        cursor.options(_PARAMETERS[word])
        return SetColumnOption(table, column, cursor.since(begin))
    if cursor.accept("restart"):
        cursor.skip(",")
        return SetColumnOption(table, column, cursor.since(begin))
    raise cursor.refusal("SET, DROP, TYPE, ADD, RESET or RESTART")


def _retype(cursor: Cursor, table: Name, column: str) -> Change:
    type_, _ = cursor.type()
    collation = spelled(cursor.any_name()) if cursor.accept("collate") else None
    using = cursor.expression(",") if cursor.accept("using") else None
    return RetypeColumn(table, column, type_, using, collation)


def _set_column(cursor: Cursor, table: Name, column: str) -> Change | list[Change]:
    if cursor.accept("not", "null"):
        return SetNotNull(table, column)
    if cursor.accept("default"):
        return SetDefault(table, column, cursor.expression(","))
    if cursor.accept("expression"):
        cursor.expect("as")
        return SetGenerated(table, column, cursor.enclosed_expression())
    if cursor.key in ("generated", "increment", "minvalue", "maxvalue", "start", "restart", "cache", "cycle", "no"):
        cursor.move(cursor.at - 1)
        return _alter_identity(cursor, table, column)
    begin = cursor.at
    if cursor.accept_one("storage", "compression"):
        cursor.label()
    elif cursor.accept("statistics"):
        cursor.accept("-")
        cursor.take()
    else:
        cursor.options()
    return SetColumnOption(table, column, f"set {cursor.since(begin)}")


def _alter_identity(cursor: Cursor, table: Name, column: str) -> list[Change]:
    """SET GENERATED and the sequence options of an identity column, which may follow each other."""
    found: list[Change] = []
    begin = cursor.at
    while not cursor.is_done and cursor.key != ",":
        if cursor.accept("set", "generated"):
            found.append(SetIdentity(table, column, _when(cursor)))
        else:
            cursor.take()
    return found or [SetColumnOption(table, column, cursor.since(begin))]


def _when(cursor: Cursor) -> Identity:
    if cursor.accept("by", "default"):
        return "by default"
    cursor.expect("always")
    return "always"


def _identity(cursor: Cursor) -> Identity:
    cursor.expect("generated")
    when = _when(cursor)
    cursor.expect("as", "identity")
    if cursor.key == "(":
        cursor.parenthesized()
    return when


def _drop_of_column(cursor: Cursor, table: Name, column: str) -> Change:
    if cursor.accept("not", "null"):
        return DropNotNull(table, column)
    if cursor.accept("default"):
        return DropDefault(table, column)
    what = cursor.accept_one("identity", "expression")
    if_exists = cursor.accept("if", "exists")
    if what == "identity":
        return SetIdentity(table, column, None, if_exists)
    if what == "expression":
        return SetGenerated(table, column, None, if_exists)
    raise cursor.refusal("NOT NULL, DEFAULT, IDENTITY or EXPRESSION")


def _set(cursor: Cursor, table: Name) -> Change:
    begin = cursor.at
    if cursor.accept("tablespace"):
        tablespace = quote_identifier(cursor.identifier())
        cursor.accept("nowait")
        return RewriteTable(table, f"SET TABLESPACE {tablespace}")
    if cursor.accept("access", "method"):
        method = "DEFAULT" if cursor.accept("default") else quote_identifier(cursor.label())
        return RewriteTable(table, f"SET ACCESS METHOD {method}")
    if word := cursor.accept_one("logged", "unlogged"):
        return RewriteTable(table, f"SET {word.upper()}")
    if cursor.accept("without"):
        if not cursor.accept("cluster"):
            cursor.expect("oids")
    else:
        cursor.options()
    return SetTableOption(table, "set " + cursor.since(begin))


_PARAMETERS: dict[str, Rule] = {"reset": defined, "options": foreign_option}


def _options(word: str) -> Callable[[Cursor, Name], Change]:
    def read(cursor: Cursor, table: Name) -> Change:
        return SetTableOption(table, f"{word} ({cursor.options(_PARAMETERS[word])})")

    return read


def _rest(cursor: Cursor) -> str:
    begin = cursor.at
    cursor.skip(",")
    return cursor.since(begin)


def _validate(cursor: Cursor, table: Name) -> Change:
    cursor.expect("constraint")
    return ValidateConstraint(table, cursor.identifier())


def _owner(cursor: Cursor, table: Name) -> Change:
    cursor.expect("to")
    return ChangeOwner("table", table, cursor.role())


def _attach(cursor: Cursor, table: Name) -> Change:
    cursor.expect("partition")
    partition = cursor.name()
    return AttachPartition(table, partition, partition_bound(cursor))


def _detach(cursor: Cursor, table: Name) -> Change:
    cursor.expect("partition")
    partition = cursor.name()
    concurrently = cursor.accept("concurrently")
    return DetachPartition(table, partition, concurrently, finalizes=cursor.accept("finalize"))


def _inherit(cursor: Cursor, table: Name) -> Change:
    return SetInheritance(table, cursor.name())


def _no(cursor: Cursor, table: Name) -> Change:
    if cursor.accept("inherit"):
        return SetInheritance(table, cursor.name(), inherits=False)
    cursor.expect("force", "row", "level", "security")
    return SetRowSecurity(table, forced=False)


def _force(cursor: Cursor, table: Name) -> Change:
    cursor.expect("row", "level", "security")
    return SetRowSecurity(table, forced=True)


def _switch(enabled: bool) -> Callable[[Cursor, Name], Change]:
    def read(cursor: Cursor, table: Name) -> Change:
        if cursor.accept("row", "level", "security"):
            return SetRowSecurity(table, enabled=enabled)
        cursor.accept_one("replica", "always")
        if cursor.accept("rule"):
            return Opaque(f"rule {cursor.identifier()} rewrites statements on the table", frozenset({table}))
        cursor.expect("trigger")
        which = cursor.accept_one("all", "user")
        return EnableTrigger(table, which.upper() or cursor.identifier(), enabled)

    return read


def _replica(cursor: Cursor, table: Name) -> Change:
    cursor.expect("identity")
    if cursor.accept("using", "index"):
        return SetReplicaIdentity(table, f"USING INDEX {cursor.identifier()}")
    word = cursor.accept_one("nothing", "full", "default")
    if not word:
        raise cursor.refusal("NOTHING, FULL, DEFAULT or USING INDEX")
    return SetReplicaIdentity(table, word.upper())


def _cluster(cursor: Cursor, table: Name) -> Change:
    cursor.expect("on")
    return SetTableOption(table, f"cluster on {quote_identifier(cursor.identifier())}")


def _type(cursor: Cursor, table: Name) -> Change:
    """OF type: the table's columns must be those of the type already."""
    return SetTableOption(table, f"of {spelled(cursor.any_name())}")


def _not(cursor: Cursor, table: Name) -> Change:
    cursor.expect("of")
    return SetTableOption(table, "not of")


_ACTIONS: dict[str, Callable[[Cursor, Name], Change | list[Change]]] = {
    "add": _add,
    "alter": _alter,
    "attach": _attach,
    "cluster": _cluster,
    "detach": _detach,
    "disable": _switch(False),
    "drop": _drop,
    "enable": _switch(True),
    "force": _force,
    "inherit": _inherit,
    "no": _no,
    "not": _not,
    "of": _type,
    "options": _options("options"),
    "owner": _owner,
    "replica": _replica,
    "reset": _options("reset"),
    "set": _set,
    "validate": _validate,
}
