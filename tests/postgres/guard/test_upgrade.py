"""`schemaguard upgrade`: histories that know nothing of the guard, from every template of `alembic init`, and SQL."""

import logging.config
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command as alembic
from alembic.config import Config

from schemaguard.adapters import control
from schemaguard.adapters.control.sql_records import checksum
from schemaguard.applying.telling import Told, Waits
from schemaguard.commands.site import Site
from schemaguard.commands.upgrade import (
    StoppedError,
    Upgraded,
    UpgradeOptions,
    history_to_apply,
    pending,
    upgrade,
)
from schemaguard.errors import HistoryError, SchemaguardError, UsageError
from tests.conftest import fresh
from tests.postgres.guard.attacks import field
from tests.postgres.guard.attacks.field import Field

LINES = ('op.drop_column("t", "n")', 'op.add_column("t", sa.Column("z", sa.Text))', "UPDATE t SET z = 'x'")
PROJECTS = (
    ("generic", "psycopg2"),
    ("async", "asyncpg"),
    ("pyproject", "psycopg"),
    ("pyproject_async", "psycopg"),
    ("pyproject_async", "asyncpg"),
)


@pytest.fixture(scope="module")
def there(server: str) -> Field:
    return field.lay_out(server)


@pytest.fixture(autouse=True)
def _own_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    """The templates' env.py switches off every logger of the process, also those that other tests hear."""
    monkeypatch.setattr(logging.config, "fileConfig", lambda *_, **__: None)


def initialised(folder: Path, template: str, url: str) -> Path:
    """A project as `alembic init` makes it, with the URL written in."""
    settings = Config(folder / "alembic.ini", toml_file=folder / "pyproject.toml")
    alembic.init(settings, str(folder / "migrations"), template=template)
    ini = folder / "alembic.ini"
    line = f"sqlalchemy.url = {url.replace('%', '%%')}"
    ini.write_text(re.sub(r"sqlalchemy.url = .*", lambda _: line, ini.read_text(), count=1))
    return folder / "migrations" / "versions"


def with_driver(url: str, driver: str) -> str:
    return url.replace("postgresql://", f"postgresql+{driver}://")


def upgraded(folder: Path, revision: str = "head", said: UpgradeOptions | None = None, **site: str) -> Upgraded:
    with Site(folder, environ={}, **site) as made, made.reading(no_cache=True) as reading:  # type: ignore[arg-type]
        return upgrade(made, reading, None, revision, said or UpgradeOptions(), None)


def still_pending(folder: Path, url: str, revision: str = "head", said: UpgradeOptions | None = None) -> list[str]:
    """What an upgrade would apply, asked on a connection that can't write."""
    with Site(folder, environ={}, database_url=url) as made, made.reading(no_cache=True) as reading:
        return [*pending(made, reading, history_to_apply(reading, None), revision, said or UpgradeOptions())]


@pytest.mark.parametrize(("template", "driver"), PROJECTS)
def test_a_project_that_knows_nothing_of_the_guard_retires_what_it_drops(
    there: Field, tmp_path: Path, template: str, driver: str
) -> None:
    with there.copy(there.free) as url:
        versions = initialised(tmp_path, template, with_driver(url, driver))
        (versions / "0001.py").write_text(field.revision(LINES))
        done = upgraded(tmp_path)
        assert [one.revision for one in done.ran] == ["0001"]
        assert done.ran[0].retired == (("t.n", "instant"),)
        assert field.retired(url) == {"public.t.n"}
        assert field.lost(url) == frozenset()
        assert upgraded(tmp_path).ran == ()


def test_a_project_with_several_databases_is_guarded_on_each(there: Field, tmp_path: Path) -> None:
    with there.copy(there.free) as one, there.copy(there.free) as other:
        versions = initialised(tmp_path, "multidb", one)
        ini = tmp_path / "alembic.ini"
        text = ini.read_text().replace("driver://user:pass@localhost/dbname2", other.replace("%", "%%"))
        ini.write_text(text.replace("postgresql://", "postgresql+psycopg://"))
        revision = field.revision(LINES).replace("def upgrade():", "def upgrade(engine_name):")
        (versions / "0001.py").write_text(revision.replace("def downgrade():", "def downgrade(engine_name):"))
        upgraded(tmp_path)
        assert field.retired(one) == field.retired(other) == {"public.t.n"}


@pytest.fixture
def project(server: str, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A database without the fence, and a project with one revision that makes a table."""
    with fresh(server) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            control.install(connection)
        versions = initialised(tmp_path, "generic", with_driver(url, "psycopg"))
        add(versions, "0001", 'op.execute("create table t (a int, b text)")')
        upgraded(tmp_path)
        yield url, versions


def add(versions: Path, revision: str, line: str) -> None:
    number = int(revision)
    down = f"{number - 1:04}" if number > 1 else None
    text = field.revision((line,)).replace('"0001"', f'"{revision}"').replace("= None", f"= {down!r}")
    (versions / f"{revision}.py").write_text(text)


def test_what_would_be_applied_is_what_alembic_then_applies(project: tuple[str, Path]) -> None:
    url, versions = project
    folder = versions.parents[1]
    for number in (2, 3, 4):
        add(versions, f"{number:04}", "select 1")
    for word, said in (("0001", []), ("+1", ["0002"]), ("0003", ["0003"]), ("head", ["0004"])):
        assert still_pending(folder, url, word) == said
        assert [one.revision for one in upgraded(folder, word).ran] == said
    with pytest.raises(UsageError, match="there is no revision"):
        still_pending(folder, url, "nothing")
    for gone in ("0003", "0004"):
        (versions / f"{gone}.py").unlink()
    with pytest.raises(HistoryError, match="0004 is applied there, and isn't in this history"):
        still_pending(folder, url)


@pytest.mark.parametrize("is_installed", [True, False])
def test_without_a_fence_too_it_waits_with_nobody_behind_it_and_says_for_whom(
    server: str, tmp_path: Path, is_installed: bool
) -> None:
    with fresh(server) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("create table t (a int)")
            if is_installed:
                control.install(connection)
        versions = initialised(tmp_path, "generic", with_driver(url, "psycopg"))
        add(versions, "0001", 'op.execute("alter table t add c int")')
        heard: list[Told] = []
        with psycopg.connect(url, application_name="reports") as reader:
            reader.execute("select * from t")

            def let_go(told: Told) -> None:
                heard.append(told)
                if isinstance(told, Waits) and reader.info.transaction_status:
                    with psycopg.connect(url, autocommit=True, options="-c lock_timeout=5s") as other:
                        # Nobody's lock stands in the queue before this one.
                        other.execute("insert into t values (1)")
                    reader.rollback()

            with Site(tmp_path, environ={}) as site, site.reading(no_cache=True) as reading:
                upgrade(site, reading, None, "head", UpgradeOptions(), let_go)
        waits = [told for told in heard if isinstance(told, Waits)]
        assert waits
        assert "(reports) has used t" in waits[0].holder
        assert waits[0].revision == "0001"


def test_what_stays_locked_is_given_up_with_who_has_it_and_what_stays(project: tuple[str, Path]) -> None:
    url, versions = project
    add(versions, "0002", 'op.execute("create table u (a int)")')
    add(versions, "0003", 'op.execute("alter table t add c int")')
    (env := versions.parent / "env.py").write_text(
        env.read_text().replace("target_metadata=target_metadata\n", "transaction_per_migration=True\n")
    )
    with psycopg.connect(url, application_name="reports") as reader:
        reader.execute("select * from t")
        with pytest.raises(StoppedError) as caught:
            upgraded(versions.parents[1], said=UpgradeOptions(patience_s=0.2))
    assert "other sessions kept locked what the statement needs" in caught.value.what
    assert "(reports) has used t" in caught.value.what
    assert caught.value.what.endswith("; 0002 stays applied")
    assert caught.value.exit_code == 4
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("select version_num from alembic_version").fetchall() == [("0002",)]


BROKEN = {
    "the server": ('op.execute("alter table nothing add c int")', 'relation "nothing" does not exist'),
    "the revision's own code": ("m = {}['x']", "the project's own code fails: KeyError: 'x'"),
    "a refused drop": ('op.execute("drop table t cascade")', "CASCADE"),
}


@pytest.mark.parametrize("which", BROKEN)
def test_what_goes_wrong_is_said_with_the_users_own_line(project: tuple[str, Path], which: str) -> None:
    _, versions = project
    line, said = BROKEN[which]
    add(versions, "0002", line)
    with pytest.raises(StoppedError) as caught:
        upgraded(versions.parents[1])
    assert said in caught.value.what
    assert "0002" in f"{caught.value.what} {caught.value.at}"
    assert caught.value.exit_code in (2, 4)


def test_an_env_file_that_connects_elsewhere_is_refused(project: tuple[str, Path], database15: str) -> None:
    url, versions = project
    add(versions, "0002", 'op.execute("create table u (a int)")')
    with pytest.raises(StoppedError, match="connects to database"):
        upgraded(versions.parents[1], database_url=database15)
    # Named for this run, env.py gets it, with the project's driver.
    upgraded(versions.parents[1], said=UpgradeOptions(is_url_given=True), database_url=url)
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("select to_regclass('u') is not null").fetchall() == [(True,)]


def test_the_verb_says_what_it_applied(project: tuple[str, Path]) -> None:
    _, versions = project
    add(versions, "0002", 'op.drop_column("t", "b")')
    program = [sys.executable, "-m", "schemaguard.cli", "upgrade"]
    done = subprocess.run(program, cwd=versions.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.sub(r"[\d,]+ ms", "N ms", done.stdout) == (
        "0002    N ms\n  t.b is retired, not dropped; its way back is instant\n1 revision applied\n"
    )


SQL = {
    "plain": {"0001_t.sql": "create table t (a int, b text);", "0002_drop.sql": "alter table t drop column b;"},
    "flyway": {
        "V1__t.sql": "create table t (a int, b text);",
        "V2__drop.sql": "alter table t drop column b;",
        "R__v.sql": "create or replace view v as select a from t;",
    },
    "golang-migrate": {
        "1_t.up.sql": "create table t (a int, b text);",
        "1_t.down.sql": "drop table t;",
        "2_drop.up.sql": "alter table t drop column b;",
    },
    "dbmate": {
        "20260101_t.sql": "-- migrate:up\ncreate table t (a int, b text);\n-- migrate:down\ndrop table t;",
        "20260102_d.sql": "-- migrate:up\nalter table t drop column b;\n-- migrate:down\n",
    },
    "goose": {
        "00001_t.sql": "-- +goose Up\ncreate table t (a int, b text);\n-- +goose Down\ndrop table t;",
        "00002_d.sql": "-- +goose Up\nalter table t drop column b;",
    },
    "sql-migrate": {
        "1_t.sql": "-- +migrate Up\ncreate table t (a int, b text);\n-- +migrate Down\ndrop table t;",
        "2_d.sql": "-- +migrate Up\nalter table t drop column b;",
    },
    "node-pg-migrate": {
        "1_t.sql": "-- Up Migration\ncreate table t (a int, b text);\n-- Down Migration\ndrop table t;",
        "2_d.sql": "-- Up Migration\nalter table t drop column b;",
    },
    "tern": {
        "001_t.sql": "create table t (a int, b text);\n---- create above / drop below ----\ndrop table t;",
        "002_d.sql": "alter table t drop column b;\n---- create above / drop below ----\n",
    },
}
RECORDED = {
    "plain": "select count(*) from schemaguard.sql_migration",
    "flyway": "select count(*) from flyway_schema_history where success and checksum is not null",
    "golang-migrate": "select version from schema_migrations where not dirty",
    "dbmate": "select count(*) from schema_migrations",
    "goose": "select max(version_id) from goose_db_version where is_applied",
    "sql-migrate": "select count(*) from gorp_migrations",
    "node-pg-migrate": "select count(*) from pgmigrations",
    "tern": "select version from schema_version",
}


def sql_folder(folder: Path, tool: str) -> Path:
    """The migrations of a tool, newly written."""
    there = folder / tool
    there.mkdir()
    for name, text in SQL[tool].items():
        (there / name).write_text(text)
    (folder / "schemaguard.toml").write_text(f'migrations = "{tool}"\n')
    return there


@pytest.mark.parametrize("tool", SQL)
def test_a_folder_of_sql_is_guarded_and_recorded_as_its_tool_records_it(server: str, tmp_path: Path, tool: str) -> None:
    sql_folder(tmp_path, tool)
    with fresh(server) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            control.install(connection)
            would_run = still_pending(tmp_path, url)
            done = upgraded(tmp_path, database_url=url)
            assert len(done.ran) == len([name for name in SQL[tool] if "down" not in name])
            assert [one.revision for one in done.ran] == would_run
            assert field.retired(url) == {"public.t.b"}
            recorded = connection.execute(RECORDED[tool].encode()).fetchone()
            assert recorded is not None
            assert int(recorded[0]) == len(done.ran)
        assert upgraded(tmp_path, database_url=url).ran == ()
        assert still_pending(tmp_path, url) == []


def test_a_database_with_tables_and_no_record_is_asked_about(server: str, tmp_path: Path) -> None:
    folder = sql_folder(tmp_path, "plain")
    with fresh(server) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            control.install(connection)
            connection.execute("create table t (a int, b text)")
        with pytest.raises(StoppedError, match="no record says which of these migrations made them"):
            upgraded(tmp_path, database_url=url)
        with pytest.raises(SchemaguardError, match="no record says which of these migrations made them"):
            still_pending(tmp_path, url)
        assert still_pending(tmp_path, url, said=UpgradeOptions(applied="0001_t")) == ["0002_drop"]
        done = upgraded(tmp_path, said=UpgradeOptions(applied="0001_t"), database_url=url)
        assert [one.revision for one in done.ran] == ["0002_drop"]
        (folder / "0001_t.sql").write_text("create table t (a int)")
        with pytest.raises(StoppedError, match=r"0001_t\.sql was changed after it was applied"):
            upgraded(tmp_path, database_url=url)


def test_sql_that_fails_leaves_nothing_and_statements_outside_of_transactions_run_alone(
    server: str, tmp_path: Path
) -> None:
    folder = sql_folder(tmp_path, "golang-migrate")
    with fresh(server) as url:
        (folder / "2_drop.up.sql").write_text("create index concurrently on t (a);")
        (folder / "3_more.up.sql").write_text("create table u (a int);\nalter table nothing add c int;")
        with pytest.raises(StoppedError) as caught:
            upgraded(tmp_path, database_url=url)
        assert 'relation "nothing" does not exist; 1, 2 stay applied' in caught.value.what
        assert caught.value.at == "golang-migrate/3_more.up.sql:2"
        with psycopg.connect(url, autocommit=True) as connection:
            assert connection.execute("select version, to_regclass('u') from schema_migrations").fetchall() == [
                (2, None)
            ]


def test_flyways_checksum_is_that_of_its_own_files() -> None:
    """Two lines of a public migration and the number that Flyway wrote for them: ends of lines don't count."""
    assert checksum("a\nb") == checksum("a\r\nb\r\n") == checksum("\ufeffa\nb\n")


def test_a_statement_that_would_commit_by_itself_lets_nobody_queue_behind_it(there: Field, tmp_path: Path) -> None:
    folder = sql_folder(tmp_path, "golang-migrate")
    (folder / "1_t.up.sql").write_text("select 1;")
    (folder / "2_drop.up.sql").write_text("alter table t drop column n;")
    heard: list[Told] = []
    with there.copy(there.free) as url, psycopg.connect(url) as reader:
        reader.execute("select * from t")

        def let_go(told: Told) -> None:
            heard.append(told)
            if isinstance(told, Waits):
                reader.rollback()

        with Site(tmp_path, database_url=url, environ={}) as site, site.reading(no_cache=True) as reading:
            upgrade(site, reading, None, "head", UpgradeOptions(applied="none"), let_go)
        assert any(isinstance(told, Waits) for told in heard)
        assert field.retired(url) == {"public.t.n"}
