"""What starting up may cost: the heavy libraries load inside the verb that needs them."""

import subprocess
import sys

import pytest

HEAVY = {"mlflow", "pandera", "sqlalchemy", "alembic", "psycopg", "pandas", "numpy", "sqlglot", "fastapi", "sklearn"}
PROGRAM = """\
import sys
{action}
print(sorted({heavy!r} & set(sys.modules)))
"""
HELP = """\
sys.argv = ["schemaguard", *{arguments!r}]
from schemaguard.cli.main import main
try:
    main()
except SystemExit:
    pass"""


@pytest.mark.parametrize(
    "action",
    ["import schemaguard", HELP.format(arguments=["--help"]), HELP.format(arguments=["--version"])],
    ids=["import", "help", "version"],
)
def test_starting_up_loads_no_heavy_library(action: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(action=action, heavy=HEAVY)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
