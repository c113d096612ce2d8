"""`schemaguard doctor` at a real server: before and after install, as a role that may little, and with its settings."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from schemaguard.adapters.control import fence
from schemaguard.adapters.postgres.connection import connect
from schemaguard.adoption.diagnosis import CheckUp, Health
from schemaguard.commands.doctor import doctor
from schemaguard.commands.install import install
from schemaguard.commands.site import Site


def ask(folder: Path, url: str) -> CheckUp:
    with Site(folder, environ={"SCHEMAGUARD_DATABASE_URL": url}) as site:
        return doctor(site)


def told(found: CheckUp, health: Health) -> str:
    return "\n".join(f"{one.what} → {one.next}" for one in found.diagnoses if one.health is health)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "1.sql").write_text("create table t (id bigint primary key);\n")
    (tmp_path / "schemaguard.toml").write_text('migrations = "1.sql"\n')
    return tmp_path


def test_what_install_would_do_and_what_it_did(project: Path, each_database: str) -> None:
    before = ask(project, each_database)
    assert "the control schema isn't installed" in told(before, Health.WEAK)
    assert before.exit_code == 0
    spelled = each_database.replace("postgresql://", "postgresql+psycopg://", 1)
    with Site(project, environ={"SCHEMAGUARD_DATABASE_URL": spelled}) as site:
        install(site)
    after = ask(project, spelled)
    assert "control schema, version" in told(after, Health.WELL)
    assert "isn't installed" not in told(after, Health.WEAK)
    with psycopg.connect(each_database, autocommit=True) as connection:
        connection.execute("insert into schemaguard.version (version) values (9999)")
    newer = ask(project, each_database)
    assert "newer than this program's" in told(newer, Health.ILL)
    assert newer.exit_code == 1


def test_whether_the_server_itself_refuses_is_told(project: Path, database: str) -> None:
    with Site(project, environ={"SCHEMAGUARD_DATABASE_URL": database}) as site:
        install(site)
    assert "the fence is up" in told(ask(project, database), Health.WELL)
    with connect(database) as connection:
        fence.take_down(connection)
    assert "schemaguard fence --on" in told(ask(project, database), Health.WEAK)


def test_limits_of_a_role_count_and_not_those_of_our_own_session(project: Path, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        name = connection.info.dbname
        assert "lock_timeout is 0" in told(ask(project, database), Health.WEAK)
        for setting in ("lock_timeout = '2s'", "idle_in_transaction_session_timeout = '60s'"):
            connection.execute(sql.SQL("alter database {} set " + setting).format(sql.Identifier(name)))
    weak = told(ask(project, database), Health.WEAK)
    assert "lock_timeout is 0" not in weak
    assert "idle_in_transaction_session_timeout is 0" not in weak


def test_a_role_that_may_little_is_told_what_it_needs(project: Path, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        name = connection.info.dbname
        role = sql.Identifier(f"Poor_{name}")
        connection.execute(sql.SQL("create role {} login").format(role))
        connection.execute(sql.SQL("grant connect on database {} to {}").format(sql.Identifier(name), role))
        try:
            separator = "&" if "?" in database else "?"
            found = ask(project, f"{database}{separator}options=-c%20role%3DPoor_{name}")
            assert "may not create schemas" in told(found, Health.ILL)
            assert "may not create event triggers" in told(found, Health.WEAK)
            assert found.exit_code == 1
        finally:
            connection.execute(sql.SQL("drop owned by {} ").format(role))
            connection.execute(sql.SQL("drop role {}").format(role))
