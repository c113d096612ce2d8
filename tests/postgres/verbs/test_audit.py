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
        (1, "installed", "postgres"),
        (3, "contract-published", "ada"),
        (4, "operation-opened", "ada"),
        (5, "pointer-switched", "ada"),
        (6, "alias-projected", "ada"),
        (7, "finished", "ada"),
    ]
    assert entries[3]["payload"]["to"] == "7"
    assert [row["table"] for row in entries[3]["rows"]] == ["pointer", "release", "written_shape"]
    every = json.loads(live.done("audit", "log", "--all", "--format", "json"))["entries"]
    assert every[1]["event"] == "rows-written"
    assert [row["table"] for row in every[1]["rows"]] == ["fence"]
    lines = live.done("audit", "log", "fraud", "--limit", "3").splitlines()
    assert len(lines) == 4
    assert "→ 7; epoch 1; revision 0005" in lines[1]
    assert live.done("audit", "log", "churn") == "the ledger has no entry of that kind\n"


def test_an_untouched_ledger_is_intact_and_says_what_was_checked(live: Site) -> None:
    said = json.loads(live.done("audit", "verify", "--format", "json"))
    assert said["holds"]
    assert said["entries"] == 7
    assert said["problems"] == []
    assert any("Merkle" in words for words in said["checked"])
    assert any("pointer of fraud" in words for words in said["checked"])
    assert "no checkpoint of a known key" in said["remarks"][0]
    again = json.loads(live.done("audit", "verify", "--checkpoint", said["checkpoint"], "--format", "json"))
    assert again["holds"]
    assert again["remarks"] == []
    assert live.done("audit", "verify").splitlines()[-2].startswith("INTACT  7 entries · root ")


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("update schemaguard.ledger set actor = 'eve' where position = 3", "entry 3: the column actor says eve"),
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


def test_entries_cut_off_at_the_end_are_found_and_a_checkpoint_tells_how_many(live: Site) -> None:
    kept = json.loads(live.done("audit", "verify", "--format", "json"))["checkpoint"]
    tamper(live, "delete from schemaguard.ledger where position = 7")
    ran = live.run("audit", "verify", "--checkpoint", kept)
    assert ran.code == 1
    assert "knows 7 entries, 6 are there" in " ".join(ran.out.split())
    assert "the head of the ledger is at entry 7, and its last entry is 6" in " ".join(ran.out.split())


def test_a_key_signs_exports_and_proves_and_whoever_has_the_other_one_checks(
    live: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (("checkpoint",), ("prove", "5")):
        assert live.run("audit", *words).code == 2, "nobody signs without a key"
    public = live.done("audit", "key", "ledger.key", "--name", "acme.example/prod").strip()
    monkeypatch.setenv("SCHEMAGUARD_LEDGER_KEY", "ledger.key")
    assert live.done("audit", "checkpoint", "kept.note").startswith("acme.example/prod\n7\n")
    assert live.done("audit", "export", "ledger.jsonl") == "ledger.jsonl: 7 entries, sealed\n"
    live.done("audit", "prove", "5", "entry.tlog-proof")

    # Whoever checks has neither the database nor the key that signs.
    for variable in ("SCHEMAGUARD_LEDGER_KEY", "SCHEMAGUARD_DATABASE_URL"):
        monkeypatch.delenv(variable)
    offline = ("audit", "verify", "--export", "ledger.jsonl", "--checkpoint", "kept.note", "--key", public)
    assert json.loads(live.done(*offline, "--format", "json"))["remarks"] == []
    assert "no known key has sealed" in live.done("audit", "verify", "--export", "ledger.jsonl")
    proven = ("audit", "verify", "--proof", "entry.tlog-proof", "--key", public)
    assert "pointer-switched" in live.done(*proven)
    assert live.run(*proven[:-2]).code == 2
    file = live.folder / "ledger.jsonl"
    file.write_text(file.read_text().replace('\\"ada\\"', '\\"eve\\"', 1))
    assert live.run(*offline).code == 1


def test_what_was_written_past_schemaguard_is_named_until_somebody_accepts_it(live: Site) -> None:
    live.ask("update schemaguard.release set window_until = now() + interval '3 days'")
    ran = live.run("audit", "verify")
    assert ran.code == 1
    assert 'entry 8: postgres has written past schemaguard: release ["fraud","7"]' in ran.out
    assert "window_until" in live.done("audit", "show", "8")
    live.done("audit", "accept", "8", "--reason", "agreed with the owner")
    live.done("audit", "verify")
    assert live.run("audit", "accept", "7", "--reason", "x").code == 2
    assert live.run("audit", "show", "70").code == 2


def test_a_broken_ledger_is_not_signed(live: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    live.done("audit", "key", "ledger.key")
    monkeypatch.setenv("SCHEMAGUARD_LEDGER_KEY", "ledger.key")
    tamper(live, "delete from schemaguard.ledger where position = 7")
    ran = live.run("audit", "checkpoint")
    assert ran.code == 2
    assert "the ledger doesn't hold" in ran.words


def test_what_is_no_checkpoint_is_said(live: Site) -> None:
    ran = live.run("audit", "verify", "--checkpoint", "abc")
    assert ran.code == 2
    assert "'abc' is not a checkpoint" in ran.words
