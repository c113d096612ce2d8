"""The release window of a real database, and the lock file that speaks for it where there is none."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.postgres.verbs.site import Site


def _lock(site: Site) -> Path:
    return site.folder / "contracts" / "window.lock"


def test_the_lock_is_written_once_and_read_by_check_without_a_database(live: Site) -> None:
    assert "+ fraud@7  active, until it is superseded + 14 days" in live.done("window", "lock")
    written = _lock(live).read_bytes()
    assert live.done("window", "lock").startswith("UNCHANGED contracts/window.lock  1 release · as of ")
    assert _lock(live).read_bytes() == written

    live.monkeypatch.delenv("SCHEMAGUARD_DATABASE_URL")
    (live.folder / "drop.sql").write_text("ALTER TABLE transactions DROP COLUMN amount;\n")
    ran = live.run("check", "drop.sql")

    assert ran.code == 1
    assert "uses it   fraud@7 (active)" in ran.out or "reads it  fraud@7 (active)" in ran.out
    assert "windows from contracts/window.lock, as of " in ran.out


def test_check_mode_writes_nothing_and_fails_where_the_database_says_otherwise(live: Site) -> None:
    missing = live.run("window", "lock", "--check")
    assert (missing.code, _lock(live).exists()) == (1, False)
    live.done("window", "lock")
    assert live.done("window", "lock", "--check").startswith("UNCHANGED")
    before = _lock(live).read_bytes()
    live.ask("alter table transactions add entry_mode text not null default 'chip'")
    live.done("contracts", "publish", "fraud", "8")

    differing = live.run("window", "lock", "--check", "--format", "json")

    assert (differing.code, _lock(live).read_bytes()) == (1, before)
    told = json.loads(differing.out)
    assert (told["version"], told["outcome"]) == (1, "differs")
    assert [(change["before"], change["after"]["model_version"]) for change in told["changes"]] == [(None, "8")]


def test_a_lock_of_yesterday_gets_a_new_date_and_nothing_else(live: Site) -> None:
    live.done("window", "lock")
    document = json.loads(_lock(live).read_text())
    aged = document | {"at": (datetime.now(UTC) - timedelta(days=2)).isoformat(timespec="seconds")}
    _lock(live).write_text(json.dumps(aged))

    assert live.done("window", "lock").startswith("WRITTEN contracts/window.lock")

    renewed = json.loads(_lock(live).read_text())
    assert renewed["at"][:10] == datetime.now(UTC).date().isoformat()
    assert renewed["releases"] == document["releases"]


def test_an_old_lock_is_remarked_on_in_text_and_json(live: Site) -> None:
    live.done("window", "lock")
    document = json.loads(_lock(live).read_text())
    document["at"] = (datetime.now(UTC) - timedelta(days=9)).isoformat()
    _lock(live).write_text(json.dumps(document))
    (live.folder / "one.sql").write_text("CREATE TABLE fine (id bigint primary key);\n")

    text, told = live.done("check", "one.sql"), json.loads(live.done("check", "one.sql", "--format", "json"))

    remark = "contracts/window.lock is 9 days old: schemaguard window lock writes it again"
    assert f"remark: {remark}" in text
    assert "(9 days old)" in text
    assert (told["window"]["age_days"], told["remarks"][0]) == (9, remark)
    assert "9 days old" in live.done("window", "show")


def test_what_is_no_lock_is_written_over_but_never_taken_for_one(live: Site) -> None:
    _lock(live).write_text("<<<<<<< HEAD\n")

    assert live.run("window", "lock", "--check").code == 2
    assert "WRITTEN" in live.done("window", "lock")
    assert json.loads(_lock(live).read_text())["version"] == 1


def test_it_can_be_written_elsewhere_but_not_into_nowhere(live: Site) -> None:
    live.done("window", "lock", "--output", "here.lock")
    assert [each["model_version"] for each in json.loads(Path("here.lock").read_text())["releases"]] == ["7"]
    assert list(live.folder.glob(".*")) == []

    nowhere = live.run("window", "lock", "--output", "no/where.lock")
    assert (nowhere.code, "no such folder" in nowhere.words) == (2, True)


def test_show_says_from_where_it_knows(live: Site) -> None:
    assert "from the dates in the contracts" in live.done("window", "show")
    assert "fraud@7" in live.done("window", "show", "--window", "live")
    told = json.loads(live.done("window", "show", "--window", "live", "--format", "json"))
    assert told["window"]["source"] == "live"
    assert [(each["model_version"], each["role"], each["until"]) for each in told["releases"]] == [
        ("7", "active", None)
    ]
    assert told["releases"][0]["released"] is not None


def test_what_was_just_released_keeps_a_drop_from_being_deployed(live: Site) -> None:
    (live.folder / "more").mkdir()
    (live.folder / "more/1.sql").write_text("create table spare (id bigint primary key);\n")
    (live.folder / "more/2.sql").write_text("drop table spare;\n")
    ran = live.run("check", "more", "--window", "live", "--format", "json")

    found = [finding for finding in json.loads(ran.out)["findings"] if finding["rule"] == "destructive-near-release"]
    assert [finding["message"].partition(" at ")[0] for finding in found] == [
        "spare is dropped, and fraud@7 was released"
    ]


@pytest.mark.parametrize(
    "verb", [("window", "lock"), ("check", "--window", "live"), ("window", "show", "--window", "live")]
)
def test_without_a_control_schema_it_is_one_clear_error(site: Site, verb: tuple[str, ...]) -> None:
    (site.folder / "migrations").mkdir()
    (site.folder / "migrations" / "1.sql").write_text("create table a (id int);\n")
    ran = site.run(*verb)

    assert (ran.code, "Traceback" in ran.err) == (2, False)
    assert "schemaguard install" in ran.words
