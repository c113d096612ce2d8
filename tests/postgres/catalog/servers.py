"""The same SQL on a server and on a catalog."""

import re
from pathlib import Path

import psycopg

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.objects import Catalog
from schemaguard.history.folding import fold
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.translate import translate


def scenarios() -> dict[str, str]:
    """Name → script, as scenarios.sql has them."""
    blocks = Path(__file__).with_name("scenarios.sql").read_text().split("-- scenario: ")[1:]
    return {block.partition("\n")[0]: block.partition("\n")[2] for block in blocks}


def lock_cases() -> tuple[str, tuple[str, ...]]:
    """The setup of locks.sql and its statements."""
    return cases("locks.sql")


def cases(file: str) -> tuple[str, tuple[str, ...]]:
    """The setup of a file and its statements, one a line."""
    text = Path(__file__).with_name(file).read_text()
    _, setup, statements = re.split(r"^-- (?:setup|statements)$", text, flags=re.MULTILINE)
    return setup.strip(), tuple(line.rstrip(";") for line in statements.strip().splitlines())


def fold_script(script: str, catalog: Catalog | None = None) -> Catalog:
    """The catalog after the script, by translate and apply alone."""
    after = catalog if catalog is not None else Catalog()
    for statement in split(script, "script.sql"):
        _, after = fold(translate(statement.sql), after)
    return after


def run_script(connection: psycopg.Connection, script: str) -> Catalog:
    """The catalog that the server has after the script, which is rolled back."""
    with connection.transaction(force_rollback=True):
        connection.execute(script)
        return read_catalog(connection)
