"""Where public projects keep their Alembic histories: each layout is found from the project's root without a word."""

import pytest

from schemaguard.errors import HistoryError, UsageError
from schemaguard.history.discovery import discover, discover_all
from schemaguard.history.sources import MemoryFiles

Texts = dict[str, str]
ENV = "from alembic import context\n"


def revision(identifier: str, down: str | None = None) -> str:
    return f"revision = {identifier!r}\ndown_revision = {down!r}\n\n\ndef upgrade():\n    pass\n"


def script(folder: str, count: int = 2, *, versions: str = "versions", prefix: str = "r") -> Texts:
    """A script location with some revisions."""
    made = {f"{folder}/env.py": ENV, f"{folder}/script.py.mako": ""}
    for number in range(count):
        down = f"{prefix}{number - 1}" if number else None
        made[f"{folder}/{versions}/{number}_{prefix}.py"] = revision(f"{prefix}{number}", down)
    return made


def ini(script_location: str, *more: str) -> str:
    return "\n".join(("[alembic]", f"script_location = {script_location}", *more, "[loggers]", "keys = root", ""))


_NO_LOCATION = "[alembic]\n# file_template = %%(rev)s_%%(slug)s\n[loggers]\nkeys = root\n"
_DISPATCH = "[core]\nscript_location = src/d/core\n[tenant]\nscript_location = src/d/tenant\n[loggers]\nkeys = root\n"
_SKYPILOT = (
    "[DEFAULT]\nscript_location = %(here)s/../db\n[state]\nversion_locations = %(here)s/../db/state\n"
    "[jobs]\nversion_locations = %(here)s/../db/jobs\n[loggers]\nkeys = root\n"
)
LAYOUTS: dict[str, tuple[Texts, dict[str, int]]] = {
    "airflow": (
        {"airflow/alembic.ini": ini("%(here)s/migrations"), **script("airflow/migrations")},
        {"airflow/alembic.ini": 2},
    ),
    "superset": (
        {"superset/migrations/alembic.ini": _NO_LOCATION, **script("superset/migrations")},
        {"superset/migrations": 2},
    ),
    "mlflow": (
        {"mlflow/store/migrations/alembic.ini": ini("mlflow/store/migrations"), **script("mlflow/store/migrations")},
        {"mlflow/store/migrations": 2},
    ),
    "prefect": (
        {
            "src/prefect/alembic.ini": ini("_migrations"),
            **script("src/prefect/_migrations", 3, versions="versions/postgresql", prefix="p"),
            **script("src/prefect/_migrations", 2, versions="versions/sqlite", prefix="s"),
        },
        {"src/prefect/alembic.ini": 3},
    ),
    "open-webui": (
        {
            "backend/open_webui/alembic.ini": ini("migrations", "prepend_sys_path = .."),
            **script("backend/open_webui/migrations"),
        },
        {"backend/open_webui/alembic.ini": 2},
    ),
    "dify": ({"api/migrations/alembic.ini": _NO_LOCATION, **script("api/migrations")}, {"api/migrations": 2}),
    "warehouse": ({"warehouse/__init__.py": "", **script("warehouse/migrations")}, {"warehouse/migrations": 2}),
    "ckan": (
        {
            "ckan/migration/alembic.ini": ini("."),
            **script("ckan/migration"),
            "ckanext/a/migration/a/alembic.ini": ini("%(here)s"),
            **script("ckanext/a/migration/a", 1),
        },
        {"ckan/migration": 2, "ckanext/a/migration/a": 1},
    ),
    "dispatch": (
        {"src/d/alembic.ini": _DISPATCH, **script("src/d/core"), **script("src/d/tenant", 3)},
        {"src/d/core": 2, "src/d/tenant": 3},
    ),
    "galaxy": (
        {
            "lib/m/alembic.ini": ini(
                "%(here)s/alembic",
                "version_locations = %(here)s/alembic/gxy;%(here)s/alembic/tsi",
                "version_path_separator = ;",
            ),
            **script("lib/m/alembic", versions="gxy", prefix="g"),
            **script("lib/m/alembic", 1, versions="tsi", prefix="t"),
        },
        {"lib/m/alembic.ini": 3},
    ),
    "neutron": (
        {
            "neutron/db/alembic.ini": ini("%(here)s/scripts"),
            **script("neutron/db/scripts", versions="versions/2023.1/expand"),
        },
        {"neutron/db/alembic.ini": 2},
    ),
    "nova": (
        {
            "nova/db/main/alembic.ini": ini("%(here)s/migrations"),
            **script("nova/db/main/migrations"),
            "nova/db/api/alembic.ini": ini("%(here)s/migrations"),
            **script("nova/db/api/migrations", 1),
        },
        {"nova/db/api/alembic.ini": 1, "nova/db/main/alembic.ini": 2},
    ),
    "dagster": (
        {
            "python/dagster/dagster/__init__.py": "",
            "python/dagster/dagster/_core/alembic/alembic.ini": ini("dagster:_core/alembic"),
            **script("python/dagster/dagster/_core/alembic"),
        },
        {"python/dagster/dagster/_core/alembic": 2},
    ),
    "quay": ({"alembic.ini": ini("data/migrations"), **script("data/migrations")}, {"alembic.ini": 2}),
    "skypilot": (
        {
            "sky/setup/alembic.ini": _SKYPILOT,
            "sky/db/env.py": ENV,
            "sky/db/script.py.mako": "",
            "sky/db/state/1.py": revision("a"),
            "sky/db/jobs/1.py": revision("a"),
        },
        {"sky/db/state": 1, "sky/db/jobs": 1},
    ),
    "settings inside of the script location": (
        {"alembic/alembic.ini": ini("."), **script("alembic")},
        {"alembic": 2},
    ),
    "settings that speak from the root": (
        {"db/alembic.ini": ini("db/alembic"), **script("db/alembic")},
        {"db/alembic.ini": 2},
    ),
    "settings inside of their own package": (
        {"src/shop/alembic.ini": ini("shop:migrations"), "src/shop/__init__.py": "", **script("src/shop/migrations")},
        {"src/shop/alembic.ini": 2},
    ),
    "pyproject alone": (
        {
            "pyproject.toml": '[tool.alembic]\nscript_location = "src/app/migrations"\nprepend_sys_path = ["src"]\n',
            **script("src/app/migrations"),
        },
        {"pyproject.toml": 2},
    ),
    "sections of environments": (
        {"alembic.ini": ini("migrations", "[prod]", "script_location = migrations"), **script("migrations")},
        {"alembic.ini": 2},
    ),
    "a template beside the real one": (
        {
            "{{cookiecutter.name}}/alembic.ini": ini("migrations"),
            **script("{{cookiecutter.name}}/migrations"),
            "real/alembic.ini": ini("migrations"),
            **script("real/migrations", 1),
        },
        {"real/alembic.ini": 1},
    ),
    "an env.py that is not Alembic's": (
        {"env.py": "import os\n", "versions/x.txt": "", "app/alembic.ini": ini("m"), **script("app/m")},
        {"app/alembic.ini": 2},
    ),
    "SQL at the root beside a service": (
        {"migrations/1.sql": "select 1;", "service/alembic.ini": ini("m"), **script("service/m")},
        {"migrations": 1, "service/alembic.ini": 2},
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_layout_of_a_public_project_is_found(name: str) -> None:
    texts, expected = LAYOUTS[name]
    found = discover_all((), (), MemoryFiles(texts)).histories
    assert {history.path: len(history.graph.revisions) for history in found} == expected


@pytest.mark.parametrize("name", [name for name, (_, paths) in LAYOUTS.items() if len(paths) == 1])
def test_the_name_that_reports_give_a_history_leads_to_it(name: str) -> None:
    texts, (path, *_) = LAYOUTS[name][0], list(LAYOUTS[name][1])
    files = MemoryFiles(texts)
    (found,) = discover_all((), (), files).histories
    again = discover(path, files)
    assert (again.path, again.graph.order, again.env_file) == (found.path, found.graph.order, found.env_file)


def test_settings_that_lead_nowhere_are_said_where_their_scripts_are_found() -> None:
    texts = {"app/alembic.ini": ini("%(app_dir)s/alembic"), **script("app/alembic")}
    found = discover_all((), (), MemoryFiles(texts))
    assert [history.path for history in found.histories] == ["app/alembic"]
    assert found.remarks == ("not judged: app/alembic.ini: its script location app/%(app_dir)s/alembic isn't there",)


def test_a_script_location_that_the_settings_beside_it_left_is_said() -> None:
    texts = {"alembic.ini": ini("new"), **script("new", 1), **script("old")}
    found = discover_all((), (), MemoryFiles(texts))
    assert [history.path for history in found.histories] == ["alembic.ini"]
    assert found.remarks == ("not judged: old: alembic.ini names another script location",)


def test_where_nothing_can_be_used_the_first_reason_is_the_error() -> None:
    with pytest.raises(HistoryError, match=r"no \[alembic\] section") as caught:
        discover_all((), (), MemoryFiles({"a/alembic.ini": "[loggers]\nkeys = root\n"}))
    assert caught.value.at == "a/alembic.ini"
    with pytest.raises(UsageError, match="no migrations are named"):
        discover_all((), (), MemoryFiles({"src/app.py": ""}))
