"""The guard under real Alembic on a real server: what is retired, refused, written down, and taken back."""

import json
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import ledger
from schemaguard.adapters.files.overrides import FILE
from schemaguard.adapters.postgres.connection import LOCK_KEY
from schemaguard.contracts import digests
from schemaguard.contracts.overrides import Override
from schemaguard.contracts.overriding import with_override
from schemaguard.errors import ConflictError, RefusedError
from tests.postgres.guard.conftest import TABLES, laid_out
from tests.postgres.guard.project import Project

REFUSED = {
    "a DO block": ("op.execute(\"do $$ begin execute 'drop table customers cascade'; end $$\")", "DO block"),
    "TRUNCATE": ('op.execute("truncate transactions")', "TRUNCATE would delete every row"),
    "DELETE": ('op.execute("delete from transactions where id = 1")', "DELETE would delete rows"),
    "DELETE in a WITH": (
        'op.execute("with gone as (delete from transactions returning *) select * from gone")',
        "DELETE would delete rows",
    ),
    "CASCADE": ('op.execute("drop table customers cascade")', "CASCADE"),
    "DROP SCHEMA": ('op.execute("drop schema extra")', "DROP SCHEMA"),
    "a lossy retype": ('op.alter_column("transactions", "amount", type_=sa.Integer)', "would not keep every value"),
    "a drop behind a harmless statement": (
        'op.execute("select 1; drop table transactions")',
        "drops something and also does something else",
    ),
    "a drop in a transaction of its own": (
        'op.execute("begin; alter table transactions drop column channel; commit")',
        "drops something and also does something else",
    ),
    "a procedure": ('op.execute("call tidy_up()")', "can't tell what it does"),
    "a primary key member": ('op.drop_column("transactions", "id")', "part of the primary key"),
}


def test_a_dropped_column_is_retired_with_its_data(project: Project) -> None:
    project.add('op.drop_column("transactions", "channel")')
    project.upgrade()
    assert project.columns("transactions") == ["id", "customer_id", "amount", "note"]
    ((hidden,),) = project.ask("select hidden_column from schemaguard.retired_object")
    assert project.ask(f'select distinct "{hidden}" from transactions') == [("web",)]
    assert project.applied("0002") == [("DropColumn", "instant", [], False)]
    project.restore()
    assert project.columns("transactions") == ["id", "customer_id", "amount", "channel", "note"]
    assert project.ask(
        "select event, entry::jsonb -> 'payload' ->> 'object' from schemaguard.ledger where event = 'retired'"
    ) == [("retired", "transactions.channel")]


def test_a_dropped_table_is_retired_with_its_rows_and_comes_back_with_its_keys(project: Project) -> None:
    project.add('op.drop_table("transactions")')
    project.upgrade()
    assert project.ask("select to_regclass('public.transactions')") == [(None,)]
    ((schema,),) = project.ask("select hidden_schema from schemaguard.retired_object")
    assert project.ask(f'select count(*) from "{schema}".transactions') == [(20,)]
    project.restore()
    assert project.ask("select count(*) from transactions") == [(20,)]
    assert project.ask("select count(*) from pg_constraint where conname = 'transactions_customer_id_fkey'") == [(1,)]


def test_several_drops_in_one_statement_are_all_retired(project: Project) -> None:
    project.add('op.execute("alter table transactions drop column channel, drop column note")')
    project.upgrade()
    assert project.columns("transactions") == ["id", "customer_id", "amount"]
    assert len(project.ask("select 1 from schemaguard.retired_object")) == 2


def test_a_drop_if_exists_of_what_is_not_there_does_nothing(project: Project) -> None:
    project.add('op.execute("drop table if exists nothing"); op.drop_column("transactions", "x", if_exists=True)')
    project.upgrade()
    assert project.ask("select * from schemaguard.retired_object") == []


@pytest.mark.parametrize(("up", "message"), REFUSED.values(), ids=REFUSED)
def test_what_would_destroy_data_is_refused_before_it_runs(project: Project, up: str, message: str) -> None:
    project.ask("create schema extra")
    project.add(up)
    before = project.ask("select count(*), sum(amount) from transactions")
    with pytest.raises(RefusedError, match=message) as caught:
        project.upgrade()
    assert caught.value.at.startswith("revision 0002")
    assert caught.value.next
    assert project.ask("select count(*), sum(amount) from transactions") == before
    assert project.heads() == ["0001"]
    assert project.ask("select 1 from schemaguard.applied_change where revision = '0002'") == []


def test_a_drop_without_the_control_schema_is_refused(database: str, tmp_path: Path) -> None:
    project = Project(database, tmp_path / "migrations")
    project.lay_out()
    project.add(TABLES)
    project.add('op.drop_column("transactions", "channel")')
    with pytest.raises(RefusedError, match="has no control schema") as caught:
        project.upgrade()
    assert caught.value.next == "schemaguard install, then run the migration again"
    assert "channel" in project.columns("transactions")
    assert project.heads() == ["0001"]


def publish_dashboard(project: Project) -> None:
    document = {
        "apiVersion": "v3.2.0", "kind": "DataContract", "id": "urn:schemaguard:consumer:dashboard", "version": "1.0.0",
        "status": "active",
        "schema": [{"name": "transactions", "physicalName": "transactions",
                    "properties": [{"name": "channel", "physicalType": "text"}]}],
    }  # fmt: skip
    project.ask(
        "insert into schemaguard.contract (digest, model, document, file, reads_through, view_schema, published_by) "
        "values (%s, 'dashboard', %s, 'contracts/dashboard.odcs.yaml', 'table', 'dashboard', 'ada')",
        digests.digest(document),
        Jsonb(document),
    )


def test_what_a_contract_in_its_window_reads_is_not_retired(project: Project) -> None:
    publish_dashboard(project)
    project.add('op.drop_column("transactions", "channel")')
    with pytest.raises(RefusedError, match=r"transactions\.channel is needed by dashboard"):
        project.upgrade()
    assert "channel" in project.columns("transactions")


GRANTED = Override(
    "breaks-reader", "transactions.channel", "dashboard", "", date(2999, 1, 1), "it is empty", "grace", "ada"
)


def overrides_file(project: Project, *overrides: Override) -> None:
    """The project's file, as a person may write it."""
    text = None
    for each in overrides:
        text = with_override(text, each, FILE)
    folder = project.folder.parent / "contracts"
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_text(text or "")


def in_the_ledger(project: Project, override: Override) -> None:
    facts = {
        "rule": override.rule, "object": override.object, "version": override.version or None, "until": override.until,
    }  # fmt: skip
    with psycopg.connect(project.url) as connection:
        ledger.append(
            connection, event="override-granted", actor="ada", model=override.model, operation=None, facts=facts
        )


def test_a_drop_that_somebody_answers_for_is_retired(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.folder.parent)
    publish_dashboard(project)
    overrides_file(project, GRANTED)
    in_the_ledger(project, GRANTED)
    project.add('op.drop_column("transactions", "channel")')
    project.upgrade()
    assert "channel" not in project.columns("transactions")
    (retired,) = project.ask("select entry from schemaguard.ledger where event = 'retired'")
    assert json.loads(retired[0])["payload"]["overridden_for"] == ["dashboard"]


@pytest.mark.parametrize(
    ("in_file", "granted"),
    [
        ((), GRANTED),
        ((GRANTED,), None),
        ((GRANTED,), replace(GRANTED, until=date(2998, 1, 1))),
        ((GRANTED,), replace(GRANTED, rule="breaks-writer")),
        ((replace(GRANTED, until=date(2020, 1, 1)),), replace(GRANTED, until=date(2020, 1, 1))),
        ((replace(GRANTED, object="transactions.note"),), replace(GRANTED, object="transactions.note")),
        ((replace(GRANTED, model="fraud", version="7"),), replace(GRANTED, model="fraud", version="7")),
    ],
)
def test_an_override_that_is_half_there_or_for_something_else_answers_for_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, in_file: tuple[Override, ...], granted: Override | None
) -> None:
    monkeypatch.chdir(project.folder.parent)
    publish_dashboard(project)
    overrides_file(project, *in_file)
    if granted is not None:
        in_the_ledger(project, granted)
    project.add('op.drop_column("transactions", "channel")')
    with pytest.raises(RefusedError, match=r"transactions\.channel is needed by dashboard"):
        project.upgrade()
    assert "channel" in project.columns("transactions")


def publish_model(project: Project, *versions: str) -> None:
    """One contract of a model, which reads a column, and the versions that are released with it."""
    document = {
        "apiVersion": "v3.2.0", "kind": "DataContract", "id": "urn:schemaguard:model:fraud:7", "version": "1.0.0",
        "status": "active",
        "customProperties": [{"property": "modelName", "value": "fraud", "vendor": "schemaguard"},
                             {"property": "modelVersion", "value": "7", "vendor": "schemaguard"}],
        "schema": [{"name": "transactions", "physicalName": "transactions",
                    "properties": [{"name": "channel", "physicalType": "text"}]}],
    }  # fmt: skip
    digest = digests.digest(document)
    project.ask(
        "insert into schemaguard.contract (digest, model, document, file, reads_through, view_schema, published_by) "
        "values (%s, 'fraud', %s, 'contracts/fraud/7.odcs.yaml', 'table', 'fraud_7', 'ada')",
        digest,
        Jsonb(document),
    )
    for version in versions:
        project.ask(
            "insert into schemaguard.release (model, model_version, contract) values ('fraud', %s, %s)", version, digest
        )


def test_every_version_with_the_contract_has_to_be_answered_for(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder.parent)
    publish_model(project, "7", "9")
    of_7, of_9 = (replace(GRANTED, model="fraud", version=version) for version in ("7", "9"))
    overrides_file(project, of_7)
    in_the_ledger(project, of_7)
    project.add('op.drop_column("transactions", "channel")')
    with pytest.raises(RefusedError, match=r"transactions\.channel is needed by fraud@9, and the release window"):
        project.upgrade()
    overrides_file(project, of_7, of_9)
    in_the_ledger(project, of_9)
    project.upgrade()
    assert "channel" not in project.columns("transactions")


def test_a_contract_without_a_release_is_needed_by_those_that_it_lists(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder.parent)
    publish_model(project)
    project.add('op.drop_column("transactions", "channel")')
    with pytest.raises(RefusedError, match=r"transactions\.channel is needed by fraud@7"):
        project.upgrade()


def test_a_malformed_file_of_overrides_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.folder.parent)
    publish_dashboard(project)
    overrides_file(project)
    (project.folder.parent / "contracts" / FILE).write_text("version: 1\noverrides: all\n")
    project.add('op.drop_column("transactions", "channel")')
    with pytest.raises(RefusedError, match="overrides must be a list"):
        project.upgrade()


def test_every_change_is_written_down_with_the_inverse_that_takes_it_back(project: Project) -> None:
    before = project.columns("transactions")
    project.add(
        'op.alter_column("transactions", "note", new_column_name="remark")\n'
        'op.alter_column("transactions", "customer_id", nullable=False)\n'
        'op.create_index("transactions_amount_idx", "transactions", ["amount"])\n'
        'op.create_check_constraint("amount_positive", "transactions", "amount > 0")'
    )
    project.upgrade()
    applied = project.applied("0002")
    assert [row[0] for row in applied] == ["RenameColumn", "SetNotNull", "CreateIndex", "AddConstraint"]
    assert {row[1] for row in applied} == {"instant"}
    for _, _, inverse, _ in reversed(applied):
        for statement in inverse:
            project.ask(statement)
    assert project.columns("transactions") == before
    assert project.ask("select attnotnull from pg_attribute where attname = 'customer_id'") == [(False,)]
    assert project.ask("select 1 from pg_class where relname = 'transactions_amount_idx'") == []


def test_a_statement_with_two_additions_is_two_changes(project: Project) -> None:
    project.add('op.execute("alter table transactions add column a int, add column b int")')
    project.upgrade()
    added = project.ask("select change -> 'adds' ->> 2 from schemaguard.applied_change where revision = '0002'")
    assert added == [("a",), ("b",)]


def test_several_statements_in_one_string_are_judged_and_written_down_each(project: Project) -> None:
    project.add('op.execute("alter table transactions rename note to remark; alter table transactions add x int;")')
    project.upgrade()
    assert [row[0] for row in project.applied("0002")] == ["RenameColumn", "AddColumn"]
    assert project.columns("transactions")[-2:] == ["remark", "x"]


def test_a_plain_index_is_hidden_and_comes_back_by_a_rename(project: Project) -> None:
    project.add('op.drop_index("transactions_channel_idx"); op.drop_column("transactions", "channel")')
    project.upgrade()
    (_, cls, inverse, _), _ = project.applied("0002")
    assert cls == "instant"
    project.restore()
    for statement in inverse:
        project.ask(statement)
    assert project.ask("select indisvalid from pg_index where indexrelid = 'transactions_channel_idx'::regclass") == [
        (True,)
    ]


def test_a_unique_index_is_dropped_and_its_definition_kept(project: Project) -> None:
    project.add('op.drop_index("transactions_note_key")')
    project.upgrade()
    assert project.applied("0002") == [
        (
            "DropIndex",
            "slow",
            ["CREATE UNIQUE INDEX transactions_note_key ON public.transactions USING btree (note)"],
            False,
        )
    ]


def test_autocommit_blocks_pass_through_the_guard(project: Project) -> None:
    project.add(
        "with op.get_context().autocommit_block():\n"
        '    op.create_index("amount_idx", "transactions", ["amount"], postgresql_concurrently=True)\n'
        '    op.drop_index("transactions_channel_idx", postgresql_concurrently=True)\n'
        '    op.drop_column("transactions", "channel")'
    )
    project.upgrade()
    assert [row[:2] for row in project.applied("0002")] == [
        ("CreateIndex", "instant"),
        ("DropIndex", "instant"),
        ("DropColumn", "instant"),
    ]
    assert project.heads() == ["0002"]
    assert not project.is_locked()


def test_a_downgrade_retires_what_it_drops_and_marks_the_changes_undone(project: Project) -> None:
    project.add(
        'op.add_column("transactions", sa.Column("entry_mode", sa.Text))',
        'op.drop_column("transactions", "entry_mode")',
    )
    project.upgrade()
    project.ask("update transactions set entry_mode = 'chip'")
    project.downgrade("0001")
    assert "entry_mode" not in project.columns("transactions")
    hidden = project.ask("select hidden_column, applied_change from schemaguard.retired_object")
    assert hidden[0][1] is None
    assert project.ask(f'select distinct "{hidden[0][0]}" from transactions') == [("chip",)]
    assert [row[0::3] for row in project.applied("0002")] == [("AddColumn", True)]
    project.upgrade()
    assert project.columns("transactions")[-1] == "entry_mode"
    assert [row[0::3] for row in project.applied("0002")] == [("AddColumn", True), ("AddColumn", False)]


def test_a_revision_that_does_nothing_is_remembered_so_that_the_chain_is_known(project: Project) -> None:
    project.add("pass")
    project.upgrade()
    assert project.ask("select revision, parents from schemaguard.applied_change where revision = '0002'") == [
        ("0002", ["0001"])
    ]


def test_what_a_revision_depends_on_besides_makes_its_parents_unknown(project: Project) -> None:
    project.add("pass")
    project.add('op.add_column("transactions", sa.Column("x", sa.Integer))', depends="0001")
    project.upgrade()
    assert project.ask("select parents from schemaguard.applied_change where revision = '0003'") == [(None,)]


@pytest.mark.parametrize("per_migration", [True, False])
@pytest.mark.parametrize("guarded", [True, False], ids=["with the guard", "env.py without the guard"])
def test_a_held_revision_refuses_a_plain_upgrade_with_our_message(
    database: str, tmp_path: Path, per_migration: bool, guarded: bool
) -> None:
    project = laid_out(database, tmp_path, per_migration=per_migration)
    project.add("pass")
    project.upgrade()
    env = project.folder / "env.py"
    if not guarded:
        env.write_text(env.read_text().replace("import schemaguard.guard", ""))
    project.ask(
        "insert into schemaguard.held_revision (revision, reason) values ('0003', 'fraud@7 needs what it takes away')"
    )
    project.add('op.drop_column("transactions", "channel")')
    done = project.alembic("upgrade", "head")
    assert done.returncode != 0
    said = " ".join((done.stdout + done.stderr).split())
    assert "schemaguard: revision 0003 is held and was not applied: fraud@7 needs what it takes away" in said
    assert "schemaguard promote brings model and schema forward together" in said
    if guarded:
        assert "Traceback" not in said
    assert "channel" in project.columns("transactions")
    assert project.heads() == ["0002"]
    assert project.ask("select 1 from schemaguard.retired_object") == []


def test_a_held_revision_is_refused_before_its_autocommit_block_runs(project: Project) -> None:
    project.ask("insert into schemaguard.held_revision (revision, reason) values ('0002', 'an incident')")
    project.add('with op.get_context().autocommit_block():\n    op.add_column("transactions", sa.Column("x", sa.Text))')
    with pytest.raises(RefusedError, match="revision 0002 is held"):
        project.upgrade()
    assert "x" not in project.columns("transactions")
    assert not project.is_locked()


def test_no_lock_is_left_behind_by_a_migration_that_passes_or_fails(project: Project) -> None:
    project.add('op.add_column("transactions", sa.Column("x", sa.Integer))')
    project.upgrade()
    assert not project.is_locked()
    project.add('op.execute("truncate transactions")')
    with pytest.raises(RefusedError):
        project.upgrade()
    assert not project.is_locked()


def test_a_migration_waits_for_an_operation_that_is_under_way(project: Project) -> None:
    project.add('op.add_column("transactions", sa.Column("x", sa.Integer))')
    with psycopg.connect(project.url, autocommit=True) as operator:
        operator.execute("select pg_advisory_lock(%s)", (LOCK_KEY,))
        migration = threading.Thread(target=project.upgrade)
        migration.start()
        migration.join(0.5)
        assert migration.is_alive()
        assert "x" not in project.columns("transactions")
        operator.execute("select pg_advisory_unlock(%s)", (LOCK_KEY,))
        migration.join()
    assert "x" in project.columns("transactions")


def test_a_migration_is_refused_while_an_operation_was_left_open(project: Project) -> None:
    project.ask(
        "insert into schemaguard.operation (kind, model, from_version, to_version, expected_epoch, plan, plan_hash, "
        "actor, reason) values ('rollback', 'fraud', '8', '7', 2, '{}', '', 'ada', 'incident')"
    )
    project.add('op.add_column("transactions", sa.Column("x", sa.Integer))')
    with pytest.raises(ConflictError, match=r"operation 1 \(rollback fraud 8 → 7\) is open") as caught:
        project.upgrade()
    assert "schemaguard resume 1" in caught.value.next
    assert project.heads() == ["0001"]


def test_temporary_tables_are_the_migrations_own_business(project: Project) -> None:
    project.add('op.execute("create temp table work (id int)"); op.drop_table("work")')
    project.upgrade()
    assert project.ask("select 1 from schemaguard.retired_object") == []


def test_percent_signs_arrive_as_they_were_written(project: Project) -> None:
    project.add(
        "op.execute(sa.text(\"update transactions set note = 'a%b' where id = 1\"))\n"
        "op.get_bind().exec_driver_sql(\"update transactions set note = 'c%%d' where id = 2\")"
    )
    project.upgrade()
    assert project.ask("select note from transactions where id < 3 order by id") == [("a%b",), ("c%d",)]
    statements = project.ask("select statement from schemaguard.applied_change where revision = '0002' order by id")
    assert statements == [
        ("update transactions set note = 'a%b' where id = 1",),
        ("update transactions set note = 'c%d' where id = 2",),
    ]
