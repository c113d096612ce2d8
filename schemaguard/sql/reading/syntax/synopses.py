"""The synopses of commands, those that no catalog of tables shows among them, behind their first words.

https://www.postgresql.org/docs/18/sql-commands.html; how they are written: synopsis.py.
"""

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
_PUBLISHED_TABLE = "{ <relation> | ( <relation> ) } [ ( <column,> ) ] [ where ( <expression> ) ]"
_PUBLISHED_SCHEMA = "{ <column> | current_schema }"
_PUBLISHED = f"""{{ tables in schema {_PUBLISHED_SCHEMA} [ {{ , {_PUBLISHED_SCHEMA} }} ... ]
    | table {_PUBLISHED_TABLE} [ {{ , {_PUBLISHED_TABLE} }} ... ] }}"""
_DATABASE = (
    """[ { { <word> | connection limit } [ = ] { <word> | <string> | <number> | default | true | false | on } } ... ]"""
)
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
_PRIVILEGES = """{ all [ privileges ] [ ( <column,> ) ] | <privilege,> } on { tables | sequences | functions |
    routines | types
    | schemas | large objects }"""
_TO = "<granted,>"
TRANSACTION_MODES = """{ isolation level { serializable | repeatable read | read committed | read uncommitted } |
    read only
    | read write | deferrable | not deferrable }"""
PARTITION_BOUND = """{ default | for values { from ( <expression,> ) to ( <expression,> ) | in ( <expression,> )
    | with ( <hashed,> ) } }"""
SYNOPSES = {
    "create statistics": """[ if not exists ] [ <name> ] [ ( <column,> ) ] on <statistic> [ { , <statistic> } ...
        ] from <from>""",
    "alter statistics": "[ if exists ] <name> { set statistics { <number> | default } | " + _OWNED + " }",
    "create publication": f"""<column> [ for {{ all tables | {_PUBLISHED} [ {{ , {_PUBLISHED} }} ... ] }} ] [
        with {_OPTIONS} ]""",
    "alter publication": f"""<column> {{ set {_OPTIONS} | {{ add | set | drop }} {_PUBLISHED} [ {{ , {_PUBLISHED}
        }} ... ] | {_RENAMED} }}""",
    "create subscription": f"<column> connection <string> publication <label,> [ with {_OPTIONS} ]",
    "alter subscription": f"""<column> {{ {{ set | skip }} {_OPTIONS} | connection <string> | enable | disable |
        {_RENAMED}
        | refresh publication [ with {_OPTIONS} ] | {{ add | drop | set }} publication <label,> [ with {_OPTIONS} ]
            }}""",
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
    "create foreign data wrapper": f"""<column> [ {{ {{ handler | validator }} <name> | no {{ handler | validator
        }} }} ... ] [ {_FOREIGN} ]""",
    "alter foreign data wrapper": f"""<column> {{ {{ {{ handler | validator }} <name> | no {{ handler | validator
        }} }} ...
        [ {_FOREIGN} ] | {_FOREIGN} | {_RENAMED} }}""",
    "create user mapping": f"[ if not exists ] for <role> server <column> [ {_FOREIGN} ]",
    "alter user mapping": f"for <role> server <column> {_FOREIGN}",
    "create event trigger": """<column> on <label> [ when <column> in ( <string,> ) [ { and <column> in ( <string,>
        ) } ... ] ]
        execute { function | procedure } <any> ( )""",
    "alter event trigger": f"<column> {{ enable [ replica | always ] | disable | {_RENAMED} }}",
    "create tablespace": f"<column> [ owner <role> ] location <string> [ with {_OPTIONS} ]",
    "alter tablespace": f"<column> {{ {{ set | reset }} {_OPTIONS} | {_RENAMED} }}",
    "create text search configuration": _SEARCH, "create text search dictionary": _SEARCH,
    "create text search parser": _SEARCH, "create text search template": _SEARCH,
    "alter text search dictionary": _SEARCH, "alter text search parser": _SEARCH, "alter text search template": _SEARCH,
    "alter text search configuration": f"""<any> {{ {{ add | alter }} mapping for <column,> with <any,>
        | alter mapping [ for <column,> ] replace <any> with <any> | drop mapping [ if exists ] for <column,> |
            {_OWNED} }}""",
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
    "create extension": """[ if not exists ] <column> [ with ] [ { schema <column> | version <word> | version
        <string> | cascade } ... ]""",
    "lock": """[ table ] <relation> [ { , <relation> } ... ] [ in { access share | row share | row exclusive
        | share update exclusive | share | share row exclusive | exclusive | access exclusive } mode ] [ nowait ]""",
    "reindex": """[ ( <flag,> ) ] { index [ concurrently ] <name> | table [ concurrently ] <name>
        | schema [ concurrently ] <column> | { database | system } [ concurrently ] [ <column> ] }""",
    "vacuum": """{ ( <flag,> ) | [ full ] [ freeze ] [ verbose ] [ analyze | analyse ] }
        [ <relation> [ ( <column,> ) ] [ { , <relation> [ ( <column,> ) ] } ... ] ]""",
    "execute": "<column> [ ( <expression,> ) ]",
    "create type": f"""<name> [ {_OPTIONS} | as {{ enum ( [ <string,> ] ) | range {_OPTIONS} | ( [ {_ATTRIBUTE} [
        {{ , {_ATTRIBUTE} }} ... ] ] ) }} ]""",
    "create aggregate": f"<any> {{ <signature> {_OPTIONS} | ( <old,> ) }}",
    "create function": f"<any> <signature> {_RETURNS} {_FUNCTION}",
    "create procedure": f"<any> <signature> {_FUNCTION}",
    "create trigger": _TRIGGER, "create constraint trigger": _TRIGGER,
    "alter default privileges": f"""[ {{ in schema <column,> | for {{ role | user }} <role,> }} ... ]
        {{ grant {_PRIVILEGES} to {_TO} [ with grant option ]
        | revoke [ grant option for ] {_PRIVILEGES} from {_TO} [ cascade | restrict ] }}""",
    "set": f"""{{ {{ session characteristics as | [ local | session ] }} transaction {{ {TRANSACTION_MODES} [ {{ [
        , ] {TRANSACTION_MODES} }} ... ] | snapshot <string> }}
        | constraints {{ all | <name,> }} {{ deferred | immediate }}
        | [ local | session ] {{ session authorization {{ <setting> | default }} | role <setting>
        | time zone {{ default | local | <setting> | interval [ ( <number> ) ] <string> [ hour to minute ] }}
        | xml option {{ document | content }} | names [ <string> | default ] | schema <string> | catalog <string>
        | <column> [ {{ . <column> }} ... ] {{ {{ to | = }} {{ default | <setting,> }} | from current }} }} }}""",
    "reset": """{ all | time zone | transaction isolation level | session authorization | <column> [ { . <column> }
        ... ] }""",
}  # fmt: skip
"""The words that a command starts with → what may follow them."""
SYNOPSES |= {"analyse": SYNOPSES["analyze"], "move": SYNOPSES["fetch"]}
