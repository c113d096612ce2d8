"""What the sessions begin with in which a history is applied, as far as env.py and alembic.ini say it.

Read from the texts, since a session's settings reach PostgreSQL by many ways: SET, the `options` of a URL or of
`connect_args`, `server_settings` of asyncpg. https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNECT-OPTIONS
"""

import ast
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

_NAMES = ("lock_timeout", "statement_timeout")
_SAID = re.compile(
    rf"(?<![\w-])(?:-c\s*)?({'|'.join(_NAMES)})\s*(?:=|\s+to\s|\s)\s*'?\s*(\d+(?:\.\d+)?\s*(?:us|ms|s|min|h|d)?)\b",
    re.IGNORECASE,
)


def settings_in_python(text: str) -> Mapping[str, str]:
    """The time limits that the literals of an env.py set; empty where it can't be read."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    return dict(_in_tree(tree))


def _in_tree(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as said):
                yield from settings_in_text(said).items()
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    yield from _pair(getattr(key, "value", None), value)
            case ast.keyword(arg=name, value=value):
                yield from _pair(name, value)
            case _:
                continue


def _pair(name: object, value: ast.expr) -> Iterator[tuple[str, str]]:
    if name in _NAMES and isinstance(value, ast.Constant) and isinstance(value.value, str | int):
        yield str(name), str(value.value)


def settings_in_text(text: str) -> Mapping[str, str]:
    """The time limits that a URL, connection options or a SET give."""
    return {found[1].lower(): found[2] for found in _SAID.finditer(unquote(text.replace("+", " ")))}
