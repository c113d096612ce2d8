"""Random revisions: fragments of Python as migrations have them, put together so that they parse, or nearly so."""

from collections.abc import Callable
from random import Random
from textwrap import indent

_NAMES = (
    "a", "b", "op", "sa", "bind", "T", "Base", "conf", "items", "row", "self", "Model", "E", "helper", "undefined",
)  # fmt: skip
_ATTRIBUTES = (
    "c", "name", "columns", "dialect", "get_bind", "execute", "format", "items", "append", "Column", "Integer", "text",
    "select", "where", "values", "__class__", "__dict__", "__init__", "made", "metadata", "type", "first", "drop_table",
    "add_column", "batch_alter_table", "upper", "get", "pop", "Enum", "func", "begin", "session", "query", "value",
)  # fmt: skip
_ATOMS = (
    "None", "True", "0", "-1", "1.5", "''", "'t'", "'id'", "'%s'", "'{x}'", "[]", "{}", "()", "[1, 'a']",
    "{'a': 1}", "...", "sa.Integer()", "sa.String(9)", "sa.text('now()')", "sa.Column('x', sa.Integer)",
    "op.get_bind()", "sa.MetaData()", "sa.inspect(op.get_bind())", "lambda x: x", "conf.value", "[x for x in conf]",
    "{k: v for k, v in a.items()}", "10 ** 9", "'x' * 10 ** 9", "range(10 ** 9)", "sa.table('t', sa.column('a'))",
    "(yield)", "f'{a}{b!r:>9}'", "print", "type", "b'x'", "'ß\\x00\\ud800'", "1e308 * 10", "{1, 'a', None}",
    "postgresql.ENUM('a', 'b', name='mood')", "sa.Enum(E)", "postgresql.ARRAY(sa.Text)", "postgresql.JSONB()",
    "sa.select(T.c.id).where(T.c.a == 'x')", "T.update().values(a='y')", "sa.func.count()", "op.f('ix')",
    "'update t set a = :a'", "'drop table m; create table n (x int)'", "object()", "__import__", "op.get_context()",
)  # fmt: skip
_OPERATORS = (
    "+", "-", "*", "/", "//", "%", "**", "<<", "|", "&", "==", "<", "in", "not in", "is", "and", "or",
)  # fmt: skip
_OPERATIONS = (
    "create_table", "add_column", "alter_column", "drop_column", "create_index", "drop_constraint", "execute", "f",
    "create_foreign_key", "bulk_insert", "batch_alter_table", "rename_table", "create_check_constraint", "drop_table",
    "create_unique_constraint", "create_primary_key", "drop_index", "create_table_comment", "get_context",
)  # fmt: skip
_SOUND = (
    "op.add_column('t', sa.Column('x', {}))", "op.drop_column('t', {})", "op.alter_column('t', 'a', type_={})",
    "op.create_index({}, 't', ['a'])", "op.execute({})", "op.create_table('n', sa.Column('id', {}), {})",
    "op.get_bind().execute({}, {})", "op.alter_column('t', 'a', nullable={})", "op.bulk_insert(T, [{{'id': {}}}])",
    "op.create_foreign_key({}, 'm', 't', ['id'], ['id'])", "op.rename_table('t', {})", "sa.Table('t', {}, {})",
    "sa.orm.Session(bind=op.get_bind()).query(Model).filter({})", "op.drop_constraint({}, 't', type_='check')",
    "'{{}} {{a}}'.format({}, a={})", "'%s %d' % ({}, {})", "getattr({}, 'name', {})", "isinstance({}, {})",
    "sorted({}, key=lambda x: {})", "dict(a={})", "zip({}, {})", "next(iter({}), {})", "len({})", "str({})",
)  # fmt: skip
_HEAD = """
import enum, conf, helper
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import declarative_base
Base = declarative_base()
T = sa.table("t", sa.column("id"), sa.column("a"))
class E(enum.Enum):
    A = 1
class Model(Base):
    __tablename__ = "m"
    id = sa.Column(sa.Integer, primary_key=True)
"""
_DEEPEST = 3


def program(draw: Random) -> dict[str, str]:
    """A revision in `v/r.py` and, now and then, the modules and the env.py that it meets."""
    made = {"v/r.py": f"{_HEAD}\n{_body(draw, 1)}\n\ndef upgrade():\n{_block(draw, 0)}\n"}
    if draw.random() < 0.3:
        made["helper.py"] = made["conf.py"] = f"{_HEAD}\nvalue = {expression(draw)}\n{_body(draw, 0)}\n"
    if draw.random() < 0.2:
        made["env.py"] = f"{_HEAD}\ntarget_metadata = {expression(draw)}\n{_body(draw, 1)}\n"
    return made


def expression(draw: Random, depth: int = 0) -> str:
    """A random expression."""
    if depth >= _DEEPEST or draw.random() < 0.35:
        return draw.choice(_NAMES if draw.random() < 0.4 else _ATOMS)
    return draw.choice(_EXPRESSIONS)(draw, depth + 1)


def _arguments(draw: Random, depth: int) -> str:
    shapes = ("{}", "{}", "*{}", "**{}", draw.choice(_ATTRIBUTES) + "={}")
    return ", ".join(draw.choice(shapes).format(expression(draw, depth)) for _ in range(draw.randint(0, 3)))


def _filled(draw: Random, depth: int) -> str:
    shape = draw.choice(_SOUND)
    return shape.format(*(expression(draw, depth) for _ in range(shape.count("{}"))))


def _shaped(*shapes: str) -> Callable[[Random, int], str]:
    def make(draw: Random, depth: int) -> str:
        shape = draw.choice(shapes)
        return shape.format(*(expression(draw, depth) for _ in range(shape.count("{}"))))

    return make


_EXPRESSIONS: tuple[Callable[[Random, int], str], ...] = (
    lambda draw, depth: f"({expression(draw, depth)}).{draw.choice(_ATTRIBUTES)}",
    lambda draw, depth: f"({expression(draw, depth)})({_arguments(draw, depth)})",
    lambda draw, depth: f"op.{draw.choice(_OPERATIONS)}({_arguments(draw, depth)})",
    lambda draw, depth: f"({expression(draw, depth)} {draw.choice(_OPERATORS)} {expression(draw, depth)})",
    _shaped("({})[{}]", "({} if {} else {})", "[{} for a in {}]", "{{{}: {}}}", "not {}", "({} % {})", "({})[{}:{}]"),
    _filled,
    _filled,
)


def _line(draw: Random) -> str:
    name, other = draw.choice(_NAMES), draw.choice(_NAMES)
    one, two = expression(draw), expression(draw)
    return draw.choice(
        (
            one, one, _filled(draw, 1), _filled(draw, 1), f"{name} = {one}", f"{name}, *{other} = {one}",
            f"{name} += {one}", f"({one}).{draw.choice(_ATTRIBUTES)} = {two}", f"{name}[{one}] = {two}", f"del {name}",
            f"return {one}", f"raise {one}", f"assert {one}", f"{name}: {other} = {one}", f"print({one}, {two})",
            "pass", "break", "continue", "return", "global a", "import conf as a", "from helper import *",
        )
    )  # fmt: skip


def _body(draw: Random, depth: int) -> str:
    return "\n".join(_compound(draw, depth) for _ in range(draw.randint(1, 3)))


def _block(draw: Random, depth: int) -> str:
    return indent(_body(draw, depth), "    ")


def _compound(draw: Random, depth: int) -> str:
    if depth >= _DEEPEST or draw.random() < 0.5:
        return _line(draw)
    one, inner = expression(draw), _block(draw, depth + 1)
    name = draw.choice(_NAMES)
    return draw.choice(
        (
            f"if {one}:\n{inner}\nelse:\n{_block(draw, depth + 1)}",
            f"for {name} in {one}:\n{inner}",
            f"while {one}:\n{inner}",
            f"try:\n{inner}\nexcept {expression(draw)} as b:\n{_block(draw, depth + 1)}\nfinally:\n    pass",
            f"with {one} as a:\n{inner}",
            f"with op.batch_alter_table('t') as b:\n{inner}",
            f"with op.get_context().autocommit_block():\n{inner}",
            f"def helper(a, *b, **items):\n{inner}",
            f"@{one}\ndef helper(a=None):\n{inner}",
            f"class Model({one}):\n{inner}",
            f"match {one}:\n    case {{'a': a}}:\n        pass\n    case [a, *b]:\n{indent(inner, '    ')}",
        )
    )
