"""Puts a fix into the text of its file, as whole lines, where its statement has a place of its own there."""

import ast
import re
from collections.abc import Iterator

from schemaguard.finding import Finding, Fix, LineEdit
from schemaguard.frozen import replace

_LINE_END = re.compile(r"\r\n?|\n")
_SEMICOLON = re.compile(r"\s*;")
_LOOSE = (ast.For, ast.AsyncFor, ast.While, ast.Try, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Match)
"""What may run a statement several times, otherwise, or for another caller."""


def placed(finding: Finding, text: str) -> Finding:
    """The finding with the edits of its fix; without them where the statement can't be replaced on its own."""
    fix = finding.fix
    if fix is None or fix.whole is None:
        return finding
    is_python = finding.place.file.endswith(".py")
    edits = _in_python(finding, fix, text) if is_python else _in_sql(finding, fix, text)
    return replace(finding, fix=replace(fix, edits=edits))


def _offset(text: str, line: int, column: int) -> int:
    starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
    return starts[line - 1] + column - 1 if 0 < line <= len(starts) else len(text)


def _in_sql(finding: Finding, fix: Fix, text: str) -> tuple[LineEdit, ...]:
    assert fix.whole is not None
    start = _offset(text, finding.place.line, finding.place.column)
    if not text.startswith(finding.statement, start):
        return ()
    end = start + len(finding.statement)
    semicolon = _SEMICOLON.match(text, end)
    if semicolon is not None:
        end = semicolon.end()
    lines = list(fix.whole)
    if semicolon is None and lines:
        lines[-1] = lines[-1].removesuffix(";")
    return (_edit(text, start, end, lines),)


def _in_python(finding: Finding, fix: Fix, text: str) -> tuple[LineEdit, ...]:
    assert fix.whole is not None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    found = _standing_alone(tree, finding)
    if found is None:
        return ()
    statement, is_only = found
    lines = list(fix.whole) or ["pass"] * is_only
    # Columns of the syntax tree count bytes.
    rows = _LINE_END.split(text)
    start = _offset(text, statement.lineno, 1) + len(
        rows[statement.lineno - 1].encode()[: statement.col_offset].decode()
    )
    last = statement.end_lineno or statement.lineno
    end = _offset(text, last, 1) + len(rows[last - 1].encode()[: statement.end_col_offset].decode())
    if text[start - statement.col_offset : start].strip() or _rest_of_line(text, end).strip().startswith(";"):
        return ()
    edit = _edit(text, start, end, lines)
    return (*_importing(fix, tree, rows), edit, *_undoing(fix, tree, rows))


def _standing_alone(tree: ast.Module, finding: Finding) -> tuple[ast.Expr, bool] | None:
    """The statement at the finding's place that runs once in upgrade(), and whether its block holds nothing else."""
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name == "upgrade":
            for statement, is_only in _once(function.body):
                place = (statement.lineno, statement.col_offset + 1)
                if place == (finding.place.line, finding.place.column):
                    return statement, is_only
    return None


def _once(body: list[ast.stmt]) -> Iterator[tuple[ast.Expr, bool]]:
    """The calls among the statements that run at most once, and whether each is alone in its block."""
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Call()):
                yield statement, len(body) == 1
            case ast.If():
                yield from _once(statement.body)
                yield from _once(statement.orelse)
            case ast.With() if not any("batch_alter_table" in ast.dump(item.context_expr) for item in statement.items):
                # What a batch gathers is sent at its end, and a block of autocommit can't stand in another.
                if not any("autocommit_block" in ast.dump(item.context_expr) for item in statement.items):
                    yield from _once(statement.body)
            case _:
                continue


def _importing(fix: Fix, tree: ast.Module, rows: list[str]) -> tuple[LineEdit, ...]:
    """The edit that adds the imports that are missing, behind the last one that is there."""
    present = {ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)}
    bound = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    missing = [line for line in fix.imports if line not in present and line.split()[-1] not in bound]
    if not missing:
        return ()
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    if not imports:
        return ()
    last = imports[-1].end_lineno or imports[-1].lineno
    return (LineEdit(last, (rows[last - 1],), (rows[last - 1], *missing)),)


def _undoing(fix: Fix, tree: ast.Module, rows: list[str]) -> tuple[LineEdit, ...]:
    """The edit that lets downgrade() begin with what the fix needs taken back."""
    for function in tree.body:
        if fix.undo and isinstance(function, ast.FunctionDef) and function.name == "downgrade":
            body = function.body[1:] if ast.get_docstring(function) is not None else function.body
            if not body or body[0].lineno == function.lineno:
                return ()
            first, row = body[0].lineno, rows[body[0].lineno - 1]
            indent = row[: len(row) - len(row.lstrip())]
            kept = () if isinstance(body[0], ast.Pass) and len(body) == 1 else (row,)
            return (LineEdit(first, (row,), (*(f"{indent}{line}" for line in fix.undo), *kept)),)
    return ()


def _rest_of_line(text: str, at: int) -> str:
    end = _LINE_END.search(text, at)
    return text[at : end.start() if end else len(text)]


def _edit(text: str, start: int, end: int, lines: list[str]) -> LineEdit:
    """The lines that a piece of text stands on, with other lines in its place."""
    starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
    first = max(number for number, at in enumerate(starts, 1) if at <= start)
    before = text[starts[first - 1] : start]
    after = _rest_of_line(text, end)
    indent = before if not before.strip() else ""
    old = _LINE_END.split(text[starts[first - 1] : end] + after)
    if not lines:
        remains = (before + after.lstrip()).rstrip()
        return LineEdit(first, tuple(old), (remains,) if remains.strip() else ())
    new = [before + lines[0], *(f"{indent}{line}" if line else line for line in lines[1:])]
    new[-1] += after
    return LineEdit(first, tuple(old), tuple("\n".join(new).split("\n")))
