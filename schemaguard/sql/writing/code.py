"""Python as a colleague writes it: calls that fit a line or stand one argument a line, and texts as literals."""

import ast
import re

from schemaguard.frozen import dataclass

_WIDTH = 88
"""What Black and Ruff allow a line, and so most projects."""
_INDENT = "    "
_BIND = re.compile(r"(?<![:\w\x5c]):\w+(?![:\w])")
"""What sqlalchemy.text() takes for a parameter: TextClause._bind_params_regex."""
_EARLIER_BIND = re.compile(r"(?<![:\w\x5c]):(\w+)(?!:)")
"""The same in SQLAlchemy 2.0."""
_ESCAPED = re.compile(r"\x5c(:[\w$]*)(?![:\w$])")
"""What the compiler takes for a colon that is not a parameter: BIND_PARAMS_ESC of sqlalchemy.sql.compiler."""
_IMPORTS = {
    "op": "from alembic import op",
    "postgresql": "from sqlalchemy.dialects import postgresql",
    "sa": "import sqlalchemy as sa",
}


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of a revision's upgrade() or downgrade(), without their indentation, and the imports that they need."""

    lines: tuple[str, ...]
    imports: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Code":
        """The code with the imports of the names that it uses."""
        used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        return cls(tuple(text.split("\n")), tuple(line for name, line in _IMPORTS.items() if name in used))


def call(function: str, *arguments: str | None, **keywords: str | None) -> str:
    """A call; arguments that are None are left out."""
    given = [argument for argument in arguments if argument is not None]
    given += [f"{name}={value}" for name, value in keywords.items() if value is not None]
    return enclosed(f"{function}(", given, ")")


def enclosed(opening: str, parts: list[str], closing: str) -> str:
    """Parts between brackets: in one line where they fit, else one a line."""
    line = f"{opening}{', '.join(parts)}{closing}"
    if "\n" not in line and len(line) <= _WIDTH:
        return line
    inside = "".join(f"{indented(part)},\n" for part in parts)
    return f"{opening}\n{inside}{closing}"


def indented(code: str) -> str:
    """The code one level deeper; no literal of ours spans lines, so nothing in quotes changes."""
    return "\n".join(_INDENT + line for line in code.split("\n"))


def quoted(text: str) -> str:
    """A text as a literal of one line, in double quotes where that takes no more backslashes."""
    shown = repr(text)
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in text else shown


def names(values: tuple[str, ...]) -> str:
    """A list of texts."""
    return enclosed("[", [quoted(value) for value in values], "]")


def statement(sql: str) -> str:
    """`op.execute(…)` of a statement."""
    escaped = as_text(sql)
    if escaped is None:
        # The text reads as a parameter that can't be escaped; DDL() knows none, and formats with %.
        return call("op.execute", call("sa.DDL", quoted(sql.replace("%", "%%"))))
    return call("op.execute", _lines(escaped))


def _lines(text: str) -> str:
    """A literal; a longer text as one literal a line, which Python joins."""
    lines = text.split("\n")
    if len(lines) == 1:
        return quoted(text)
    return "\n".join(quoted(line + "\n" * (at < len(lines) - 1)) for at, line in enumerate(lines))


def as_text(sql: str) -> str | None:
    r"""SQL as sqlalchemy.text() takes it: `\:` for a colon that would be a parameter; None where that can't be said.

    Source: https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text
    """
    escaped = _EARLIER_BIND.sub(lambda found: "\\" + found[0], sql)
    binds = _BIND.search(escaped) or _EARLIER_BIND.search(escaped)
    return None if binds or _ESCAPED.sub(r"\1", escaped) != sql else escaped


def text(sql: str) -> str | None:
    """`sa.text(…)` of an expression; None where it can't be said."""
    escaped = as_text(sql)
    return None if escaped is None else call("sa.text", quoted(escaped))


def repeated(sql: str) -> Code | None:
    """A statement that is sent again and again, each time in a transaction of its own, until it finds no row."""
    sent = text(sql)
    if sent is None:
        return None
    sending = enclosed("op.get_bind().execute(", [sent], ")")
    loop = f"while {sending}.rowcount:\n{_INDENT}pass"
    return Code.of(f"with op.get_context().autocommit_block():\n{indented(loop)}")
