"""A finding on a change that split can write as three revisions names the command, and the command writes them."""

import re
import shlex
from pathlib import Path

import pytest

from schemaguard import config
from schemaguard.commands.reading import open_reading
from schemaguard.commands.split import split
from tests.check.checking import before, checked, project

TABLES = """
CREATE TABLE "Odd ""one" (id bigint PRIMARY KEY, "a b" int, word varchar(20), kind text NOT NULL DEFAULT 'x');
CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (id bigint PRIMARY KEY, parent int REFERENCES parents (id));
CREATE TABLE events (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at);
"""
WRITTEN = [
    ("rewrite-column-type", 'ALTER TABLE "Odd ""one" ALTER COLUMN "a b" TYPE bigint;'),
    ("retype-column", 'ALTER TABLE "Odd ""one" ALTER COLUMN "a b" TYPE text;'),
    ("rename-column", 'ALTER TABLE "Odd ""one" RENAME COLUMN word TO "Word";'),
    ("add-required-column", 'ALTER TABLE "Odd ""one" ADD COLUMN size int NOT NULL;'),
    ("narrow-column", 'ALTER TABLE "Odd ""one" ALTER COLUMN word TYPE varchar(3);'),
    ("move-table", 'CREATE SCHEMA elsewhere; ALTER TABLE "Odd ""one" SET SCHEMA elsewhere;'),
]
REFUSED = [
    ("rewrite-column-type", "ALTER TABLE parents ALTER COLUMN id TYPE bigint;"),
    ("retype-column", "ALTER TABLE events ALTER COLUMN id TYPE numeric;"),
    ("rename-column", "ALTER TABLE unknown RENAME COLUMN a TO b;"),
]
COMMAND = re.compile(r"`(schemaguard split .+)` writes the revisions$")


def _said(folder: Path, rule: str, change: str, *later: str) -> str:
    files = {"migrations/001.sql": before() + TABLES, "migrations/002 it's.sql": change}
    project(folder, files | {f"migrations/{number:03}.sql": text for number, text in enumerate(later, 3)})
    found = [finding for finding in checked(folder, "migrations").findings if finding.rule == rule]
    return found[0].instead


@pytest.mark.parametrize(("rule", "change"), WRITTEN)
def test_the_command_that_is_named_writes_the_revisions(tmp_path: Path, rule: str, change: str) -> None:
    named = COMMAND.search(_said(tmp_path, rule, change))

    assert named is not None
    *_, revision = shlex.split(named[1])
    # What only the author knows split asks for, in so many words.
    ups = {"add-required-column": ("size=7",), "narrow-column": ("word=left(word, 3)",)}.get(rule, ())
    downs = {"retype-column": ('"a b"="a b_new"::integer',), "narrow-column": ("word=word_new",)}.get(rule, ())
    made = split(open_reading(config.load(tmp_path), tmp_path), "migrations", revision, ups, downs)
    assert made.files


def test_it_is_not_named_for_what_split_wrote_itself(tmp_path: Path) -> None:
    statement = 'ALTER TABLE "Odd ""one" RENAME COLUMN word TO "Word";'
    assert (
        COMMAND.search(_said(tmp_path, "rename-column", f"-- schemaguard: waits-for notes(body)\n{statement}")) is None
    )


@pytest.mark.parametrize(("rule", "change"), REFUSED)
def test_where_split_would_refuse_it_is_not_named(tmp_path: Path, rule: str, change: str) -> None:
    assert COMMAND.search(_said(tmp_path, rule, change)) is None


def test_nor_in_a_folder_of_sql_where_it_is_not_the_newest(tmp_path: Path) -> None:
    rule, change = WRITTEN[0]
    assert COMMAND.search(_said(tmp_path, rule, change, "CREATE TABLE later (id bigint PRIMARY KEY);")) is None
