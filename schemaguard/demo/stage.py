"""The demo's stage: a project in a git repository, a database and a registry; and how commands are run on it."""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from schemaguard.adapters.postgres import embedded
from schemaguard.demo.screen import Screen
from schemaguard.errors import SchemaguardError, UsageError

REFERENCE = Path(__file__).resolve().parents[2]
ENVIRONMENT_FILE = "schemaguard.env"
COMMAND_TIMEOUT_SECONDS = 120
_SETTINGS = """\
[tool.schemaguard]
migrations = "migrations"
contracts = "contracts"
applied_by = "schemaguard"
"""


class DemoError(SchemaguardError):
    """A step didn't come out as told."""


@dataclass(frozen=True, slots=True)
class Completed:
    """What a command printed and how it left."""

    line: str
    exit_code: int
    output: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything is."""

    folder: Path
    database_url: str
    screen: Screen
    interrupted: Event = field(default_factory=Event)
    """Set by a signal: what it raises may come in a callback, where Python ignores it."""

    @property
    def project(self) -> Path:
        """The user's repository: migrations, contracts, settings."""
        return self.folder / "project"

    @property
    def registry_uri(self) -> str:
        """The MLflow registry."""
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    def environment(self) -> dict[str, str]:
        """The variables that schemaguard and Alembic are run with."""
        return {
            "SCHEMAGUARD_DATABASE_URL": self.database_url,
            "SCHEMAGUARD_REGISTRY_URI": self.registry_uri,
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }

    def run(self, line: str, expect: int | None = 0) -> Completed:
        """Run a command in the project and show its output; DemoError where it leaves with another exit code."""
        self.screen.command(line)
        completed = self._completed(line)
        self.screen.output(completed.output)
        if expect is not None and completed.exit_code != expect:
            raise DemoError(f"`{line}` left with {completed.exit_code}, not {expect}", at=str(self.project))
        return completed

    def git(self, line: str) -> None:
        """Run git in the project without showing it."""
        completed = self._completed(f"git {line}")
        if completed.exit_code:
            raise DemoError(f"`git {line}` left with {completed.exit_code}: {completed.output}", at=str(self.project))

    def go_on(self) -> None:
        """Raise KeyboardInterrupt where the demo was interrupted."""
        if self.interrupted.is_set():
            raise KeyboardInterrupt

    def _completed(self, line: str) -> Completed:
        self.go_on()
        program, *arguments = shlex.split(line)
        modules = {"schemaguard": "schemaguard.cli", "alembic": "alembic"}
        start = [sys.executable, "-m", modules[program]] if program in modules else [program]
        # Output comes as on a terminal of that width; the screen takes the colours off where it has none.
        variables = {**os.environ, **self.environment(), "COLUMNS": str(self.screen.width), "FORCE_COLOR": "1"}
        for unwanted in ("GITHUB_BASE_REF", "NO_COLOR"):
            variables.pop(unwanted, None)
        done = subprocess.run(
            [*start, *arguments],
            cwd=self.project,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_TIMEOUT_SECONDS,
            check=False,
        )
        self.go_on()
        return Completed(line, done.returncode, done.stdout)


def prepare(folder: Path, screen: Screen, interrupted: Event) -> Stage:
    """Start the server and lay out the project as it was before anything happened: five revisions, two contracts."""
    if not (REFERENCE / "migrations" / "versions").is_dir():
        raise UsageError(
            "the demo needs the reference project",
            at=str(REFERENCE),
            next="run it in a clone of the repository: make demo",
        )
    if shutil.which("git") is None:
        raise UsageError("the demo needs git", next="install git")
    stage = Stage(folder, embedded.start(folder / "postgresql"), screen, interrupted)
    _lay_out(stage)
    return stage


def _lay_out(stage: Stage) -> None:
    project = stage.project
    project.mkdir()
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REFERENCE / "migrations", project / "migrations", ignore=ignored)
    (project / "migrations" / "versions" / "0006_entry_mode.py").unlink()
    bring_contract(stage, "fraud", "7")
    bring_contract(stage, "limits", "2")
    (project / "pyproject.toml").write_text(_SETTINGS, encoding="utf-8")
    (project / ".gitignore").write_text("__pycache__/\n.schemaguard_cache/\n", encoding="utf-8")
    stage.git("init -q -b main")
    stage.git("config user.name demo")
    stage.git("config user.email demo@localhost")
    stage.git("config commit.gpgsign false")
    commit(stage, "Five revisions and two contracts")


def bring_contract(stage: Stage, model: str, version: str) -> None:
    """Copy one version's contract and its feature query into the project."""
    folder = stage.project / "contracts" / model
    folder.mkdir(parents=True, exist_ok=True)
    for name in (f"{version}.odcs.yaml", f"{model}-{version}.sql"):
        shutil.copy(REFERENCE / "contracts" / model / name, folder / name)


def commit(stage: Stage, message: str) -> None:
    """Commit everything in the project."""
    stage.git("add -A")
    stage.git(f"commit -q -m {shlex.quote(message)}")


def write_environment(stage: Stage) -> Path:
    """Write the file that a shell sources to work with the demo's database and registry, and with our programs."""
    file = stage.folder / ENVIRONMENT_FILE
    variables = {**stage.environment(), "MLFLOW_TRACKING_URI": stage.registry_uri}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    lines.append(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def end(folder: Path) -> None:
    """Stop the server of a demo that was kept; UsageError where the folder is not a demo's."""
    if not (folder / "postgresql" / "PG_VERSION").is_file():
        raise UsageError(f"no demo was kept in {folder}", next="name the folder that --keep --workdir used")
    embedded.stop(folder / "postgresql")
    (folder / ENVIRONMENT_FILE).unlink(missing_ok=True)
