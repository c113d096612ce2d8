"""A dump, as `--initial` takes one, read back gives the catalog of the database that was dumped."""

import subprocess

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog.diff import difference
from tests.conftest import OTHERS, fresh, programs
from tests.postgres.catalog.servers import cases, fold_script, scenarios

SCRIPTS = {
    name: scenarios()[name]
    for name in (
        "enums", "domains", "serials and identities", "every named constraint", "schema of its own", "expressions",
        "constraints added", "indexes", "views", "partitions with keys", "partitions with foreign keys", "inheritance",
        "triggers", "row security", "comments", "sequences", "quoted names", "copies of a key whose column was renamed",
    )
} | {"all of it": f"{cases('locks.sql')[0]}\n{cases('inverses.sql')[0]}"}  # fmt: skip


@pytest.mark.parametrize("version", OTHERS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_dump_is_read_back_as_the_database_that_it_came_from(
    request: pytest.FixtureRequest, name: str, version: str
) -> None:
    with fresh(request.getfixturevalue(f"server{version}")) as database:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("set client_min_messages = error")
            connection.execute(SCRIPTS[name].encode())
            real = read_catalog(connection)
        dump = subprocess.run(
            [programs(version) / "pg_dump", "--dbname", database], check=True, capture_output=True, text=True
        ).stdout
    folded = fold_script(dump)
    assert [str(one) for one in difference(real, folded)] == []
    assert folded.opaque == 0
