"""`schemaguard audit`: the ledger is read, and verified against everything that can be recomputed."""

import json

import pytest

from tests.postgres.verbs.site import Site


def tamper(site: Site, statement: str) -> None:
    site.ask("alter table schemaguard.ledger disable trigger user")
    site.ask(statement)
    site.ask("alter table schemaguard.ledger enable trigger user")


def test_the_log_tells_who_did_what_in_order(live: Site) -> None:
    entries = json.loads(live.done("audit", "log", "--format", "json"))["entries"]
    assert [(each["position"], each["event"], each["actor"]) for each in entries] == [
        (1, "contract-published", "ada"),
        (2, "operation-opened", "ada"),
        (3, "pointer-switched", "ada"),
        (4, "alias-projected", "ada"),
        (5, "finished", "ada"),
    ]
    assert entries[2]["payload"]["to"] == "7"
    lines = live.done("audit", "log", "fraud", "--limit", "3").splitlines()
    assert len(lines) == 4
    assert "→ 7; epoch 1; revision 0005" in lines[1]
    assert live.done("audit", "log", "churn") == "the ledger has no entry of that kind\n"


def test_an_untouched_ledger_is_intact_and_says_what_was_checked(live: Site) -> None:
    said = json.loads(live.done("audit", "verify", "--format", "json"))
    assert said["holds"]
    assert said["entries"] == 5
    assert said["problems"] == []
    assert any("Merkle" in words for words in said["checked"])
    assert any("pointer of fraud" in words for words in said["checked"])
    assert "no checkpoint" in said["remarks"][0]
    again = json.loads(live.done("audit", "verify", "--checkpoint", said["checkpoint"], "--format", "json"))
    assert again["holds"]
    assert again["remarks"] == []
    assert live.done("audit", "verify").splitlines()[-2].startswith("INTACT  5 entries · root ")


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("update schemaguard.ledger set actor = 'eve' where position = 2", "entry 2: the column actor says eve"),
        (
            "update schemaguard.ledger set entry = replace(entry, 'ada', 'eve') where position = 3",
            "entry 3: the text isn't the one that was hashed",
        ),
        ("delete from schemaguard.ledger where position = 2", "entry 2 is missing"),
        ("update schemaguard.ledger set entry = '[]' where position = 4", "entry 4: the text is not an entry"),
        ("update schemaguard.pointer set epoch = 9", "the pointer of fraud says 7 at epoch 9"),
        ("delete from schemaguard.pointer", "the ledger switched fraud to 7 at epoch 1, and it has no pointer"),
    ],
)
def test_tampering_is_found_and_leaves_with_1(live: Site, statement: str, problem: str) -> None:
    tamper(live, statement)
    ran = live.run("audit", "verify")
    assert ran.code == 1
    assert problem in ran.out
    assert "TAMPERED WITH" in ran.out


def test_a_ledger_written_anew_as_a_whole_is_found_by_a_checkpoint_kept_elsewhere(live: Site) -> None:
    kept = json.loads(live.done("audit", "verify", "--format", "json"))["checkpoint"]
    tamper(live, "update schemaguard.ledger set entry = replace(entry, 'ada', 'eve'), actor = 'eve'")
    tamper(
        live,
        "update schemaguard.ledger set leaf_hash = sha256('\\x00'::bytea || convert_to(entry, 'UTF8'))",
    )
    assert live.run("audit", "verify").code == 0
    ran = live.run("audit", "verify", "--checkpoint", kept)
    assert ran.code == 1
    assert "the first 5 entries aren't those of the checkpoint of --checkpoint" in ran.out


def test_entries_cut_off_at_the_end_are_found_by_a_checkpoint(live: Site) -> None:
    kept = json.loads(live.done("audit", "verify", "--format", "json"))["checkpoint"]
    tamper(live, "delete from schemaguard.ledger where position = 5")
    assert live.run("audit", "verify").code == 0
    ran = live.run("audit", "verify", "--checkpoint", kept)
    assert ran.code == 1
    assert "knows 5 entries, 4 are there" in ran.out


def test_what_is_no_checkpoint_is_said(live: Site) -> None:
    ran = live.run("audit", "verify", "--checkpoint", "abc")
    assert ran.code == 2
    assert "'abc' is not a checkpoint" in ran.words
