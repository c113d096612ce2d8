"""`schemaguard split`, as it is typed: what it asks for, what it shows, and the files that it writes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.ddl import impl
from alembic.ddl.postgresql import PostgresqlImpl

from schemaguard import config
from schemaguard.adapters import control
from schemaguard.adapters.postgres.connection import connect
from schemaguard.catalog.diff import difference
from schemaguard.catalog.objects import Catalog
from schemaguard.commands.catalog import static_catalog
from schemaguard.commands.histories import find_one
from schemaguard.commands.reading import open_reading
from schemaguard.commands.split import SplitRevision
from schemaguard.commands.split import split as split_revision
from schemaguard.errors import UsageError
from schemaguard.guard import GuardedImpl
from schemaguard.rules.facts.directives import waits_for
from tests.projects.scratch import CONTRACT, Project

BASE = """\
create table transactions (id bigint primary key, channel text not null, amount int not null default 0);
"""
ALEMBIC = '''"""{message}"""
import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {down}


def upgrade():
    {up}


def downgrade():
    {back}
'''


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "schemaguard.cli", *words]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)


def split(folder: Path, revision: str, *, write: bool = False) -> SplitRevision:
    where = "migrations" if not (folder / "alembic.ini").exists() else None
    return split_revision(open_reading(config.load(folder), folder), where, revision, (), (), write=write)


def catalog_of(folder: Path) -> Catalog:
    return static_catalog(open_reading(config.load(folder), folder), "migrations", "heads").catalog


def sql_project(folder: Path, change: str, name: str = "2_change.sql", text: str = "{}") -> Project:
    project = Project(folder)
    project.write("migrations/" + name.replace("2_change", "1_base"), text.format(BASE))
    project.write(f"migrations/{name}", text.format(change))
    return project


def test_each_moment_says_what_a_model_version_is_given(tmp_path: Path) -> None:
    sql_project(tmp_path, "alter table transactions rename column channel to entry;\n")
    new = CONTRACT.replace("SCHEMA", "").replace("channel", "entry").replace("fraud:7", "fraud:8")
    Project(tmp_path).write("contracts/fraud/8.odcs.yaml", new.replace("fraud@7", "fraud@8").replace('"7"', '"8"'))
    done = run(tmp_path, "split", "migrations", "2_change", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert [
        (moment["moment"], [(seen["model_versions"], seen["works"]) for seen in moment["seen"]])
        for moment in json.loads(done.stdout)["moments"]
    ] == [
        ("before", [(["7"], True), (["8"], False)]),
        ("after expand", [(["7"], True), (["8"], False)]),
        ("after backfill", [(["7"], True), (["8"], True)]),
        ("after contract", [(["7"], False), (["8"], True)]),
    ]


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ("alter table transactions alter channel type int using channel::int", "--down 'channel=EXPRESSION'"),
        ("alter table transactions add column kind text not null", "--up 'kind=EXPRESSION'"),
        ("alter table transactions drop column channel", "--down 'channel=EXPRESSION'"),
        ("alter table transactions drop channel; alter table transactions add channel text", "--up 'channel=EXPR"),
    ],
)
def test_what_only_the_author_knows_is_asked_for(tmp_path: Path, change: str, asked: str) -> None:
    sql_project(tmp_path, change)
    with pytest.raises(UsageError, match=re.escape(asked)):
        split(tmp_path, "2_change")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("create table other (id int)", "there is nothing to split"),
        ("do $$ begin perform 1; end $$", "a DO block"),
        (
            "create table other (t bigint references transactions); alter table transactions alter id type int",
            "constraint other_t_fkey of other",
        ),
        ("alter table transactions alter amount type int", "keeps its type"),
    ],
)
def test_what_cannot_be_split_says_why(tmp_path: Path, change: str, reason: str) -> None:
    sql_project(tmp_path, change)
    with pytest.raises(UsageError, match=re.escape(reason)):
        split(tmp_path, "2_change")


def test_nothing_is_written_unless_asked_for(tmp_path: Path) -> None:
    sql_project(tmp_path, "alter table transactions drop column amount;\n")
    before = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert split(tmp_path, "2_change").files
    assert {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("name", "text", "files"),
    [
        ("2_change.sql", "{}", ["1_base.sql", "2_change_expand.sql", "3_change_backfill.sql", "4_change_contract.sql"]),
        (
            "V2__change.sql",
            "{}",
            ["V1__base.sql", "V2__change_expand.sql", "V3__change_backfill.sql", "V4__change_contract.sql"],
        ),
        (
            "0002_change.up.sql",
            "{}",
            [
                "0001_base.up.sql",
                "0002_change_expand.up.sql",
                "0003_change_backfill.up.sql",
                "0004_change_contract.up.sql",
            ],
        ),
        (
            "20260102000000_change.sql",
            "-- +goose Up\n{}\n-- +goose Down\nselect 1;\n",
            [
                "20260101000000_base.sql",
                "20260102000000_change_expand.sql",
                "20260102000001_change_backfill.sql",
                "20260102000002_change_contract.sql",
            ],
        ),
        (
            "20260102_change.sql",
            "-- migrate:up\n{}\n-- migrate:down\nselect 1;\n",
            [
                "20260101_base.sql",
                "20260102_change_expand.sql",
                "20260103_change_backfill.sql",
                "20260104_change_contract.sql",
            ],
        ),
    ],
)
def test_sql_files_follow_their_layout(tmp_path: Path, name: str, text: str, files: list[str]) -> None:
    project = Project(tmp_path)
    project.write(f"migrations/{files[0]}", text.format(BASE))
    project.write(f"migrations/{name}", text.format("alter table transactions rename column channel to entry;"))
    wanted = catalog_of(tmp_path)
    revision = {"V2__change.sql": "2", "2_change.sql": "2_change"}.get(name, name.partition("_")[0])
    split(tmp_path, revision, write=True)
    assert sorted(path.name for path in (tmp_path / "migrations").iterdir()) == files
    assert difference(wanted, catalog_of(tmp_path)) == ()
    contract = (tmp_path / "migrations" / files[-1]).read_text()
    waits = waits_for(re.findall(r"-- (.*)", contract))
    assert waits is not None
    assert [(str(table), columns) for table, columns in waits.objects] == [("transactions", ("channel",))]


def alembic_project(folder: Path, up: str, back: str = "pass", *, template: str | None = None) -> None:
    command.init(Config(str(folder / "alembic.ini")), str(folder / "migrations"))
    if template is not None:
        (folder / "migrations/script.py.mako").write_text(template)
    versions = folder / "migrations/versions"
    made = f"op.execute({BASE.strip()!r})"
    gone = "op.drop_table('transactions')"
    texts = {
        "aaaaaaaaaaaa": ALEMBIC.format(message="base", id="aaaaaaaaaaaa", down=None, up=made, back=gone),
        "bbbbbbbbbbbb": ALEMBIC.format(message="change", id="bbbbbbbbbbbb", down='"aaaaaaaaaaaa"', up=up, back=back),
        "cccccccccccc": ALEMBIC.format(
            message="after", id="cccccccccccc", down='"bbbbbbbbbbbb"', up="pass", back="pass"
        ),
    }
    for name, text in texts.items():
        (versions / f"{name}.py").write_text(text)


RENAME = "op.alter_column('transactions', 'channel', new_column_name='entry')"


@pytest.mark.parametrize("chosen", [GuardedImpl, PostgresqlImpl], ids=["with the guard", "plain"])
def test_alembic_runs_the_revisions_there_and_back(
    chosen: type[PostgresqlImpl], tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(impl._impls, "postgresql", chosen)
    alembic_project(tmp_path, RENAME)
    split(tmp_path, "bbbb", write=True)
    settings = Config(str(tmp_path / "alembic.ini"))
    settings.set_main_option("script_location", str(tmp_path / "migrations"))
    settings.set_main_option(
        "sqlalchemy.url", database.replace("postgresql://", "postgresql+psycopg://").replace("%", "%%")
    )
    with connect(database) as installing:
        control.install(installing)
    command.upgrade(settings, "aaaa")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("insert into transactions values (1, 'web')")
        command.upgrade(settings, "head")
        assert connection.execute("select entry from transactions").fetchall() == [("web",)]
        command.downgrade(settings, "bbbb-1")
        connection.execute("insert into transactions (id, entry) values (2, 'app')")
        assert connection.execute("select channel from transactions order by id").fetchall() == [("web",), ("app",)]
        command.downgrade(settings, "aaaa")
        command.upgrade(settings, "head")
        assert connection.execute("select entry from transactions order by id").fetchall() == [("web",), ("app",)]


def test_a_template_that_runs_code_is_not_executed(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    template = f"<% open({str(ran)!r}, 'w') %>\nrevision = ${{repr(up_revision)}}\n${{upgrades}}\n${{downgrades}}\n"
    alembic_project(tmp_path, RENAME, template=template)
    split(tmp_path, "bbbb", write=True)
    assert not ran.exists()
    assert find_one(open_reading(config.load(tmp_path), tmp_path), None).problems == ()


def test_the_projects_own_template_and_file_names_are_used(tmp_path: Path) -> None:
    template = (
        '"""${message}"""\n# house style\nfrom alembic import op\n${imports if imports else ""}\n'
        "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n\n"
        'def upgrade():\n    ${upgrades if upgrades else "pass"}\n\n'
        'def downgrade():\n    ${downgrades if downgrades else "pass"}\n'
    )
    alembic_project(tmp_path, RENAME, template=template)
    ini = tmp_path / "alembic.ini"
    ini.write_text(ini.read_text().replace("[alembic]", "[alembic]\nfile_template = r_%%(slug)s", 1))
    split(tmp_path, "bbbb", write=True)
    written = tmp_path / "migrations/versions/r_change_expand.py"
    assert written.read_text().startswith(
        '"""change (expand)"""\n# house style\nfrom alembic import op\nimport sqlalchemy as sa\n'
    )


def test_a_revision_is_split_once(tmp_path: Path) -> None:
    alembic_project(tmp_path, RENAME)
    split(tmp_path, "bbbb", write=True)
    with pytest.raises(UsageError, match="contract revision of a split"):
        split(tmp_path, "bbbb", write=True)
