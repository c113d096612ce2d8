"""What is loaded before a rollback is committed: whoever goes back at night waits for each import."""

import os
import sqlite3
import subprocess
import sys

from tests.cli.test_lightness import HEAVY, HELP
from tests.postgres.releases.shop import Shop

_LATER = {
    "yaml",
    "pydantic",
    "jsonschema",
    "rich.console",
    "schemaguard.commands.contracts.verify",
    "schemaguard.contracts.compatibility.judgement",
    "schemaguard.playbooks.reading",
    "schemaguard.releases.overview",
    "schemaguard.verification.golden",
}
_PROGRAM = """\
import os, sys
from schemaguard.adapters.control.database import ControlDatabase

def look(*_):
    print(sorted({heavy!r} & set(sys.modules)), flush=True)
    os._exit(0)

ControlDatabase.commit = look
{rollback}
"""


def test_a_rollback_is_committed_before_anything_is_loaded_that_only_other_verbs_need(shop: Shop) -> None:
    rollback = HELP.format(arguments=["rollback", "fraud", "--reason", "false negatives", "--yes"])
    program = _PROGRAM.format(heavy=(HEAVY - {"psycopg"}) | _LATER, rollback=rollback)
    with sqlite3.connect(shop.folder / "registry.db") as store:
        store.execute("create table model_versions (name, version, storage_location, source, current_stage)")
        store.execute("insert into model_versions values ('fraud', 7, null, ?, 'None')", (str(shop.folder),))
    store.close()
    registry = f"sqlite:///{shop.folder}/registry.db"
    places = {"SCHEMAGUARD_DATABASE_URL": shop.url, "SCHEMAGUARD_REGISTRY_URI": registry}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=shop.folder,
        env={**os.environ, **places},
    )
    assert done.stdout.splitlines() == ["[]"]
