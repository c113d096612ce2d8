"""schemaguard and squawk on the same statements: for each rule of squawk's, where both speak and where only one does.

    python benchmarks/squawk.py ORACLES [NAME ...] [-v]

ORACLES holds a `<name>.json` a history: the statements that Alembic really sent, a revision after the other. Each
revision becomes a file, as squawk judges it; schemaguard judges the same files as a history. Left out are statements
with parameters, which are no SQL that squawk reads. A rule of ours stands for one of squawk's where its record says so.
`-v` shows the statements on which only one of them speaks.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.table import show
from schemaguard.commands.histories import find_one, replay_history
from schemaguard.commands.reading import open_reading
from schemaguard.config import Config
from schemaguard.history.revision import Replay
from schemaguard.rules import RULES
from schemaguard.rules.judging.choice import Choice
from schemaguard.rules.judging.judge import Terms, judge

_NAMES = {
    alias.partition("/")[2]: [rule.id for rule in RULES if alias in rule.aliases]
    for rule in RULES
    for alias in rule.aliases
    if alias.startswith("squawk/")
}
"""squawk's rule → ours that stand for it."""

_WHY = {
    "adding-not-nullable-field": "the column was NOT NULL before, or a validated CHECK shows it",
    "ban-drop-constraint": "a CHECK, or replaced in the same transaction, or IF EXISTS of what isn't there",
    "ban-drop-default": "the column is made in the same revision",
    "ban-drop-function": "IF EXISTS of what isn't there",
    "ban-drop-not-null": "the column may be NULL already",
    "changing-column-type": "it has the type already, or gets one that holds all of it without a rewrite",
    "constraint-missing-not-valid": "UNIQUE and PRIMARY KEY, which can't be NOT VALID: unique-scan, primary-key-scan",
    "prefer-bigint-over-int": "a column that is no key and counts nothing",
    "prefer-robust-stmts": "opt-in here",
    "renaming-column": "the column is made in the same revision",
    "renaming-object": "an index, which no client names",
    "require-concurrent-index-deletion": "IF EXISTS of what isn't there",
    "require-enum-value-ordering": "opt-in here",
    "require-lock-timeout": "said once a history",
    "require-statement-timeout": "said once a history",
}
"""Why squawk alone speaks."""


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """That a rule of squawk's, or ours that stands for it, speaks of a statement: a file and its first line."""

    rule: str
    file: str
    line: int


def written(oracle: dict[str, Any], folder: Path) -> dict[str, list[int]]:
    """The revisions as numbered files; file → the lines on which its statements begin."""
    lines: dict[str, list[int]] = {}
    revisions = [{"statements": oracle.get("initial", [])}, *oracle["revisions"]]
    for number, revision in enumerate(revisions):
        text, begins = "BEGIN;\n", []
        for statement in revision["statements"]:
            if statement.get("params") or statement.get("failed"):
                continue
            text += "COMMIT;\n" if statement.get("autocommit") else ""
            begins.append(text.count("\n") + 1)
            text += statement["sql"].strip().rstrip(";") + ";\n"
            text += "BEGIN;\n" if statement.get("autocommit") else ""
        text += "COMMIT;\n"
        if begins:
            name = f"{number:04}.sql"
            (folder / name).write_text(text, encoding="utf-8")
            lines[name] = begins
    return lines


def of_squawk(folder: Path, lines: dict[str, list[int]]) -> Iterator[Said]:
    """What squawk says of the files."""
    program = shutil.which("squawk", path=str(Path(sys.executable).parent)) or "squawk"
    command = [program, "--reporter", "json", "--pg-version", "16.0", *sorted(lines)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    for found in json.loads(done.stdout or "[]"):
        name = Path(found["file"]).name
        # It counts lines from 0 in its JSON.
        yield Said(found["rule_name"], name, _begin(lines[name], found["line"] + 1))


def of_ours(folder: Path, lines: dict[str, list[int]]) -> Iterator[tuple[Said, str]]:
    """What schemaguard says, under squawk's names, each with the rule of ours."""
    replay = replayed(folder)
    for finding in judge((replay,), Terms(choice=Choice())):
        name = Path(finding.place.file).name
        for theirs, ours in _NAMES.items():
            if finding.rule in ours and name in lines:
                yield Said(theirs, name, _begin(lines[name], finding.place.line)), finding.rule


def replayed(folder: Path) -> Replay:
    """The files as a history, all of which is judged."""
    reading = open_reading(Config(root=folder), folder)
    return replay_history(find_one(reading, str(folder)), reading)


def _begin(begins: list[int], line: int) -> int:
    return max((begin for begin in begins if begin <= line), default=line)


def main() -> None:
    """Compare, and print a line a rule."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("oracles", type=Path)
    arguments.add_argument("names", nargs="*")
    arguments.add_argument("-v", "--verbose", action="store_true")
    options = arguments.parse_args()
    both, theirs_alone, ours_alone = Counter[str](), Counter[str](), Counter[str]()
    for file in sorted(options.oracles.glob("*.json")):
        if options.names and file.stem not in options.names:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "migrations"
            folder.mkdir()
            lines = written(json.loads(file.read_text(encoding="utf-8")), folder)
            theirs, ours = set(of_squawk(folder, lines)), {said for said, _ in of_ours(folder, lines)}
            both.update(said.rule for said in theirs & ours)
            theirs_alone.update(said.rule for said in theirs - ours)
            ours_alone.update(said.rule for said in ours - theirs)
            if options.verbose:
                for who, alone in (("squawk", theirs - ours), ("schemaguard", ours - theirs)):
                    for said in sorted(alone):
                        text = (folder / said.file).read_text(encoding="utf-8").split("\n")[said.line - 1]
                        print(f"{who}  {said.rule}  {file.stem} {said.file}:{said.line}  {text[:150]}")
    rules = sorted({*both, *theirs_alone, *ours_alone})
    show(
        "statements on which both speak, and on which one does",
        ("rule of squawk's", "both", "squawk alone", "schemaguard alone", "why squawk alone"),
        [
            (rule, both[rule], theirs_alone[rule], ours_alone[rule], _WHY.get(rule, "") if theirs_alone[rule] else "")
            for rule in rules
        ],
    )


if __name__ == "__main__":
    main()
