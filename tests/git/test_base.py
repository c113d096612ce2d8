"""What is new since the base, told by real git repositories."""

import subprocess
from pathlib import Path

import pytest

from schemaguard.adapters.files import git
from schemaguard.adapters.files.tree import DiskFiles
from schemaguard.catalog.objects import Name
from schemaguard.commands.histories import (
    choose_base,
    find_histories,
    find_one,
    replay_history,
)
from schemaguard.commands.reading import Reading, open_reading
from schemaguard.config import Config
from schemaguard.errors import HistoryError, UsageError
from schemaguard.history.discovery import discover
from schemaguard.history.selection import Selection, select

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")


class Repository:
    """A real repository in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def git(self, *arguments: str) -> str:
        command = ["git", *IDENTITY, *arguments]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def revision(self, identifier: str, down: str | None, body: str = "pass") -> None:
        text = f"revision = {identifier!r}\ndown_revision = {down!r}\n\n\ndef upgrade():\n    {body}\n"
        self.write(f"versions/{identifier}.py", text)

    def commit(self, message: str = "more") -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def select(self, ref: str = "main", path: str = "versions") -> Selection:
        files = DiskFiles(self.folder)
        return select(discover(path, files), git.read_base(ref, files))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two merged revisions on main; a branch is checked out."""
    made = Repository(tmp_path / "repository")
    made.git("init", "-q", "-b", "main")
    made.revision("a", None)
    made.revision("b", "a")
    made.commit()
    made.git("switch", "-qc", "feature")
    return made


def kinds(selection: Selection) -> list[str]:
    return [problem.kind for problem in selection.problems]


def test_a_committed_and_an_untracked_revision_are_new(repository: Repository) -> None:
    repository.revision("c", "b")
    repository.commit()
    repository.revision("d", "c")
    selection = repository.select()
    assert selection.judged == {"c", "d"}
    assert selection.edited == frozenset()
    assert selection.problems == ()


def test_nothing_new_judges_nothing(repository: Repository) -> None:
    assert repository.select().judged == frozenset()


def test_what_main_got_since_the_branch_left_is_not_ours(repository: Repository) -> None:
    repository.git("switch", "-q", "main")
    repository.revision("m", "b")
    repository.commit()
    repository.git("switch", "-q", "feature")
    repository.revision("c", "b")
    repository.commit()
    assert repository.select().judged == {"c"}


def test_an_edited_revision_is_judged_and_said_to_be_edited(repository: Repository) -> None:
    repository.revision("a", None, 'op.drop_table("t")')
    selection = repository.select()
    assert selection.judged == selection.edited == {"a"}
    (problem,) = selection.problems
    assert (
        problem.message == "revision a was edited after it was merged (main): databases that ran it won't run it again"
    )


def test_a_comment_or_another_layout_is_no_edit(repository: Repository) -> None:
    repository.write("versions/a.py", '# who\nrevision = "a"\ndown_revision = None\n\ndef upgrade(): pass\n')
    selection = repository.select()
    assert selection.judged == frozenset()
    assert selection.problems == ()


def test_a_comment_in_sql_is_no_edit_but_a_mark_of_the_tool_is(repository: Repository) -> None:
    repository.write("db/1_a.sql", "-- migrate:up\nselect 1;\n")
    repository.write("db/2_b.sql", "-- migrate:up\nselect 1;\n")
    repository.commit()
    repository.git("branch", "-f", "main")
    repository.write("db/1_a.sql", "-- migrate:up\n-- one\n\nselect 1;\n")
    repository.write("db/2_b.sql", "-- migrate:up transaction:false\nselect 1;\n")
    assert repository.select(path="db").edited == {"2"}


def test_a_comment_that_says_what_a_file_depends_on_is_an_edit(repository: Repository) -> None:
    repository.write("db/1_a.sql", "select 1;\n")
    repository.commit()
    repository.git("branch", "-f", "main")
    repository.write("db/1_a.sql", "-- depends: 0_z\n-- a migration\nselect 1;\n")
    assert repository.select(path="db").edited == {"1_a"}
    repository.write("db/1_a.sql", "-- a migration\nselect 1;\n")
    assert repository.select(path="db").edited == frozenset()


def test_a_moved_revision_is_neither_new_nor_edited(repository: Repository) -> None:
    repository.git("mv", "versions/b.py", "versions/0002_b.py")
    repository.commit()
    selection = repository.select()
    assert selection.judged == frozenset()
    assert selection.problems == ()


def test_a_moved_and_edited_revision_is_edited(repository: Repository) -> None:
    body = "\n    ".join(f'op.execute("select {number}")' for number in range(30))
    repository.revision("c", "b", body)
    repository.commit()
    repository.git("branch", "-f", "main")
    repository.git("mv", "versions/c.py", "versions/0003_c.py")
    text = (repository.folder / "versions/0003_c.py").read_text()
    repository.write("versions/0003_c.py", text.replace("select 7", "select 8"))
    repository.commit()
    assert repository.select().edited == {"c"}


def test_a_deleted_revision_is_a_problem(repository: Repository) -> None:
    (repository.folder / "versions/b.py").unlink()
    selection = repository.select()
    assert kinds(selection) == ["removed"]
    assert selection.problems[0].place.file == "versions/b.py"


def test_a_new_revision_before_a_merged_one_is_a_problem(repository: Repository) -> None:
    repository.revision("x", "a")
    repository.revision("b", "x")
    selection = repository.select()
    assert selection.edited == {"b"}
    assert kinds(selection) == ["edited", "out-of-order"]


def test_a_folder_below_the_top_is_enough(repository: Repository) -> None:
    repository.revision("c", "b")
    files = DiskFiles(repository.folder / "versions")
    assert select(discover(".", files), git.read_base("main", files)).judged == {"c"}


def test_a_history_beside_the_working_directory_is_enough(repository: Repository) -> None:
    repository.revision("c", "b")
    (repository.folder / "service").mkdir()
    files = DiskFiles(repository.folder / "service")
    path = files.path_of("../versions")
    assert path == (repository.folder / "versions").as_posix()
    assert select(discover(path, files), git.read_base("main", files)).judged == {"c"}


def test_files_with_odd_names_are_found(repository: Repository) -> None:
    repository.write('versions/ä b\t"q".py', "revision = 'odd'\ndown_revision = 'b'\n")
    repository.commit()
    assert repository.select().judged == {"odd"}


def test_sql_files_are_selected_with_their_way_down(repository: Repository) -> None:
    repository.write("db/1_a.up.sql", "select 1;")
    repository.write("db/1_a.down.sql", "select 1;")
    repository.commit()
    repository.git("branch", "-f", "main")
    repository.write("db/1_a.down.sql", "select 2;")
    repository.write("db/2_b.up.sql", "select 2;")
    selection = repository.select(path="db")
    assert selection.judged == {"1", "2"}
    assert selection.edited == frozenset()


def test_a_repeatable_migration_may_be_edited(repository: Repository) -> None:
    repository.write("db/V1__a.sql", "select 1;")
    repository.write("db/R__views.sql", "select 1;")
    repository.commit()
    repository.git("branch", "-f", "main")
    repository.write("db/R__views.sql", "select 2;")
    selection = repository.select(path="db")
    assert selection.judged == {"R__views"}
    assert selection.problems == ()


def test_a_tag_a_commit_and_a_relative_ref_are_bases(repository: Repository) -> None:
    repository.git("tag", "v1.0")
    commit = repository.git("rev-parse", "HEAD").strip()
    repository.revision("c", "b")
    repository.commit()
    for ref in ("v1.0", commit, commit[:10], "HEAD~1", "HEAD^", "refs/heads/main"):
        assert repository.select(ref).judged == {"c"}, ref


def test_a_branch_that_only_the_remote_has_is_found(repository: Repository, tmp_path: Path) -> None:
    clone = Repository(tmp_path / "clone")
    clone.git("clone", "-q", "--branch", "feature", f"file://{repository.folder}", ".")
    clone.revision("c", "b")
    assert clone.select("main").judged == {"c"}


def test_the_remote_branch_comes_first_for_a_pull_request(repository: Repository, tmp_path: Path) -> None:
    clone = Repository(tmp_path / "clone")
    clone.git("clone", "-q", "--branch", "feature", f"file://{repository.folder}", ".")
    clone.revision("c", "b")
    clone.commit()
    clone.git("branch", "main")
    files = DiskFiles(clone.folder)
    history = discover("versions", files)
    assert select(history, git.read_base("main", files)).judged == frozenset()
    assert select(history, git.read_base("main", files, is_remote=True)).judged == {"c"}


def test_a_shallow_clone_says_how_to_deepen_it(repository: Repository, tmp_path: Path) -> None:
    repository.git("switch", "-q", "main")
    repository.revision("m", "b")
    repository.commit()
    repository.git("switch", "-q", "feature")
    for number in range(3):
        repository.write("README", str(number))
        repository.commit()
    clone = Repository(tmp_path / "clone")
    clone.git("clone", "-q", "--depth", "1", "--branch", "feature", f"file://{repository.folder}", ".")
    with pytest.raises(HistoryError) as missing:
        clone.select("main")
    assert "git fetch --unshallow origin main" in missing.value.next
    clone.git("fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    with pytest.raises(HistoryError) as cut:
        clone.select("main")
    assert cut.value.what == "this clone is shallow and doesn't reach the point where the branch left main"
    assert "fetch-depth: 0" in cut.value.next


def test_no_repository_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    with pytest.raises(HistoryError) as caught:
        git.read_base("main", DiskFiles(tmp_path))
    assert "not a git repository" in caught.value.what


def test_no_git_is_an_error(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(HistoryError, match="git is not installed"):
        repository.select()


def test_a_repository_without_commits_is_an_error(tmp_path: Path) -> None:
    empty = Repository(tmp_path / "empty")
    empty.git("init", "-q", "-b", "main")
    with pytest.raises(HistoryError, match="git knows no main"):
        git.read_base("main", DiskFiles(empty.folder))


def test_unrelated_histories_are_an_error(repository: Repository) -> None:
    repository.git("switch", "-q", "--orphan", "island")
    repository.git("commit", "-q", "--allow-empty", "-m", "island")
    repository.revision("z", None)
    with pytest.raises(HistoryError, match="no commit in common"):
        repository.select("main")


@pytest.mark.parametrize(
    "ref",
    [
        "--upload-pack=touch pwned", "-h", "--help", "--output=pwned", "", "main;touch pwned", "$(touch pwned)",
        "main\n--output=pwned", "a..b", ":/pwned", "main:versions/a.py", "`id`", "main\0", "|id", "main -x", "../..",
    ],
)  # fmt: skip
def test_a_hostile_ref_never_reaches_git(
    repository: Repository, ref: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE", str(trace))
    with pytest.raises(HistoryError):
        git.read_base(ref, DiskFiles(repository.folder))
    assert "pwned" not in trace.read_text()
    assert not list(tmp_path.rglob("pwned"))


def test_nothing_that_the_repository_configures_runs(repository: Repository, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "core.pager", "diff.x.textconv", "diff.x.command"):
        repository.git("config", key, str(script))
    repository.write(".gitattributes", "*.py diff=x\n")
    repository.revision("c", "b")
    repository.revision("a", None, "x")
    mark.unlink(missing_ok=True)
    assert repository.select().judged == {"a", "c"}
    assert not mark.exists()


def test_git_is_left_as_it_was(repository: Repository) -> None:
    repository.revision("c", "b")
    before = sorted((p, p.stat().st_mtime_ns) for p in (repository.folder / ".git").rglob("*") if p.is_file())
    repository.select()
    after = sorted((p, p.stat().st_mtime_ns) for p in (repository.folder / ".git").rglob("*") if p.is_file())
    assert before == after


@pytest.mark.parametrize(
    ("environ", "branch"),
    [
        ({"GITHUB_BASE_REF": "main"}, "main"),
        ({"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "develop"}, "develop"),
        ({"GITHUB_BASE_REF": ""}, None),
        ({}, None),
    ],
)
def test_the_target_of_a_pull_request_is_the_base(environ: dict[str, str], branch: str | None) -> None:
    assert git.target_branch(environ) == branch


def reading(folder: Path, base: str | None = None) -> Reading:
    return open_reading(Config(root=folder, base=base), folder)


def test_the_option_comes_before_the_pull_request_and_that_before_the_settings(repository: Repository) -> None:
    for branch in ("asked", "target", "configured"):
        repository.git("branch", branch)
    settings = reading(repository.folder, "configured")
    pull_request = {"GITHUB_BASE_REF": "target"}

    def chosen(option: str | None, environ: dict[str, str], settings: Reading = settings) -> str | None:
        base = choose_base(settings, option, environ)
        return base.ref if base is not None else None

    assert chosen("asked", pull_request) == "asked"
    assert chosen(None, pull_request) == "target"
    assert chosen(None, {}) == "configured"
    assert chosen("", pull_request) is None
    assert chosen(None, {}, reading(repository.folder)) is None


def test_a_base_judges_only_what_is_new_and_builds_the_catalog_of_the_rest(repository: Repository) -> None:
    repository.write("db/1_a.sql", "create table a (b int);")
    repository.commit()
    repository.git("branch", "-f", "main")
    repository.write("db/2_b.sql", "alter table a drop column b;")
    settings = reading(repository.folder)
    (history,) = find_histories(settings, ("db",))
    done = replay_history(history, settings, choose_base(settings, "main", {}))
    assert done.judged == {"2_b"}
    assert [len(run.steps) for run in done.runs] == [1, 1]
    assert done.runs[1].steps[0].before.table(Name("a")) is not None


def test_without_paths_the_configured_or_the_usual_place_is_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "1.sql").write_text("select 1;")
    configured = open_reading(Config(root=tmp_path, migrations=("elsewhere",)), tmp_path)
    assert [history.path for history in find_histories(configured, ())] == ["elsewhere"]
    with pytest.raises(UsageError, match="no migrations are named"):
        find_histories(reading(tmp_path), ())
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text("select 1;")
    assert [history.path for history in find_histories(reading(tmp_path), ())] == ["migrations"]
    several = open_reading(Config(root=tmp_path, migrations=("elsewhere", "migrations")), tmp_path)
    with pytest.raises(UsageError, match="there are several histories"):
        find_one(several, None)
