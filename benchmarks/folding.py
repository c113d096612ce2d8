"""What folding costs: cold `check` of a history, the same with one new revision, and with nothing new.

    python benchmarks/folding.py [--files 300] [--revisions 549] [--runs 5] [--before SCHEMAGUARD] [--sql FOLDER]…

Three histories: so many numbered SQL files of five statements each, so many more as a long history of SQL, and so many
Alembic revisions; `--sql` adds a folder of one's own. Every row is a fresh process, start-up included, in CPU seconds
(user and system, git's too), the smallest of all runs, and as multiples of `python -c pass` of the same interpreter in
the same run. `--before` names the `schemaguard` of another state of the code, which is then measured in turns.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.generated import write_alembic
from benchmarks.shapes import new_numbered, write_numbered
from benchmarks.speed import Command, new_revision
from benchmarks.table import show

_OURS = str(Path(sys.executable).parent / "schemaguard")
_COMMIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "a")


@dataclass(slots=True)
class Project:
    """One history under git, and the one more file that makes it `one new`."""

    name: str
    folder: Path
    migrations: Path
    new: Path
    new_text: str

    def without_new(self) -> None:
        """Take the new file away."""
        self.new.unlink(missing_ok=True)

    def with_new(self) -> None:
        """Put the new file there."""
        self.new.write_text(self.new_text)


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--revisions", type=int, default=549)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--before", metavar="SCHEMAGUARD")
    parser.add_argument("--sql", action="append", default=[], metavar="FOLDER")
    options = parser.parse_args()
    binaries = {"now": _OURS} | ({"before": options.before} if options.before else {})
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        projects = [
            _of_sql(root / "a", options.files),
            _of_sql(root / "b", options.revisions),
            _of_alembic(root / "c", options.revisions),
            *(_of_copy(root / f"own{n}", Path(folder)) for n, folder in enumerate(options.sql)),
        ]
        for project in projects:
            _measured(project, binaries, options.runs)
    return 0


def _measured(project: Project, binaries: dict[str, str], runs: int) -> None:
    commands = {whose: _commands(project, binary, whose) for whose, binary in binaries.items()}
    bare = {
        whose: Command("python -c pass", [_python_of(binary), "-c", "pass"], project.folder, project.folder)
        for whose, binary in binaries.items()
    }
    for turn in range(runs + 1):
        for command in (*bare.values(), *(one for each in commands.values() for one in each)):
            clock, cpu = command.run()
            if turn:  # The first compiles byte code.
                command.clock.append(clock)
                command.cpu.append(cpu)
    rows = []
    for position, case in enumerate(commands["now"]):
        row = [case.what]
        for whose, each in commands.items():
            cpu = min(each[position].cpu)
            row += [f"{cpu:.3f}", f"{cpu / min(bare[whose].cpu):.1f}"]
        if "before" in commands:
            row.append(f"{min(commands['before'][position].cpu) / min(case.cpu):.1f}")
        rows.append(tuple(row))
    passes = ", ".join(f"{whose} {min(command.cpu):.4f}" for whose, command in bare.items())
    head = ["check"]
    for whose in commands:
        head += [f"CPU s, {whose}", "x pass"]
    head += ["faster"] if "before" in commands else []
    show(f"{project.name}; python -c pass: {passes} CPU s", tuple(head), rows)
    failures = {command.failure for each in commands.values() for command in each if command.failure}
    for failure in failures:
        print("failed:", failure)


def _python_of(schemaguard: str) -> str:
    return str(Path(schemaguard).parent / "python")


def _commands(project: Project, schemaguard: str, whose: str) -> list[Command]:
    root, where = project.folder, str(project.migrations.relative_to(project.folder))
    kept, used = root.parent / f"{root.name}-{whose}-kept", root.parent / f"{root.name}-{whose}-used"
    all_of_it, since = [schemaguard, "check", where], [schemaguard, "check", where, "--base", "HEAD"]
    project.without_new()
    for words in (all_of_it, since):
        Command("", words, root, kept).run()

    def one_new() -> None:
        project.with_new()
        shutil.rmtree(used, ignore_errors=True)
        shutil.copytree(kept, used)

    return [
        Command("cold, everything judged", [*all_of_it, "--no-cache"], root, kept, project.without_new),
        Command("nothing new", all_of_it, root, kept, project.without_new),
        Command("nothing new, --base", since, root, kept, project.without_new),
        Command("one new, --base", since, root, used, one_new),
        Command("one new, everything judged", all_of_it, root, used, one_new),
    ]


def _of_sql(folder: Path, many: int) -> Project:
    migrations = folder / "migrations"
    statements = write_numbered(migrations, many)
    new = new_numbered(migrations, many)
    return _committed(f"{many} SQL files, {statements} statements", folder, migrations, new)


def _of_alembic(folder: Path, many: int) -> Project:
    migrations = folder / "migrations"
    (migrations / "versions").mkdir(parents=True)
    (migrations / "env.py").write_text("")
    write_alembic(migrations / "versions", many)
    new = migrations / "versions" / f"r{many}_step.py"
    new.write_text(new_revision(many))
    return _committed(f"{many} Alembic revisions", folder, migrations, new)


def _of_copy(folder: Path, given: Path) -> Project:
    migrations = folder / "migrations"
    shutil.copytree(given, migrations)
    many = len(list(migrations.iterdir()))
    new = migrations / f"V{many + 1000}__new.sql"
    new.write_text("CREATE TABLE public.note_of_nothing (id bigint PRIMARY KEY);\n")
    return _committed(f"{given.name}: {many} files", folder, migrations, new)


def _committed(name: str, folder: Path, migrations: Path, new: Path) -> Project:
    text = new.read_text()
    new.unlink()
    for words in (("git", "init", "--quiet"), ("git", "add", "."), _COMMIT):
        subprocess.run(words, cwd=folder, check=True)
    return Project(name, folder, migrations, new, text)


if __name__ == "__main__":
    sys.exit(main())
