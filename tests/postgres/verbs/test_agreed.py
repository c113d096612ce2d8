"""What nobody has agreed to isn't bound nor put to serve, unless somebody answers for it; `ready` answers any time."""

import json

from tests.postgres.verbs.site import Site


def test_a_draft_is_published_and_promoted_only_where_somebody_answers_for_it(site: Site) -> None:
    site.done("install")
    site.rewrite("7", "status: active", "status: draft")
    ran = site.run("contracts", "publish", "fraud", "7")
    assert ran.code == 2
    assert "the contract of fraud isn't to be bound for good: it is a draft still" in ran.words
    assert site.ask("select count(*) from schemaguard.release") == [(0,)]
    site.done("contracts", "publish", "fraud", "7", "--accept", "the owner is on leave")
    # It is bound now: publishing it again asks for nothing.
    site.done("contracts", "publish", "fraud", "7")

    ran = site.run("promote", "fraud", "7", "--yes")
    assert ran.code == 4
    assert "it is a draft still" in ran.words
    assert "--accept REASON" in ran.words
    site.done("promote", "fraud", "7", "--yes", "--accept", "the board wants it")
    entries = json.loads(site.done("audit", "log", "--format", "json"))["entries"]
    said = {each["event"]: each["payload"] for each in entries}
    assert said["contract-published"]["accepted"] == {
        "reason": "the owner is on leave",
        "wrong": ["it is a draft still: `status: active` says that it was agreed to"],
    }
    assert said["switch-accepted"]["reason"] == "the board wants it"
    site.done("audit", "verify")


def test_what_validate_calls_invalid_is_not_published(site: Site) -> None:
    site.done("install")
    file = site.contracts / "7.odcs.yaml"
    (line,) = (each for each in file.read_text().splitlines() if "name: occurred_at" in each)
    site.rewrite("7", f"{line}\n", "")
    ran = site.run("contracts", "publish", "fraud", "7")
    assert ran.code == 2, ran.out
    assert "fraud-7.sql reads transactions.occurred_at, which the contract doesn't list" in ran.words


def test_ready_says_what_a_rollback_would_do_and_what_stands_in_its_way(live: Site) -> None:
    ran = live.run("ready", "fraud")
    assert ran.code == 1
    assert "fraud 7 was not promoted over another version" in " ".join(ran.out.split())
    assert "NOT READY" in ran.out
    live.done("contracts", "publish", "fraud", "8", "--same-as", "7")
    live.done("promote", "fraud", "8", "--yes", "--finish")
    said = json.loads(live.done("ready", "fraud", "--format", "json"))
    assert said["ready"]
    assert said["plan"]["to"] == "7"
    assert said["obstacles"] == []
    assert any("was rehearsed" in each for each in said["notes"])
    assert "READY  fraud can be rolled back now" in live.done("ready", "fraud")
    assert live.run("ready", "churn").code == 2
