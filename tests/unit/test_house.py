"""The house keeps its promises: one noun per concept, files named by their verb, and no circle of imports."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import schemaguard
from schemaguard.cli.contracts import VERBS as CONTRACT_VERBS
from schemaguard.cli.verbs import VERBS

PACKAGE = Path(schemaguard.__file__).parent
SHARED = {
    "cli": {
        "again",
        "app",
        "checking",
        "coercion",
        "examples",
        "leaving",
        "main",
        "ondemand",
        "operating",
        "plain",
        "reading",
        "switching",
        "terminal",
        "verbs",
    },
    "commands": {
        "approving",
        "calling",
        "acting",
        "watched",
        "doctoring",
        "gathering",
        "histories",
        "judging",
        "measured",
        "policing",
        "proxies",
        "reading",
        "reading_ahead",
        "remembered",
        "repository_paths",
        "site",
        "switching",
        "verdicts",
        "vouching",
    },
    "report": {"lines", "plan", "styled", "table", "visible"},
    "cli/contracts": {"known", "import_"},
    "commands/contracts": {"described", "import_", "known", "record"},
    "report/contracts": {"words", "import_"},
}
"""What several verbs of a room share, and is therefore named after what it is."""


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(("schemaguard", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


GRAMMAR = "schemaguard.sql.reading.syntax."


def test_no_public_class_name_is_used_twice() -> None:
    names = Counter(
        node.name
        for tree in modules().values()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("room", sorted(SHARED))
def test_a_file_is_named_by_its_verb(room: str) -> None:
    verbs = {verb.name.replace("-", "_") for verb in (CONTRACT_VERBS if room.endswith("/contracts") else VERBS)}
    files = {path.stem for path in (PACKAGE / room).glob("*.py") if not path.stem.startswith("_")}
    assert sorted(files - verbs - SHARED[room]) == []
    assert sorted(SHARED[room] - files) == []


def test_no_import_runs_in_a_circle() -> None:
    graph = {name: _imported(tree) for name, tree in modules().items()}
    # A grammar is recursive: an expression holds queries, and a query expressions.
    assert [part for part in _circles(graph) if not all(name.startswith(GRAMMAR) for name in part)] == []


def _imported(tree: ast.Module) -> set[str]:
    """The modules of the package that a module imports when it is loaded; a package whose part is named isn't one."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in modules() else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name in modules()}


def _circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The strongly connected parts of more than one module (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(graph[name]):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            part = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(part) > 1:
                found.append(sorted(part))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return found


def test_no_version_of_the_control_schema_has_a_number_twice() -> None:
    numbers = [file.name[:4] for file in (PACKAGE / "adapters/control/versions").glob("*.sql")]
    assert [number for number, count in Counter(numbers).items() if count > 1] == []
