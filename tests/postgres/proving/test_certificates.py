"""Certificates: signed with the ledger's key, asked for by the guard, made by `check --prove`, shown as a page."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from schemaguard.adapters import control
from schemaguard.adapters.files.certificates import write_certificates
from schemaguard.adapters.files.ledger_key import VARIABLE
from schemaguard.cli.app import app
from schemaguard.commands.site import Site
from schemaguard.commands.upgrade import StoppedError, UpgradeOptions, upgrade
from schemaguard.errors import RefusedError
from schemaguard.ledger.keys import SigningKey, make_key
from schemaguard.proving.certificate import Certificate, problem, sha256
from tests.conftest import fresh
from tests.postgres.guard.project import Project

MINE = SigningKey("prod", b"1" * 32)
OTHERS = SigningKey("prod", b"2" * 32)
SOURCE = "alter table t add column b int;\n"


def certificate(outcome: str = "proven", revision: str = "0001") -> Certificate:
    return Certificate(
        revision, "migrations/0001.sql", sha256(SOURCE), "instant", outcome, (), (), (), 1.25, 2.5, 3, 1, "18.4", 7,
        "0.1", "2026-11-30T00:00:00+00:00",
    )  # fmt: skip


def through_a_file(document: dict[str, Any]) -> Any:
    return json.loads(json.dumps(document, indent=2))


def test_a_signed_certificate_holds_for_its_revision_and_its_source_alone() -> None:
    document = through_a_file(certificate().document(MINE))
    keys = (MINE.verifying,)
    assert problem(document, "0001", SOURCE, keys) is None
    assert problem(document, "0001", SOURCE, ()) is None
    assert problem(document, "0001", SOURCE + "\n", keys) == "the revision was changed after it was proven"
    assert problem(document, "0002", SOURCE, keys) == "it is for revision 0001"
    assert problem(document, "0001", SOURCE, (make_key("staging").verifying,)) == (
        "nobody knows the key that signed it: prod"
    )
    assert problem(document, "0001", SOURCE, (OTHERS.verifying,)) == "nobody knows the key that signed it: prod"


TAMPERED = {
    "another outcome": {"outcome": "proven"},
    "a source of its own": {"source_sha256": sha256(SOURCE)},
    "fewer gaps": {"not_covered": []},
    "another class": {"rollback": "instant "},
}


@pytest.mark.parametrize("which", TAMPERED)
def test_who_changes_a_certificate_needs_the_key(which: str) -> None:
    document = through_a_file(certificate("refuted").document(MINE))
    said = {**document, **TAMPERED[which], "outcome": "proven"}
    assert problem(said, "0001", SOURCE, ()) == "it was changed after it was made"
    said["seal"] = (
        certificate().document()["seal"]
        if which == "another outcome"
        else sha256(
            json.dumps({name: said[name] for name in said if name not in ("seal", "signature")}, sort_keys=True)
        )
    )
    assert problem(said, "0001", SOURCE, (MINE.verifying,)) == "the signature of prod doesn't belong to this text"
    assert problem({**said, "signature": None}, "0001", SOURCE, (MINE.verifying,)) == "it isn't signed"


@pytest.mark.parametrize("document", [None, [], {"version": 1}, "x"])
def test_what_is_no_certificate_is_none(document: object) -> None:
    assert problem(document, "0001", SOURCE, ()) == "it is not a certificate that this version reads"


def test_only_what_is_proven_counts() -> None:
    document = through_a_file(certificate("refuted").document(MINE))
    assert problem(document, "0001", SOURCE, (MINE.verifying,)) == "it says that the revision is refuted"


def test_the_guard_refuses_a_revision_without_its_certificate_before_it_sends_anything(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    project = Project(database, tmp_path / "migrations")
    project.lay_out()
    project.install()
    project.add('with op.get_context().autocommit_block():\n        op.execute("create table t (a int)")')
    settings = f'require_certificate = true\nledger_keys = ["{MINE.verifying}"]\n'
    (tmp_path / "schemaguard.toml").write_text(settings)
    with pytest.raises(RefusedError, match=r"revision 0001 needs a certificate .* and there is none") as caught:
        project.upgrade()
    assert caught.value.next == "schemaguard prove 0001 --out certificates"
    assert project.ask("select to_regclass('t')") == [(None,)]
    source = (tmp_path / "migrations/versions/0001.py").read_text()
    proven = Certificate(**{**_fields(certificate()), "source_digest": sha256(source)})
    write_certificates(tmp_path / "certificates", (proven,), None)
    with pytest.raises(RefusedError, match="it isn't signed"):
        project.upgrade()
    write_certificates(tmp_path / "certificates", (proven,), MINE)
    project.upgrade()
    assert project.heads() == ["0001"]
    # The way back is nobody's to prevent.
    project.downgrade("base")


def _fields(one: Certificate) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def test_check_proves_what_is_new_signs_it_and_upgrade_takes_it(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/1_t.up.sql").write_text("create table t (a int primary key);\n")
    (tmp_path / "migrations/1_t.down.sql").write_text("drop table t;\n")
    (tmp_path / "migrations/2_b.up.sql").write_text("alter table t add column b text;\n")
    (tmp_path / "migrations/2_b.down.sql").write_text("alter table t drop column b;\n")
    (tmp_path / "schemaguard.toml").write_text('migrations = "migrations"\nrequire_certificate = true\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, MINE.secret_text())
    done = CliRunner().invoke(app, ["check", "--prove", "--server", server, "--no-cache"])
    assert "2 proven on PostgreSQL" in done.output
    assert "certificates in certificates, signed by prod" in done.output
    with fresh(server) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            control.install(connection)
        with Site(tmp_path, database_url=url) as site, site.reading(no_cache=True) as reading:
            assert len(upgrade(site, reading, None, "1", UpgradeOptions()).ran) == 1
            (tmp_path / "migrations/2_b.up.sql").write_text("alter table t add column b varchar(3);\n")
        with (
            Site(tmp_path, database_url=url) as site,
            site.reading(no_cache=True) as reading,
            pytest.raises(StoppedError, match="the revision was changed after it was proven"),
        ):
            upgrade(site, reading, None, "head", UpgradeOptions())
    # What can't be taken back is refuted, and the check says no.
    (tmp_path / "migrations/2_b.down.sql").write_text("select 1;\n")
    done = CliRunner().invoke(app, ["check", "--prove", "--server", server, "--no-cache", "--format", "json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["revisions"]
    assert "REFUTED  2" in done.stderr


def test_the_page_needs_nothing_else_and_says_what_names_do_their_worst_to_break(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/1_t.up.sql").write_text('create table "<script>alert(1)</script>" (a int primary key);\n')
    (tmp_path / "migrations/1_t.down.sql").write_text('drop table "<script>alert(1)</script>";\n')
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(
        app, ["prove", "--migrations", "migrations", "--server", server, "--html", "out/proof.html"]
    )
    assert done.exit_code == 0, done.output
    page = (tmp_path / "out/proof.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert re.findall(r"(?:src|href|style)=", page) == []
    style = page.partition("<style>")[2].partition("</style>")[0]
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{allowed}'" in page.replace("&#39;", "'")
    for part in ("upgrade", "the new version writes", "way back", "upgrade again"):
        assert f">{part}</text>" in page
