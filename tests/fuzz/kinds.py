"""The kinds of inputs: how one is made, and what has to hold of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

from schemaguard.catalog.objects import Catalog
from schemaguard.evaluation import Evaluator, Settings
from schemaguard.history.alembic_folder import read_alembic
from schemaguard.history.history import Section
from schemaguard.history.sources import MemoryFiles
from schemaguard.history.sql_runner import run_section
from tests.fuzz import properties
from tests.fuzz.grammar import statement
from tests.fuzz.mutations import Source, mutated, source
from tests.fuzz.programs import program
from tests.fuzz.settings_files import settings_file
from tests.fuzz.statements import script, text

_OWN = Path(__file__).parents[2] / "migrations" / "versions"
TABLES = """create table t (id int primary key, a text unique, c int references t, x int check (x > 0));
    create table m (id int); create table u (id serial, t_id int references t on delete cascade, e mood)
    partition by range (id); create table p partition of u for values from (1) to (9);
    create view v as select a, x from t; create type mood as enum ('a'); create domain d as int check (value > 0);
    create index i on t (a, lower(a)); create sequence s owned by t.c;
    create function f() returns trigger language plpgsql as 'x';
    create trigger g before insert on t for each row execute function f(); create policy p on t using (x > 0)"""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of input; `share` of a hundred inputs are of it."""

    name: str
    share: int
    make: Callable[[Random], Any]
    holds: Callable[[Any], None]


@cache
def start() -> Catalog:
    """A catalog with something of everything."""
    return run_section(Section("t.sql", TABLES), Catalog())[-1].after


@cache
def real_revisions() -> tuple[tuple[Source, Catalog, Catalog], ...]:
    """Real revisions, each with the catalog before it and the one after it."""
    found: list[tuple[Source, Catalog, Catalog]] = []
    for folder in (_OWN, *_of_mlflow()):
        texts = {f"versions/{file.name}": file.read_text() for file in sorted(folder.glob("*.py"))}
        history = read_alembic("versions", MemoryFiles(texts))
        evaluator = Evaluator(MemoryFiles(texts), (".",), Settings())
        catalog = Catalog()
        for identifier in history.graph.order:
            revision = history.graph.revisions[identifier]
            run = evaluator.run(revision, "upgrade", catalog).run
            if len(texts[revision.file]) < _LONGEST:
                found.append((source(texts[revision.file]), catalog, run.after))
            catalog = run.after
    return tuple(found)


_LONGEST = 12_000
"""Characters of a revision that is worth mutating: a longer one only takes longer."""


def _of_mlflow() -> tuple[Path, ...]:
    """MLflow's history, where MLflow is installed; nothing of it is imported."""
    spec = find_spec("mlflow")
    folder = Path(spec.origin).parent / "store/db_migrations/versions" if spec and spec.origin else None
    return (folder,) if folder is not None and folder.is_dir() else ()


def _mutated_revision(draw: Random) -> tuple[str, str, Catalog]:
    known = real_revisions()
    chosen, before, after = draw.choice(known)
    changed = mutated(draw, chosen, tuple(other for other, _, _ in draw.choices(known, k=3)))
    return (changed, "upgrade", before) if draw.random() < 0.7 else (changed, "downgrade", after)


def _is_a_revision(given: tuple[str, Any, Catalog]) -> None:
    changed, direction, catalog = given
    properties.is_identified(changed)
    properties.is_evaluated({properties.REVISION_FILE: changed}, direction, catalog)


def _is_a_program(files: dict[str, str]) -> None:
    properties.is_evaluated(files, "upgrade", start())


def _is_read(statement: str) -> None:
    properties.becomes_changes(statement)
    properties.is_split_in_order(statement)
    properties.is_scanned(statement)


@cache
def _folder() -> Path:
    folder = Path(mkdtemp(prefix="schemaguard-fuzz-"))
    (folder / ".git").mkdir()
    return folder


KINDS = (
    Kind("statements", 20, text, _is_read),
    Kind("statements of all forms", 10, statement, properties.is_read_where_it_is_valid),
    Kind("scripts folded and judged", 20, script, lambda given: properties.is_judged(given, start())),
    Kind("revisions from a grammar", 20, program, _is_a_program),
    Kind("real revisions, mutated", 20, _mutated_revision, _is_a_revision),
    Kind("settings", 10, settings_file, lambda given: properties.is_loaded(_folder(), *given)),
)
