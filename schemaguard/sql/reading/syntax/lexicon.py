"""The words of PostgreSQL's grammar in their classes, and a statement's tokens as the symbols that its rules compare.

The classes are those of https://www.postgresql.org/docs/18/sql-keywords-appendix.html
"""

import re

from schemaguard.sql.reading.tokens import NUMBER, OPERATOR, PARAMETER, QUOTED, STRING, WORD, Token

NAME, TEXT, NUMERAL, VALUE, OTHER_OPERATOR, END = '"', "'", "0", "$", "OP", ""
"""Symbols of what has many spellings: an identifier, a string, a number, a parameter, an operator of no own rule."""
RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
    current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
    distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral
    leading limit localtime localtimestamp not null offset on only or order placing primary references returning select
    session_user some symmetric system_user table then to trailing true union unique user using variadic when where
    window with
    """.split()  # noqa: SIM905 - eighty quoted words would be harder to read
)
"""Words that can't be a name outside of quotes: https://www.postgresql.org/docs/18/sql-keywords-appendix.html"""
NO_COLUMN = RESERVED | frozenset(
    """
    authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like
    natural notnull outer overlaps right similar tablesample verbose
    """.split()  # noqa: SIM905 - as above
)
"""Words that are neither a table's nor a column's name outside of quotes, though some may name a function or type."""
TYPE_OR_FUNCTION = NO_COLUMN - RESERVED
"""Words that name a function or type, and neither a column nor a table, outside of quotes."""
COLUMN_ONLY = frozenset(
    """
    between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout int
    integer interval json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar
    json_serialize json_table json_value least merge_action national nchar none normalize nullif numeric out overlay
    position precision real row setof smallint substring time timestamp treat trim values varchar xmlattributes
    xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
    """.split()  # noqa: SIM905 - sixty quoted words would be harder to read
)
"""Words that name a column or table, and neither a function nor a type that isn't built in, outside of quotes."""
_UNRESERVED = frozenset(
    """
    abort absent absolute access action add admin after aggregate also alter always asensitive assertion assignment
    at atomic attach attribute backward before begin breadth by cache call called cascade cascaded catalog chain
    characteristics checkpoint class close cluster columns comment comments commit committed compression conditional
    configuration conflict connection constraints content continue conversion copy cost csv cube current cursor
    cycle data database day deallocate declare defaults deferred definer delete delimiter delimiters depends depth
    detach dictionary disable discard document domain double drop each empty enable encoding encrypted enforced enum
    error escape event exclude excluding exclusive execute explain expression extension external family filter
    finalize first following force format forward function functions generated global granted groups handler header
    hold hour identity if immediate immutable implicit import include including increment indent index indexes
    inherit inherits inline input insensitive insert instead invoker isolation keep key keys label language large
    last leakproof level listen load local location lock locked logged mapping match matched materialized maxvalue
    merge method minute minvalue mode month move name names nested new next nfc nfd nfkc nfkd no normalized nothing
    notify nowait nulls object objects of off oids old omit operator option options ordinality others over
    overriding owned owner parallel parameter parser partial partition passing password path period plan plans
    policy preceding prepare prepared preserve prior privileges procedural procedure procedures program publication
    quote quotes range read reassign recursive ref referencing refresh reindex relative release rename repeatable
    replace replica reset restart restrict return returns revoke role rollback rollup routine routines rows rule
    savepoint scalar schema schemas scroll search second security sequence sequences serializable server session set
    sets share show simple skip snapshot source sql stable standalone start statement statistics stdin stdout
    storage stored strict string strip subscription support sysid system tables tablespace target temp template
    temporary text ties transaction transform trigger truncate trusted type types uescape unbounded uncommitted
    unconditional unencrypted unknown unlisten unlogged until update vacuum valid validate validator value varying
    version view views virtual volatile whitespace within without work wrapper write xml year yes zone
    """.split()  # noqa: SIM905 - as above
)
"""Words that name anything."""
NO_BARE_LABEL = frozenset(
    """
    array as char character create day except fetch filter for from grant group having hour intersect into isnull
    limit minute month notnull offset on order over overlaps precision returning second to union varying where
    window with within without year
    """.split()  # noqa: SIM905 - as above
)
"""Words that name an output column only behind AS."""
_KEYWORDS = RESERVED | TYPE_OR_FUNCTION | COLUMN_ONLY | _UNRESERVED
LABELS = _KEYWORDS | {NAME}
"""What may stand behind AS and behind a dot."""
BARE_LABELS = LABELS - NO_BARE_LABEL
"""What may name an output column without AS."""
COLUMNS = COLUMN_ONLY | _UNRESERVED | {NAME}
"""What may name a column or table."""
FUNCTIONS = TYPE_OR_FUNCTION | _UNRESERVED | {NAME}
"""What may name a function or type of somebody's."""
_OWN_RULE = frozenset({"+", "-", "*", "/", "%", "^", "<", ">", "=", "<=", ">=", "<>", "!=", "::", ":=", "=>", ":"})
_OPERATOR = re.compile(r"[+\-*/<>=~!@#%^&|`?]+\Z")
_LITERALS = {QUOTED: NAME, STRING: TEXT, NUMBER: NUMERAL, PARAMETER: VALUE}
_ABSENT = frozenset({"{", "}", "?", "$", "${", "\\"})


def symbols(tokens: list[Token]) -> list[str]:
    """One symbol a token, and two of the end."""
    found = [_symbol(key, kind) for key, _, _, _, kind in tokens]
    found += (END, END)
    return found


def _symbol(key: str, kind: int) -> str:
    if kind == WORD:
        return key if key in _KEYWORDS else NAME
    if kind == OPERATOR:
        return key if key in _OWN_RULE or not _OPERATOR.match(key) else OTHER_OPERATOR
    return _LITERALS.get(kind, key)


def is_template(tokens: list[Token]) -> bool:
    """Whether something in the statement stands for a text that is put in before it is sent, or escapes a literal."""
    return any(
        token.key in _ABSENT
        or token.key == "uescape"
        or (token.kind == PARAMETER and token.value[0] == "%")
        or (token.key == ":" and after.kind in (WORD, QUOTED, STRING) and after.start == token.end)
        # Nothing comes behind the last one, which may be a parameter all the same.
        for token, after in zip(tokens, (*tokens[1:], tokens[-1]), strict=True)
    )
