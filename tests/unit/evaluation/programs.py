"""Random revisions: fragments of Python as migrations have them, put together so that they parse, or nearly so."""

import ast
from textwrap import indent

from hypothesis import strategies as st

_NAMES = [
    "a",
    "b",
    "op",
    "sa",
    "bind",
    "T",
    "Base",
    "conf",
    "items",
    "row",
    "self",
    "Model",
    "E",
    "helper",
    "undefined",
]
_ATTRIBUTES = [
    "c", "name", "columns", "dialect", "get_bind", "execute", "format", "items", "append", "Column", "Integer", "text",
    "select", "where", "values", "__class__", "__dict__", "__init__", "made", "metadata", "type", "first", "drop_table",
    "add_column", "batch_alter_table", "upper", "get", "pop", "Enum", "func", "begin", "session", "query", "value",
]  # fmt: skip
_ATOMS = [
    "None", "True", "0", "-1", "1.5", "''", "'t'", "'id'", "'%s'", "'{x}'", "[]", "{}", "()", "[1, 'a']",
    "{'a': 1}", "...", "sa.Integer()", "sa.String(9)", "sa.text('now()')", "sa.Column('x', sa.Integer)",
    "op.get_bind()", "sa.MetaData()", "sa.inspect(op.get_bind())", "lambda x: x", "conf.value", "[x for x in conf]",
    "{k: v for k, v in a.items()}", "10 ** 9", "'x' * 10 ** 9", "range(10 ** 9)", "sa.table('t', sa.column('a'))",
    "(yield)", "f'{a}{b!r:>9}'", "print", "type", "b'x'",
]  # fmt: skip
_OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "<<", "|", "&", "==", "<", "in", "not in", "is", "and", "or"]
_HEAD = """
import enum, conf, helper
import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import declarative_base
Base = declarative_base()
T = sa.table("t", sa.column("id"), sa.column("a"))
class E(enum.Enum):
    A = 1
class Model(Base):
    __tablename__ = "m"
    id = sa.Column(sa.Integer, primary_key=True)
"""

names = st.sampled_from(_NAMES)
attributes = st.sampled_from(_ATTRIBUTES)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(
        st.one_of(
            inner, st.builds("{}={}".format, attributes, inner), inner.map("*{}".format), inner.map("**{}".format)
        ),
        max_size=3,
    ).map(", ".join)
    return st.one_of(
        st.builds("({}).{}".format, inner, attributes),
        st.builds("({})({})".format, inner, arguments),
        st.builds("op.{}({})".format, st.sampled_from(_OPERATIONS), arguments),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(_OPERATORS), inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{} for a in {}]".format, inner, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("not {}".format, inner),
        st.builds("({} % {})".format, inner, inner),
    )


_OPERATIONS = [
    "create_table", "add_column", "alter_column", "drop_column", "create_index", "drop_constraint", "execute", "f",
    "create_foreign_key", "bulk_insert", "batch_alter_table", "rename_table", "create_check_constraint", "drop_table",
]  # fmt: skip
expressions = st.recursive(st.one_of(names, st.sampled_from(_ATOMS)), _larger, max_leaves=8)


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = inner.map(lambda text: indent(text, "    "))
    return st.one_of(
        st.builds("{}\n{}".format, inner, inner),
        st.builds("if {}:\n{}\nelse:\n{}".format, expressions, block, block),
        st.builds("for {} in {}:\n{}".format, names, expressions, block),
        st.builds("while {}:\n{}".format, expressions, block),
        st.builds("try:\n{}\nexcept {} as b:\n{}\nfinally:\n{}".format, block, expressions, block, block),
        st.builds("with {} as a:\n{}".format, expressions, block),
        st.builds("def helper(a, *b, **items):\n{}".format, block),
        st.builds("class Model({}):\n{}".format, expressions, block),
        st.builds("match {}:\n    case {{'a': a}}:\n        pass\n    case [a, *b]:\n{}".format, expressions, block.map(
            lambda text: indent(text, "    ")
        )),
    )  # fmt: skip


_LINES = st.one_of(
    expressions,
    st.builds("{} = {}".format, names, expressions),
    st.builds("{}, *{} = {}".format, names, names, expressions),
    st.builds("{} += {}".format, names, expressions),
    st.builds("({}).{} = {}".format, expressions, attributes, expressions),
    st.builds("{}[{}] = {}".format, names, expressions, expressions),
    st.builds("del {}".format, names),
    st.builds("return {}".format, expressions),
    st.builds("raise {}".format, expressions),
    st.builds("assert {}".format, expressions),
    st.sampled_from(["pass", "break", "continue", "return", "global a", "import conf as a", "from helper import *"]),
)
_bodies = st.recursive(_LINES, _blocks, max_leaves=6)


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


revisions = st.builds(
    lambda top, body: f"{_HEAD}\n{top}\n\ndef upgrade():\n{indent(body, '    ')}\n", _bodies, _bodies
).filter(_parses)
"""Sources of revisions that parse."""


@st.composite
def mutilated(draw: st.DrawFn, sources: tuple[str, ...]) -> str:
    """One of some real sources, with characters taken out, put in or doubled."""
    text = draw(st.sampled_from(sources))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        text = (
            text[:start]
            + draw(st.sampled_from(["", text[start:end] * 2, "(", ")", "'", ".", "None", "\n", "\x00", "*"]))
            + text[end:]
        )
    return text
