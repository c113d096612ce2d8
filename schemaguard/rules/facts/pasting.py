"""What a finding shows to be pasted: SQL beside SQL, the code of a revision beside a revision."""

from schemaguard.catalog.changes import Change
from schemaguard.rules.facts.context import Context

INDENT = "    "


def pasted(context: Context, change: Change, statement: str = "") -> str:
    """The lines for a change, indented, in the language of the file that is judged.

    `statement` is the author's own, for a change that doesn't hold all that its statement says.
    """
    # What writes SQL is only read where there is something to be pasted.
    from schemaguard.sql.writing.operations import executed
    from schemaguard.sql.writing.statements import shown

    code = "\n".join(executed(change, statement).lines) if context.is_python else shown(change, statement)
    return "\n".join(f"{INDENT}{line}" for line in code.split("\n"))
