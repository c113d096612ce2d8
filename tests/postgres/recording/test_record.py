"""`schemaguard.record` in a training run: what is kept in MLflow, what a retrain inherits, and what is refused."""

import logging
import re
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa

import schemaguard
from schemaguard.adapters.registry import training_runs
from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.cli.main import main
from schemaguard.contracts import document, standard
from schemaguard.errors import ConfigError, ContractError, DatabaseError, RegistryError, SchemaguardError, UsageError
from schemaguard.recording import Recording
from tests.conftest import unguarded
from tests.postgres.recording.conftest import TABLES

QUERY = "select id, amount from transactions where channel = %(channel)s"
WRITES = ("predictions(transaction_id, score) on conflict (transaction_id)",)


def train(engine: sa.Engine, query: str = QUERY, **options: Any) -> Recording:
    with mlflow.start_run(), schemaguard.record(model="fraud", **options) as recording:
        pd.read_sql(query, engine, params={"channel": "the secret"} if "%(" in query else None)
    return recording


def kept(tracking: Any, run_id: str | None, folder: Path) -> dict[str, str]:
    root = Path(tracking.download_artifacts(run_id, "schemaguard", str(folder)))
    return {file.relative_to(root).as_posix(): file.read_text() for file in root.rglob("*") if file.is_file()}


def test_contract_queries_and_digest_are_kept_with_the_run(engine: sa.Engine, tracking: Any, tmp_path: Path) -> None:
    recording = train(engine, writes=WRITES)
    run = tracking.get_run(recording.run_id)
    assert run.data.tags["schemaguard.model"] == "fraud"
    assert run.data.tags["schemaguard.contract_digest"] == recording.digest
    files = kept(tracking, recording.run_id, tmp_path)
    assert set(files) == {"contract.odcs.yaml", "interface.json", "recording.json", "queries/1.sql"}
    assert files["queries/1.sql"] == "select id, amount from transactions where channel = $1\n"
    assert files["contract.odcs.yaml"] == recording.contract
    assert "the secret" not in "".join(files.values()) + repr(recording)
    standard.validate(document.read(recording.contract, "x"))
    assert "{name: amount, logicalType: number, physicalType: 'numeric(12,2)', required: true" in recording.contract
    assert [str(table.table) for table in recording.tables] == ["transactions", "predictions"]


def test_a_retrain_that_reads_the_same_inherits_the_contract(engine: sa.Engine, tracking: Any) -> None:
    first = train(engine)
    assert (first.inherits_from, first.changes) == (None, ())
    again = "select amount as a, id from transactions t where t.channel = %(channel)s order by id"
    for _ in range(2):
        later = train(engine, again)
        assert later.digest == first.digest
        assert (later.inherits_from, later.changes) == (first.run_id, ())
        assert tracking.get_run(later.run_id).data.tags["schemaguard.contract_from"] == first.run_id


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The env.py of another test's Alembic may have switched off every logger that was there."""
    monkeypatch.setattr(logging.getLogger("schemaguard.recording"), "disabled", False)


def test_a_retrain_that_reads_otherwise_says_what_changed(
    engine: sa.Engine, tracking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    first = train(engine)
    with caplog.at_level(logging.WARNING, "schemaguard.recording"):
        later = train(engine, "select t.id, r.rate from transactions t join app.rates r using (channel)")
    assert later.digest != first.digest
    assert later.inherits_from is None
    assert [change.partition(": {")[0] for change in later.changes] == [
        "- reads.transactions.amount",
        "+ reads.app.rates",
    ]
    assert "differs from the last run: - reads.transactions.amount" in caplog.text


def test_another_catalog_below_the_same_query_is_another_contract(engine: sa.Engine, tracking: Any) -> None:
    first = train(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("alter table transactions alter column amount drop not null"))
    later = train(engine)
    assert later.digest != first.digest
    assert len(later.changes) == 1


def test_runs_of_other_models_are_no_predecessors(engine: sa.Engine, tracking: Any) -> None:
    train(engine)
    with mlflow.start_run(), schemaguard.record(model="fraud's other") as recording:
        pd.read_sql("select id from transactions", engine)
    assert (recording.inherits_from, recording.changes) == (None, ())


def test_a_block_that_raises_keeps_nothing(engine: sa.Engine, tracking: Any) -> None:
    with pytest.raises(ValueError, match="no convergence"), mlflow.start_run() as run:
        fail(engine)
    found = tracking.get_run(run.info.run_id)
    assert not [tag for tag in found.data.tags if tag.startswith("schemaguard")]
    assert tracking.list_artifacts(run.info.run_id) == []


def fail(engine: sa.Engine) -> None:
    with schemaguard.record(model="fraud"):
        pd.read_sql(QUERY, engine, params={"channel": "web"})
        raise ValueError("no convergence")


def refusal(engine: sa.Engine, *statements: str, **options: Any) -> SchemaguardError:
    with pytest.raises(SchemaguardError) as caught, schemaguard.record(model="fraud", log=False, **options):
        _run(engine, statements)
    assert caught.value.next
    return caught.value


def _run(engine: sa.Engine, statements: tuple[str, ...]) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def test_a_block_without_a_query_is_an_error(engine: sa.Engine) -> None:
    assert refusal(engine).what == "no query was seen that reads a table"
    assert refusal(engine, "select 1").what == "no query was seen that reads a table"
    written = refusal(engine, "insert into predictions values (1, 0.5)", "update predictions set score = 1")
    assert written.what == "no query was seen that reads a table; what was sent: INSERT, UPDATE"


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        (("create temp table f as select id from transactions", "select id from f"), "the relation f isn't known"),
        (("select r.* from features() r",), "the columns of r aren't known"),
        (("select features()",), "the queries read no table: 1.sql calls features()"),
        (("with gone as (delete from predictions returning score) select * from gone",), "no query was seen"),
    ],
)
def test_what_a_query_reads_is_told_or_refused(engine: sa.Engine, statements: tuple[str, ...], what: str) -> None:
    _run(engine, ("create function features() returns setof predictions language sql as 'select * from predictions'",))
    assert what in refusal(engine, *statements).what


def test_what_is_not_looked_into_is_said(engine: sa.Engine, caplog: pytest.LogCaptureFixture) -> None:
    _run(engine, ("create function f(bigint) returns bigint language sql as 'select $1'",))
    statements = ("select f(id) from transactions", "insert into predictions values (1, 0.5)", "do $$ begin end $$")
    with schemaguard.record(model="fraud", log=False) as recording:
        _run(engine, statements)
    assert recording.notes == (
        "1.sql calls f(): schemaguard doesn't look into that function",
        "the run also sent INSERT, which isn't looked into",
        "the run also sent DO, which isn't looked into",
    )
    assert all(f"# {note}\n" in recording.contract and note in caplog.text for note in recording.notes)


def test_no_active_run_is_said_before_the_block_begins(engine: sa.Engine, tracking: Any) -> None:
    with pytest.raises(UsageError, match="no MLflow run is active"), schemaguard.record(model="fraud"):
        pytest.fail("the block has begun")


def test_a_recording_says_nothing_before_it_is_done(engine: sa.Engine) -> None:
    with schemaguard.record(model="fraud", log=False) as recording:
        with pytest.raises(UsageError, match="before the block has ended"):
            _ = recording.digest
        _run(engine, ("select id from transactions",))
    assert recording.run_id is None
    assert repr(recording) == f"<Recording of fraud: {recording.digest[:12]}>"


def test_queries_to_several_databases_need_to_be_told_apart(engine: sa.Engine, server: str) -> None:
    def both(**options: Any) -> Recording:
        with schemaguard.record(model="fraud", log=False, **options) as recording:
            _run(engine, ("select id from transactions",))
            with psycopg.connect(server) as other:
                other.execute("create table pg_temp.t (a int)")
                other.execute("select a from t")
        return recording

    with pytest.raises(ContractError, match="queries went to several databases"):
        both()
    with engine.connect() as connection:
        for on in (engine, connection, connection.connection.driver_connection):
            assert both(on=on).queries == ("select id from transactions",)
    for name in ("postgresql", "postgresql+psycopg"):
        plain = engine.url.set(drivername=name).render_as_string(hide_password=False)
        assert both(on=plain).queries == ("select id from transactions",)


@pytest.mark.parametrize(
    ("on", "refused"),
    [("postgresql://u:secret@127.0.0.1:1/x", DatabaseError), ("nonsense", ConfigError), (object(), UsageError)],
)
def test_what_names_no_database_is_said_before_the_block_begins(on: Any, refused: type[SchemaguardError]) -> None:
    with pytest.raises(refused) as raised, schemaguard.record(model="fraud", log=False, on=on):
        pytest.fail("the block began")
    assert "secret" not in f"{raised.value} {raised.value.at}"


@pytest.mark.parametrize("spoiled", ["[", "[]", "nonsense"])
def test_a_run_whose_recording_is_spoiled_is_no_predecessor_and_no_source(
    engine: sa.Engine, tracking: Any, spoiled: str
) -> None:
    first = train(engine)
    spoilt = train(engine, "select id from transactions")
    tracking.log_text(spoilt.run_id, spoiled, "schemaguard/interface.json")
    assert train(engine).inherits_from == first.run_id

    number = train_and_register(engine, "select amount from transactions")
    run_id = tracking.get_model_version("fraud", number).run_id
    tracking.log_text(run_id, spoiled, "schemaguard/recording.json")
    with pytest.raises(RegistryError, match="isn't what a recording writes"):
        training_runs.recorded(mlflow.get_tracking_uri(), "fraud", number)


def test_names_mean_what_they_mean_in_the_session(engine: sa.Engine) -> None:
    with schemaguard.record(model="fraud", log=False) as recording, engine.begin() as connection:
        connection.execute(sa.text("set local search_path to app, public"))
        connection.execute(sa.text("select t.id, rate from transactions t join rates using (channel)"))
    assert [str(table.table) for table in recording.tables] == ["transactions", "app.rates"]


def test_a_view_below_which_a_name_is_there_twice_is_refused(engine: sa.Engine) -> None:
    _run(engine, ("create table app.transactions (id bigint, amount int, channel text)",))
    path = "set local search_path to app, public"
    assert "transactions is in app and public" in refusal(engine, path, "select amount from recent").what
    assert refusal(engine, "set local search_path to nowhere", "select 1").what.startswith("no query was seen")


def test_a_database_that_is_gone_when_the_block_ends_is_no_verdict(engine: sa.Engine, server: str) -> None:
    with pytest.raises(DatabaseError, match="cannot reach the database"):
        lose(engine, server)


def lose(engine: sa.Engine, server: str) -> None:
    with schemaguard.record(model="fraud", log=False):
        _run(engine, ("select id from transactions",))
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'alter database "{engine.url.database}" allow_connections false'.encode())


def test_a_registered_version_finds_its_contract_by_its_run(
    engine: sa.Engine,
    tracking: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = tmp_path / "project"
    (project / "sql").mkdir(parents=True)
    (project / "sql/001.sql").write_text(TABLES)
    (project / "schemaguard.toml").write_text("migrations = 'sql'\n")
    monkeypatch.chdir(project)

    monkeypatch.setenv("SCHEMAGUARD_REGISTRY_URI", mlflow.get_tracking_uri())

    def infer(statements: tuple[str, ...]) -> str:
        number = train_and_register(engine, *statements)
        monkeypatch.setattr("sys.argv", ["schemaguard", "contracts", "infer", "fraud", number])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert left.value.code == 0, said.err
        return said.out

    query = "select amount from transactions where channel = 'web'"
    assert infer((query,)).startswith(
        "DRAFTED fraud@1  "
        "contracts/fraud/fraud-1.odcs.yaml, contracts/fraud/fraud-1.signature.json, contracts/fraud/fraud-1.sql\n"
    )
    assert (project / "contracts/fraud/fraud-1.sql").read_text() == f"{query}\n"
    assert "upsertKey, value: [transaction_id]" in (project / "contracts/fraud/fraud-1.odcs.yaml").read_text()
    assert infer((query,)).startswith(
        "SAME    fraud@2  reads and writes what contracts/fraud/fraud-1.odcs.yaml says: no new file is needed\n"
    )
    path = "set local search_path to app, public"
    assert infer((path, "select rate::float8 as amount from rates")).startswith(
        "DRAFTED fraud@3  contracts/fraud/fraud-3.odcs.yaml"
    )
    assert (project / "contracts/fraud/fraud-3.sql").read_text() == "select rate::float8 as amount from app.rates\n"
    assert "physicalName: app.rates" in (project / "contracts/fraud/fraud-3.odcs.yaml").read_text()


def train_and_register(engine: sa.Engine, *statements: str) -> str:
    """The number of the version that a run registered, as MLflow's own functions do it."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema
    from sklearn.dummy import DummyClassifier

    model = DummyClassifier(strategy="constant", constant=0).fit([[0.0]], [0])
    signature = ModelSignature(Schema([ColSpec("double", "amount")]))
    with mlflow.start_run():
        with schemaguard.record(model="fraud", writes=WRITES):
            _run(engine, statements)
        logged = mlflow.sklearn.log_model(
            model, name="model", signature=signature, pip_requirements=[], registered_model_name="fraud"
        )
    return str(logged.registered_model_version)


def test_a_server_that_does_not_report_the_search_path_is_believed_to_have_its_own(database15: str) -> None:
    with psycopg.connect(database15, autocommit=True) as connection:
        connection.execute(TABLES.encode())
    engine = sa.create_engine(database15.replace("postgresql://", "postgresql+psycopg://"))
    with schemaguard.record(model="fraud", log=False) as recording:
        _run(engine, ("select id from transactions",))
    assert [str(table.table) for table in recording.tables] == ["transactions"]
    said = refusal(engine, "set local search_path to app, public", "select rate from rates").what
    assert said == "the session set its search_path, which this server doesn't report"
    engine.dispose()


def test_what_mlflow_itself_sends_is_no_query_of_the_model(
    engine: sa.Engine, server: str, tmp_path: Path, tracking: Any
) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create database mlflow_of_recording")
    uri = str(engine.url.set(database="mlflow_of_recording").render_as_string(hide_password=False))
    with unguarded():
        assert not MlflowRegistry(uri).has_model("fraud")
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(
        experiment_id=mlflow.MlflowClient(uri, uri).create_experiment("f", artifact_location=tmp_path.as_uri())
    )
    with mlflow.start_run(), schemaguard.record(model="fraud") as recording:
        mlflow.log_param("depth", 3)
        _run(engine, ("select id from transactions",))
    assert recording.queries == ("select id from transactions",)
    with mlflow.start_run(), pytest.raises(ContractError, match="MLflow keeps its runs isn't looked at"):
        record_nothing()


def record_nothing() -> None:
    with schemaguard.record(model="fraud"):
        mlflow.log_param("depth", 3)


def test_the_page_shows_what_really_runs(engine: sa.Engine, tracking: Any) -> None:
    page = (Path(__file__).parents[3] / "docs" / "infer.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {"query": "select id from transactions", "engine": engine}
    exec(program, names)
    recording = names["recording"]
    assert (len(names["features"]), recording.inherits_from, recording.changes, recording.notes) == (20, None, (), ())
    assert tracking.get_run(recording.run_id).data.tags["schemaguard.contract_digest"] == recording.digest
