"""The commands that no catalog of tables shows, each as the manual's synopsis has it, behind its first words.

https://www.postgresql.org/docs/18/sql-commands.html
"""

from schemaguard.sql.syntax import expressions, operands, queries, relations, statements
from schemaguard.sql.syntax.lexicon import COLUMN_ONLY, COLUMNS, FUNCTIONS, LABELS, TYPE_OR_FUNCTION
from schemaguard.sql.syntax.reading import Misplaced, Rule, Symbols, column, columns, expect, label, listed, name, skip
from schemaguard.sql.syntax.types import type_name

_ROLES = COLUMNS | {"current_user", "session_user", "current_role", "user"}
_WORDS = COLUMNS | TYPE_OR_FUNCTION
_ENDS_ARGUMENT = frozenset({",", ")", "default", "=", "order"})
_MODES = frozenset({"in", "out", "inout", "variadic"})


def _role(s: Symbols, at: int) -> int:
    if s[at] not in _ROLES:
        raise Misplaced(at, "a role")
    return at + 1


def number(s: Symbols, at: int) -> int:
    """A number with or without its sign."""
    return expect(s, skip(s, at, "+", "-"), "0")


def _any_name(s: Symbols, at: int) -> int:
    """The name of a function, type or the like."""
    if s[at] not in FUNCTIONS and s[at] not in COLUMN_ONLY:
        raise Misplaced(at, "a name")
    at += 1
    while s[at] == ".":
        at = label(s, at + 1)
    return at


def _value(s: Symbols, at: int) -> int:
    """The value of an option: a type, a word, an operator, a number or a string."""
    if s[at] == "'":
        return at + 1
    if s[at] in ("0", "+", "-") and s[at] in "0" or (s[at] in ("+", "-") and s[at + 1] == "0"):
        return number(s, at)
    try:
        behind = type_name(s, at)
    except Misplaced:
        behind = 0
    if behind:
        return behind
    return at + 1 if s[at] in LABELS else expressions.any_operator(s, at)


def defined(s: Symbols, at: int) -> int:
    """An option with its value: `fillfactor = 70`."""
    at = label(s, at)
    if s[at] == ".":
        at = label(s, at + 1)
    return _value(s, at + 1) if s[at] == "=" else at


def flagged(s: Symbols, at: int) -> int:
    """An option of EXPLAIN, VACUUM and the like: `costs off`."""
    if s[at] not in _WORDS and s[at] not in ("analyze", "analyse"):
        raise Misplaced(at, "an option")
    at += 1
    if s[at] in (",", ")"):
        return at
    if s[at] in ("0", "+", "-"):
        return number(s, at)
    if s[at] == "'" or s[at] in _WORDS or s[at] in ("true", "false", "on"):
        return at + 1
    raise Misplaced(at, "a value")


def foreign_option(s: Symbols, at: int) -> int:
    """An option of what lies on another server: `ADD user 'u'`."""
    if s[at] == "drop" and s[at + 1] != "'":
        return label(s, at + 1)
    if s[at] in ("add", "set") and s[at + 1] != "'":
        at += 1
    return expect(s, label(s, at), "'")


def parameter(s: Symbols, at: int) -> int:
    """A parameter of a function: its mode, name, type and default."""
    at = skip(s, at, *_MODES)
    try:
        behind = type_name(s, at)
    except Misplaced:
        behind = at
    if behind == at or s[behind] not in _ENDS_ARGUMENT:
        if s[at] not in FUNCTIONS:
            raise Misplaced(at, "an argument")
        at = skip(s, at + 1, *_MODES)
        behind = type_name(s, at)
    return expressions.expression(s, behind + 1) if s[behind] in ("default", "=") else behind


def signature(s: Symbols, at: int) -> int:
    """The parameters of a function or aggregate in their parentheses."""
    at = expect(s, at, "(")
    if s[at] == ")":
        return at + 1
    if s[at] == "*":
        return expect(s, at + 1, ")")
    while s[at] != "order":
        at = parameter(s, at)
        if s[at] != ",":
            break
        at += 1
    if s[at] == "order":
        at = parameter(s, expect(s, at + 1, "by"))
        while s[at] == ",":
            at = parameter(s, at + 1)
    return expect(s, at, ")")


def _operand_type(s: Symbols, at: int) -> int:
    return at + 1 if s[at] == "none" else type_name(s, at)


def _statistic(s: Symbols, at: int) -> int:
    if s[at] == "(":
        return operands.one_in_parentheses(s, at)
    return operands.call(s, at) if operands.is_call(s, at) else column(s, at)


def _action(s: Symbols, at: int) -> int:
    """One action of a rule."""
    return at + 1 if s[at] == "nothing" else _notify_or_rows(s, at)


def _notify_or_rows(s: Symbols, at: int) -> int:
    if s[at] != "notify":
        return statements.about_rows(s, at)
    at = column(s, at + 1)
    return expect(s, at + 1, "'") if s[at] == "," else at


def _actions(s: Symbols, at: int) -> int:
    """The actions of a rule, several in parentheses."""
    if s[at] != "(" or s[at + 1] in ("(", "select", "values", "with"):
        try:
            return _action(s, at)
        except Misplaced:
            if s[at] != "(":
                raise
    at += 1
    while s[at] != ")":
        if s[at] != ";":
            at = _notify_or_rows(s, at)
        if s[at] != ";":
            break
        at += 1
    return expect(s, at, ")")


def _setting(s: Symbols, at: int) -> int:
    """A value of SET."""
    if s[at] in ("'", "$") or s[at] in _WORDS or s[at] in ("true", "false", "on"):
        return at + 1
    return number(s, at)


def _set_here(s: Symbols, at: int) -> int:
    """What stands behind SET among a function's options."""
    if s[at] == "time":
        at = expect(s, at + 1, "zone")
        return at + 1 if s[at] in ("default", "local") else _setting(s, at)
    at = column(s, at)
    while s[at] == ".":
        at = column(s, at + 1)
    if s[at] == "from":
        return expect(s, at + 1, "current")
    if s[at] not in ("=", "to"):
        return _setting(s, at)  # SET role name
    if s[at + 1] == "default":
        return at + 2
    at = _setting(s, at + 1)
    while s[at] == ",":
        at = _setting(s, at + 1)
    return at


def _body(s: Symbols, at: int) -> int:
    """A function's body that is no string: RETURN and an expression, or BEGIN ATOMIC … END."""
    if s[at] == "return":
        return expressions.expression(s, at + 1)
    at = expect(s, at, "begin", "atomic")
    while s[at] != "end" and s[at]:
        at = expressions.expression(s, at + 1) if s[at] == "return" else _statement(s, at)
        at = expect(s, at, ";")
    return expect(s, at, "end")


def _statement(s: Symbols, at: int) -> int:
    """A statement in a body, which may be any."""
    if s[at] in ("select", "insert", "update", "delete", "merge", "values", "with", "table", "("):
        return statements.about_rows(s, at)
    while s[at] not in (";", ""):
        at += 1
    return at


def _transformed(s: Symbols, at: int) -> int:
    return type_name(s, expect(s, at, "for", "type"))


def _event(s: Symbols, at: int) -> int:
    if s[at] not in ("insert", "update", "delete", "truncate"):
        raise Misplaced(at, "INSERT, UPDATE, DELETE or TRUNCATE")
    return listed(s, at + 2, column) if s[at] == "update" and s[at + 1] == "of" else at + 1


def _given(s: Symbols, at: int) -> int:
    return number(s, at) if s[at] in ("+", "-") else at + 1 if s[at] in ("0", "'") else label(s, at)


def _privilege(s: Symbols, at: int) -> int:
    at = at + 1 if s[at] in ("select", "references", "create") else expect(s, at + 1, "system") if s[at] == "alter" else column(s, at)
    return columns(s, at) if s[at] == "(" else at


def _granted(s: Symbols, at: int) -> int:
    return _role(s, skip(s, at, "group"))


def _old_option(s: Symbols, at: int) -> int:
    return _value(s, expect(s, column(s, at), "="))


def _word(s: Symbols, at: int) -> int:
    if s[at] not in _WORDS:
        raise Misplaced(at, "a word")
    return at + 1


RULES: dict[str, Rule] = {
    "argument": expressions.argument, "ordering": queries.ordering,
    "name": name, "any": _any_name, "column": column, "label": label, "role": _role, "number": number,
    "string": lambda s, at: expect(s, at, "'"), "type": type_name, "operand": _operand_type,
    "operator": expressions.any_operator, "option": defined, "flag": flagged, "foreign": foreign_option,
    "expression": expressions.expression, "signature": signature, "query": queries.query,
    "from": relations.from_list, "relation": relations.relation, "statistic": _statistic, "actions": _actions,
    "setting": _setting, "word": _word, "set": _set_here, "body": _body, "transformed": _transformed, "event": _event,
    "given": _given, "privilege": _privilege, "granted": _granted, "old": _old_option, "parameter": parameter,
}  # fmt: skip
"""What a synopsis may name."""

_OWNED = "rename to <column> | owner to <role> | set schema <column>"
_OPTIONS = "( <option,> )"
_FOREIGN = "options ( <foreign,> )"
_ROLE = """[ with ] [ { password { <string> | null } | encrypted password <string> | connection limit <number>
    | valid until <string> | inherit | { user | role | admin } <role,> | sysid <number> | in { role | group } <role,>
    | <word> } ... ]"""
_ALTERED_ROLE = f"""{{ {_ROLE} | rename to <role> | {{ add | drop }} user <role,> | [ in database <column> ]
    {{ set <label> [ . <label> ] {{ to | = }} {{ default | <setting,> }} | set <label> from current
    | set time zone {{ default | local | <setting> }} | set role <setting> | set session authorization <setting>
    | reset {{ all | <label> [ . <label> ] }} }} }}"""
_PUBLISHED = """{ table { <relation> | ( <relation> ) } | tables in schema { <column> | current_schema }
    | <relation> | current_schema } [ ( <column,> ) ] [ where ( <expression> ) ]"""
_DATABASE = """[ { { <word> | connection limit } [ = ] { <word> | <string> | <number> | default | true | false | on } } ... ]"""
_SEARCH = f"<name> {{ {_OPTIONS} | {_OWNED} }}"
_OPERATOR = "<operator> ( <operand> , <operand> )"
_MEMBER = """{ operator <number> <operator> [ ( <type> , <type> ) ] [ for search | for order by <any> ] [ recheck ]
    | function <number> [ ( <type,> ) ] [ <any> <signature> ] | storage <type> }"""
_DROPPED = "{ operator | function } <number> ( <type,> )"
_RENAMED = "rename to <column> | owner to <role>"
_ATTRIBUTE = "<column> <type> [ collate <any> ]"
_RETURNS = "[ returns { table ( <parameter,> ) | <type> } ]"
_FUNCTION = """[ { as <string> [ , <string> ] | language { <word> | <string> } | window | immutable | stable | volatile
    | transform <transformed,> | called on null input | returns null on null input | strict | leakproof | not leakproof
    | [ external ] security { definer | invoker } | cost <number> | rows <number> | support <any> | parallel <column>
    | set <set> | reset { all | <column> [ { . <column> } ... ] } } ... ] [ <body> ]"""
_TRIGGER = """<column> { before | after | instead of } <event> [ { or <event> } ... ] on <name> [ from <name> ]
    [ { deferrable | not deferrable | initially deferred | initially immediate | not valid | no inherit | enforced
    | not enforced } ... ] [ referencing { { old | new } { table | row } [ as ] <column> } ... ]
    [ for [ each ] { row | statement } ] [ when ( <expression> ) ]
    execute { function | procedure } <any> ( [ <given,> ] )"""
_PRIVILEGES = """{ all [ privileges ] [ ( <column,> ) ] | <privilege,> } on { tables | sequences | functions | routines | types
    | schemas | large objects }"""
_TO = "<granted,>"
TRANSACTION_MODES = """{ isolation level { serializable | repeatable read | read committed | read uncommitted } | read only
    | read write | deferrable | not deferrable }"""
SYNOPSES = {
    "create statistics": "[ if not exists ] [ <name> ] [ ( <column,> ) ] on <statistic> [ { , <statistic> } ... ] from <from>",
    "alter statistics": "[ if exists ] <name> { set statistics { <number> | default } | " + _OWNED + " }",
    "create publication": f"<column> [ for {{ all tables | {_PUBLISHED} [ {{ , {_PUBLISHED} }} ... ] }} ] [ with {_OPTIONS} ]",
    "alter publication": f"<column> {{ set {_OPTIONS} | {{ add | set | drop }} {_PUBLISHED} [ {{ , {_PUBLISHED} }} ... ] | {_RENAMED} }}",
    "create subscription": f"<column> connection <string> publication <label,> [ with {_OPTIONS} ]",
    "alter subscription": f"""<column> {{ {{ set | skip }} {_OPTIONS} | connection <string> | enable | disable | {_RENAMED}
        | refresh publication [ with {_OPTIONS} ] | {{ add | drop | set }} publication <label,> [ with {_OPTIONS} ] }}""",
    "create operator": f"<operator> {_OPTIONS}",
    "alter operator": f"{_OPERATOR} {{ set schema <column> | owner to <role> | set {_OPTIONS} }}",
    "create operator class": f"""<any> [ default ] for type <type> using <column> [ family <any> ]
        as {_MEMBER} [ {{ , {_MEMBER} }} ... ]""",
    "alter operator class": f"<any> using <column> {{ {_OWNED} }}",
    "create operator family": "<any> using <column>",
    "alter operator family": f"""<any> using <column> {{ add {_MEMBER} [ {{ , {_MEMBER} }} ... ]
        | drop {_DROPPED} [ {{ , {_DROPPED} }} ... ] | {_OWNED} }}""",
    "create cast": """( <type> as <type> ) { with function <any> [ <signature> ] | without function | with inout }
        [ as assignment | as implicit ]""",
    "create collation": f"[ if not exists ] <any> {{ {_OPTIONS} | from <any> }}",
    "alter collation": f"<any> {{ refresh version | {_OWNED} }}",
    "create conversion": "<any> for <string> to <string> from <any>",
    "create default conversion": "<any> for <string> to <string> from <any>",
    "alter conversion": f"<any> {{ {_OWNED} }}",
    "create role": f"<role> {_ROLE}", "create user": f"<role> {_ROLE}", "create group": f"<role> {_ROLE}",
    "alter role": f"{{ <role> | all }} {_ALTERED_ROLE}", "alter user": f"{{ <role> | all }} {_ALTERED_ROLE}",
    "alter group": f"<role> {_ALTERED_ROLE}",
    "create server": f"""[ if not exists ] <column> [ type <string> ] [ version {{ <string> | null }} ]
        foreign data wrapper <column> [ {_FOREIGN} ]""",
    "alter server": f"<column> {{ version {{ <string> | null }} [ {_FOREIGN} ] | {_FOREIGN} | {_RENAMED} }}",
    "create foreign data wrapper": f"<column> [ {{ {{ handler | validator }} <name> | no {{ handler | validator }} }} ... ] [ {_FOREIGN} ]",
    "alter foreign data wrapper": f"""<column> {{ {{ {{ handler | validator }} <name> | no {{ handler | validator }} }} ...
        [ {_FOREIGN} ] | {_FOREIGN} | {_RENAMED} }}""",
    "create user mapping": f"[ if not exists ] for <role> server <column> [ {_FOREIGN} ]",
    "alter user mapping": f"for <role> server <column> {_FOREIGN}",
    "create event trigger": """<column> on <label> [ when <column> in ( <string,> ) [ { and <column> in ( <string,> ) } ... ] ]
        execute { function | procedure } <any> ( )""",
    "alter event trigger": f"<column> {{ enable [ replica | always ] | disable | {_RENAMED} }}",
    "create tablespace": f"<column> [ owner <role> ] location <string> [ with {_OPTIONS} ]",
    "alter tablespace": f"<column> {{ {{ set | reset }} {_OPTIONS} | {_RENAMED} }}",
    "create text search configuration": _SEARCH, "create text search dictionary": _SEARCH,
    "create text search parser": _SEARCH, "create text search template": _SEARCH,
    "alter text search dictionary": _SEARCH, "alter text search parser": _SEARCH, "alter text search template": _SEARCH,
    "alter text search configuration": f"""<any> {{ {{ add | alter }} mapping for <column,> with <any,>
        | alter mapping [ for <column,> ] replace <any> with <any> | drop mapping [ if exists ] for <column,> | {_OWNED} }}""",
    "create access method": "<column> type { index | table } handler <name>",
    "create database": f"<column> [ with ] {_DATABASE}",
    "alter large object": "<number> owner to <role>",
    "show": "{ all | time zone | transaction isolation level | session authorization | <label> [ { . <label> } ... ] }",
    "declare": """<column> [ { binary | insensitive | asensitive | no scroll | scroll } ... ] cursor
        [ { with | without } hold ] for <query>""",
    "fetch": """[ { next | prior | first | last | absolute <number> | relative <number> | <number> | all
        | { forward | backward } [ <number> | all ] } ] [ from | in ] <column>""",
    "close": "{ <column> | all }", "listen": "<column>", "unlisten": "{ <column> | * }",
    "notify": "<column> [ , <string> ]", "load": "<string>", "deallocate": "[ prepare ] { <column> | all }",
    "analyze": "[ verbose | ( <flag,> ) ] [ <relation> [ ( <column,> ) ] [ { , <relation> [ ( <column,> ) ] } ... ] ]",
    "checkpoint": "[ ( <flag,> ) ]",
    "drop operator": f"[ if exists ] {_OPERATOR} [ {{ , {_OPERATOR} }} ... ] [ cascade | restrict ]",
    "drop operator class": "[ if exists ] <any> using <column> [ cascade | restrict ]",
    "drop operator family": "[ if exists ] <any> using <column> [ cascade | restrict ]",
    "drop transform": "[ if exists ] for <type> language <column> [ cascade | restrict ]",
    "drop user mapping": "[ if exists ] for <role> server <column>",
    "drop cast": "[ if exists ] ( <type> as <type> ) [ cascade | restrict ]",
    "create rule": """<column> as on { select | update | delete | insert } to <name> [ where <expression> ]
        do [ instead | also ] <actions>""",
    "create extension": "[ if not exists ] <column> [ with ] [ { schema <column> | version <word> | version <string> | cascade } ... ]",
    "lock": """[ table ] <relation> [ { , <relation> } ... ] [ in { access share | row share | row exclusive
        | share update exclusive | share | share row exclusive | exclusive | access exclusive } mode ] [ nowait ]""",
    "reindex": """[ ( <flag,> ) ] { index [ concurrently ] <name> | table [ concurrently ] <name>
        | schema [ concurrently ] <column> | { database | system } [ concurrently ] [ <column> ] }""",
    "vacuum": """{ ( <flag,> ) | [ full ] [ freeze ] [ verbose ] [ analyze | analyse ] }
        [ <relation> [ ( <column,> ) ] [ { , <relation> [ ( <column,> ) ] } ... ] ]""",
    "execute": "<column> [ ( <expression,> ) ]",
    "create type": f"<name> [ {_OPTIONS} | as {{ enum ( [ <string,> ] ) | range {_OPTIONS} | ( [ {_ATTRIBUTE} [ {{ , {_ATTRIBUTE} }} ... ] ] ) }} ]",
    "create aggregate": f"<any> {{ <signature> {_OPTIONS} | ( <old,> ) }}",
    "create function": f"<any> <signature> {_RETURNS} {_FUNCTION}", "create procedure": f"<any> <signature> {_FUNCTION}",
    "create trigger": _TRIGGER, "create constraint trigger": _TRIGGER,
    "alter default privileges": f"""[ {{ in schema <column,> | for {{ role | user }} <role,> }} ... ]
        {{ grant {_PRIVILEGES} to {_TO} [ with grant option ]
        | revoke [ grant option for ] {_PRIVILEGES} from {_TO} [ cascade | restrict ] }}""",
    "set": f"""{{ {{ session characteristics as | [ local | session ] }} transaction {{ {TRANSACTION_MODES} [ {{ [ , ] {TRANSACTION_MODES} }} ... ] | snapshot <string> }}
        | constraints {{ all | <name,> }} {{ deferred | immediate }}
        | [ local | session ] {{ session authorization {{ <setting> | default }} | role <setting>
        | time zone {{ default | local | <setting> | interval [ ( <number> ) ] <string> [ hour to minute ] }}
        | xml option {{ document | content }} | names [ <string> | default ] | schema <string> | catalog <string>
        | <column> [ {{ . <column> }} ... ] {{ {{ to | = }} {{ default | <setting,> }} | from current }} }} }}""",
    "reset": """{ all | time zone | transaction isolation level | session authorization | <column> [ { . <column> } ... ] }""",
}  # fmt: skip
"""The words that a command starts with → what may follow them."""
for _same, _other in (("analyse", "analyze"), ("move", "fetch")):
    SYNOPSES[_same] = SYNOPSES[_other]
