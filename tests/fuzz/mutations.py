"""Real revisions with something else in the place of one of their expressions or statements."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from textwrap import indent

from tests.fuzz.programs import expression

_ODD = (
    "", "(", ")", "'", ".", "None", "\n", "\x00", "*", "\\", "{", "}", "#", ":", "\t", "\ufeff", "é", "lambda: ",
    "not ",
)  # fmt: skip
_CONSTANTS = (
    "''", "'x' * 99", "'a\\x00b'", "'\\ud800'", "'%(a)s'", "'\"'", "';'", "0", "-1", "2 ** 64", "1e400", "True", "None",
    "b''", "'ä' * 70", "'{0.__class__}'", "':name'", "'$$'", "...",
)  # fmt: skip
_AROUND = (
    "if undefined:\n{}", "for a in undefined:\n{}", "while undefined:\n{}", "try:\n{}\nexcept Exception:\n    pass",
    "with undefined as a:\n{}", "with op.get_context().autocommit_block():\n{}",
    "with op.batch_alter_table('t') as b:\n{}", "for a in (1, 'b', None):\n{}", "def again():\n{}\nagain()",
    "if op.get_bind().dialect.name == 'postgresql':\n{}",
    "try:\n{}\nfinally:\n    return", "for a in range(3):\n{}\n    break\nelse:\n    raise ValueError(a)",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A text of Python, and where its expressions and its statements are, as offsets."""

    text: str
    expressions: tuple[tuple[int, int], ...]
    statements: tuple[tuple[int, int, int], ...]
    """(start of the first line, end of the last, columns that it is indented by)."""


def source(text: str) -> Source:
    """A text that parses, taken apart."""
    starts = _line_starts(text)
    tree = ast.parse(text)
    expressions, statements = [], []
    for node in _outside_of_f_strings(tree):
        if isinstance(node, ast.expr) and text.isascii() and not isinstance(getattr(node, "ctx", None), ast.Store):
            start = starts[node.lineno - 1] + node.col_offset
            expressions.append((start, starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)))
        elif isinstance(node, ast.stmt):
            statements.append((starts[node.lineno - 1], starts[node.end_lineno or 1], node.col_offset))
    return Source(text, tuple(expressions), tuple(statements))


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _outside_of_f_strings(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes whose places can be relied on."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.JoinedStr):
            yield from _outside_of_f_strings(child)


def mutated(draw: Random, chosen: Source, others: tuple[Source, ...]) -> str:
    """The source with one to three changes; all but the last kind of change leave a text that mostly parses."""
    text = chosen.text
    change = draw.choice(_CHANGES)
    for start, end, put in sorted(_places(draw, chosen, others, change), reverse=True):
        text = text[:start] + put + text[end:]
    return text


_Place = tuple[int, int, str]
_Change = Callable[[Random, Source, tuple[Source, ...]], _Place]


def _places(draw: Random, chosen: Source, others: tuple[Source, ...], change: _Change) -> list[_Place]:
    """Changes that don't overlap."""
    found: list[_Place] = []
    for _ in range(draw.randint(1, 3)):
        start, end, put = change(draw, chosen, others)
        if all(end <= other or start >= last for other, last, _ in found):
            found.append((start, end, put))
    return found


def _another_expression(draw: Random, chosen: Source, others: tuple[Source, ...]) -> _Place:
    start, end = draw.choice(chosen.expressions)
    other = draw.choice(others)
    first, last = draw.choice(other.expressions)
    return start, end, f"({other.text[first:last]})"


def _a_random_expression(draw: Random, chosen: Source, _others: tuple[Source, ...]) -> _Place:
    start, end = draw.choice(chosen.expressions)
    return start, end, f"({expression(draw)})"


def _an_odd_constant(draw: Random, chosen: Source, _others: tuple[Source, ...]) -> _Place:
    start, end = draw.choice(chosen.expressions)
    return start, end, f"({draw.choice(_CONSTANTS)})"


def _another_statement(draw: Random, chosen: Source, others: tuple[Source, ...]) -> _Place:
    start, end, columns = draw.choice(chosen.statements)
    other = draw.choice(others)
    first, last, others_columns = draw.choice(other.statements)
    lines = other.text[first:last].splitlines()
    return start, end, "".join(f"{' ' * columns}{line[others_columns:]}\n" for line in lines)


def _no_statement(draw: Random, chosen: Source, _others: tuple[Source, ...]) -> _Place:
    start, end, columns = draw.choice(chosen.statements)
    return start, end, " " * columns + "pass\n"


def _a_statement_twice(draw: Random, chosen: Source, _others: tuple[Source, ...]) -> _Place:
    start, end, _ = draw.choice(chosen.statements)
    return start, end, chosen.text[start:end] * 2


def _a_statement_in_a_block(draw: Random, chosen: Source, _others: tuple[Source, ...]) -> _Place:
    start, end, columns = draw.choice(chosen.statements)
    lines = [line[columns:] for line in chosen.text[start:end].splitlines()]
    block = draw.choice(_AROUND).format(indent("\n".join(lines), "    "))
    return start, end, indent(block, " " * columns) + "\n"


def _odd_characters(draw: Random, chosen: Source, _others: tuple[Source, ...]) -> _Place:
    start = draw.randint(0, len(chosen.text))
    end = min(len(chosen.text), start + draw.randint(0, 30))
    return start, end, draw.choice((*_ODD, chosen.text[start:end] * 2))


_CHANGES: tuple[_Change, ...] = (
    _another_expression, _another_expression, _a_random_expression, _a_random_expression, _an_odd_constant,
    _another_statement, _no_statement, _a_statement_twice, _a_statement_in_a_block, _odd_characters,
)  # fmt: skip
