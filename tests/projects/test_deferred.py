"""`schemaguard deferred`: what is refused is remembered, what it waits for is told, and what is ready is written."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from schemaguard.cli.main import app
from schemaguard.errors import ConfigError, RefusedError, UsageError
from schemaguard.releases.deferral import DeferredDrop, parse_deferred, remembered, render_deferred
from tests.projects.scratch import ADD, CREATE, DROP, Project, broken

REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "{n:04}"
down_revision = {down}


def upgrade() -> None:
    {body}


def downgrade() -> None:
    raise NotImplementedError("there is no way back")
"""
ENDED = """
slaProperties:
  - {property: generalAvailability, value: "2020-01-31"}
  - {property: endOfSupport, value: "2021-01-31"}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A project whose last revision drops what fraud 7 reads."""
    project = Project(tmp_path)
    project.write("migrations/env.py", "from alembic import context\n")
    project.write("schemaguard.toml", 'migrations = "migrations"\nlock_timeout = "2s"\nstatement_timeout = "60s"\n')
    for number, body in enumerate((CREATE, ADD, DROP), 1):
        revision(project, number, body)
    return project


def revision(project: Project, number: int, body: str) -> Path:
    down = f'"{number - 1:04}"' if number > 1 else None
    return project.write(f"migrations/versions/{number:04}_x.py", REVISION.format(n=number, down=down, body=body))


def run(project: Project, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.folder)
        patch.setenv("SCHEMAGUARD_CACHE_DIR", str(project.folder / ".cache"))
        patch.setenv("SCHEMAGUARD_ACTOR", "ada")
        patch.delenv("SCHEMAGUARD_DATABASE_URL", raising=False)
        return CliRunner().invoke(app, ["deferred", *arguments])


def states(project: Project, *arguments: str) -> dict[str, str]:
    document = json.loads(run(project, *arguments, "--format", "json").stdout)
    return {drop["object"]: drop["state"] for drop in document["drops"]}


def put_off(project: Project) -> None:
    """Remember the refused drop, then take it out of the branch, as the finding says."""
    assert "remembered transactions.channel" in run(project, "--remember", "--reason", "nobody  sells by\nphone").stdout
    (project.folder / "migrations/versions/0003_x.py").unlink()
    assert broken(project.check()) == []


def end_the_window(project: Project) -> None:
    file = project.folder / "contracts/fraud/7.odcs.yaml"
    file.write_text(file.read_text().replace("status: active\n", f"status: active{ENDED}"))


def test_a_refused_drop_is_remembered_once_with_who_and_why(shop: Project) -> None:
    put_off(shop)
    revision(shop, 3, DROP)
    assert "nothing to remember" in run(shop, "--remember").stdout
    (one,) = json.loads((shop.folder / "contracts/deferred.json").read_text())["drops"]
    assert (one["object"], one["asked_by"], one["reason"]) == ("transactions.channel", "ada", "nobody sells by phone")


def test_it_says_what_a_drop_waits_for_and_what_is_not_known(shop: Project) -> None:
    put_off(shop)
    shown = run(shop).stdout
    assert "waits   transactions.channel" in shown
    assert "fraud@7 (declared) needs it with no end stated" in shown
    assert "no database is configured" in shown
    end_the_window(shop)
    assert states(shop) == {"transactions.channel": "unknown"}


def test_it_writes_the_revision_when_nothing_is_left_and_forgets_the_drop(shop: Project) -> None:
    put_off(shop)
    assert run(shop, "--write", "--accept-unknown").exit_code == 0
    assert len(list((shop.folder / "migrations/versions").glob("*.py"))) == 2
    end_the_window(shop)
    run(shop, "--write")
    assert len(list((shop.folder / "migrations/versions").glob("*.py"))) == 2
    done = run(shop, "--write", "--accept-unknown")
    (new,) = (shop.folder / "migrations/versions").glob("0003*.py")
    assert f"wrote migrations/versions/{new.name}" in done.stdout
    assert 'op.drop_column("transactions", "channel")' in new.read_text()
    assert "raise NotImplementedError(" in new.read_text()
    result = shop.check()
    assert result.errors == 0
    assert any(one.rule == "drop-column" and "deferred since" in (one.suppressed or "") for one in result.findings)
    assert states(shop) == {}
    again = run(shop, "--write", "--accept-unknown")
    assert "no drop is deferred" in again.stdout


def test_a_table_in_a_folder_of_sql_with_odd_names_is_dropped_as_it_is_spelled(tmp_path: Path) -> None:
    project = Project(tmp_path)
    contract = project.folder / "contracts/fraud/7.odcs.yaml"
    contract.write_text(contract.read_text().replace("physicalName: transactions", "physicalName: '\"Odd.Name\"'"))
    project.write("schemaguard.toml", 'migrations = "db"\nlock_timeout = "2s"\nstatement_timeout = "60s"\n')
    project.write("db/1_a.sql", 'create table "Odd.Name" (id bigint primary key, channel text not null);\n')
    project.write("db/2_b.sql", 'drop table "Odd.Name";\n')
    assert "remembered Odd.Name" in run(project, "--remember").stdout
    (tmp_path / "db/2_b.sql").unlink()
    end_the_window(project)
    assert run(project, "--write", "--accept-unknown").exception is None
    (new,) = (tmp_path / "db").glob("2*.sql")
    assert new.read_text().splitlines()[-1] == 'DROP TABLE "Odd.Name";'
    assert project.check().errors == 0


def test_what_is_gone_already_is_only_forgotten(shop: Project) -> None:
    put_off(shop)
    end_the_window(shop)
    revision(shop, 3, DROP)
    assert states(shop) == {"transactions.channel": "gone"}
    run(shop, "--write")
    assert states(shop) == {}


def test_a_drop_can_be_forgotten(shop: Project) -> None:
    put_off(shop)
    assert isinstance(run(shop, "--forget", "transactions.other").exception, UsageError)
    assert run(shop, "--forget", "transactions.channel").exit_code == 0
    assert states(shop) == {}


def test_where_the_history_cannot_go_on_it_is_refused_and_stays_remembered(shop: Project) -> None:
    put_off(shop)
    end_the_window(shop)
    shop.write("migrations/versions/0002_y.py", REVISION.format(n=9, down='"0001"', body="pass"))
    done = run(shop, "--write", "--accept-unknown")
    assert isinstance(done.exception, RefusedError | UsageError), done.exception
    assert len(parse_deferred((shop.folder / "contracts/deferred.json").read_text(), "x")) == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2, "drops": []}', '{"version": 1, "drops": [{"object": 1}]}']
)
def test_a_file_that_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_deferred(text, "deferred.json")


@pytest.mark.parametrize("name", ["t.c", '"a""b"."Full Name"', "ünï.код", "a\nb"])
def test_the_file_says_what_it_was_given(name: str) -> None:
    drop = DeferredDrop(name, "migrations", date(2026, 1, 2), "ada", 'because "so"')
    other = DeferredDrop("a.b", "migrations", date(2026, 1, 3), "bob", "")
    text = render_deferred((drop, other))
    assert set(parse_deferred(text, "x")) == {drop, other}
    assert render_deferred(parse_deferred(text, "x")) == text
    assert remembered((drop,), (DeferredDrop(name, "migrations", date(2027, 1, 1), "eve", "x"), other)) == (drop, other)


def test_a_split_s_contract_revision_is_found_waiting_and_nothing_is_written_beside_it(shop: Project) -> None:
    dropping = shop.folder / "migrations/versions/0003_x.py"
    assert run(shop, "--remember").exit_code == 0
    dropping.write_text("# schemaguard: waits-for transactions(channel)\n" + dropping.read_text())

    (told,) = json.loads(run(shop, "--format", "json").stdout)["drops"]
    assert (told["state"], told["revision"]) == ("waits", "0003")
    assert run(shop, "--write", "--accept-unknown").exit_code == 0
    assert sorted(path.name for path in dropping.parent.iterdir() if path.suffix == ".py")[-1] == "0003_x.py"
