"""The second layer when a release is published, promoted and rolled back to: a real signature, a real server."""

import json
from pathlib import Path

import psycopg
import pytest

import schemaguard
from schemaguard.adapters.control.database import ControlDatabase
from schemaguard.adapters.control.installation import newest
from tests.postgres.verbs.site import Site
from tests.registry.stores import log_model

ITEMS = "      - {name: items, logicalType: integer, physicalType: integer}\n"
QUERY = "  - {property: query, value: fraud-7.sql, vendor: schemaguard}\n"
REFUSED = "integer arrives as float64 where a NULL is among its values, which the signature's long refuses"
MODEL = (("long", "items", True), ("double", "amount", True))


@pytest.fixture
def signed(site: Site, tmp_path: Path) -> Site:
    """fraud 10, whose signature takes `items` as long, beside fraud 7, which has no signature and serves."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(site.registry_uri, site.registry_uri)
    experiment = client.create_experiment("signed", artifact_location=(tmp_path / "artifacts").as_uri())
    logged = log_model(site.registry_uri, experiment, MODEL)
    assert client.create_model_version("fraud", logged.model_uri, model_id=logged.model_id).version in (10, "10")
    site.ask("alter table transactions add column items integer not null default 1")
    text = (
        (site.contracts / "7.odcs.yaml").read_text().replace('value: "7"', 'value: "10"').replace("fraud:7", "fraud:10")
    )
    amount = "      - {name: amount,"
    (site.contracts / "10.odcs.yaml").write_text(text.replace(QUERY, "").replace(amount, ITEMS + amount))
    site.done("install")
    site.done("contracts", "publish", "fraud", "7")
    site.done("promote", "fraud", "7", "--yes")
    return site


def query(site: Site, text: str) -> None:
    """Give fraud 10 a feature query."""
    (site.contracts / "fraud-10.sql").write_text(text)
    file = site.contracts / "10.odcs.yaml"
    head, mark, tail = file.read_text().partition("schema:")
    file.write_text(head + QUERY.replace("fraud-7.sql", "fraud-10.sql") + mark + tail)


def test_a_version_whose_signature_takes_what_the_table_gives_is_promoted(signed: Site) -> None:
    said = json.loads(signed.done("contracts", "publish", "fraud", "10", "--format", "json"))
    assert said["remarks"] == []
    stored = signed.ask("select signature from schemaguard.release where model_version = '10'")
    assert stored == [
        ([{"name": "items", "type": "long", "required": True}, {"name": "amount", "type": "double", "required": True}],)
    ]
    signed.done("promote", "fraud", "10", "--yes")


def test_a_version_whose_signature_refuses_what_the_table_gives_is_not_published(signed: Site) -> None:
    signed.ask("alter table transactions alter column items drop not null")
    ran = signed.run("contracts", "publish", "fraud", "10")
    assert ran.code == 2
    assert f"transactions.items no longer fits the model's signature ({REFUSED})" in ran.words
    assert signed.ask("select 1 from schemaguard.release where model_version = '10'") == []


def test_promote_is_refused_where_the_signature_can_no_longer_take_what_the_table_gives(signed: Site) -> None:
    signed.done("contracts", "publish", "fraud", "10")
    # The contract lets it be NULL, the signature doesn't.
    signed.ask("alter table transactions alter column items drop not null")
    ran = signed.run("promote", "fraud", "10", "--yes")
    assert ran.code == 4
    assert REFUSED in ran.words
    assert "at: transactions.items" in ran.words
    assert "nothing was changed" in ran.words
    assert signed.ask("select active, epoch from schemaguard.pointer") == [("7", 1)]
    assert signed.ask("select 1 from schemaguard.operation where to_version = '10'") == []


def test_rollback_is_refused_for_the_same_reason_without_asking_the_registry(
    signed: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed.done("contracts", "publish", "fraud", "10")
    signed.done("promote", "fraud", "10", "--yes")
    signed.done("promote", "fraud", "7", "--yes")
    signed.ask("alter table transactions alter column items drop not null")
    ran = signed.run("rollback", "fraud", "--yes", "--reason", "it is worse", "--registry-uri", "http://127.0.0.1:1")
    assert ran.code == 4
    assert REFUSED in ran.words


def test_the_feature_query_says_what_arrives(signed: Site) -> None:
    query(signed, "select coalesce(items, 0) as items, amount from transactions")
    signed.done("contracts", "publish", "fraud", "10")
    signed.ask("alter table transactions alter column items drop not null")
    assert signed.done("promote", "fraud", "10", "--yes").splitlines()[-1].startswith("PROMOTED fraud 10")
    assert signed.ask("select active from schemaguard.pointer where model = 'fraud'") == [("10",)]


def test_what_a_query_makes_of_a_column_is_refused_too(signed: Site) -> None:
    query(signed, "select items::numeric as items, amount from transactions")
    ran = signed.run("contracts", "publish", "fraud", "10")
    assert ran.code == 2
    assert "numeric arrives as float64, which the signature's long refuses" in ran.words


def test_the_signatures_of_everybody_in_their_window_are_known_to_a_plan(signed: Site) -> None:
    signed.done("contracts", "publish", "fraud", "10")
    with ControlDatabase(signed.url) as database:
        needed = {contract.id: contract.signature for contract in database.now("fraud").needed}
    assert [field.name for field in needed["urn:schemaguard:model:fraud:10"] or ()] == ["items", "amount"]


def test_a_signature_that_cannot_be_read_is_said(site: Site) -> None:
    site.done("install")
    said = json.loads(site.done("contracts", "publish", "fraud", "7", "--format", "json"))
    (remark,) = said["remarks"]
    assert remark.startswith("nothing is held against its signature: could not read the signature of fraud 7")


def test_a_control_schema_of_an_older_program_is_brought_up_to_date(site: Site) -> None:
    (first, *_) = sorted((Path(schemaguard.__file__).parent / "adapters/control/versions").glob("*.sql"))
    with psycopg.connect(site.url) as connection:
        connection.execute(first.read_bytes())
        connection.execute("insert into schemaguard.version (version) values (1)")
    ran = site.run("status")
    assert ran.code == 2
    assert f"the control schema is version 1, and this program needs {newest()} at: database" in ran.words
    assert f"version {newest()}" in site.done("install")
    site.done("status")
