"""`schemaguard contracts import`: readers that other tools describe are readers in every finding."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.projects import Project, entry

FIXTURES = Path(__file__).parents[1] / "fixtures"
MANIFEST = FIXTURES / "dbt" / "recorded" / "manifest.json"
"""What dbt 1.10 made of fixtures/dbt/shop; `make interop` makes it again and compares."""


MADE = {"score": "public.transactions.amount"}


def dataset(name: str, columns: str = "", lineage: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A dataset of PostgreSQL; `lineage` is output column → input columns as table.column, several with spaces."""
    made: dict[str, Any] = {"namespace": "postgres://db:5432", "name": f"shop.{name}", "facets": {}}
    if columns:
        made["facets"]["schema"] = {"fields": [{"name": one, "type": "text"} for one in columns.split()]}
    if lineage is not None:
        made["facets"]["columnLineage"] = {
            "fields": {column: {"inputFields": [_field(one) for one in of.split()]} for column, of in lineage.items()},
            "dataset": [_field(one) for one in more.get("chosen", "").split()],
        }
    return made


def _field(text: str) -> dict[str, str]:
    table, _, column = text.rpartition(".")
    return {"namespace": "postgres://db:5432", "name": f"shop.{table}", "field": column}


def event(job: str, inputs: list[Any], outputs: list[Any], **facets: Any) -> str:
    return json.dumps(
        {
            "eventType": "COMPLETE",
            "eventTime": "2026-11-29T12:00:00Z",
            "run": {"runId": "0190"},
            "job": {"namespace": "spark", "name": job, "facets": facets},
            "inputs": inputs,
            "outputs": outputs,
        }
    )


@pytest.fixture
def dbt(project: Project) -> Project:
    target = project.folder / "warehouse" / "target"
    target.mkdir(parents=True)
    shutil.copy(MANIFEST, target / "manifest.json")
    shutil.copy(FIXTURES / "dbt" / "shop" / "dbt_project.yml", project.folder / "warehouse")
    return project


def test_a_dbt_project_and_its_exposures_are_readers_of_the_columns_that_their_models_name(dbt: Project) -> None:
    said = dbt.told("import", "warehouse")
    assert "4 readers: 4 new" in said
    assert "left out: the source public.events isn't made by the migrations" in said
    written = {file.name for file in (dbt.folder / "contracts").rglob("*.odcs.yaml")}
    assert written == {
        f"{name}.odcs.yaml"
        for name in ("dbt-shop", "dbt-shop-revenue_board", "dbt-shop-score_mail", "dbt-shop-raw_export")
    }
    board = (dbt.folder / "contracts/dbt-shop-revenue_board/dbt-shop-revenue_board.odcs.yaml").read_text()
    assert "team: {name: finance}" in board
    assert "importedFrom" in board


@pytest.mark.parametrize(
    ("reader", "columns"),
    [
        ("dbt-shop-revenue_board", {"transactions.id", "transactions.amount", "transactions.channel"}),
        (
            "dbt-shop-score_mail",
            {"transactions.id", "transactions.amount", "transactions.channel"}
            | {"predictions.transaction_id", "predictions.score"},
        ),
        ("dbt-shop-raw_export", {"predictions.transaction_id", "predictions.score"}),
        (
            "dbt-shop",
            {"transactions.id", "transactions.amount", "transactions.channel", "transactions.note"}
            | {"predictions.transaction_id", "predictions.score", "ml.runs.id"},
        ),
    ],
)
def test_the_columns_are_those_that_a_person_would_list(dbt: Project, reader: str, columns: set[str]) -> None:
    dbt.told("import", "warehouse")
    text = (dbt.folder / f"contracts/{reader}/{reader}.odcs.yaml").read_text()
    found: set[str] = set()
    table = ""
    for line in text.splitlines():
        if "physicalName: " in line:
            table = line.partition("physicalName: ")[2]
        elif "- {name: " in line:
            found.add(f"{table}.{line.partition('{name: ')[2].partition(',')[0]}")
    assert found == columns


def test_an_imported_reader_speaks_up_in_a_check_at_once(dbt: Project) -> None:
    from typer.testing import CliRunner

    from schemaguard.cli.main import app

    dbt.told("import", "--all")
    dbt.write("migrations/0002.sql", "ALTER TABLE transactions DROP COLUMN channel;\n")
    done = CliRunner().invoke(app, ["check", "migrations/0002.sql"])
    assert "dbt-shop-revenue_board" in done.output
    assert "breaks-reader" in done.output


def test_importing_again_changes_nothing_and_every_draft_is_valid(dbt: Project) -> None:
    dbt.told("import", "warehouse")
    before = {file: file.read_bytes() for file in (dbt.folder / "contracts").rglob("*.yaml")}
    assert "4 readers: 4 unchanged" in dbt.told("import", "warehouse")
    assert {file: file.read_bytes() for file in (dbt.folder / "contracts").rglob("*.yaml")} == before
    assert "INVALID" not in dbt.told("validate")


def test_what_changed_there_is_taken_over_and_what_people_changed_here_stays(dbt: Project) -> None:
    dbt.told("import", "warehouse")
    mine = dbt.folder / "contracts/dbt-shop-score_mail/dbt-shop-score_mail.odcs.yaml"
    mine.write_text(mine.read_text().replace("{name: score,", "{name: score, description: ours,") + "# and a comment\n")
    edited = mine.read_text()
    assert "4 readers: 4 unchanged" in dbt.told("import", "warehouse")
    manifest = dbt.folder / "warehouse" / "target" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("upper(channel) as channel", "upper(channel) as channel, note"))
    code, said = dbt.run("import", "warehouse")
    assert code == 1
    assert "edited     dbt-shop-score_mail" in said
    assert "updated    dbt-shop-revenue_board" in said
    assert said.count("+ reads transactions.note") == 2
    assert mine.read_text() == edited
    # Who takes over what is right by hand has nothing left to do.
    note = "      - {name: note, logicalType: string, physicalType: text}\n"
    mine.write_text(edited.replace("      - {name: channel, ", note + "      - {name: channel, "))
    assert dbt.run("import", "warehouse")[0] == 0


def test_a_reader_that_is_not_described_any_more_is_told_and_its_contract_stays(dbt: Project) -> None:
    dbt.told("import", "warehouse")
    dbt.contract("ours", [], entry("transactions", ["id"]))
    manifest = dbt.folder / "warehouse" / "target" / "manifest.json"
    data = json.loads(manifest.read_text())
    data["exposures"] = {id_: one for id_, one in data["exposures"].items() if one["name"] != "score_mail"}
    manifest.write_text(json.dumps(data))
    said = dbt.told("import", "warehouse")
    file = "contracts/dbt-shop-score_mail/dbt-shop-score_mail.odcs.yaml"
    assert f"gone       dbt-shop-score_mail  {file}" in said
    assert "dbt shop doesn't describe it any more" in said
    assert "4 readers: 1 gone, 3 unchanged" in said
    assert (dbt.folder / file).exists()
    (dbt.folder / file).unlink()
    assert "3 readers: 3 unchanged" in dbt.told("import", "warehouse")


def test_another_owner_there_is_taken_over(dbt: Project) -> None:
    dbt.told("import", "warehouse")
    manifest = dbt.folder / "warehouse" / "target" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"name": "finance"', '"name": "controlling"'))
    assert "4 readers: 1 updated, 3 unchanged" in dbt.told("import", "warehouse")


def test_a_dry_run_writes_nothing(dbt: Project) -> None:
    assert "4 readers: 4 new; nothing was written" in dbt.told("import", "warehouse", "--dry-run")
    assert not (dbt.folder / "contracts").exists() or not list((dbt.folder / "contracts").rglob("dbt*"))


def test_a_model_that_is_not_compiled_reads_every_column_and_it_is_said(dbt: Project) -> None:
    manifest = dbt.folder / "warehouse" / "target" / "manifest.json"
    data = json.loads(manifest.read_text())
    del data["nodes"]["model.shop.odd"]["compiled_code"]
    del data["nodes"]["model.shop.stg_transactions"]["compiled_code"]
    manifest.write_text(json.dumps(data))
    said = dbt.told("import", "warehouse")
    assert "the model odd isn't compiled: every column of transactions is taken as read" in said
    assert "left out: 2 models aren't compiled: run dbt compile, then import again" in said


def test_a_job_of_openlineage_reads_the_columns_that_its_output_is_made_of(project: Project) -> None:
    made = [
        event(
            "nightly features",
            [dataset("public.transactions", "id amount channel note")],
            [dataset("public.predictions", "transaction_id score", MADE, chosen="public.transactions.channel")],
            ownership={"owners": [{"name": "team-ml"}]},
        ),
        event("report", [dataset("public.web")], []),
        event("elsewhere", [{"namespace": "s3://lake", "name": "a/b"}], []),
    ]  # fmt: skip
    project.write("lineage/events.ndjson", "\n".join(made) + "\n")
    said = project.told("import", "lineage")
    assert "2 readers: 2 new" in said
    assert "left out: the job spark/elsewhere touches no table that the migrations make" in said
    assert "note: no event says which columns of web it reads: 2 are taken as read" in said
    text = (project.folder / "contracts/spark-nightly-features/spark-nightly-features.odcs.yaml").read_text()
    assert "team: {name: team-ml}" in text
    assert "{name: amount," in text
    assert "{name: channel," in text
    assert "{name: note," not in text
    assert "{property: access, value: write, vendor: schemaguard}" in text


@pytest.fixture
def everywhere(dbt: Project) -> Project:
    """A repository in which each tool describes readers, and some that are somebody else's."""
    dbt.write("sql/000.sql", (FIXTURES / "feast" / "shop" / "tables.sql").read_text())
    shutil.copytree(FIXTURES / "feast" / "shop", dbt.folder / "features")
    shutil.copytree(FIXTURES / "great_expectations" / "gx", dbt.folder / "gx")
    (dbt.folder / "features" / "data").mkdir()
    shutil.copy(FIXTURES / "feast" / "recorded" / "registry.db", dbt.folder / "features" / "data")
    dbt.write("schemas/predictions.yaml", "schema_type: dataframe\ncolumns:\n  score: {dtype: float64}\nindex: null\n")
    dbt.write("lineage/openlineage.ndjson", event("report", [dataset("public.web", "id")], []))
    dbt.write("node_modules/a/feature_store.yaml", "registry: gone.db\n")
    dbt.write("other/feature_store.yaml", "registry: s3://bucket/registry.db\n")
    dbt.write("package.json", "{}")
    os.mkfifo(dbt.folder / "openlineage.json")
    os.mkfifo(dbt.folder / "schema.yaml")
    (dbt.folder / "warehouse" / "again").symlink_to(dbt.folder)
    return dbt


def test_all_that_lies_in_the_repository_is_shown_then_written_and_found_again_unchanged(everywhere: Project) -> None:
    shown = everywhere.told("import", "--all", "--dry-run")
    assert "14 readers: 14 new; nothing was written" in shown
    for origin in ("dbt-shop", "feast-shop-fraud_v2", "gx-payments.warning", "pandera-predictions", "spark-report"):
        assert f"new        {origin}  contracts/{origin}/{origin}.odcs.yaml" in shown
    assert "left out: other/feature_store.yaml: the registry of the Feast project isn't a file" in shown
    assert "node_modules" not in shown
    assert not list((everywhere.folder / "contracts").rglob("*.yaml"))
    assert everywhere.json("import", "--all")["sources"] == [
        "features/data/registry.db", "gx/great_expectations.yml", "lineage/openlineage.ndjson",
        "schemas/predictions.yaml", "warehouse/target/manifest.json",
    ]  # fmt: skip
    assert "14 readers: 14 unchanged" in everywhere.told("import", "--all")
    assert "INVALID" not in everywhere.told("validate")
    text = (everywhere.folder / "contracts/feast-shop-drivers-v1/feast-shop-drivers-v1.odcs.yaml").read_text()
    assert "{property: importedFrom, value: feast shop, vendor: schemaguard}" in text
    assert "team: {name: team-drivers}" in text


@pytest.mark.parametrize(
    ("path", "readers"),
    [
        ("features", "feast-shop"),
        ("features/feature_store.yaml", "feast-shop"),
        ("features/data/registry.db", "feast-shop"),
        ("gx", "gx-profiles"),
        (".", "gx-profiles"),
        ("gx/expectations/untouched.json", "gx-untouched"),
        ("schemas", "pandera-predictions"),
        ("schemas/predictions.yaml", "pandera-predictions"),
        ("lineage", "spark-report"),
    ],
)
def test_a_project_its_folder_or_a_file_of_it_can_be_named(everywhere: Project, path: str, readers: str) -> None:
    assert f"new        {readers}  " in everywhere.told("import", path, "--dry-run")


def test_what_lies_outside_of_the_repository_is_only_read_where_it_is_named(everywhere: Project) -> None:
    settings = "project: p\nregistry: ../../registry.db\n"
    everywhere.write("features/feature_store.yaml", settings)
    shutil.copy(FIXTURES / "feast" / "recorded" / "registry.db", everywhere.folder.parent)
    assert "it lies outside of the repository; name it" in everywhere.told("import", "--all", "--dry-run")
    assert "feast-shop" in everywhere.told("import", "features", "--dry-run")


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("feature_store.yaml", "registry: {registry_type: sql, path: x}", "isn't a file"),
        ("feature_store.yaml", "registry: r.db", "has no r.db"),
        ("feature_store.yaml", "- 1", "this isn't Feast's configuration"),
        ("feature_store.yaml", "a: [", "not valid YAML"),
        ("great_expectations.yml", "fluent_datasources: 7", "the file is damaged"),
        ("any.yaml", "a: 1", "this YAML describes no reader"),
        ("any.db", "SQLite format 3", "this isn't Feast's registry"),
        ("latin.json", "\udcff", "isn't UTF-8"),
        ("wide.json", "\udcff\udcfe{\0}\0", "isn't UTF-8"),
        ("a.json", "{", "not JSON"),
        ("a.json", "[1]", "this isn't an OpenLineage event"),
        ("a.json", '{"job": {}}', "the event is damaged"),
        ("manifest.json", "{}", "this isn't dbt's manifest"),
        ("manifest.json", '{"metadata": {"dbt_schema_version": "https://x/manifest/v4.json"}}', "has version 4"),
        ("manifest.json", '{"metadata": {"dbt_schema_version": "https://x/manifest/v12.json"}}', "damaged"),
        ("manifest.json", "[" * 100_000, "not JSON"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(project: Project, path: str, content: str, words: str) -> None:
    (project.folder / path).write_bytes(content.encode(errors="surrogateescape"))
    code, said = project.run("import", path)
    assert code == 2
    assert words in said
    assert f"at: {path}" in said
    assert "next: " in said


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ((), "no path"),
        (("gone",), "there is no such file or folder"),
        (("--model", "fraud"), "no model registry is configured"),
        (("--all",), "nothing in the repository describes a reader"),
    ],
)
def test_what_is_not_there_is_said(project: Project, words: tuple[str, ...], what: str) -> None:
    code, said = project.run("import", *words)
    assert (code, what in said) == (2, True), said


def test_hostile_names_make_no_file_outside_of_the_folder(project: Project) -> None:
    made = event("../../etc/passwd\n: [", [dataset("public.web", "id")], [])
    project.write("events.json", made)
    project.told("import", "events.json")
    files = [file.relative_to(project.folder).as_posix() for file in project.folder.rglob("*.odcs.yaml")]
    assert files == ["contracts/spark-..-..-etc-passwd/spark-..-..-etc-passwd.odcs.yaml"]
    assert "INVALID" not in project.told("validate")


@pytest.mark.parametrize("link", ["contracts", "contracts/spark-nightly", "contracts/spark-nightly/x"])
def test_no_link_leads_what_is_written_out_of_the_repository(
    project: Project, tmp_path_factory: pytest.TempPathFactory, link: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    there = project.folder / link
    shutil.rmtree(project.folder / "contracts", ignore_errors=True)
    there.parent.mkdir(parents=True, exist_ok=True)
    there.symlink_to(outside)
    project.write(
        "events.json", event("nightly", [dataset("public.transactions", "id")], [dataset("x", "score", MADE)])
    )
    if link.endswith("/x"):
        # A link beside it is nobody's business.
        assert "1 new" in project.told("import", "events.json")
    else:
        assert "a symbolic link leads out of the repository" in project.run("import", "events.json")[1]
    assert list(outside.iterdir()) == []


def test_a_suite_that_is_a_link_to_elsewhere_is_not_read(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    gx = project.folder / "gx"
    shutil.copytree(FIXTURES / "great_expectations" / "gx", gx)
    outside = tmp_path_factory.mktemp("outside") / "own.json"
    outside.write_text("{not JSON")
    (gx / "expectations" / "mine.json").symlink_to(outside)
    for words in (("gx",), ("--all",)):
        assert "gx/expectations/mine.json: it lies outside of the project; name it" in project.told(
            "import", *words, "--dry-run"
        )
