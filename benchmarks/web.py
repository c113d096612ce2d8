"""How long the server needs for each page of a large registry, and how large the pages are.

100 models × 10 versions of which three are in their windows, 300 revisions, 2,000 columns; without a database. Run as
`python -m benchmarks.web`. Times are the processor's: nobody else's work counts.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

from starlette.testclient import TestClient

from schemaguard.commands.site import Site
from schemaguard.web.app import make_app
from schemaguard.web.shelf import Shelf

MODELS, VERSIONS, TABLES, REVISIONS = 100, 10, 100, 300
FIRST_COLUMNS, ADDED_COLUMNS = 10, 5
IN_WINDOW = 3
RUNS = 5
PAGES = (
    "/", "/models", "/models/model_7", "/models/model_7/9", "/tables", "/tables/table_7", "/tables/table_7/c3",
    "/lineage", "/lineage/models/model_7", "/lineage/tables/table_7", "/matrix", "/matrix/model_7", "/migrations",
    "/migrations/150_t", "/operations", "/ledger", "/search?q=table_7", "/search?q=c3", "/search", "/metrics",
    "/api/v1/contracts", "/api/v1/readers?object=table_7.c3",
)  # fmt: skip


def build(folder: Path) -> Path:
    """The project."""
    (folder / "migrations").mkdir()
    for number in range(REVISIONS):
        table = number % TABLES
        if number < TABLES:
            columns = ", ".join(f"c{column} text not null" for column in range(FIRST_COLUMNS))
            sql = f"create table table_{table} (id bigint primary key, {columns});"
        else:
            start = FIRST_COLUMNS + (number // TABLES - 1) * ADDED_COLUMNS
            sql = "".join(
                f"alter table table_{table} add column c{column} text;\n"
                for column in range(start, start + ADDED_COLUMNS)
            )
        (folder / "migrations" / f"{number + 1:03}_t.sql").write_text(sql)
    for model in range(MODELS):
        (folder / "contracts" / f"model_{model}").mkdir(parents=True)
        for version in range(VERSIONS):
            path = folder / "contracts" / f"model_{model}" / f"{version}.odcs.yaml"
            path.write_text(json.dumps(_contract(model, version)))
    (folder / "schemaguard.toml").write_text('migrations = "migrations"\ncontracts = "contracts"\n')
    return folder


def _contract(model: int, version: int) -> dict[str, object]:
    properties = [("modelName", f"model_{model}"), ("modelVersion", str(version))]
    over = version < VERSIONS - IN_WINDOW
    return {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": f"urn:bench:{model}:{version}",
        "version": f"{version}.0.0",
        "status": "active",
        "team": {"name": f"team-{model % 7}"},
        "slaProperties": [{"property": "endOfSupport", "value": "2020-01-01" if over else "2099-12-31"}],
        "customProperties": [{"property": key, "value": value, "vendor": "schemaguard"} for key, value in properties],
        "schema": [
            _table((model + step * 13) % TABLES, "write" if step == 3 else "read", version) for step in range(4)
        ],
    }


def _table(number: int, access: str, version: int) -> dict[str, object]:
    return {
        "name": f"table_{number}",
        "physicalName": f"table_{number}",
        "physicalType": "table",
        "customProperties": [{"property": "access", "value": access, "vendor": "schemaguard"}],
        "properties": [{"name": f"c{(column + version) % 18}", "logicalType": "string"} for column in range(8)],
    }


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as named:
        folder = build(Path(named))
        shelf = Shelf(lambda: Site(folder, environ={"HOME": named}, read_only=True))
        shelf.snapshot()
        while not shelf.snapshot().is_judged:
            time.sleep(0.5)
        print(f"every contract read and every revision judged: {time.process_time():.1f} s of processor time")
        client = TestClient(make_app(shelf), base_url="http://127.0.0.1")
        print(f"{'page':<36} {'first ms':>9} {'median ms':>10} {'kB':>7}")
        worst, largest = 0.0, 0
        for page in PAGES:
            times, size = [], 0
            for _ in range(RUNS):
                # What the page costs, whoever else uses the machine.
                start = time.process_time()
                answer = client.get(page)
                times.append((time.process_time() - start) * 1000)
                assert answer.status_code == 200, (page, answer.status_code)
                size = len(answer.content)
            worst, largest = (
                max(worst, statistics.median(times)),
                max(largest, size if not page.startswith("/api") else 0),
            )
            print(f"{page:<36} {times[0]:9.1f} {statistics.median(times):10.1f} {size / 1000:7.1f}")
        print(f"slowest {worst:.0f} ms, largest page {largest / 1000:.0f} kB")


if __name__ == "__main__":
    main()
