"""Scratch projects, made by the tools' own commands and filled with revisions as their users fill them."""

import os
import re
import subprocess
import sys
import warnings
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path

import alembic.config

from schemaguard import config
from schemaguard.commands.check import CheckOptions, check
from schemaguard.commands.reading import open_reading
from schemaguard.rules.judging.verdict import CheckResult

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: urn:schemaguard:model:fraud:7
name: fraud@7
version: 7.0.0
status: active
customProperties:
  - {property: modelName, value: fraud, vendor: schemaguard}
  - {property: modelVersion, value: "7", vendor: schemaguard}
schema:
  - name: transactions
    physicalName: SCHEMAtransactions
    physicalType: table
    customProperties:
      - {property: access, value: read, vendor: schemaguard}
    properties:
      - {name: id, logicalType: integer, physicalType: bigint, required: true}
      - {name: channel, logicalType: string, physicalType: text, required: true}
"""
CREATE = (
    'op.create_table("transactions", sa.Column("id", sa.BigInteger(), primary_key=True), '
    'sa.Column("channel", sa.Text(), nullable=False))'
)
ADD = 'op.add_column("transactions", sa.Column("note", sa.Text(), nullable=True))'
DROP = 'op.drop_column("transactions", "channel")'
BODIES = (CREATE, ADD, DROP)
"""What the three revisions of every scratch project do; the last breaks the contract."""


class Project:
    """A project in a folder, with a contract on `transactions`."""

    def __init__(self, folder: Path, *, schema: str = "") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.write("contracts/fraud/7.odcs.yaml", CONTRACT.replace("SCHEMA", f"{schema}." if schema else ""))

    def write(self, path: str, text: str) -> Path:
        """Write a file, its folders before it."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def run(self, *command: str, inside: str = ".") -> str:
        """What a module of Python's prints that runs in a folder of the project."""
        if command[:2] in (("alembic", "init"), ("alembic", "revision")):
            # In this process: what they write matters, and they say nothing that does.
            with chdir(self.folder / inside), warnings.catch_warnings(action="ignore"):
                alembic.config.main(command[1:])
            return ""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.folder / inside,
            capture_output=True,
            text=True,
            env={**os.environ, "FLASK_APP": "app.py", "PYTHONWARNINGS": "ignore"},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def git(self, *arguments: str) -> None:
        """Run git, as nobody in particular."""
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=self.folder, check=True, capture_output=True)

    def revisions(self, versions: str, *bodies: str, made_by: tuple[str, ...], inside: str = ".") -> list[Path]:
        """Make one revision after the other with a tool's command, and write what each does into it."""
        files: list[Path] = []
        for number, body in enumerate(bodies, 1):
            self.run(*made_by, "-m", f"step {number}", "--rev-id", f"000{number}", inside=inside)
            (file,) = set((self.folder / versions).glob("*.py")) - set(files)
            fill(file, "upgrade", body)
            files.append(file)
        return files

    def check(self, *paths: str, inside: str = ".", **options: object) -> CheckResult:
        """The check, run in the project's root or in a folder of it."""
        folder = self.folder / inside
        reading = open_reading(config.load(folder, {}), folder)
        chosen = CheckOptions(paths=paths, **({"at": NOON} | options))  # type: ignore[arg-type]  # handed on
        return check(chosen, reading, {}, _not_live)


def fill(file: Path, function: str, body: str) -> None:
    """Put a body in place of the `pass` of one function in a generated revision."""
    text = file.read_text(encoding="utf-8")
    start = text.index(f"def {function}(")
    head, rest = text[:start], text[start:]
    made, count = re.subn(r"^( +)pass$", lambda found: found[1] + body, rest, count=1, flags=re.MULTILINE)
    assert count == 1, text
    file.write_text(head + made, encoding="utf-8")


def broken(result: CheckResult) -> list[tuple[str, str]]:
    """(rule, last part of the file's name) of the errors."""
    return [(f.rule, f.place.file.rpartition("/")[2]) for f in result.findings if f.severity == "error" and f.headline]


def opaque(result: CheckResult) -> int:
    """How many statements could not be read."""
    return sum(revision.opaque for revision in result.revisions)


def advised(result: CheckResult) -> set[str]:
    """The lines that the findings say to add."""
    return {line for f in result.findings for line in re.findall(r"^    (?!\[)(.* = \"…\")$", f.instead, re.MULTILINE)}


def _not_live(_: datetime | None) -> object:
    raise AssertionError("no database was asked for")
