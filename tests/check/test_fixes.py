"""A finding carries the corrected migration, and every report shows it as its readers can use it."""

import json
from pathlib import Path

from schemaguard.report.check import github, markdown, sarif, suggestions, text
from schemaguard.rules.judging.verdict import CheckResult
from tests.check.checking import before, checked, project
from tests.check.revisions import as_revision
from tests.git.test_base import Repository

CALL = 'op.create_index("ix_body", "notes", ["body"])'
BLOCK = """\
    with op.get_context().autocommit_block():
        op.create_index("ix_body", "notes", ["body"], postgresql_concurrently=True)"""


def _in_alembic(folder: Path, body: str, first: str = "") -> CheckResult:
    files = {
        "migrations/env.py": "",
        "migrations/versions/1_first.py": as_revision("1", None, f"op.execute('''{before()}{first}''')"),
        "migrations/versions/2_second.py": as_revision("2", "1", body),
    }
    return checked(project(folder, files), "migrations", select=("blocking",))


def _in_sql(folder: Path, change: str, first: str = "") -> CheckResult:
    files = {"migrations/001.sql": before() + first, "migrations/002.sql": change}
    return checked(project(folder, files), "migrations", select=("blocking",))


def test_the_text_shows_a_diff_in_the_language_of_the_file(tmp_path: Path) -> None:
    shown = text.plain(_in_alembic(tmp_path, CALL))
    assert (
        f"""\
  instead   build it beside those who write, outside of a transaction
            - {CALL}
            + with op.get_context().autocommit_block():
            +     op.create_index("ix_body", "notes", ["body"], postgresql_concurrently=True)
"""
        in shown
    )


def test_sql_is_answered_with_sql_and_with_the_authors_own_words(tmp_path: Path) -> None:
    shown = text.plain(_in_sql(tmp_path, 'create index on notes (body);\ncreate index "I""x" on notes (id, body)'))
    assert "- create index on notes (body);\n" in shown
    assert "+ create index concurrently on notes (body);\n" in shown
    assert '+ create index concurrently "I""x" on notes (id, body)\n' in shown


def test_a_file_that_is_one_transaction_leaves_it_to_a_later_one(tmp_path: Path) -> None:
    shown = text.plain(_in_sql(tmp_path, "begin; create index i on notes (body); commit;"))
    assert "then, in a revision of its own, outside of a transaction\n" in shown
    assert "+ create index concurrently i on notes (body);\n" in shown


def test_a_suggestion_replaces_whole_lines(tmp_path: Path) -> None:
    (comment,) = json.loads(suggestions.render(_in_alembic(tmp_path, CALL)))["comments"]
    revision = (tmp_path / "migrations/versions/2_second.py").read_text().split("\n")
    assert comment["path"] == "migrations/versions/2_second.py"
    assert revision[comment["line"] - 1] == f"    {CALL}"
    assert f"```suggestion\n{BLOCK}\n```" in comment["body"]


def test_sarif_has_the_fix_and_what_it_replaces(tmp_path: Path) -> None:
    (result,) = json.loads(sarif.render(_in_alembic(tmp_path, CALL)))["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert replacement["deletedRegion"] == {"startLine": line, "startColumn": 1, "endLine": line + 1, "endColumn": 1}
    assert replacement["insertedContent"]["text"] == f"{BLOCK}\n"


def test_markdown_shows_what_to_paste_and_annotations_the_diff(tmp_path: Path) -> None:
    result = _in_alembic(tmp_path, CALL)
    assert f"```python\nwith op.get_context().autocommit_block():\n    {CALL[:-1]}" in markdown.render(result)
    assert "%0A+     op.create_index" in github.render(result)


def test_what_one_unreleased_revision_made_has_no_users_in_the_next(tmp_path: Path) -> None:
    made = "create table t (id bigint); alter table t rename to u;"
    files = {
        "migrations/001.sql": before(),
        "migrations/002.sql": made,
        "migrations/003.sql": "create index i on u (id);",
    }
    repository = Repository(project(tmp_path, {"migrations/001.sql": before()}))
    repository.git("init", "-q", "-b", "main")
    repository.commit()
    project(tmp_path, files)
    assert _fired(checked(tmp_path, "migrations", base="main")) == []
    assert _fired(checked(tmp_path, "migrations")) == ["index-not-concurrent"]
    repository.commit()
    project(tmp_path, {"migrations/003.sql": "create index j on u (id);"})
    assert _fired(checked(tmp_path, "migrations", base="main")) == ["index-not-concurrent"]


def _fired(result: CheckResult) -> list[str]:
    return [finding.rule for finding in result.findings if finding.rule == "index-not-concurrent"]


def test_what_stays_as_it_is_keeps_its_authors_text(tmp_path: Path) -> None:
    key = "alter table notes add constraint k foreign key (id)   references items (id) not valid;\n"
    result = _in_sql(tmp_path / "sql", key, "create table items (id bigint primary key, note bigint);\n")
    assert "- alter" not in text.plain(result)

    columns = """sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("note", sa.BigInteger, sa.ForeignKey("notes.id")),"""
    shown = text.plain(
        _in_alembic(tmp_path / "alembic", f'op.create_table(\n        "marks",\n        {columns}\n    )')
    )
    fix = shown.partition("foreign-key-without-index")[2].partition("  instead ")[2].partition("\n\n")[0]
    assert '+     op.create_index("marks_note_idx", "marks", ["note"], postgresql_concurrently=True)' in fix
    assert "- " not in fix
    assert "sa.Column" not in fix
