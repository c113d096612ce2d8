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


def of_rule(sql: str) -> str | None:
    """What CREATE [OR REPLACE] RULE, or ALTER TABLE … [EN|DIS]ABLE … RULE, does to statements, in words."""
    tokens, _ = tokenize(sql)
    keys = [token.key for token in tokens]
    if [key for key in keys[:4] if key not in ("or", "replace")][:2] == ["create", "rule"]:
        return "a rule rewrites statements on"
    if keys[:2] != ["alter", "table"] or "rule" not in keys:
        return None
    before = keys[: keys.index("rule")]
    if "disable" in before:
        return "a rule no longer rewrites statements on"
    return "a rule begins to rewrite statements on" if "enable" in before else None
