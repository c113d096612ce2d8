"""`schemaguard fix`: what it mends, how it proves that, and what it leaves to a person."""

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from schemaguard.cli.main import app
from schemaguard.errors import UsageError
from schemaguard.report.check import json as json_report
from tests.check.checking import before, checked, project, rules_of
from tests.check.revisions import as_revision

SETTINGS = 'migrations = "migrations"\nlock_timeout = "2s"\nstatement_timeout = "60s"\n'
CALL = 'op.create_index("ix_body", "notes", ["body"])'


def alembic(folder: Path, *bodies: str) -> Path:
    """A history whose first revision makes the tables, and whose next ones have these bodies."""
    files = {"migrations/env.py": "", "migrations/versions/1_first.py": as_revision("1", None, "pass")}
    files["migrations/versions/1_first.py"] = as_revision("1", None, f"op.execute('''{before()}''')")
    for number, body in enumerate(bodies, 2):
        files[f"migrations/versions/{number}_x.py"] = as_revision(str(number), str(number - 1), body)
    return project(folder, files, settings=SETTINGS)


def sql(folder: Path, *changes: str, name: str = "00{}.sql") -> Path:
    files = {f"migrations/{name.format(1)}": before()}
    files |= {f"migrations/{name.format(number)}": change for number, change in enumerate(changes, 2)}
    return project(folder, files, settings=SETTINGS)


def fix(folder: Path, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("SCHEMAGUARD_CACHE_DIR", str(folder / ".cache"))
        return CliRunner().invoke(app, ["fix", *arguments])


def texts(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.glob("migrations/**/*.*"))}


def indexes(folder: Path) -> list[str]:
    return [rule for rule in rules_of(checked(folder, select=("index-not-concurrent",))) if "index" in rule]


@pytest.mark.parametrize("make", [lambda f: alembic(f, CALL), lambda f: sql(f, "create index on notes (body);\n")])
def test_it_shows_a_diff_and_writes_only_when_told(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    folder = make(tmp_path)
    at_first = texts(folder)
    shown = fix(folder)
    assert (shown.exit_code, texts(folder)) == (0, at_first)
    assert "+++ b/migrations/" in shown.stdout
    assert "1 finding would be mended in 1 file" in shown.stdout
    done = fix(folder, "--write")
    assert "1 finding mended in 1 file" in done.stdout
    assert indexes(folder) == []
    mended = texts(folder)
    assert mended != at_first
    again = fix(folder, "--write")
    assert "nothing to mend mechanically" in again.stdout
    assert texts(folder) == mended


def test_the_diff_is_one_that_git_applies(tmp_path: Path) -> None:
    folder = alembic(
        tmp_path, CALL, 'op.create_index("ix_2", "notes", ["id", "body"])\nop.create_index("ix_3", "notes", ["id"])'
    )
    document = json.loads(fix(folder, "--format", "json").stdout)
    patch = "\n".join(file["diff"] for file in document["files"]) + "\n"
    subprocess.run(["git", "apply", "--unidiff-zero", "-"], input=patch.encode(), cwd=folder, check=True)
    assert indexes(folder) == []
    assert [repair["rule"] for repair in document["repairs"]] == ["index-not-concurrent"] * 3


def test_a_revision_is_named_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    folder = alembic(tmp_path, CALL, 'op.create_index("ix_2", "notes", ["id"])')
    at_first = texts(folder)
    assert "1 finding mended" in fix(folder, "3", "--write").stdout
    changed = [path for path, content in texts(folder).items() if at_first[path] != content]
    assert changed == ["migrations/versions/3_x.py"]
    unknown = fix(folder, "nothing")
    assert isinstance(unknown.exception, UsageError)


def test_what_a_comment_or_the_baseline_accepts_is_not_mended_unless_its_revision_is_named(tmp_path: Path) -> None:
    folder = alembic(
        tmp_path,
        f"# schemaguard: ignore index-not-concurrent -- the table is small\n{CALL}",
        CALL.replace("ix_", "iy_"),
    )
    (folder / "b.json").write_text(json_report.render(checked(folder)))
    (folder / "schemaguard.toml").write_text(f'{SETTINGS}baseline = "b.json"\n')
    assert "nothing to mend mechanically" in fix(folder).stdout
    only = ("--select", "index-not-concurrent")
    assert "nothing to mend mechanically" in fix(folder, "2", *only).stdout
    assert "1 finding would be mended" in fix(folder, "3", *only).stdout


def test_what_has_to_follow_becomes_the_next_file(tmp_path: Path) -> None:
    folder = sql(tmp_path, "begin; create index i on notes (body); commit;\n")
    done = fix(folder, "--write")
    assert "and 1 new revision" in done.stdout
    new = sorted((folder / "migrations").glob("003*.sql"))
    assert [file.read_text() for file in new] == ["create index concurrently i on notes (body);\n"]
    assert "create index" not in (folder / "migrations/002.sql").read_text()
    assert indexes(folder) == []
    assert fix(folder, "--write").stdout.startswith("nothing to mend")


def test_where_no_file_can_follow_it_is_said_and_nothing_is_changed(tmp_path: Path) -> None:
    folder = sql(tmp_path, "begin; create index i on notes (body); commit;\n", name="{}.sql")
    for number, word in enumerate(("first", "second"), 1):
        (folder / f"migrations/{number}.sql").rename(folder / f"migrations/{word}.sql")
    at_first = texts(folder)
    done = fix(folder, "--write")
    assert "is left: a revision has to follow, and its files aren't numbered" in done.stdout
    assert texts(folder) == at_first


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_stay_what_they_were(tmp_path: Path, newline: str) -> None:
    folder = alembic(tmp_path, CALL)
    file = folder / "migrations/versions/2_x.py"
    file.write_bytes(file.read_text().replace("\n", newline).encode())
    assert fix(folder, "--write").exit_code == 0
    content = file.read_bytes()
    assert content.count(b"\r\n") == (content.count(b"\n") if newline == "\r\n" else 0)
    assert indexes(folder) == []


def test_odd_names_are_mended_with_their_own_spelling(tmp_path: Path) -> None:
    folder = sql(
        tmp_path,
        'create table "a""b" (id bigint primary key, "Full Name" text);\n',
        'create index "I""x" on "a""b" ("Full Name");\n',
    )
    assert fix(folder, "--write").exit_code == 0
    assert (folder / "migrations/003.sql").read_text() == 'create index concurrently "I""x" on "a""b" ("Full Name");\n'


def test_from_a_folder_of_the_repository_the_same_files_are_mended(tmp_path: Path) -> None:
    folder = alembic(tmp_path / "services/shop", CALL)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert "1 finding mended in 1 file" in fix(folder, "--write").stdout
    assert indexes(folder) == []


@pytest.mark.parametrize("in_sql", [True, False])
def test_what_limits_a_statement_holds_for_no_build_that_takes_hours_after_it(tmp_path: Path, in_sql: bool) -> None:
    add, build = "alter table notes add constraint c check (id > 0)", "create index on notes (body)"
    folder = sql(tmp_path, f"{add};\n{build};\n") if in_sql else alembic(tmp_path, f'op.execute("{add}")', CALL)
    (folder / "schemaguard.toml").unlink(missing_ok=True)
    (folder / "schemaguard.toml").write_text('migrations = "migrations"\nlock_timeout = "2s"\n')
    for _ in range(3):
        fix(folder, "--write")
    whole = b"".join(text for name, text in texts(folder).items() if "first" not in name and "001" not in name)
    written = whole.decode().lower()
    assert written.count("set statement_timeout") == written.count("reset statement_timeout") * 2 > 0
    last = written.rindex("reset statement_timeout")
    assert "add constraint" in written[:last] or "create_check_constraint" in written[:last]
    between = written[written.index("set statement_timeout") : written.index("reset statement_timeout")]
    assert "concurrently" not in between


def test_split_is_offered_for_what_is_left_and_a_file_that_would_close_its_way_is_not_written(tmp_path: Path) -> None:
    folder = sql(
        tmp_path,
        "alter table predictions alter column score type text;\n"
        "alter table notes add constraint short check (length(body) < 99);\n"
        "create index on notes (body);\n",
    )
    shown = fix(folder, "--write")

    assert "1 finding mended in 1 file" in shown.stdout
    assert "check-not-deferred is left: a file has to follow, behind which" in shown.stdout
    assert "`schemaguard split 002` comes too late: split it first" in " ".join(shown.stdout.split())
    assert shown.stdout.endswith("then: schemaguard split 002\n")
    assert json.loads(fix(folder, "--format", "json").stdout)["splits"] == ["schemaguard split 002"]


def test_split_is_offered_for_an_alembic_revision_that_others_follow(tmp_path: Path) -> None:
    folder = alembic(
        tmp_path,
        'op.alter_column("predictions", "score", type_=sa.Text())\n'
        'op.create_check_constraint("short", "notes", "length(body) < 99")',
    )
    shown = fix(folder, "--write")

    assert "mended in 1 file and 1 new revision" in shown.stdout
    assert "then: schemaguard split 2\n" in shown.stdout
