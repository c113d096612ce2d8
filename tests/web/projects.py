"""Projects to browse: the reference project, and one whose names do their worst."""

import json
import shutil
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from schemaguard.commands.serve import Snapshot, take_judged
from schemaguard.commands.site import Site
from schemaguard.web.app import make_app
from schemaguard.web.shelf import Shelf

REPOSITORY = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:8765"
HOSTILE_TABLES = (
    '<script>alert("table")</script>',
    'a"b',
    "it's; drop table x --",
    "../../etc/passwd",
    "x.json",
    "{{ 7*7 }}",
    "Ünïcode\u202egnp",
    "a b?c=d#e&f%2e",
)
HOSTILE_COLUMNS = (
    "<img src=x onerror=alert(1)>",
    'q"uoted',
    "x.md",
    "per%cent",
    "sl/ash",
    "</title><svg/onload=alert(2)>",
)
HOSTILE_MODEL = "<b>model</b>/../\"'&"
HOSTILE_VERSION = "1.json"


def reference(folder: Path) -> Path:
    """The reference project: fraud 7 and 8, and six revisions."""
    for part in ("contracts", "migrations"):
        shutil.copytree(REPOSITORY / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "schemaguard.toml").write_text('contracts = "contracts"\nmigrations = "migrations"\n')
    return folder


def hostile(folder: Path) -> Path:
    """A project with names that try to be something else, in tables, columns, models, versions, owners and files."""
    (folder / "migrations").mkdir()
    (folder / "contracts").mkdir()
    columns = ",\n".join(f"{_quoted(each)} text not null" for each in HOSTILE_COLUMNS)
    for number, table in enumerate(HOSTILE_TABLES, 1):
        (folder / "migrations" / f"{number:03}_t.sql").write_text(f"create table {_quoted(table)} (\n{columns}\n);\n")
    document = contract(HOSTILE_MODEL, HOSTILE_VERSION, dict.fromkeys(HOSTILE_TABLES, HOSTILE_COLUMNS))
    document["team"] = {"name": "<i>owner</i>"}
    document["description"] = {"purpose": "<script>alert(3)</script>"}
    (folder / "contracts" / "<x>.odcs.yaml").write_text(json.dumps(document))
    (folder / "schemaguard.toml").write_text('contracts = "contracts"\nmigrations = "migrations"\n')
    return folder


def contract(model: str, version: str | None, reads: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """A contract of a model version (None: of a consumer) that reads these columns, all of them text."""
    properties = [{"property": "modelName", "value": model, "vendor": "schemaguard"}]
    if version is not None:
        properties.append({"property": "modelVersion", "value": version, "vendor": "schemaguard"})
    return {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": f"urn:test:{model}:{version}",
        "name": f"{model}@{version}",
        "version": "1.0.0",
        "status": "active",
        "customProperties": properties,
        "schema": [
            {
                "name": _quoted(table),
                "physicalName": _quoted(table),
                "physicalType": "table",
                "customProperties": [{"property": "access", "value": "read", "vendor": "schemaguard"}],
                "properties": [
                    {"name": each, "logicalType": "string", "physicalType": "text", "required": True}
                    for each in columns
                ],
            }
            for table, columns in reads.items()
        ],
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def site(folder: Path, **named: Any) -> Site:
    """The site of a folder, with no variable of whoever runs the tests."""
    return Site(folder, environ={"HOME": str(folder)}, read_only=True, **named)


def snapshot(folder: Path, **named: Any) -> Snapshot:
    """All that there is to browse."""
    with site(folder, **named) as opened:
        return take_judged(opened)


def client(
    folder: Path, *, token: str | None = None, local_only: bool = True, root: str = "", **named: Any
) -> TestClient:
    """A browser without a screen, at the registry of a folder."""
    shelf = Shelf(lambda: site(folder, **named), look_s=0.0)
    app = make_app(shelf, token=token, local_only=local_only, root=root)
    return TestClient(app, base_url=ADDRESS, raise_server_exceptions=True)
