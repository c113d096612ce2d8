"""`schemaguard install` on a real database."""

import json

import psycopg
import pytest

from schemaguard.adapters.control.installation import newest
from tests.postgres.verbs.site import Site


def test_it_installs_once_and_repeating_it_changes_nothing(site: Site) -> None:
    name = site.ask("select current_database()")[0][0]
    assert site.done("install").splitlines() == [
        f"control schema installed: version {newest()}, schema schemaguard of database {name}",
        "alembic_version refuses held revisions from now on",
        "fence full: everything that is dropped is kept",
    ]
    before = site.ask("select oid, relname from pg_class order by oid")
    again = json.loads(site.done("install", "--format", "json"))
    assert again["installed"] == []
    assert again["control_version"] == newest()
    assert again["watched"] == "alembic_version"
    assert site.ask("select oid, relname from pg_class order by oid") == before


def test_from_then_on_a_held_revision_is_refused_without_any_guard(site: Site) -> None:
    site.done("install")
    site.ask("insert into schemaguard.held_revision (revision, reason) values ('0006', 'an incident')")
    with pytest.raises(psycopg.errors.RaiseException, match="revision 0006 is held"):
        site.ask("update alembic_version set version_num = '0006'")


def test_who_may_not_create_a_schema_is_told_so_and_nothing_is_left(site: Site) -> None:
    site.ask("drop role if exists sg_nobody")
    site.ask("create role sg_nobody login")
    try:
        ran = site.run("install", "--database-url", site.url.replace("postgres:", "sg_nobody:", 1))
    finally:
        site.ask("drop role sg_nobody")
    assert ran.code == 2
    assert "this user may not create the control schema: permission denied" in ran.words
    assert "run schemaguard install as a role that may create schemas and roles" in ran.words
    assert site.ask("select to_regnamespace('schemaguard')") == [(None,)]
