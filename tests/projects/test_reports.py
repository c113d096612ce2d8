"""What reports say to code hosts and to people: where files are, what silences nothing, what wasn't judged."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from schemaguard.errors import ConfigError, ExitCode, HistoryError, UsageError
from schemaguard.finding import Family
from schemaguard.report.check import github as check_github
from schemaguard.report.check import gitlab as check_gitlab
from schemaguard.report.check import json as check_json
from schemaguard.report.check import junit as check_junit
from schemaguard.report.check import markdown as check_markdown
from schemaguard.report.check import sarif as check_sarif
from schemaguard.rules import RULES
from schemaguard.rules.judging.foreign import foreign_comments, hints
from schemaguard.rules.judging.unjudged import unjudged
from schemaguard.rules.judging.verdict import CheckResult
from tests.projects.scratch import Project, broken, opaque

TABLE = "create table transactions (id bigint primary key, channel text not null);\n"
RENDERERS: tuple[Callable[[CheckResult], str], ...] = (
    check_github.render,
    check_gitlab.render,
    check_json.render,
    check_junit.render,
    check_markdown.render,
    check_sarif.render,
)
REVISION = "from alembic import op\nrevision = {id!r}\ndown_revision = {down!r}\n\n\ndef upgrade():\n    {body}\n"


def sql(project: Project, folder: str, *statements: str) -> Project:
    """A folder of SQL migrations in a project: the table, then one file a statement."""
    for number, text in enumerate((TABLE, *statements), 1):
        project.write(f"{folder}/{number}.sql", text)
    return project


# Where files are


@pytest.mark.parametrize("render", RENDERERS)
def test_every_report_names_files_from_the_root_of_the_repository(
    tmp_path: Path, render: Callable[[CheckResult], str]
) -> None:
    repository = Project(tmp_path)
    repository.git("init", "-q")
    service = sql(Project(tmp_path / "services/shop"), "migrations", "alter table transactions drop column channel;\n")
    for result in (service.check(), repository.check("services/shop/migrations", contracts="services/shop/contracts")):
        assert broken(result) == [("breaks-reader", "2.sql")]
        assert "services/shop/migrations/2.sql" in render(result)


def test_a_worktree_and_a_folder_beside_the_working_directory_have_the_same_root(tmp_path: Path) -> None:
    Project(tmp_path).write(".git", "gitdir: elsewhere\n")
    sql(Project(tmp_path), "db", "alter table transactions drop column channel;\n")
    service = Project(tmp_path / "services/shop")
    result = service.check("../../db")
    assert {f.place.file for f in result.findings if f.headline} == {"db/2.sql"}
    assert {one.file for one in result.contracts} == {"services/shop/contracts/fraud/7.odcs.yaml"}
    assert [one.file for one in result.revisions] == ["db/1.sql", "db/2.sql"]


def test_outside_of_a_repository_files_are_named_from_the_working_directory(tmp_path: Path) -> None:
    result = sql(Project(tmp_path), "migrations", "alter table transactions drop column channel;\n").check()
    assert {one.file for one in result.revisions} == {"migrations/1.sql", "migrations/2.sql"}


def test_a_baseline_of_a_folder_below_the_root_is_found_again(tmp_path: Path) -> None:
    Project(tmp_path).git("init", "-q")
    service = sql(Project(tmp_path / "a"), "migrations", "create table notes (a int);\n", "drop table notes;\n")
    service.write("baseline.json", check_json.render(service.check()))
    assert service.check(baseline="baseline.json").errors == 0


# What nobody chooses


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"ignore": ("breaks-reader",)}, UsageError),
        ({"ignore": ("contract",)}, UsageError),
        ({"select": ("unproven",)}, UsageError),
        ({}, ConfigError),
    ],
)
def test_whoever_wants_to_choose_a_contract_rule_gets_no_verdict_and_a_reason(
    tmp_path: Path, options: dict[str, tuple[str, ...]], error: type[Exception]
) -> None:
    project = sql(Project(tmp_path), "migrations")
    if not options:
        project.write("schemaguard.toml", "[rules]\nbreaks-reader = 'warning'\n")
    with pytest.raises(error, match="belongs to the contract family") as refused:
        project.check(**options)
    assert refused.value.exit_code is ExitCode.NO_VERDICT  # type: ignore[attr-defined]


# Comments to other tools


@pytest.mark.parametrize(
    ("comment", "tool", "ours"),
    [
        ("-- squawk-ignore ban-drop-column", "squawk", "drop-column"),
        ("-- squawk-ignore-file ban-drop-table, ban-drop-column", "squawk", "drop-table drop-column"),
        ("/* squawk-ignore ban-char-feld */", "squawk", "RULE"),
        ("/* squawk-ignore prefer-robust-stmts */", "squawk", "not-rerunnable"),
        ("-- eugene: ignore E2", "eugene", "set-not-null-scan"),
        ("-- atlas:nolint destructive", "Atlas", "destructive"),
        ("-- strong_migrations: safe", "strong_migrations", "RULE"),
        ("-- strong_migrations", "strong_migrations", "RULE"),
        ("/* strong_migrations disable */", "strong_migrations", "RULE"),
        ("-- safety_assured", "strong_migrations", "RULE"),
    ],
)
def test_a_comment_to_another_tool_gets_a_hint_that_names_ours(
    tmp_path: Path, comment: str, tool: str, ours: str
) -> None:
    drop = f"{comment}\nalter table transactions drop column channel;\n"
    result = sql(Project(tmp_path), "migrations", drop).check()
    assert broken(result) == [("breaks-reader", "2.sql")]
    (hint,) = [remark for remark in result.remarks if "has no effect here" in remark]
    assert hint.startswith("migrations/2.sql:1: ")
    assert f"is a comment for {tool}" in hint
    assert f"`-- schemaguard: ignore {ours} -- why it is fine here`" in hint


def test_comments_in_python_are_heard_and_told_once() -> None:
    source = "# safety_assured\nop.drop_column()  # safety_assured\nop.execute('-- squawk-ignore ban-drop-table')\n"
    told = list(hints(foreign_comments(source, "a.py"), RULES))
    assert [hint.partition(": ")[0] for hint in told] == ["a.py:3", "a.py:1 and 1 more"]
    assert "`# schemaguard: ignore drop-table -- why it is fine here`" in told[0]


def test_our_own_comments_and_prose_get_no_hint() -> None:
    source = (
        "-- schemaguard: ignore drop-column -- squawk-ignore was here\n-- ignore this\n"
        "-- strong_migrations recommends a batch\n# strong_migrations is a gem\n"
        "-- we used to run squawk; eugene is fine\nselect 'atlas:nolint';\n"
    )
    assert list(foreign_comments(source, "a.sql")) == []


# Files that Python can't decode


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace(b"pass", "print('caf\u00e9')".encode("latin-1")), "is 0xe9, which is not UTF-8"),
        (lambda text: text.decode().encode("utf-16"), "byte 0 (line 1) is 0xff"),
        (lambda text: text.replace(b"pass", b"pass\0"), "is a null byte"),
        (lambda text: text.replace(b"\n", b"\r\n") + b"\x80", "is 0x80"),
    ],
)
def test_a_file_that_python_cannot_decode_is_said_with_its_byte(
    tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    project = Project(tmp_path)
    project.write("versions/a.py", REVISION.format(id="a", down=None, body="pass"))
    file = project.write("versions/b.py", "")
    content = damage(REVISION.format(id="b", down="a", body="pass").encode())
    file.write_bytes(content)
    (found,) = [f for f in project.check("versions").findings if f.rule == "broken-history"]
    assert found.place.file == "versions/b.py"
    assert said in found.message
    with pytest.raises((SyntaxError, ValueError)):
        compile(content, "b.py", "exec")
    if "0xe9" in said or "null" in said or "0x80" in said:
        position = next(n for n, byte in enumerate(content) if byte > 0x7F or byte == 0)
        assert f"byte {position} " in found.message


def test_a_comment_is_as_readable_as_python_finds_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    content = REVISION.format(id="a", down=None, body="pass  # caf\u00e9").encode("latin-1")
    project.write("versions/a.py", "").write_bytes(content)
    try:
        compile(content, "a.py", "exec")
    except SyntaxError:
        expected = ["broken-history"]
    else:
        expected = []
    found = [f.rule for f in project.check("versions").findings if f.rule == "broken-history"]
    assert found == expected


def test_a_coding_line_and_a_byte_order_mark_are_read_as_python_reads_them(tmp_path: Path) -> None:
    project = Project(tmp_path)
    text = REVISION.format(id="a", down=None, body="op.execute(\"COMMENT ON TABLE t IS 'caf\u00e9'\")")
    project.write("versions/a.py", "").write_bytes(b"# -*- coding: latin-1 -*-\n" + text.encode("latin-1"))
    more = REVISION.format(id="b", down="a", body="pass  # \u00e9")
    project.write("versions/b.py", "").write_bytes(more.encode("utf-8-sig"))
    result = project.check("versions")
    assert not [f for f in result.findings if f.rule == "broken-history"]


def test_a_module_beside_the_revisions_that_cannot_be_decoded_is_said_where_it_is_needed(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write(
        "versions/a.py", "from names import NAME\n" + REVISION.format(id="a", down=None, body="op.drop_table(NAME)")
    )
    project.write("names.py", "").write_bytes(b"NAME = 'caf\xe9'\n")
    result = project.check("versions")
    assert opaque(result) == 1
    assert any("names.py" in f.message and "byte 11 " in f.message for f in result.findings)


# Shallow clones


@pytest.mark.parametrize("ref", ["main", "origin/main"])
@pytest.mark.parametrize("is_cut", [False, True])
def test_the_next_step_for_a_shallow_clone_is_a_command_that_makes_the_base_known(
    tmp_path: Path, ref: str, is_cut: bool
) -> None:
    origin = sql(Project(tmp_path / "origin"), "migrations")
    origin.git("init", "-q", "-b", "main")
    origin.git("add", "-A")
    origin.git("commit", "-qm", "first")
    origin.git("switch", "-qc", "feature")
    for number in range(2, 5):
        origin.write(f"migrations/{number}.sql", f"create table t{number} ();\n")
        origin.git("add", "-A")
        origin.git("commit", "-qm", "more")
    origin.git("switch", "-q", "main")
    origin.write("README", "more")
    origin.git("add", "-A")
    origin.git("commit", "-qm", "of main")
    clone = Project(tmp_path / "clone" / "work")
    url = f"file://{origin.folder}"
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", "--branch", "feature", url, str(tmp_path / "clone" / "git")], check=True
    )
    clone = Project(tmp_path / "clone" / "git")
    if is_cut:
        clone.git("fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    with pytest.raises(HistoryError) as missing:
        clone.check(base=ref)
    assert missing.value.next.startswith("git fetch ")
    subprocess.run(["bash", "-c", missing.value.next], cwd=clone.folder, check=True, capture_output=True)
    assert [one.id for one in clone.check(base=ref).revisions] == ["2", "3", "4"]


def test_a_repository_without_a_remote_is_not_told_to_fetch(tmp_path: Path) -> None:
    project = sql(Project(tmp_path), "migrations")
    project.git("init", "-q", "-b", "main")
    project.git("add", "-A")
    project.git("commit", "-qm", "first")
    with pytest.raises(HistoryError, match="git knows no develop") as missing:
        project.check(base="develop")
    assert "fetch" not in missing.value.next


# What wasn't judged


def test_the_summary_says_what_was_not_judged(tmp_path: Path) -> None:
    project = sql(Project(tmp_path), "migrations")
    (tmp_path / "contracts/fraud/7.odcs.yaml").unlink()
    result = project.check()
    assert result.exit_code is ExitCode.OK
    said = "there is no contract, so no model was considered"
    assert said in check_github.render(result)
    assert said in check_markdown.render(result)
    assert said in json.loads(check_json.render(result))["remarks"]


def test_the_text_report_says_it_behind_the_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from schemaguard.cli.main import app

    sql(Project(tmp_path), "migrations")
    (tmp_path / "contracts/fraud/7.odcs.yaml").unlink()
    monkeypatch.chdir(tmp_path)
    lines = CliRunner().invoke(app, ["check", "--no-cache"]).stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("PASSED"))
    assert "there is no contract, so no model was considered" in " ".join(" ".join(lines[start:]).split())


def test_what_is_not_judged_follows_from_the_rules_that_there_are() -> None:
    from dataclasses import replace

    locking = replace(RULES[-1], id="locks", family=Family.BLOCKING)
    clients = replace(RULES[-1], id="renames", family=Family.CLIENTS)
    others = tuple(rule for rule in RULES if rule.family not in (Family.BLOCKING, Family.CLIENTS))
    said = [
        tuple(unjudged(rules, has_contracts=True, in_window=True))
        for rules in (others, (*others, locking), (*others, clients), (*others, locking, clients))
    ]
    assert said == [
        ("locks and rewrites are not judged, nor are clients without a contract",),
        ("clients without a contract are not judged",),
        ("locks and rewrites are not judged",),
        (),
    ]
