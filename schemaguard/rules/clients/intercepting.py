"""What a trigger or rule may do to what writers send.

Source: https://www.postgresql.org/docs/18/trigger-definition.html
"""

from schemaguard.catalog.objects import Catalog, Function, Trigger
from schemaguard.catalog.standing import meanings
from schemaguard.sql.reading.bodies import read_body
from schemaguard.sql.reading.tokens import tokenize


def does(trigger: Trigger, catalog: Catalog) -> str | None:
    """What the trigger may do, in words; None where it gives back what it gets."""
    if trigger.timing == "INSTEAD OF":
        return "writes in place of what is sent"
    if trigger.timing != "BEFORE":
        return None
    function = _function(trigger, catalog)
    body = read_body(function.language, function.body) if function is not None else None
    if body is None or not body.is_read or body.runs_text:
        return "may change or drop the rows that are sent" if trigger.for_each_row else "may refuse what is sent"
    if trigger.for_each_row and body.returns_nothing:
        return "may drop rows that are sent"
    if trigger.for_each_row and body.replaces_row:
        return "may write another row than the one that is sent"
    if trigger.for_each_row and body.assigned:
        return f"may change {', '.join(sorted(body.assigned))} of the rows that are sent"
    return "may refuse what is sent" if body.raises else None


def _function(trigger: Trigger, catalog: Catalog) -> Function | None:
    found = (catalog.functions.get((name, ())) for name in meanings(catalog, trigger.function))
    return next((function for function in found if function is not None), None)


def makes_rule(sql: str) -> bool:
    """Whether the statement is CREATE [OR REPLACE] RULE."""
    tokens, _ = tokenize(sql)
    words = [token.key for token in tokens[:4] if token.key not in ("or", "replace")]
    return words[:2] == ["create", "rule"]
