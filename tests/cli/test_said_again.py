"""`check` says again what it said before only where nothing that the verdict depends on has changed."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemaguard import config
from schemaguard.adapters.files import said, stamps
from schemaguard.cli import again
from schemaguard.cli.main import main
from schemaguard.commands import check as command
from schemaguard.rules.judging.verdict import CheckResult

CONTRACT = """apiVersion: v3.2.0
kind: DataContract
id: urn:schemaguard:model:fraud:7
version: 1.0.0
status: active
slaProperties:
  - {property: endOfSupport, value: "2999-06-30"}
customProperties:
  - {property: modelName, value: fraud, vendor: schemaguard}
  - {property: modelVersion, value: "7", vendor: schemaguard}
schema:
  - name: account
    properties:
      - {name: note, logicalType: string, physicalType: text}
"""


class Project:
    """A project in a folder, the words that are said in it, and how often a verdict was made."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.monkeypatch, self.capsys = folder, monkeypatch, capsys
        self.times = 0
        self.write("migrations/V1__a.sql", "create table account (id bigint primary key, note text);\n")
        self.write("migrations/V2__b.sql", "alter table account drop column note;\n")
        self.write("schemaguard.toml", 'migrations = "migrations"\n')
        monkeypatch.chdir(folder)
        monkeypatch.setenv("SCHEMAGUARD_CACHE_DIR", str(folder.parent / "cache"))
        made = command.check

        def counted(*given: object, **named: object) -> CheckResult:
            self.times += 1
            return made(*given, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(command, "check", counted)

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def said(self, *words: str) -> str:
        self.monkeypatch.setattr(sys, "argv", ["schemaguard", "check", *words])
        with pytest.raises(SystemExit) as left:
            main()
        out = self.capsys.readouterr().out
        return f"exit {left.value.code}\n{out}"

    def git(self, *words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *words], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path / "project", monkeypatch, capsys)


def _without_time(text: str) -> str:
    return re.sub(r'\d+\.\d+ s$|"seconds": [\d.]+|time="[\d.]+"|T\d\d:\d\d:\d\d\+00:00', "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab", "markdown", "sarif", "junit"])
def test_the_same_is_said_in_every_format_without_being_made_again(project: Project, form: str) -> None:
    first, second = (project.said("--format", form) for _ in range(2))
    assert project.times == 1
    assert _without_time(first) == _without_time(second)
    assert "exit 1" in second


def test_how_long_it_took_and_when_it_was_are_those_of_the_run(project: Project) -> None:
    first = project.said("--format", "json")
    later = datetime.now(UTC).timestamp() + 2
    project.monkeypatch.setattr(again.time, "time", lambda: later)
    second = project.said("--format", "json")
    if project.times == 2:
        pytest.skip("the day ended in between")
    moment = datetime.fromtimestamp(later, UTC).isoformat(timespec="seconds")
    assert moment in second
    assert moment not in first
    assert re.search(r'"seconds": \d\.\d+$', second, re.MULTILINE)


CHANGES: dict[str, Callable[[Project], None]] = {
    "a byte of a migration": lambda project: project.write(
        "migrations/V2__b.sql", "alter table account drop column id;\n"
    ),
    "another migration": lambda project: project.write("migrations/V3__c.sql", "drop table account;\n"),
    "one migration less": lambda project: (project.folder / "migrations/V2__b.sql").unlink(),
    "a setting": lambda project: project.write("schemaguard.toml", 'migrations = "migrations"\npostgresql = 17\n'),
    "the settings gone": lambda project: (project.folder / "schemaguard.toml").rename(project.folder / "other.toml"),
    "settings above that are nearer": lambda project: project.write(
        "pyproject.toml", "[tool.schemaguard]\nadopt = true\n"
    ),
    "a mark before the settings": lambda project: (project.folder / "schemaguard.toml").write_bytes(
        b"\xef\xbb\xbf" + (project.folder / "schemaguard.toml").read_bytes()
    ),
    "a first contract": lambda project: project.write("contracts/fraud.odcs.yaml", CONTRACT),
    "an override": lambda project: project.write("contracts/overrides.yaml", "version: 1\noverrides: []\n"),
    "a lock": lambda project: project.write(
        "contracts/window.lock", '{"version": 1, "at": "2026-06-01T00:00:00+00:00", "releases": []}\n'
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_what_it_depends_on_is_noticed(project: Project, change: Callable[[Project], None]) -> None:
    project.said("migrations")
    change(project)
    # Settings that can't be read are said before anything is judged.
    is_refused = "exit 2" in project.said("migrations")
    assert project.times + is_refused == 2


def test_a_byte_of_a_contract_is_noticed_although_its_time_and_size_stay(project: Project) -> None:
    project.write("contracts/fraud.odcs.yaml", CONTRACT)
    file = project.folder / "contracts/fraud.odcs.yaml"
    project.said()
    was = file.stat()
    file.write_text(CONTRACT.replace("name: note", "name: nota"))
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    project.said()
    assert project.times == 2


def test_other_words_another_folder_and_another_target_branch_are_judged_by_themselves(project: Project) -> None:
    project.said()
    project.said("--ignore", "drop-column")
    project.said("--pg-version", "18")
    (project.folder / "inside").mkdir()
    project.monkeypatch.chdir(project.folder / "inside")
    project.said()
    project.monkeypatch.setenv("SCHEMAGUARD_ENVIRONMENT", "")
    project.said()
    assert project.times == 5


def test_a_verdict_holds_until_the_day_ends(project: Project) -> None:
    project.said()
    tomorrow = (datetime.now(UTC).timestamp() // 86_400 + 1) * 86_400
    project.monkeypatch.setattr(again.time, "time", lambda: tomorrow - 0.5)
    project.said()
    assert project.times == 1
    project.monkeypatch.setattr(again.time, "time", lambda: tomorrow)
    project.said()
    assert project.times == 2


def test_a_clock_that_was_set_back_is_noticed(project: Project) -> None:
    project.said()
    project.monkeypatch.setattr(again.time, "time", lambda: datetime.now(UTC).timestamp() - 3_600)
    project.said()
    assert project.times == 2


def test_how_old_a_lock_is_counts_from_its_hour(project: Project) -> None:
    now = datetime.now(UTC).timestamp()
    written = datetime.fromtimestamp(now - 5 * 86_400 + 600, UTC).isoformat(timespec="seconds")
    project.write("contracts/window.lock", f'{{"version": 1, "at": "{written}", "releases": []}}\n')
    project.said()
    project.monkeypatch.setattr(again.time, "time", lambda: now + 601)
    project.said()
    assert project.times == 2


def test_what_a_database_says_of_windows_is_never_kept(project: Project) -> None:
    project.monkeypatch.setenv("SCHEMAGUARD_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    for _ in range(2):
        assert "exit 2" in project.said("--window", "live")
    assert project.times == 2
    assert not (project.folder.parent / "cache" / "said").exists()


def test_nothing_is_said_again_without_the_cache_or_on_a_terminal(project: Project) -> None:
    project.said("--no-cache")
    project.said("--no-cache")
    assert project.times == 2
    project.said()
    project.monkeypatch.setenv("FORCE_COLOR", "1")
    project.said()
    assert project.times == 4


def test_another_state_of_our_own_code_says_it_anew(project: Project) -> None:
    project.said()
    project.monkeypatch.setattr(stamps, "_stamps", lambda _: ["other"])
    project.said()
    assert project.times == 2


@pytest.mark.parametrize("damage", ["", "cut", "flipped", "other", "empty"])
def test_an_entry_that_was_damaged_is_no_entry(project: Project, damage: str) -> None:
    first = project.said()
    (entry,) = (project.folder.parent / "cache" / "said").iterdir()
    text = entry.read_text()
    damaged = {
        "": text,
        "cut": text[: len(text) // 2],
        "flipped": text.replace("REJECTED", "PASSED  "),
        "other": "\0".join(["1"] * 20),
        "empty": "",
    }
    entry.write_text(damaged[damage])
    assert _without_time(project.said()) == _without_time(first)
    assert project.times == (1 if damage == "" else 2)


def test_entries_are_kept_in_bounds(project: Project) -> None:
    folder = project.folder.parent / "cache" / "said"
    folder.mkdir(parents=True)
    for number in range(250):
        (folder / f"old{number}").touch()
        os.utime(folder / f"old{number}", (number, number))
    project.said()
    assert len(list(folder.iterdir())) <= 200
    project.said()
    assert project.times == 1


def test_a_file_that_changes_while_the_verdict_is_made_is_not_kept(project: Project) -> None:
    made = command.check

    def meanwhile(*given: object, **named: object) -> CheckResult:
        result = made(*given, **named)  # type: ignore[arg-type]
        project.write("schemaguard.toml", 'migrations = "migrations"\npostgresql = 17\n')
        return result

    project.monkeypatch.setattr(command, "check", meanwhile)
    project.said()
    project.said()
    project.said()
    assert project.times == 2


def test_a_base_that_moved_a_file_that_was_committed_and_one_that_is_ignored_are_noticed(project: Project) -> None:
    project.git("init", "--quiet", "--initial-branch", "main")
    project.git("add", ".")
    project.git("commit", "--quiet", "--message", "a")
    words = ("--base", "main")
    project.said(*words)
    project.said(*words)
    assert project.times == 1
    project.write("migrations/V3__c.sql", "drop table account;\n")
    assert "exit 1" in project.said(*words)
    project.said(*words)
    assert project.times == 2
    project.write(".gitignore", "V3__c.sql\n")
    project.said(*words)
    assert project.times == 3
    (project.folder / ".gitignore").unlink()
    project.said(*words)
    project.git("add", ".")
    project.git("commit", "--quiet", "--message", "b")
    assert "exit 0" in project.said(*words)
    assert project.times == 5


def test_two_runs_at_once_leave_one_whole_entry(project: Project, tmp_path: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-m", "schemaguard.cli", "check"], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    texts = {_without_time(run.communicate()[0]) for run in runs}
    assert len(texts) == 1
    assert _without_time(project.said()).removeprefix("exit 1\n") in texts


def test_where_a_verdict_is_known_nothing_that_finds_it_out_is_imported(project: Project) -> None:
    program = (
        "import sys\nsys.argv = ['schemaguard', 'check']\nfrom schemaguard.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'typing', 'dataclasses', 'typer', 're', 'json', 'subprocess'} & set(sys.modules)))"
    )
    command = [sys.executable, "-S", "-c", program]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    cold, warm = (
        subprocess.run(command, capture_output=True, text=True, check=True, env=environ).stdout for _ in range(2)
    )
    assert "typing" in cold.splitlines()[-1]
    assert warm.splitlines()[-1] == "[]"


def test_settings_are_looked_for_under_the_names_that_are_read() -> None:
    assert said.SETTINGS == config.FILES


@pytest.mark.parametrize("form", ["text", "json", "junit"])
@pytest.mark.parametrize("seconds", [0.5649, 0.565, 0.0004, 12.0, 100.9996])
def test_however_long_it_took_it_is_kept(project: Project, form: str, seconds: float) -> None:
    made = command.check

    def timed(*given: object, **named: object) -> CheckResult:
        return replace(made(*given, **named), seconds=seconds)  # type: ignore[arg-type]

    project.monkeypatch.setattr(command, "check", timed)
    for _ in range(2):
        project.said("--format", form)
    assert project.times == 1
