"""The override verb: file and ledger, or neither; four eyes; and check believes it."""

import json
from pathlib import Path

import pytest

from tests.postgres.verbs.site import Ran, Site

ASKED = ("override", "breaks-reader", "transactions.amount", "--for", "fraud@7", "--until", "2099-12-31")
WHY = ("--reason", "the amount moved to cents", "--approved-by", "grace")


def _file(site: Site) -> Path:
    return site.folder / "contracts" / "overrides.yaml"


def _check(site: Site) -> Ran:
    (site.folder / "drop.sql").write_text(
        "-- schemaguard: ignore drop-column rollback-loses-data destructive-near-release -- moved\n"
        "ALTER TABLE transactions DROP COLUMN amount;\n"
    )
    return site.run("check", "drop.sql", "--window", "live")


def _entries(site: Site) -> list[tuple[str, str, dict[str, object]]]:
    log = json.loads(site.done("audit", "log", "--format", "json"))
    return [(e["actor"], e["model"], e["payload"]) for e in log["entries"] if e["event"] == "override-granted"]


def test_what_is_overridden_stands_in_file_and_ledger_and_passes_the_check(live: Site) -> None:
    assert _check(live).code == 1

    told = live.done(*ASKED, *WHY)

    assert told.splitlines() == [
        "OVERRIDDEN breaks-reader on transactions.amount for fraud@7 until 2099-12-31",
        "  approved by grace, asked by ada",
        "  the amount moved to cents",
        "  contracts/overrides.yaml:4",
        "written to the file and to the ledger",
    ]
    assert _entries(live) == [
        (
            "ada",
            "fraud",
            {
                "rule": "breaks-reader", "object": "transactions.amount", "version": "7", "until": "2099-12-31",
                "reason": "the amount moved to cents", "approved_by": "grace", "file": "contracts/overrides.yaml",
            },
        )
    ]  # fmt: skip
    live.done("audit", "verify")
    checked = _check(live)
    assert (checked.code, "1 overridden" in checked.out) == (0, True)
    assert "approved by grace: the amount moved to cents (contracts/overrides.yaml:4)" in checked.out


def test_without_a_database_the_file_alone_has_it_and_that_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not to the ledger" in site.done(*ASKED, *WHY)
    monkeypatch.delenv("SCHEMAGUARD_DATABASE_URL")

    told = json.loads(site.done(*ASKED, "--for", "fraud@8", *WHY, "--format", "json"))

    assert (told["version"], told["in_ledger"], told["not_in_ledger"]) == (1, False, "no database is configured")
    assert [each["model_version"] for each in told["overrides"]] == ["7", "8"]


def test_nobody_approves_what_they_ask_for(live: Site) -> None:
    ran = live.run(*ASKED, "--reason", "I know", "--approved-by", " Ada")

    assert (ran.code, "can't approve an override that the same person asks for" in ran.words) == (4, True)
    assert not _file(live).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*ASKED[:5], "--until", "2020-01-01", *WHY), "2020-01-01 is in the past"),
        (("override", "breaks-reeder", *ASKED[2:], *WHY), "did you mean breaks-reader?"),
        (("override", "drop-column", *ASKED[2:], *WHY), "schemaguard: ignore drop-column"),
        ((*ASKED, "--for", "fraud@70", *WHY), "no contract speaks for fraud@70"),
        ((*ASKED, "--for", "fraud", *WHY), "no contract speaks for fraud"),
        (
            ("override", "breaks-reader", "transaction.amount", *ASKED[3:], *WHY),
            "nothing to do with transaction.amount",
        ),
        ((*ASKED, "--reason", " ", "--approved-by", "grace"), "--reason is empty"),
        ((*ASKED, "--reason", "it\udcff", "--approved-by", "grace"), "the text isn't UTF-8 at: --reason"),
    ],
)
def test_what_cant_be_meant_is_refused_and_nothing_written(live: Site, arguments: tuple[str, ...], said: str) -> None:
    ran = live.run(*arguments)

    assert (ran.code, said in ran.words, "Traceback" in ran.err) == (2, True, False), ran.err
    assert not _file(live).exists()
    assert _entries(live) == []


def test_a_ledger_that_refuses_leaves_the_file_as_it_was(live: Site) -> None:
    live.done(*ASKED, *WHY)
    before = _file(live).read_bytes()
    live.ask("alter table schemaguard.ledger add constraint shut check (event <> 'override-granted') not valid")

    ran = live.run(*ASKED[:4], "fraud@8", *ASKED[5:], *WHY)

    assert ran.code != 0
    assert _file(live).read_bytes() == before
    assert len(_entries(live)) == 1


def test_a_malformed_file_is_left_alone(live: Site) -> None:
    _file(live).write_text("version: 1\noverrides: soon\n")

    ran = live.run(*ASKED, *WHY)

    assert (ran.code, "overrides.yaml:2" in ran.words) == (2, True)
    assert _file(live).read_text() == "version: 1\noverrides: soon\n"
    assert _entries(live) == []


def test_what_cannot_be_read_is_not_replaced(live: Site) -> None:
    _file(live).mkdir()
    ran = live.run(*ASKED, *WHY)
    assert ran.code == 2
    assert "the overrides file can't be read" in ran.words
    assert _file(live).is_dir()
    assert _entries(live) == []
