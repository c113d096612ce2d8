# ruff: noqa: E501 - a snapshot holds lines as long as they are printed
"""`schemaguard contracts`: listed, shown and published on a real database and registry."""

import io
import json

import pytest
from inline_snapshot import snapshot
from rich.console import Console

from schemaguard.contracts import digests, odcs
from tests.postgres.verbs.site import Site

DASHBOARD = """\
apiVersion: v3.2.0
kind: DataContract
id: urn:schemaguard:consumer:dashboard
version: 1.0.0
status: active
schema:
  - name: transactions
    physicalName: transactions
    properties:
      - {name: channel, logicalType: string, physicalType: text}
"""


def test_without_a_database_the_folder_is_listed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCHEMAGUARD_DATABASE_URL")
    assert site.done("contracts", "list") == snapshot("""\
contract  role      window  days  fit  owner    reads                    writes       status  through  file
fraud@7   declared  no end  –     –    risk-ml  transactions, merchants  predictions  active  table    contracts/fraud/7.odcs.yaml
fraud@8   declared  no end  –     –    risk-ml  transactions, merchants  predictions  active  table    contracts/fraud/8.odcs.yaml
2 contracts · folder contracts · windows from the dates in the contracts
nothing was held against the migrations: no migrations are named
""")


def test_a_database_without_the_control_schema_is_said(site: Site) -> None:
    assert "has no control schema yet: schemaguard install" in site.done("contracts", "list")


def test_publishing_binds_the_contract_in_the_database_and_in_the_registry(site: Site) -> None:
    site.done("install")
    said = json.loads(site.done("contracts", "publish", "fraud", "7", "--format", "json"))
    assert (said["is_new"], said["view_schema"], said["views"]) == (
        True,
        "fraud_7",
        ["transactions", "merchants", "predictions"],
    )
    assert site.ask("select model, model_version, contract, artifact_uri is not null from schemaguard.release") == [
        ("fraud", "7", said["digest"], True)
    ]
    tags = site.registry.tags("fraud", "7")
    assert tags["schemaguard.contract"] == said["digest"]
    assert tags["schemaguard.contract.file"] == "contracts/fraud/7.odcs.yaml"
    assert tags["schemaguard.contract.views"] == "fraud_7"
    assert site.ask("select count(*), min(channel) from fraud_7.transactions") == [(30, "pos")]
    assert site.ask("select event, actor, model from schemaguard.ledger where model is not null") == [
        ("contract-published", "ada", "fraud")
    ]


def test_publishing_again_changes_nothing_but_repairs_the_tags(site: Site) -> None:
    site.done("install")
    site.done("contracts", "publish", "fraud", "7")
    site.registry.tag("fraud", "7", {"schemaguard.contract": "somebody else's"})
    assert site.done("contracts", "publish", "fraud", "7").startswith("UNCHANGED fraud 7")
    assert len(site.registry.tags("fraud", "7")["schemaguard.contract"]) == 64
    assert site.ask("select count(*) from schemaguard.ledger where model is not null") == [(1,)]


def test_a_changed_file_of_a_published_version_is_refused_with_the_difference(live: Site) -> None:
    live.rewrite(
        "7",
        "name: channel, logicalType: string, physicalType: text, required: true",
        "name: channel, logicalType: number",
    )
    ran = live.run("contracts", "publish", "fraud", "7")
    assert ran.code == 2
    assert "fraud 7 is bound to another contract, and that can't be changed" in ran.words
    assert "- schema.transactions.properties.channel.required: true" in ran.err
    assert "at: contracts/fraud/7.odcs.yaml; published" in ran.words
    assert live.ask("select count(*) from schemaguard.contract") == [(1,)]
    listed = json.loads(live.done("contracts", "list", "--format", "json"))["contracts"]
    assert sorted(listed[0]["changes"]) == [
        '- schema.transactions.properties.channel.physicalType: "text"',
        "- schema.transactions.properties.channel.required: true",
        '~ schema.transactions.properties.channel.logicalType: "string" → "number"',
    ]
    assert "(3 changes since)" in live.done("contracts", "list")
    assert "file says" in live.done("contracts", "show", "fraud", "7")


def test_what_the_database_does_not_give_is_not_published(site: Site) -> None:
    site.done("install")
    ran = site.run("contracts", "publish", "fraud", "8")
    assert ran.code == 2
    assert "the database doesn't give fraud 8 what its contract promises" in ran.words
    assert "transactions.entry_mode" in ran.words
    assert site.ask("select 1 from schemaguard.contract") == []
    assert site.ask("select to_regnamespace('fraud_8')") == [(None,)]
    assert site.registry.tags("fraud", "8") == {}


def test_several_versions_share_a_contract_and_its_views(site: Site) -> None:
    site.done("install")
    site.rewrite("7", 'property: modelVersion, value: "7"', 'property: modelVersion, value: ["7", "9"]')
    site.done("contracts", "publish", "fraud", "7")
    said = json.loads(site.done("contracts", "publish", "fraud", "9", "--format", "json"))
    assert (said["is_new"], said["view_schema"]) == (True, "fraud_7")
    assert site.ask("select count(*) from schemaguard.contract") == [(1,)]
    assert site.ask("select count(*) from schemaguard.release") == [(2,)]


def test_a_version_added_to_the_list_is_no_change_for_those_that_were_published(site: Site) -> None:
    site.done("install")
    site.done("contracts", "publish", "fraud", "7")
    site.done("window", "lock")
    site.rewrite("7", 'property: modelVersion, value: "7"', 'property: modelVersion, value: ["7", "9"]')
    said = json.loads(site.done("contracts", "publish", "fraud", "9", "--format", "json"))
    assert said["is_new"]
    assert site.done("contracts", "publish", "fraud", "7").startswith("UNCHANGED fraud 7")
    listed = json.loads(site.done("contracts", "list", "--format", "json"))["contracts"]
    assert [each["changes"] for each in listed if each["model_version"] in ("7", "9")] == [[], []]
    assert "was published with another contract" not in site.run("contracts", "validate", "fraud", "7").out
    site.rewrite("7", 'property: modelVersion, value: ["7", "9"]', 'property: modelVersion, value: ["9"]')
    assert site.run("contracts", "publish", "fraud", "7").code == 2


def test_a_retrained_version_takes_the_contract_of_another_without_a_file(site: Site) -> None:
    site.done("install")
    site.done("contracts", "publish", "fraud", "7")
    said = json.loads(site.done("contracts", "publish", "fraud", "9", "--same-as", "7", "--format", "json"))
    assert (said["is_new"], said["view_schema"]) == (True, "fraud_7")
    assert site.registry.tags("fraud", "9")["schemaguard.contract"] == said["digest"]
    assert site.done("contracts", "publish", "fraud", "9", "--same-as", "7").startswith("UNCHANGED fraud 9")
    listed = json.loads(site.done("contracts", "list", "--format", "json"))["contracts"]
    assert [each["in_folder"] for each in listed if each["model_version"] == "9"] == [True]


# Where the list grows, so does the digest: 9 has the one from before.
@pytest.mark.parametrize("versions", ['"7"', '["7", "10"]'])
def test_a_migration_is_judged_for_a_version_that_no_file_lists(site: Site, versions: str) -> None:
    site.done("install")
    site.done("contracts", "publish", "fraud", "7")
    site.done("contracts", "publish", "fraud", "9", "--same-as", "7")
    site.rewrite("7", 'property: modelVersion, value: "7"', f"property: modelVersion, value: {versions}")
    (site.folder / "drop.sql").write_text("alter table transactions drop column channel;\n")
    checked = json.loads(site.run("check", "drop.sql", "--window", "live", "--format", "json").out)
    readers = [each["readers"] for each in checked["findings"] if each["rule"] == "breaks-reader"]
    assert [[reader["model_version"] for reader in each] for each in readers] == [["7", "9"]]
    assert "no-contract" not in [each["rule"] for each in checked["findings"]]
    listed = json.loads(site.done("contracts", "list", "--format", "json"))["contracts"]
    assert [(each["in_folder"], each["changes"]) for each in listed if each["model_version"] == "9"] == [(True, [])]


def test_every_verb_knows_a_version_that_no_file_lists(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.done("install")
    site.done("contracts", "publish", "fraud", "7")
    site.done("contracts", "publish", "fraud", "9", "--same-as", "7")
    site.done("window", "lock")
    assert site.done("contracts", "verify", "fraud", "9").startswith("HOLDS")
    words = ("--until", "2099-12-31", "--reason", "empty", "--approved-by", "grace")
    site.done("override", "breaks-reader", "transactions.channel", "--for", "fraud@9", *words)
    ran = site.run("override", "breaks-reader", "transactions.channel", "--for", "fraud@99", *words)
    assert (ran.code, "no contract speaks for fraud@99" in ran.words) == (2, True)
    monkeypatch.delenv("SCHEMAGUARD_DATABASE_URL")
    listed = json.loads(site.done("contracts", "list", "--format", "json"))["contracts"]
    standing = {each["model_version"]: each["standing"] for each in listed}
    assert standing == {"7": "published", "8": "unpublished", "9": "published"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("9", "--same-as", "8"), "fraud 8 was never published"),
        (("--same-as", "7"), "--same-as needs a version of a model"),
    ],
)
def test_a_contract_that_was_never_published_is_nobodys(site: Site, arguments: tuple[str, ...], message: str) -> None:
    site.done("install")
    site.done("contracts", "publish", "fraud", "7")
    ran = site.run("contracts", "publish", "fraud", *arguments)
    assert ran.code == 2
    assert message in ran.words


def test_a_schema_that_somebody_else_made_is_left_alone(site: Site) -> None:
    site.ask("create schema fraud_7")
    site.done("install")
    said = json.loads(site.done("contracts", "publish", "fraud", "7", "--format", "json"))
    assert said["view_schema"] == f"fraud_7_{said['digest'][:6]}"
    assert site.ask("select count(*) from pg_class where relnamespace = 'fraud_7'::regnamespace") == [(0,)]


def test_a_consumer_is_published_without_a_registry_and_may_change_its_contract(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCHEMAGUARD_REGISTRY_URI")
    site.done("install")
    file = site.contracts / "dashboard.odcs.yaml"
    file.write_text(DASHBOARD)
    assert site.done("contracts", "publish", "dashboard").startswith("PUBLISHED dashboard")
    file.write_text(DASHBOARD + "      - {name: amount, logicalType: number, physicalType: 'numeric(12,2)'}\n")
    site.done("contracts", "publish", "dashboard")
    contracts = site.ask("select document, digest from schemaguard.contract")
    assert len(contracts) == 1
    assert digests.digest(contracts[0][0]) == contracts[0][1]
    listed = json.loads(site.done("contracts", "list", "transactions.amount", "--format", "json"))["contracts"]
    assert [(each["model"], each["standing"]) for each in listed] == [
        ("dashboard", "consumer"),
        ("fraud", "unpublished"),
        ("fraud", "unpublished"),
    ]


def test_the_list_says_who_uses_a_column_and_until_when(live: Site) -> None:
    live.ask("alter table transactions add column entry_mode text")
    live.done("contracts", "publish", "fraud", "8")
    live.done("promote", "fraud", "8", "--yes")
    listed = {
        each["model_version"]: each
        for each in json.loads(live.done("contracts", "list", "--format", "json"))["contracts"]
    }
    assert (listed["7"]["standing"], listed["8"]["standing"]) == ("superseded", "active")
    assert listed["7"]["until"] is not None
    assert listed["8"]["until"] is None
    lines = live.done("contracts", "list", "transactions.channel").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("fraud@7   superseded  until ")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_list_fits_the_terminal(live: Site, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    told = io.StringIO()
    screen = Console(file=told, width=width, force_terminal=True, no_color=True, highlight=False)
    monkeypatch.setattr("schemaguard.cli.operating.console", lambda: screen)
    live.done("contracts", "list")
    live.done("audit", "log")
    import re

    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in told.getvalue().splitlines()]
    assert max(map(len, lines)) <= width
    assert any("fraud@7" in line for line in lines)


def test_show_prints_everything_that_a_contract_says(live: Site) -> None:
    told = live.done("contracts", "show", "fraud@7")
    for words in (
        "active",
        "numeric(12,2)",
        "required, ≥ 0",
        "one of low | medium | high",
        "on conflict (transaction_id)",
    ):
        assert words in told
    said = json.loads(live.done("contracts", "show", "fraud", "7", "--format", "json"))["contracts"][0]
    assert digests.digest(said["document"]) == said["contract"]["digest"]


def test_without_a_model_show_prints_an_example_that_is_a_contract(site: Site) -> None:
    assert odcs.parse(site.done("contracts", "show"), "example").model == "fraud"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("publish", "fraud", "9"), "no contract speaks for fraud 9"),
        (("publish", "churn", "1"), "no contract speaks for churn 1"),
        (("publish", "fraud"), "fraud is a model: which version is meant?"),
        (("publish", "fraud"), "next: schemaguard contracts publish fraud VERSION"),
        (("verify", "fraud"), "next: schemaguard contracts verify fraud VERSION"),
        (("validate", "fraud", "9"), "no contract of fraud 9 is known"),
        (("show", "churn"), "no contract of 'churn' is known"),
        (("show", "fraud", "9"), "no contract of fraud 9 is known"),
        (("list", "nothing.here"), "no table or view nothing.here is known"),
        (("list", "--contracts", "nowhere"), "there is no such folder"),
    ],
)
def test_what_is_not_there_is_one_clear_error(site: Site, arguments: tuple[str, ...], message: str) -> None:
    site.done("install")
    ran = site.run("contracts", *arguments)
    assert ran.code == 2
    assert message in ran.words
    assert "next: " in ran.err


def test_a_model_version_that_the_registry_does_not_know_is_not_published(site: Site) -> None:
    site.done("install")
    site.rewrite("7", 'property: modelVersion, value: "7"', 'property: modelVersion, value: "77"')
    ran = site.run("contracts", "publish", "fraud", "77")
    assert ran.code == 2
    assert "the registry has no fraud 77" in ran.words
    assert "versions 1, 2, 3, 4, 5, 6, 7, 8, 9" in ran.words
    site.rewrite("7", "property: modelName, value: fraud", "property: modelName, value: churn")
    assert "the registry has no model 'churn'" in site.run("contracts", "publish", "churn", "77").words
    assert site.ask("select 1 from schemaguard.contract") == []
