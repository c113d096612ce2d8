"""`schemaguard contracts import --model`: what a real MLflow keeps of a version becomes that version's contract."""

from collections.abc import Iterator
from pathlib import Path

import pandas
import pytest

from schemaguard.adapters.registry.logged import logged_version, serving_versions
from schemaguard.contracts.odcs import parse
from tests.conftest import unguarded
from tests.contracts.projects import MIGRATION, Project, entry

BY_HAND = {"transactions.id", "transactions.amount", "transactions.channel"}


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry in a file with fraud 1 (a dataset and a signature) and 2 (only an input example)."""
    folder = tmp_path_factory.mktemp("registry")
    uri = f"sqlite:///{folder}/mlflow.db"
    with unguarded():
        _fill(uri, (folder / "artifacts").as_uri())
        yield uri


def _fill(uri: str, artifacts: str) -> None:
    import mlflow
    from mlflow.models import infer_signature
    from sklearn.dummy import DummyClassifier

    mlflow.set_tracking_uri(uri)
    experiment = mlflow.MlflowClient().create_experiment("fraud", artifacts)
    model = DummyClassifier(strategy="constant", constant=0).fit([[0.0]], [0])
    frame = pandas.DataFrame({"id": [1], "amount": [1.0], "channel": ["web"]})
    scored = pandas.DataFrame({"transaction_id": [1], "score": [0.5]})
    with mlflow.start_run(experiment_id=experiment):
        mlflow.log_input(mlflow.data.from_pandas(frame, name="transactions"), context="training")
        said = infer_signature(frame[["amount", "channel"]])
        mlflow.sklearn.log_model(model, registered_model_name="fraud", pip_requirements=[], signature=said)
    with mlflow.start_run(experiment_id=experiment):
        said = {"signature": False, "input_example": scored}
        mlflow.sklearn.log_model(model, registered_model_name="fraud", pip_requirements=[], **said)
    mlflow.MlflowClient().set_registered_model_alias("fraud", "champion", "1")


@pytest.fixture
def place(uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("SCHEMAGUARD_REGISTRY_URI", uri)
    monkeypatch.delenv("SCHEMAGUARD_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path, monkeypatch)
    made.write("schemaguard.toml", "migrations = 'sql'\n")
    made.write("sql/001.sql", MIGRATION)
    return made


def test_a_version_that_serves_gets_the_contract_that_a_person_would_write(place: Project) -> None:
    file = place.folder / "contracts" / "fraud" / "fraud-1.odcs.yaml"
    assert "1 reader: 1 new" in place.told("import", "--model", "fraud")
    made = parse(file.read_text(), file.name)
    read = {f"{table.table}.{one.column}" for table in made.tables for one in table.promises}
    print(f"MLflow: {len(read & BY_HAND)} of {len(read | BY_HAND)} columns are right")  # noqa: T201 - a figure
    assert read == BY_HAND
    assert (made.model, made.model_versions, made.status) == ("fraud", ("1",), "draft")
    assert "1 reader: 1 unchanged" in place.told("import", "--model", "fraud@1")
    assert "INVALID" not in place.told("validate")
    file.write_text(file.read_text().replace("      - {name: amount,", "      # ours\n      - {name: amount,"))
    kept = file.read_text()
    assert "1 reader: 1 unchanged" in place.told("import", "--model", "fraud@1")
    assert file.read_text() == kept


def test_an_input_example_says_the_table_that_has_all_its_columns(place: Project) -> None:
    said = place.told("import", "--model", "fraud@2")
    assert "no dataset names its table: predictions is the only one that has all its inputs" in said


def test_a_contract_that_a_person_wrote_stays(place: Project) -> None:
    place.contract("fraud", ["1"], entry("transactions", ["id"]))
    code, said = place.run("import", "--model", "fraud")
    assert code == 1
    assert "edited     fraud-1" in said
    assert "+ reads transactions.amount" in said


@pytest.mark.parametrize(("model", "words"), [("gone", "gone"), ("fraud@77", "fraud 77")])
def test_what_the_registry_does_not_know_is_said(place: Project, model: str, words: str) -> None:
    code, said = place.run("import", "--model", model)
    assert code == 2
    assert words in said


def test_the_versions_that_have_an_alias_are_meant(uri: str) -> None:
    assert serving_versions(uri, "fraud") == ("1",)
    assert logged_version(uri, "fraud", "2").inputs == ("transaction_id", "score")
