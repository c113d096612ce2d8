"""Whether the control schema is what schemaguard has written there, before anything of it is carried out."""

from typing import Any

import psycopg

from schemaguard.adapters.control import ledger, versions
from schemaguard.errors import RefusedError
from schemaguard.ledger.steering import steering_problems

Connection = psycopg.Connection[tuple[Any, ...]]

_SHOWN = 3
_MADE_ANEW = frozenset({"fence_drop"})
_BODIES = """\
select p.proname, p.prosrc from pg_proc p where p.pronamespace = 'schemaguard'::regnamespace order by 1"""


def read(connection: Connection) -> tuple[str, ...]:
    """What isn't as it was written, in words; in the caller's transaction."""
    problems = list(steering_problems(ledger.read_state(connection)))
    for name, body in connection.execute(_BODIES):
        known = versions.function_bodies(name)
        # Some are made for a column, or under another name from an older one: no file has them.
        if known and name not in _MADE_ANEW and body not in known:
            problems.append(f"the function schemaguard.{name} isn't the one that was installed")
    return tuple(problems)


def require_own(problems: tuple[str, ...]) -> None:
    """RefusedError where there are any."""
    if not problems:
        return
    more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    raise RefusedError(
        f"the control schema isn't what schemaguard has written there: {'; '.join(problems[:_SHOWN])}{more}",
        at="schema schemaguard",
        next="schemaguard audit verify names them all; nothing was changed",
    )
