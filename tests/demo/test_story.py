"""The whole story, told once."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from schemaguard.demo.screen import WIDTH
from tests.conftest import KeptDemo
from tests.demo.processes import servers_of

pytestmark = pytest.mark.xdist_group("demo")

KEY_LINES = (
    r"1  fraud 7 is live, and limits 2 reads what it writes",
    r"✓ fraud 7 trained on 20,000 rows \(AUC 0\.\d\d\) and logged with its signature",
    r"PROMOTED fraud 7  epoch 1 · commit [\d.]+ ms",
    r"✓ fraud 7 scored 500 transactions through fraud_7",
    r"PROMOTED limits 2  epoch 1",
    r"✓ limits 2 read what fraud wrote, and set the limits of \d+ customers",
    r"0006_drop_channel\.py:10  error  breaks-reader  \(also: drop-column,",
    r"destructive-near-release,\s+contract-in-window",
    r"reads it  fraud@7 \(active\)",
    r"REJECTED  1 error, 0 warnings",
    r"PASSED  0 errors, 0 warnings",
    r"✓ applied: transactions\.entry_mode is there",
    r"PROMOTED fraud 8  epoch 2",
    r"PROMOTED limits 3  epoch 2",
    r"✓ retired: out of sight",
    r"limits@3 reads predictions\.reason, which fraud 7\s+doesn't write",
    r"✓ limits 3 reads what fraud 7 doesn't write: it has to come along",
    r"roll back fraud 8 → 7 and limits 3 → 2  at epochs 2 and 2  slow",
    r"restore transactions\.channel; 500 rows without a value get case entry_mode",
    r"✓ counted: 500 rows were written without a channel",
    r"ROLLED BACK fraud 7 and limits 2  epochs 3 and 3 · commit [\d.]+ ms · \d+ ms in all",
    r"✓ transactions\.channel is back",
    r"✓ with every value, and the 500 rows without one got theirs",
    r"✓ all 21,000 rows are there",
    r"✓ the 1,000 predictions of fraud 8 are still there",
    r"✓ fraud 7 scored 500 transactions",
    r"✓ pointers, MLflow aliases and contract views agree: fraud 7 \(epoch 3\), limits 2 \(epoch 3\)",
    r"FAILED: schemaguard: revision 0007 is held and was not applied",
    r"✓ refused, with the way forward",
    r"✓ every server has switched: what only fraud 8 reads is out of sight",
    r"PROMOTED fraud 8 and limits 3  epochs 4 and 4",
    r"✓ transactions\.entry_mode is back with every value",
    r"✓ pointers, MLflow aliases and contract views agree: fraud 8 \(epoch 4\), limits 3 \(epoch 4\)",
    r"fraud@7 +superseded +until \d{4}-\d\d-\d\d",
    r"limits@3 +active +no end +– +fits",
    r"pointer-switched",
    r"INTACT  \d+ entries",
    r"The switch was one transaction of [\d.]+ ms",
)


def test_the_story_comes_out_as_told_and_says_nothing_else(kept_demo: KeptDemo) -> None:
    assert (kept_demo.exit_code, kept_demo.errors) == (0, "")
    position = 0
    for line in KEY_LINES:
        found = re.compile(line).search(kept_demo.output, position)
        assert found, f"{line!r} is missing in what follows\n{kept_demo.output[position:]}"
        position = found.end()
    assert "Traceback" not in kept_demo.output
    assert "INFO" not in kept_demo.output


def test_the_story_fits_its_width_in_a_pipe(kept_demo: KeptDemo) -> None:
    lines = kept_demo.output.splitlines()
    # Commands are never broken, so that they can be copied.
    assert [line for line in lines if cell_len(line) > WIDTH and "   $ " not in line] == []
    assert "\x1b" not in kept_demo.output


def test_a_kept_demo_serves_until_it_is_stopped(kept_demo: KeptDemo) -> None:
    folder = kept_demo.folder
    assert servers_of(folder)
    status = _shell(f". {folder}/schemaguard.env && cd {folder}/project && schemaguard status --format json")
    assert [(each["model"], each["active"]["version"]) for each in json.loads(status.stdout)["models"]] == [
        ("fraud", "8"),
        ("limits", "3"),
    ]
    stopped = _demo("--stop", folder)
    assert (stopped.returncode, stopped.stderr) == (0, "")
    assert "the folder can be deleted" in " ".join(stopped.stdout.split())
    assert servers_of(folder) == []
    assert not (folder / "schemaguard.env").exists()
    again = _demo("--stop", folder)
    assert (again.returncode, again.stderr, servers_of(folder)) == (0, "", [])


def _demo(option: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "schemaguard.cli", "demo", option, "--workdir", folder]
    return subprocess.run(program, capture_output=True, text=True, check=False)


def _shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
