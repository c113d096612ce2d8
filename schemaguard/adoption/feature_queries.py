"""The feature queries of a repository: SQL files, and texts handed to pandas, that read migrated tables."""

import ast
import re
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname

from schemaguard.adoption.folders import files_ending
from schemaguard.catalog.objects import Catalog
from schemaguard.frozen import dataclass
from schemaguard.history.sources import Files
from schemaguard.sql.queries.lineage import trace
from schemaguard.sql.queries.traced import Untraceable

_OF_A_MODEL = re.compile(
    r"(?:^|[_\W])(?:features?|featurestore|train(?:ing)?|predict(?:ion)?s?|inference|scor(?:e|ing)|models?|ml)(?=$|[_\W])",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"(?:^|[_\W])(?:features?|featurestore|train(?:ing)?|predict(?:ion)?s?|inference|scor(?:e|ing)|models?|ml|query|"
    r"queries|sql|src|app|select|data|dataset|load|get|main|pipelines?|jobs?|dags?)(?=$|[_\W])",
    re.IGNORECASE,
)
_READERS = ("read_sql", "read_sql_query", "read_database", "read_database_uri")
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class FoundQuery:
    """A query that a model is probably fed with; `model` is what its place calls the model, empty where it doesn't."""

    model: str
    text: str
    file: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class FoundQueries:
    """The feature queries, and the files of other queries over the same tables, which a person may know better."""

    queries: tuple[FoundQuery, ...]
    others: tuple[str, ...] = ()


def find_queries(files: Files, catalog: Catalog, migrations: Sequence[str]) -> FoundQueries:
    """The queries that read what the migrations make; files below the paths of migrations are left out."""
    queries: list[FoundQuery] = []
    others: list[str] = []
    for one in (*_in_sql(files, migrations), *_in_python(files)):
        if not _reads_a_table(one.text, catalog):
            continue
        if _OF_A_MODEL.search(one.file):
            queries.append(one)
        else:
            others.append(one.file)
    return FoundQueries(tuple(_one_a_model(queries)), tuple(dict.fromkeys(others)))


def _one_a_model(queries: Sequence[FoundQuery]) -> Iterator[FoundQuery]:
    """The first query of each model: a draft speaks for one."""
    seen: set[str] = set()
    for query in queries:
        if query.model not in seen:
            seen.add(query.model)
            yield query


def _reads_a_table(text: str, catalog: Catalog) -> bool:
    try:
        lineage = trace(text, catalog)
    except Untraceable:
        return False
    return any(name in catalog.tables or name in catalog.views for name in lineage.relations)


def _in_sql(files: Files, migrations: Sequence[str]) -> Iterator[FoundQuery]:
    for path in files_ending(files, ".sql"):
        if any(path == one or path.startswith(f"{one}/") for one in migrations):
            continue
        text = files.read(path) or ""
        if len(text) <= _LARGEST and re.search(r"\bselect\b", text, re.IGNORECASE):
            yield FoundQuery(model_of(path), text, path)


def _in_python(files: Files) -> Iterator[FoundQuery]:
    for path in files_ending(files, ".py"):
        text = files.read(path) or ""
        if len(text) > _LARGEST or not any(name in text for name in _READERS):
            continue
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for query, line in _literal_queries(tree):
            yield FoundQuery(model_of(path), query, path, line)


def _literal_queries(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The texts that are handed to a reader of SQL: written there, or bound to a name in the same module."""
    bound = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given: ast.expr = node.args[0]
        if isinstance(given, ast.Call) and given.args:
            given = given.args[0]  # sqlalchemy.text("…")
        text = given.value if isinstance(given, ast.Constant) else bound.get(getattr(given, "id", ""))
        if name in _READERS and isinstance(text, str):
            yield text, node.lineno


def model_of(path: str) -> str:
    """What the place of a query calls its model: the words of its file's or folder's name that say something else."""
    stem = basename(path).rpartition(".")[0]
    for name in (stem, basename(dirname(path)), basename(dirname(dirname(path)))):
        said = _SAYS_NOTHING.sub(" ", _SAYS_NOTHING.sub(" ", name))
        words = [word for word in re.split(r"[\W_]+", said) if word and not word.isdigit()]
        if words:
            return "_".join(words).lower()
    return ""
