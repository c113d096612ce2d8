"""identifier-too-long: a name of more than 63 bytes."""

import re
from collections.abc import Iterator

from schemaguard.catalog.changes import Change
from schemaguard.catalog.names import LONGEST_NAME_BYTES, truncate
from schemaguard.finding import Family, Severity
from schemaguard.rules.facts.context import Context
from schemaguard.rules.rule import EVERY, Match, Rule
from schemaguard.sql.reading.tokens import QUOTED, WORD, tokenize

_MAYBE = re.compile(r'[^\W\d][\w$]{15}|"[^"]{16}')


def _check(_change: Change, context: Context) -> Iterator[Match]:
    sql = context.step.statement.sql
    if not _MAYBE.search(sql) or (sql.isascii() and not _LONG.search(sql)):
        return
    tokens, _ = tokenize(sql)
    names = (token.value for token in tokens if token.kind in (WORD, QUOTED))
    for name in dict.fromkeys(name for name in names if len(name.encode()) > LONGEST_NAME_BYTES):
        yield Match(
            object=name, message=f"{name} has {len(name.encode())} bytes: PostgreSQL cuts it to {truncate(name)}"
        )


_LONG = re.compile(r'[\w$]{64}|"(?:[^"]|""){64}')


RULE = Rule(
    id="identifier-too-long",
    family=Family.HYGIENE,
    severity=Severity.WARNING,
    when="a name of more than 63 bytes",
    effect="the server cuts it off: code that spells it out still works, code that compares it with the catalog "
    "doesn't, and two long names may become one",
    instead="choose a shorter name",
    watches=EVERY,
    check=_check,
    aliases=("squawk/identifier-too-long",),
)
