"""`contracts infer` against a real database: the bounds of its data, and publishing what was drafted."""

import psycopg
import pytest

from tests.postgres.verbs.site import TABLES, Site

QUERY = "select id, amount, channel from transactions"


@pytest.fixture
def drafting(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site with its tables as migrations, and a query; its registry, whose versions hold no model, isn't asked."""
    monkeypatch.delenv("SCHEMAGUARD_REGISTRY_URI")
    (site.folder / "schemaguard.toml").write_text("migrations = 'sql'\n")
    (site.folder / "sql").mkdir()
    (site.folder / "sql/001.sql").write_text(TABLES.partition("create table alembic_version")[0])
    (site.folder / "features.sql").write_text(QUERY)
    return site


def test_the_bounds_of_the_data_are_said_for_a_person_to_judge(drafting: Site) -> None:
    said = drafting.done("contracts", "infer", "fraud", "9", "--query", "features.sql", "--bounds-from", drafting.url)
    assert said.startswith("DRAFTED fraud@9")
    text = (drafting.contracts / "fraud-9.odcs.yaml").read_text()
    assert "logicalTypeOptions: {minimum: 0}}   # seen: 1.00 … 30.00\n" in text
    assert "unique: true}   # seen: 1 … 30\n" in text
    assert text.count("# seen") == 2


def test_a_table_without_rows_has_no_bounds(drafting: Site) -> None:
    drafting.ask("delete from transactions")
    drafting.done("contracts", "infer", "fraud", "9", "--query", "features.sql", "--bounds-from", drafting.url)
    assert "# seen" not in (drafting.contracts / "fraud-9.odcs.yaml").read_text()


def test_a_database_that_can_not_say_is_no_verdict_and_writes_nothing(drafting: Site) -> None:
    drafting.ask("alter table transactions rename column amount to total")
    arguments = ("contracts", "infer", "fraud", "9", "--query", "features.sql", "--bounds-from")
    ran = drafting.run(*arguments, drafting.url)
    assert ran.code == 2
    assert 'the bounds of the data can\'t be read: column "amount" does not exist' in ran.words
    ran = drafting.run(*arguments, "postgresql://ada:hush@127.0.0.1:1/nowhere")
    assert ran.code == 2
    assert "hush" not in ran.err + ran.out
    assert not (drafting.contracts / "fraud-9.odcs.yaml").exists()


def test_the_data_is_read_in_a_transaction_that_can_not_write(drafting: Site) -> None:
    drafting.ask("create function f() returns int language sql as 'delete from predictions returning 1'")
    drafting.ask("alter table transactions rename to base")
    drafting.ask("create view transactions as select f() + id as id, amount, channel from base")
    arguments = ("contracts", "infer", "fraud", "9", "--query", "features.sql", "--bounds-from", drafting.url)
    ran = drafting.run(*arguments)
    assert ran.code == 2
    assert "read-only transaction" in ran.words


def test_what_was_drafted_can_be_validated_published_and_promoted(drafting: Site) -> None:
    drafting.ask("create view cheap as select id, amount from transactions where amount < 10")
    with (drafting.folder / "sql/001.sql").open("a") as history:
        history.write("create view cheap as select id, amount from transactions where amount < 10;")
    (drafting.folder / "features.sql").write_text("select id, amount from cheap")
    drafting.done("contracts", "infer", "fraud", "9", "--query", "features.sql", "--writes",
                  "predictions(transaction_id, score, model_version)")  # fmt: skip
    drafting.done("contracts", "validate", "fraud", "9")
    drafting.done("install")
    refused = drafting.run("contracts", "publish", "fraud", "9", "--registry-uri", drafting.registry_uri)
    assert "it is a draft still: `status: active` says that it was agreed to" in refused.words
    (file,) = drafting.folder.rglob("*9.odcs.yaml")
    file.write_text(file.read_text().replace("status: draft", "status: active"))
    assert drafting.done("contracts", "publish", "fraud", "9", "--registry-uri", drafting.registry_uri).startswith(
        "PUBLISHED fraud 9"
    )
    drafting.done("promote", "fraud", "9", "--yes", "--registry-uri", drafting.registry_uri)
    with psycopg.connect(drafting.url) as connection:
        assert connection.execute("select count(*) from fraud_9.cheap").fetchone() == (9,)
