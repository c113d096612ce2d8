"""Browsing contracts where a control schema says who serves what: windows, roles and published contracts."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.postgres.verbs.site import TABLES, Site

SQL = TABLES.partition("create table alembic_version")[0]
ENTRY_MODE = "alter table transactions add column entry_mode text;\n"


@pytest.fixture
def serving(live: Site) -> Site:
    """fraud 7 is superseded and fraud 8 serves; the project has migrations that arrive where the database is."""
    (live.folder / "schemaguard.toml").write_text('contracts = "contracts"\nmigrations = "sql"\n')
    (live.folder / "sql").mkdir()
    (live.folder / "sql/001.sql").write_text(SQL)
    (live.folder / "sql/002.sql").write_text(ENTRY_MODE)
    live.ask(ENTRY_MODE)
    live.done("contracts", "publish", "fraud", "8")
    live.done("promote", "fraud", "8", "--yes")
    return live


def said(site: Site, *arguments: str) -> Any:
    return json.loads(site.done("contracts", *arguments, "--format", "json"))


def test_the_answer_follows_the_pointer(serving: Site) -> None:
    told = serving.done("contracts", "readers", "transactions.entry_mode").splitlines()[0]
    assert told == ("NO  transactions.entry_mode: fraud@8 (active) reads it, until it is superseded + 14 days")
    later = said(serving, "readers", "transactions.channel")
    assert later["answer"] == "later"
    assert [(use["file"], use["line"]) for use in later["uses"]] == [("contracts/fraud/7.odcs.yaml", None)]
    assert [(use["role"], use["days_left"] in (13, 14)) for use in later["uses"]] == [("superseded", True)]
    both = said(serving, "readers", "merchants.risk")
    assert {(*use["model_versions"], use["role"]) for use in both["uses"]} == {("7", "superseded"), ("8", "active")}


def test_a_superseded_window_that_is_over_lets_the_column_go(serving: Site) -> None:
    serving.ask(
        "update schemaguard.release set superseded_at = now() - interval '15 days', window_until = null"
        " where model_version = '7'"
    )
    told = serving.done("contracts", "readers", "transactions.channel")
    assert told.startswith("YES  transactions.channel: no contract in its window names it")
    assert "over      fraud@7 reads it; its window was over on " in told


def test_what_is_only_published_counts_though_its_file_is_gone(serving: Site) -> None:
    for file in serving.contracts.iterdir():
        file.unlink()
    told = serving.done("contracts", "readers", "transactions.entry_mode")
    assert told.startswith("NO  transactions.entry_mode: fraud@8 (active) reads it")
    assert "(not here)" in serving.done("contracts", "list")
    assert said(serving, "matrix")["rows"][1]["verdicts"] == ["breaks", "fits"]


def test_an_unpublished_file_is_about_to_read(site: Site) -> None:
    site.done("install")
    told = site.done("contracts", "readers", "transactions.channel")
    assert told.startswith("YES  transactions.channel: no contract in its window names it; not released yet, but will")
    assert "when fraud@7, 8 will be released: they are in no window yet" in told


def test_the_list_the_graph_and_the_search_know_the_roles(serving: Site) -> None:
    rows = {each["model_version"]: each for each in said(serving, "list")["contracts"]}
    assert (rows["7"]["standing"], rows["8"]["standing"]) == ("superseded", "active")
    assert {each["fit"]["verdict"] for each in rows.values()} == {"fits"}
    assert "fraud@8 (active)" in serving.done("contracts", "graph", "fraud")
    assert [each["name"] for each in said(serving, "search", "superseded")["contracts"]] == ["fraud@7"]


def test_what_is_said_to_be_judged_is_what_was(serving: Site) -> None:
    database = f"database {serving.ask('select current_database()')[0][0]} on "
    assert f"fits · held against {database}" in serving.done("contracts", "show", "fraud", "8")
    assert "fits · held against the migrations" in serving.done(
        "contracts", "show", "fraud", "8", "--migrations", "sql"
    )
    for verb in (("list",), ("readers", "transactions"), ("graph",)):
        assert f"windows and tables from {database}" in serving.done("contracts", *verb)
        assert f"windows from {database}" in serving.done("contracts", *verb, "--migrations", "sql")
    for browse in (("matrix",), ("search", "fraud")):
        assert f"windows from {database}" in serving.done("contracts", *browse)


def test_the_published_contract_is_compared_not_the_edited_file(serving: Site) -> None:
    serving.rewrite("8", "name: entry_mode", "name: other")
    columns = {each["column"] for each in said(serving, "diff", "fraud@7", "fraud@8")["differences"]}
    assert "entry_mode" in columns
    assert "other" not in columns


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_breaking_asks_the_database_who_is_in_the_window(serving: Site) -> None:
    _git(serving.folder, "init", "-q", "-b", "main")
    _git(serving.folder, "add", "-A")
    _git(serving.folder, "commit", "-qm", "all")
    serving.rewrite("7", "version: 7.0.0", "version: 7.0.1")
    serving.rewrite("8", "required: true, unique: true", "required: true")
    ran = serving.run("contracts", "breaking", "--base", "HEAD", "--window", "live", "--format", "json")
    assert ran.code == 1
    found = [(each["rule"], each["severity"], each["object"]) for each in json.loads(ran.out)["findings"]]
    assert ("contract-edited", "error", "fraud@7") in found
    assert ("promise-withdrawn", "error", "transactions.id") in found
    roles = {reader["role"] for each in json.loads(ran.out)["findings"] for reader in each["readers"]}
    assert roles == {"superseded", "active"}
