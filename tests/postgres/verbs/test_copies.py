"""A model that reads a copy: nobody is promised that going to it takes an instant."""

import json

import pytest

from tests.postgres.verbs.site import Site


@pytest.fixture
def copying(site: Site) -> Site:
    """fraud 7 and 9 share a contract on a copy; 9 serves, and 7 served before."""
    site.rewrite("7", 'property: modelVersion, value: "7"', 'property: modelVersion, value: ["7", "9"]')
    query = "  - {property: query, value: fraud-7.sql, vendor: schemaguard}\n"
    site.rewrite("7", query, query + "  - {property: readsThrough, value: copy, vendor: schemaguard}\n")
    site.done("install")
    for version in ("7", "9"):
        site.done("contracts", "publish", "fraud", version)
        site.done("promote", "fraud", version, "--yes")
    return site


@pytest.mark.parametrize("verb", [("promote", "fraud", "7"), ("rollback", "fraud", "--reason", "worse")])
def test_the_plan_is_slow_and_says_that_the_copy_follows(copying: Site, verb: tuple[str, ...]) -> None:
    plan = json.loads(copying.done(*verb, "--dry-run", "--format", "json"))
    assert plan["class"] == "slow"
    prepare = next(step for step in plan["steps"] if step["name"] == "PREPARE")
    assert prepare["acts"] == ["fraud 7 reads a copy, which is up to date after the next copy run"]
    text = copying.done(*verb, "--dry-run")
    assert "slow" in text.splitlines()[0]
    assert "instant" not in text


def test_it_is_carried_out_and_has_no_contract_views(copying: Site) -> None:
    done = json.loads(copying.done("rollback", "fraud", "--yes", "--reason", "worse", "--format", "json"))
    assert (done["to"], done["class"]) == ("7", "slow")
    assert copying.ask("select to_regnamespace('fraud_7')") == [(None,)]
    assert copying.ask("select active from schemaguard.pointer") == [("7",)]


def test_the_table_that_is_copied_is_judged_as_any_other(copying: Site) -> None:
    copying.ask("alter table transactions drop column channel")
    ran = copying.run("rollback", "fraud", "--yes", "--reason", "worse")
    assert ran.code == 4
    assert "the database doesn't give fraud@7 what its contract promises" in ran.words
