"""What files say of the server, the registry, the code host and the queries of models."""

import pytest

from schemaguard.adoption import signs
from schemaguard.adoption.feature_queries import find_queries, model_of
from schemaguard.adoption.migrations import FoundHistory
from schemaguard.adoption.settings import WantedSettings, render_settings
from schemaguard.catalog.objects import Catalog
from schemaguard.history.history import Section
from schemaguard.history.sources import MemoryFiles
from schemaguard.history.sql_runner import run_section

TABLES = "create table orders (id bigint primary key, amount numeric, placed timestamptz);"
QUERY = "select id, amount from orders"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return run_section(Section("a.sql", TABLES), Catalog())[-1].after


@pytest.mark.parametrize(
    ("file", "text", "version"),
    [
        ("compose.yaml", "image: postgres:15", "15"),
        ("docker-compose.yml", 'image: "postgres:17-alpine"', "17"),
        ("docker-compose.yml", "image: pgvector/pgvector:pg16", "16"),
        ("docker-compose.yml", "image: timescale/timescaledb:latest-pg17", "17"),
        ("docker-compose.yml", "image: postgis/postgis:15-3.4", "15"),
        (".github/workflows/ci.yml", "image: postgres:18", "18"),
        (".gitlab-ci.yml", "services: [postgres:16.3]", "16"),
        (".tool-versions", "postgres 17.2\n", "17"),
        ("compose.yaml", "image: postgres:9.6", None),
        ("compose.yaml", "image: postgres:latest", None),
        ("compose.yaml", "image: mysql:15", None),
        ("README.md", "postgres:15", None),
    ],
)
def test_the_version_of_the_server_is_read_where_it_is_started(file: str, text: str, version: str | None) -> None:
    found = signs.postgresql_version(MemoryFiles({file: text}))
    assert (found.value if found else None) == version


def test_of_several_versions_the_oldest_counts() -> None:
    found = signs.postgresql_version(MemoryFiles({"compose.yaml": "postgres:17", ".gitlab-ci.yml": "postgres:16"}))
    assert found == signs.Sign("16", ".gitlab-ci.yml")


@pytest.mark.parametrize(
    ("texts", "host"),
    [
        ({".github/workflows/ci.yml": ""}, "github"),
        ({".github/dependabot.yml": ""}, "github"),
        ({".gitlab-ci.yml": ""}, "gitlab"),
        ({".git/config": "url = git@github.com:a/b.git"}, "github"),
        ({".git/config": "url = https://gitlab.example.com/a/b.git", ".github/CODEOWNERS": ""}, "gitlab"),
        ({".git/config": "[core]"}, None),
        ({}, None),
    ],
)
def test_the_code_host_is_told_by_its_files_and_remotes(texts: dict[str, str], host: str | None) -> None:
    assert signs.code_host(MemoryFiles({"README.md": "", **texts})) == host


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        ({"mlflow.db": ""}, "sqlite:///mlflow.db"),
        ({"requirements.txt": "pandas\nmlflow==3.1\n"}, ""),
        ({"pyproject.toml": 'dependencies = [\n  "mlflow-skinny>=3",\n]'}, ""),
        ({"requirements.txt": "not-mlflow"}, None),
    ],
)
def test_a_registry_is_told_by_its_store_or_by_who_asks_for_mlflow(texts: dict[str, str], value: str | None) -> None:
    found = signs.model_registry(MemoryFiles(texts))
    assert (found.value if found else None) == value


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("features/fraud_features.sql", "fraud"),
        ("models/churn/features.sql", "churn"),
        ("ml/credit-risk/train.py", "credit_risk"),
        ("src/pricing/predict.py", "pricing"),
        ("sql/features.sql", ""),
        ("features.sql", ""),
        ("features/fraud_v2.sql", "fraud_v2"),
    ],
)
def test_a_query_is_called_after_what_its_place_says_besides(path: str, model: str) -> None:
    assert model_of(path) == model


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("features/fraud.sql", QUERY),
        ("ml/fraud/train.py", f'import pandas as pd\nframe = pd.read_sql("{QUERY}", engine)\n'),
        ("ml/fraud/train.py", f'QUERY = """{QUERY}"""\nframe = pd.read_sql_query(text(QUERY), engine)\n'),
        ("ml/fraud/train.py", f'frame = pl.read_database("{QUERY}", connection)\n'),
    ],
)
def test_a_query_on_migrated_tables_that_feeds_a_model_is_found(catalog: Catalog, file: str, text: str) -> None:
    found = find_queries(MemoryFiles({file: text}), catalog, ["migrations"])
    assert [(one.model, one.text.strip(), one.file) for one in found.queries] == [("fraud", QUERY, file)]
    assert found.others == ()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("features/fraud.sql", "select a from nowhere"),
        ("features/fraud.sql", "select 1"),
        ("features/fraud.sql", "delete from orders"),
        ("features/fraud.sql", "select {{ column }} from {{ ref('orders') }}"),
        ("features/fraud.sql", "\x00 not SQL at all ((("),
        ("migrations/features.sql", QUERY),
        ("ml/train.py", f"frame = pd.read_sql(f'{QUERY} {{x}}', engine)"),
        ("ml/train.py", "def broken(:\n    read_sql"),
        ("tests/features/fraud.sql", QUERY),
    ],
)
def test_what_does_not_read_a_migrated_table_is_no_feature_query(catalog: Catalog, file: str, text: str) -> None:
    found = find_queries(MemoryFiles({file: text}), catalog, ["migrations"])
    assert (found.queries, found.others) == ((), ())


def test_a_query_that_no_place_calls_a_models_is_left_to_a_person(catalog: Catalog) -> None:
    found = find_queries(MemoryFiles({"reports/monthly.sql": QUERY}), catalog, [])
    assert (found.queries, found.others) == ((), ("reports/monthly.sql",))


@pytest.mark.parametrize("path", ["alembic.ini", 'odd "name"', "back\\slash", "ünïcode", "new\nline"])
def test_the_settings_name_paths_as_toml_can_read_them(path: str) -> None:
    import tomllib

    wanted = WantedSettings((FoundHistory(path, "alembic", 1),), assumed=('settings.X = "…"',))
    assert tomllib.loads(render_settings(wanted))["migrations"] == path
    several = WantedSettings((FoundHistory(path, "alembic", 1), FoundHistory("b", "plain", 1)))
    assert tomllib.loads(render_settings(several))["migrations"] == [path, "b"]
