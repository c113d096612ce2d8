"""datacontract-cli (https://cli.datacontract.com) reads our contract files and tests a database by one.

It pins versions that ours can't live with, so it has a virtual environment of its own (about 500 MB), made at the first
run and kept in pytest's cache.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from schemaguard.contracts.example import EXAMPLE

REQUIREMENT = "datacontract-cli[postgres]>=1.2.8,<2"
OURS = sorted((Path(__file__).parents[2] / "contracts").rglob("*.odcs.yaml"))
TABLES = """
create table transactions (
    id bigint primary key, amount numeric(12,2), channel text);
create table predictions (transaction_id bigint primary key, score double precision not null);
insert into transactions values (1, 10, 'web'), (2, 20, 'pos');
insert into predictions values (1, 0.5);
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def datacontract(pytestconfig: pytest.Config) -> Run:
    """Runs datacontract-cli; the test is skipped, with pip's own words, where it can't be installed."""
    cache = pytestconfig.cache
    assert cache is not None
    folder = cache.mkdir("datacontract-cli")
    program = folder / "bin" / "datacontract"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        command = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        pip = subprocess.run([*command, REQUIREMENT], capture_output=True, text=True, check=False, timeout=900)
        if pip.returncode:
            pytest.skip(f"{REQUIREMENT} can't be installed: {pip.stderr.strip().splitlines()[-1]}")

    def run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [str(program), *map(str, arguments)]
        everything = {**os.environ, **environment, "COLUMNS": "200"}
        return subprocess.run(command, env=everything, capture_output=True, text=True, check=False, timeout=120)

    return run


@pytest.mark.parametrize("file", OURS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_each_contract_of_ours_is_valid_to_it(datacontract: Run, file: Path) -> None:
    assert len(OURS) > 1
    done = datacontract("lint", file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Data contract is valid" in done.stdout


def test_the_example_that_is_printed_is_valid_to_it(datacontract: Run, tmp_path: Path) -> None:
    file = tmp_path / "7.odcs.yaml"
    file.write_text(EXAMPLE)
    assert datacontract("lint", file).returncode == 0
    file.write_text(EXAMPLE.replace("logicalType: number", "logicalType: figure"))
    assert datacontract("lint", file).returncode == 1


@pytest.fixture
def tested(datacontract: Run, database: str, tmp_path: Path) -> Callable[[], "subprocess.CompletedProcess[str]"]:
    """Tests the database by the example, which is told where the database is."""
    where = conninfo_to_dict(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES.encode())
    document = yaml.safe_load(EXAMPLE)
    server = {"server": "test", "type": "postgres", "host": where["host"], "port": int(where.get("port") or 5432)}
    document["servers"] = [{**server, "database": where["dbname"], "schema": "public"}]
    file = tmp_path / "7.odcs.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    secrets = {
        "DATACONTRACT_POSTGRES_USERNAME": str(where["user"]),
        "DATACONTRACT_POSTGRES_PASSWORD": str(where.get("password") or "none"),
    }
    return lambda: datacontract("test", file, **secrets)


def test_a_database_that_keeps_the_contract_passes_and_one_that_does_not_fails(
    tested: Callable[[], "subprocess.CompletedProcess[str]"], database: str
) -> None:
    done = tested()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Check that field amount has no missing values" in done.stdout
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("insert into transactions values (3, null, 'web')")
    broken = tested()
    assert broken.returncode == 1
    assert "transactions.amount" in broken.stdout[broken.stdout.index("found the following errors") :]
