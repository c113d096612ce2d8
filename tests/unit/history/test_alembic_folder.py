"""Alembic histories are found from whichever of their paths is named."""

import json
from pathlib import Path

import pytest

from schemaguard.catalog.objects import Catalog
from schemaguard.errors import HistoryError
from schemaguard.evaluation import Evaluator, Settings
from schemaguard.history import graph
from schemaguard.history.alembic_folder import is_alembic, read_alembic
from schemaguard.history.history import require_whole
from schemaguard.history.replay import replay
from schemaguard.history.sources import MemoryFiles

INI = "[alembic]\nscript_location = %(here)s/migrations\n"


def module(identifier: str, down: str | None = None) -> str:
    return f"revision = {identifier!r}\ndown_revision = {down!r}\n\n\ndef upgrade():\n    pass\n"


def project() -> MemoryFiles:
    texts = {
        "alembic.ini": INI,
        "migrations/env.py": "",
        "migrations/script.py.mako": "",
        "migrations/versions/0001_a.py": module("a"),
        "migrations/versions/0002_b.py": module("b", "a"),
        "migrations/versions/__init__.py": "",
    }
    return MemoryFiles(texts)


@pytest.mark.parametrize("path", ["alembic.ini", ".", "migrations", "migrations/versions"])
def test_every_path_of_a_project_leads_to_its_history(path: str) -> None:
    files = project()
    assert is_alembic(path, files)
    history = read_alembic(path, files)
    assert history.path == path
    assert history.graph.order == ("a", "b")
    assert history.env_file == "migrations/env.py"
    assert history.graph.revisions["b"].file == "migrations/versions/0002_b.py"
    assert history.problems == ()


def test_several_version_locations_are_one_history() -> None:
    files = MemoryFiles(
        {
            "conf/alembic.ini": "[alembic]\nscript_location = ../m\nversion_path_separator = os\n"
            "version_locations = %(here)s/../m/one:%(here)s/../m/two\n",
            "m/env.py": "",
            "m/one/a.py": module("a"),
            "m/two/b.py": module("b", "a"),
        }
    )
    assert read_alembic("conf/alembic.ini", files).graph.order == ("a", "b")


@pytest.mark.parametrize(
    ("separator", "joined"),
    [("space", "one two"), ("newline", "\n  one\n  two"), (";", "one;two"), (None, "one, two"), (None, "one two")],
)
def test_version_locations_are_split_as_alembic_splits_them(separator: str | None, joined: str) -> None:
    chosen = f"path_separator = {separator}\n" if separator else ""
    files = MemoryFiles(
        {
            "alembic.ini": f"[alembic]\nscript_location = .\n{chosen}version_locations = {joined}\n",
            "env.py": "",
            "one/a.py": module("a"),
            "two/b.py": module("b", "a"),
        }
    )
    assert read_alembic("alembic.ini", files).graph.order == ("a", "b")


def test_revisions_in_folders_below_are_found_where_the_settings_say_so() -> None:
    texts = {"migrations/versions/2024/c.py": module("c", "b")}
    flat = MemoryFiles({**project().texts, **texts})
    assert read_alembic("alembic.ini", flat).graph.order == ("a", "b")
    deep = MemoryFiles({**flat.texts, "alembic.ini": INI + "recursive_version_locations = true\n"})
    assert read_alembic("alembic.ini", deep).graph.order == ("a", "b", "c")
    assert read_alembic("migrations", deep).graph.order == ("a", "b", "c")


def test_a_script_location_may_be_a_folder_of_a_package() -> None:
    files = MemoryFiles(
        {
            "alembic.ini": "[alembic]\nscript_location = shop.db:migrations\nprepend_sys_path = src\n",
            "src/shop/__init__.py": "",
            "src/shop/db/__init__.py": "",
            "src/shop/db/migrations/env.py": "",
            "src/shop/db/migrations/versions/a.py": module("a"),
        }
    )
    history = read_alembic("alembic.ini", files)
    assert history.graph.order == ("a",)
    assert history.roots[0] == "src"


def test_settings_in_pyproject_are_read() -> None:
    files = MemoryFiles(
        {
            "pyproject.toml": '[tool.alembic]\nscript_location = "%(here)s/migrations"\n',
            "migrations/env.py": "",
            "migrations/versions/a.py": module("a"),
        }
    )
    assert read_alembic("pyproject.toml", files).graph.order == ("a",)


def test_imports_are_looked_up_above_the_outermost_package() -> None:
    files = MemoryFiles(
        {
            "lib/shop/__init__.py": "",
            "lib/shop/migrations/__init__.py": "",
            "lib/shop/migrations/env.py": "",
            "lib/shop/migrations/versions/a.py": module("a"),
        }
    )
    assert "lib" in read_alembic("lib/shop/migrations/versions", files).roots


def test_a_file_that_does_not_parse_is_a_problem_and_the_others_are_read() -> None:
    files = MemoryFiles({**project().texts, "migrations/versions/0003_c.py": "revision = 'c'\ndown_revision = (\n"})
    history = read_alembic("migrations", files)
    assert history.graph.order == ("a", "b")
    (problem,) = history.problems
    assert str(problem.place) == "migrations/versions/0003_c.py:2"
    with pytest.raises(HistoryError, match=r"0003_c\.py can't be read"):
        require_whole(history)


@pytest.mark.parametrize(
    ("texts", "path", "said"),
    [
        ({"alembic.ini": "[loggers]\n"}, "alembic.ini", "no [alembic] section"),
        ({"alembic.ini": "[alembic\n"}, "alembic.ini", "can't be read as an ini file"),
        (
            {"alembic.ini": "[one]\nscript_location=a\n[two]\nscript_location=b\n"},
            "alembic.ini",
            "several histories: a, b",
        ),
        ({"alembic.ini": "[alembic]\nscript_location=nowhere:m\n"}, "alembic.ini", "isn't in this project"),
        ({"alembic.ini": INI}, "alembic.ini", "no revision files"),
        ({"pyproject.toml": "["}, "pyproject.toml", "not valid TOML"),
        ({"pyproject.toml": ""}, "pyproject.toml", "no [tool.alembic]"),
        ({"x": ""}, "nowhere", "there is no nowhere"),
    ],
)
def test_a_path_that_leads_to_no_history_is_an_error(texts: dict[str, str], path: str, said: str) -> None:
    with pytest.raises(HistoryError) as caught:
        read_alembic(path, MemoryFiles(texts))
    assert said in caught.value.what
    assert caught.value.next


ORDERS = Path(__file__).parents[2] / "fixtures" / "histories" / "orders.json"


@pytest.mark.parametrize("name", sorted(json.loads(ORDERS.read_text())["histories"]))
def test_the_order_of_a_real_history_is_the_one_in_which_it_was_applied(name: str) -> None:
    known = json.loads(ORDERS.read_text())["histories"][name]
    texts = {f"versions/{file}": head for file, head in known["files"].items()}
    history = read_alembic("versions", MemoryFiles(texts))
    assert history.problems == ()
    before = graph.ancestors(history.graph, [known["after"]] if known["after"] else [])
    assert [revision for revision in history.graph.order if revision not in before] == known["order"]


def test_a_file_that_cannot_be_parsed_keeps_its_place_among_the_others() -> None:
    texts = {
        f"v/{name}.py": f"revision = '{name}'\ndown_revision = {down!r}\ndef upgrade():\n    {body}\n"
        for name, down, body in (("a", None, "pass"), ("b", "a", "if (:"), ("c", "b", "pass"))
    }
    history = read_alembic("v", MemoryFiles(texts))
    assert history.graph.order == ("a", "b", "c")
    assert [(problem.kind, problem.revisions, problem.place.line) for problem in history.problems] == [
        ("unreadable", ("b",), 4)
    ]
    require_whole(history)
    runs = replay(history, Evaluator(MemoryFiles(texts), (".",), Settings()), Catalog()).runs
    assert [[change.reason for step in run.steps for change in step.changes] for run in runs] == [  # type: ignore[union-attr]
        [],
        ["it can't be evaluated: v/b.py:4 is not valid Python: invalid syntax"],
        [],
    ]


def test_a_file_that_does_not_say_who_it_is_leaves_no_catalog_to_speak_of() -> None:
    history = read_alembic("v", MemoryFiles({"v/a.py": "revision = f(\n"}))
    with pytest.raises(HistoryError, match=r"a\.py can't be read as a revision"):
        require_whole(history)


def test_revisions_in_a_folder_a_year_are_found_from_their_folder_too() -> None:
    files = MemoryFiles({"v/__init__.py": "", "v/2024/a.py": module("a"), "v/2025/b.py": module("b", "a")})
    assert is_alembic("v", files)
    assert read_alembic("v", files).graph.order == ("a", "b")


def test_folders_below_are_read_where_their_revisions_follow_those_above() -> None:
    continued = MemoryFiles({"v/a.py": module("a"), "v/next/expand/b.py": module("b", "a")})
    put_aside = MemoryFiles({"v/b.py": module("b"), "v/old/a.py": module("a"), "v/old/a2.py": module("a2", "a")})
    assert read_alembic("v", continued).graph.order == ("a", "b")
    assert read_alembic("v", put_aside).graph.order == ("b",)


def test_what_settings_leave_out_is_not_read() -> None:
    files = MemoryFiles(
        {
            "alembic.ini": INI,
            "migrations/env.py": "",
            "migrations/versions/a.py": module("a"),
            "migrations/versions/next/b.py": module("b", "a"),
        }
    )
    assert read_alembic("alembic.ini", files).graph.order == ("a",)
