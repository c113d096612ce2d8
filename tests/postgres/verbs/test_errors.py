"""What goes wrong is one clear error with the right exit code, and nothing is half done."""

import shutil
from pathlib import Path

import psycopg
import pytest

from schemaguard.adapters.postgres.connection import LOCK_KEY
from tests.postgres.verbs.site import Site

UNREACHABLE = "postgresql://somebody:secret@127.0.0.1:1/x"
OPERATING = (
    ("promote", "fraud", "7", "--yes"),
    ("rollback", "fraud", "--reason", "x", "--yes"),
    ("resume",),
    ("status",),
    ("reconcile",),
    ("contracts", "publish", "fraud", "7"),
    ("audit", "log"),
    ("audit", "verify"),
)


@pytest.mark.parametrize("arguments", OPERATING, ids=" ".join)
def test_a_database_without_the_control_schema(site: Site, arguments: tuple[str, ...]) -> None:
    ran = site.run(*arguments)
    assert ran.code == 2
    assert "this database has no control schema yet" in ran.words
    assert "next: schemaguard install" in ran.words
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("arguments", [*OPERATING, ("install",), ("contracts", "list")], ids=" ".join)
def test_an_unreachable_database(site: Site, arguments: tuple[str, ...]) -> None:
    ran = site.run(*arguments, "--database-url", UNREACHABLE)
    assert ran.code == 2
    assert "cannot reach the database" in ran.words
    assert "at: database x on 127.0.0.1:1" in ran.words
    assert "secret" not in ran.err + ran.out


@pytest.mark.parametrize("arguments", [*OPERATING, ("install",)], ids=" ".join)
def test_no_database_at_all(site: Site, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCHEMAGUARD_DATABASE_URL")
    ran = site.run(*arguments)
    assert ran.code == 2
    assert "no database is configured" in ran.words
    assert "export SCHEMAGUARD_DATABASE_URL" in ran.words


def test_no_registry_at_all(live: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCHEMAGUARD_REGISTRY_URI")
    # MLflow writes where it logs to into the environment of the process.
    for variable in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        monkeypatch.delenv(variable, raising=False)
    ran = live.run("contracts", "publish", "fraud", "8")
    assert ran.code == 2
    assert "no model registry is configured" in ran.words
    assert live.run("status").code == 0


def test_no_such_model_and_no_such_version(live: Site) -> None:
    ran = live.run("promote", "churn", "1", "--yes")
    assert ran.code == 2
    assert "no model 'churn' is published here at: published: fraud" in ran.words
    ran = live.run("promote", "fraud", "12", "--yes")
    assert ran.code == 2
    assert "fraud 12 is not published at: published: 7 next: schemaguard contracts publish fraud 12" in ran.words
    assert live.ask("select count(*) from schemaguard.operation") == [(1,)]


@pytest.mark.parametrize(
    ("old", "new", "at", "expected"),
    [
        ("kind: DataContract", "kind: DataContract\n  bad: [", "7.odcs.yaml:4:", "not valid YAML"),
        ("physicalType: text, required", "physicalType: txet(, required", "7.odcs.yaml:", "next:"),
        ("property: access, value: read", "property: acess, value: read", "7.odcs.yaml:20:20", "did you mean 'access'"),
        ("required: true, unique: true}", "requird: true, unique: true}", "7.odcs.yaml:", "did you mean 'required'"),
        ("property: access, value: write", "property: access, value: rite", "7.odcs.yaml:", "read or write"),
    ],
    ids=["not YAML", "no type", "a property of ours", "a key of the standard", "a value"],
)
def test_a_contract_that_does_not_parse_names_file_line_and_what_was_expected(
    live: Site, old: str, new: str, at: str, expected: str
) -> None:
    live.rewrite("7", old, new)
    for verb in (("contracts", "list"), ("contracts", "publish", "fraud", "7"), ("contracts", "show", "fraud")):
        ran = live.run(*verb)
        assert ran.code == 2
        assert f"at: contracts/fraud/{at}" in ran.words, ran.err
        assert expected in ran.words, ran.err


def test_a_second_operator_is_told_who_is_at_it(live: Site) -> None:
    with psycopg.connect(live.url, autocommit=True) as first:
        first.execute("select pg_advisory_lock(%s)", (LOCK_KEY,))
        ran = live.run("contracts", "publish", "fraud", "7")
    assert ran.code == 2
    assert "another operation or a migration is running on this database" in ran.words
    assert "schemaguard status" in ran.words


def test_an_operation_that_was_left_open_says_how_to_go_on(live: Site) -> None:
    live.ask("alter table transactions add column entry_mode text")
    live.done("contracts", "publish", "fraud", "8")
    live.ask(
        "insert into schemaguard.operation (kind, model, from_version, to_version, expected_epoch, plan, plan_hash, "
        "actor, reason) values ('promote', 'fraud', '7', '8', 1, '{}', '', 'grace', 'reads the entry mode')"
    )
    # Somebody has looked at what the test's hand wrote.
    live.ask(
        "select schemaguard.append('change-accepted', 'a test', null, null, jsonb_build_object('position', position)) "
        "from schemaguard.ledger where event = 'rows-written'"
    )
    ran = live.run("promote", "fraud", "8", "--yes")
    assert ran.code == 2
    assert "operation 2 (promote fraud 7 → 8) is open" in ran.words
    assert "opened by grace: reads the entry mode" in ran.words
    assert "schemaguard resume 2" in ran.words
    assert live.ask("select epoch from schemaguard.pointer") == [(1,)]


def test_a_stale_epoch_is_a_conflict(live: Site) -> None:
    ran = live.run("promote", "fraud", "7", "--yes", "--if-epoch", "0")
    assert ran.code == 2
    assert "the epoch of fraud is 1, not 0" in ran.words


def test_a_registry_that_is_down_in_project_leaves_one_thing_to_resume(live: Site, tmp_path: Path) -> None:
    live.ask("alter table transactions add column entry_mode text")
    live.done("contracts", "publish", "fraud", "8")
    live.done("promote", "fraud", "8", "--yes")
    file = tmp_path / "mlflow.db"
    shutil.move(file, tmp_path / "away.db")
    file.mkdir()
    ran = live.run("rollback", "fraud", "--reason", "incident", "--yes")
    assert ran.code == 2
    assert "fraud 7 serves (epoch 3), but the registry's alias could not follow" in ran.words
    assert "once the registry answers again: schemaguard resume 3" in ran.words
    assert live.ask("select active, epoch from schemaguard.pointer") == [("7", 3)]
    file.rmdir()
    shutil.move(tmp_path / "away.db", file)
    assert live.registry.alias("fraud", "champion") == "8"
    live.done("resume", "3", "--finish")
    assert live.registry.alias("fraud", "champion") == "7"
    live.done("audit", "verify")


def test_a_registry_that_is_down_stops_a_promotion_before_anything_is_touched(live: Site, tmp_path: Path) -> None:
    live.ask("alter table transactions add column entry_mode text")
    live.done("contracts", "publish", "fraud", "8")
    ran = live.run("promote", "fraud", "8", "--yes", "--registry-uri", f"sqlite:///{tmp_path}")
    assert ran.code == 2
    assert "check that the registry is running" in ran.words
    assert live.ask("select count(*) from schemaguard.operation") == [(1,)]


def test_a_plan_that_is_refused_needs_a_human(live: Site) -> None:
    live.ask("alter table transactions add column entry_mode text")
    live.done("contracts", "publish", "fraud", "8")
    live.done("promote", "fraud", "8", "--yes")
    live.ask("alter table transactions drop column channel cascade")
    ran = live.run("rollback", "fraud", "--reason", "incident", "--yes")
    assert ran.code == 4
    assert "the database doesn't give fraud@7 what its contract promises" in ran.words
    assert "nothing was changed" in ran.words
    assert live.ask("select active, epoch from schemaguard.pointer") == [("8", 2)]


def test_nobody_there_to_answer_is_a_usage_error(live: Site) -> None:
    live.ask("alter table transactions add column entry_mode text")
    live.done("contracts", "publish", "fraud", "8")
    ran = live.run("promote", "fraud", "8")
    assert ran.code == 2
    assert "add --yes, best together with --if-epoch 1" in ran.words
