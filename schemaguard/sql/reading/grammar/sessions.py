"""Sessions, transactions, maintenance, and code that is run."""

from collections.abc import Iterator

from schemaguard.catalog.changes import (
    Change,
    ControlTransaction,
    LockTable,
    NoEffect,
    Opaque,
    RewriteTable,
    SetSetting,
)
from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import quote_identifier
from schemaguard.sql.reading.cursor import Cursor, UnknownMeaning
from schemaguard.sql.reading.mentions import mentions
from schemaguard.sql.reading.syntax.commands import flagged, is_on
from schemaguard.sql.reading.syntax.definitions import called
from schemaguard.sql.reading.syntax.synopses import TRANSACTION_MODES
from schemaguard.sql.reading.syntax.synopsis import written
from schemaguard.sql.reading.tokens import QUOTED, STRING, WORD

_CLOSING_SETTINGS = frozenset({"default_transaction_read_only", "transaction_read_only", "role", "row_security"})
"""Settings with which a session may do less."""
_OFF = ("off", "false", "no", "0", "f", "n", "of", "fa", "fal", "fals")
_LISTS = frozenset(
    {"search_path", "temp_tablespaces", "session_preload_libraries", "shared_preload_libraries"}
    | {"local_preload_libraries", "unix_socket_directories"}
)
"""Settings that hold a list of quoted names."""


def set_setting(cursor: Cursor) -> Iterator[Change]:
    """SET, behind its word."""
    local = False
    if cursor.key in ("local", "session") and cursor.peek() not in ("=", "to", "authorization"):
        local = cursor.take().key == "local"
    if cursor.accept("constraints"):
        cursor.skip()
        yield NoEffect("SET CONSTRAINTS")
    elif cursor.accept("transaction") or cursor.accept("characteristics"):
        cursor.skip()
        yield NoEffect("SET TRANSACTION")
    elif cursor.accept("time", "zone"):
        yield SetSetting("timezone", setting_value(cursor, "timezone"), local)
    elif cursor.accept("session", "authorization"):
        yield SetSetting("session_authorization", setting_value(cursor, ""), local)
    elif cursor.accept("role"):
        cursor.accept("to")
        cursor.accept("=")
        yield SetSetting("role", setting_value(cursor, ""), local)
    elif cursor.accept("schema"):
        yield SetSetting("search_path", quote_identifier(cursor.string()), local)
    elif cursor.accept("names"):
        yield SetSetting("client_encoding", setting_value(cursor, ""), local)
    elif cursor.accept("xml", "option"):
        cursor.skip()
        yield NoEffect("SET XML OPTION")
    else:
        setting = _setting_name(cursor)
        if not cursor.accept_one("=", "to"):
            raise cursor.refusal("= or TO")
        value = setting_value(cursor, setting)
        if setting == "standard_conforming_strings" and value is not None and value.lower() in _OFF:
            raise UnknownMeaning("with standard_conforming_strings off, a backslash moves the ends of strings")
        yield SetSetting(setting, value, local)


def _setting_name(cursor: Cursor) -> str:
    name = cursor.label()
    while cursor.accept("."):
        name += "." + cursor.label()
    return name.lower()


def setting_value(cursor: Cursor, setting: str, ends: frozenset[str] = frozenset()) -> str | None:
    """The value as the server keeps it, None for DEFAULT; names in a list are quoted where they need it.

    `ends` are the words that may follow it.
    """
    if cursor.accept("default"):
        return None
    parts: list[str] = []
    while not cursor.is_done and not (cursor.key in ends and parts and parts[-1] != ", "):
        token = cursor.take()
        if token.kind in (WORD, QUOTED, STRING):
            parts.append(quote_identifier(token.value) if setting in _LISTS else token.value)
        elif token.key == ",":
            parts.append(", ")
        else:
            parts.append(cursor.text[token.start : token.end])
    if not parts:
        raise cursor.refusal("a value")
    return "".join(parts)


def alter_sessions_of(cursor: Cursor) -> Iterator[Change]:
    """ALTER ROLE, USER or DATABASE, behind that word: of what it says, only the search_path concerns relations."""
    kind = cursor.tokens[cursor.at - 1].key
    begin = cursor.at
    if cursor.is_done:
        raise cursor.refusal("a name")
    cursor.skip()
    name = cursor.tokens[begin].value
    of = "everybody" if kind != "database" and cursor.tokens[begin].key == "all" else f"{kind} {name}"
    for at in range(begin, cursor.end):
        words = [token.key for token in cursor.tokens[at : at + 3]]
        if words[:2] == ["set", "search_path"] and words[2] in ("to", "="):
            yield SetSetting("search_path", setting_value(cursor.within(at + 3, cursor.end), "search_path"), of=of)
            return
        if words[:1] == ["nologin"] or (words[0] == "set" and words[1] in _CLOSING_SETTINGS):
            yield NoEffect(f"ALTER {kind.upper()}")
            raise UnknownMeaning(f"sessions of {of} may not begin, or not write, from then on")
    yield NoEffect(f"ALTER {kind.upper()}")


def reset(cursor: Cursor) -> Iterator[Change]:
    """RESET, behind its word."""
    if cursor.accept("session", "authorization"):
        yield SetSetting("session_authorization", None)
    elif cursor.accept("time", "zone"):
        yield SetSetting("timezone", None)
    elif cursor.accept("transaction"):
        cursor.skip()
        yield NoEffect("RESET TRANSACTION")
    else:
        yield SetSetting(_setting_name(cursor), None)


def discard(cursor: Cursor) -> Iterator[Change]:
    """DISCARD, behind its word."""
    what = cursor.accept_one("all", "plans", "sequences", "temp", "temporary")
    if not what:
        raise cursor.refusal("ALL, PLANS, SEQUENCES or TEMP")
    yield SetSetting("all", None) if what == "all" else NoEffect("DISCARD")


def transaction(cursor: Cursor) -> Iterator[Change]:
    """BEGIN, START, COMMIT, END, ROLLBACK, ABORT, SAVEPOINT, RELEASE and PREPARE TRANSACTION, from the word."""
    word = cursor.take().key
    if word == "savepoint":
        yield ControlTransaction("SAVEPOINT", cursor.identifier())
        return
    if word == "release":
        cursor.accept("savepoint")
        yield ControlTransaction("RELEASE", cursor.identifier())
        return
    if word == "prepare":
        cursor.expect("transaction")
        cursor.string()
        yield ControlTransaction("PREPARE TRANSACTION")
        return
    if word in ("begin", "start"):
        if word == "start":
            cursor.expect("transaction")
        _modes(cursor)
        yield ControlTransaction("BEGIN")
        return
    action = "ROLLBACK" if word in ("rollback", "abort") else "COMMIT"
    if word in ("commit", "rollback") and cursor.accept("prepared"):
        cursor.string()
        yield ControlTransaction(f"{action} PREPARED")
        return
    cursor.accept_one("work", "transaction")
    if word == "rollback" and cursor.accept("to"):
        cursor.accept("savepoint")
        yield ControlTransaction("ROLLBACK TO", cursor.identifier())
        return
    if cursor.accept("and"):
        cursor.accept("no")
        cursor.expect("chain")
    yield ControlTransaction(action)


def _modes(cursor: Cursor) -> None:
    cursor.accept_one("work", "transaction")
    if not cursor.is_done:
        cursor.follow(written(f"{TRANSACTION_MODES} [ {{ [ , ] {TRANSACTION_MODES} }} ... ]"))


def lock(cursor: Cursor) -> Iterator[Change]:
    """LOCK, behind its word."""
    cursor.accept("table")
    tables: list[Name] = []
    while True:
        cursor.accept("only")
        tables.append(cursor.name())
        cursor.accept("*")
        if not cursor.accept(","):
            break
    mode = "ACCESS EXCLUSIVE"
    if cursor.accept("in"):
        mode = cursor.text_until("mode").upper()
        cursor.expect("mode")
    cursor.accept("nowait")
    yield from (LockTable(table, mode) for table in tables)


def vacuum(cursor: Cursor) -> Iterator[Change]:
    """VACUUM, behind its word."""
    full = False
    if cursor.key == "(":
        full = is_on("full", cursor.options(flagged))
    while word := cursor.accept_one("full", "freeze", "verbose", "analyze", "analyse"):
        full = full or word == "full"
    if not full:
        cursor.skip()
        yield NoEffect("VACUUM")
        return
    if cursor.is_done:
        yield RewriteTable(None, "VACUUM FULL")
        return
    while True:
        yield RewriteTable(cursor.name(), "VACUUM FULL")
        if cursor.key == "(":
            cursor.identifiers()
        if not cursor.accept(","):
            return


def cluster(cursor: Cursor) -> Iterator[Change]:
    """CLUSTER, behind its word."""
    if cursor.key == "(":
        cursor.options(flagged)
    cursor.accept("verbose")
    if cursor.is_done:
        yield RewriteTable(None, "CLUSTER")
        return
    first = cursor.name()
    index: str | None = None
    if cursor.accept("on"):  # CLUSTER index ON table
        first, index = cursor.name(), first.name
    elif cursor.accept("using"):
        index = cursor.identifier()
    yield RewriteTable(first, "CLUSTER" if index is None else f"CLUSTER USING {quote_identifier(index)}")


def do_block(cursor: Cursor) -> Iterator[Change]:
    """DO, behind its word."""
    body, language = None, "plpgsql"
    while not cursor.is_done:
        if cursor.accept("language"):
            language = cursor.take().value
        else:
            body = cursor.string()
    if body is None:
        raise cursor.refusal("a body")
    names = mentions(body) if language.lower() in ("plpgsql", "sql") else None
    yield Opaque("a DO block", names)


def call(cursor: Cursor) -> Iterator[Change]:
    """CALL, behind its word."""
    begin = cursor.at
    procedure = cursor.any_name()
    cursor.move(begin)
    cursor.follow(called)
    yield Opaque(f"what the procedure {procedure} does can't be known")


def execute(cursor: Cursor) -> Iterator[Change]:
    """EXECUTE, behind its word."""
    name = cursor.identifier()
    cursor.skip()
    yield Opaque(f"the prepared statement {name} is run, which another statement gave")


_SETTING_COMMANDS = frozenset(
    {"\\copy", "\\c", "\\connect", "\\i", "\\ir", "\\include", "\\include_relative", "\\gexec", "\\!"}
)


def psql(text: str) -> Change:
    """A psql command."""
    words = text.split()
    word = words[0] if words else "\\"
    if word in _SETTING_COMMANDS or word in ("\\if", "\\elif", "\\else"):
        return Opaque(f"psql's {word} can do anything")
    return NoEffect(word)
