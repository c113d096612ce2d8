"""A folder with contracts and migrations, and a site in it that knows nothing of the machine around it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from schemaguard.commands.site import Site
from tests.contracts.projects import Columns, contract, entry

MIGRATIONS = {
    "001_tables.sql": """\
create table transactions (id bigint primary key, amount numeric(12,2) not null, channel text not null, note text);
create table predictions (transaction_id bigint primary key, score double precision not null);
create view web as select id, amount from transactions where channel = 'web';
""",
    "002_more.sql": "alter table transactions add column seen timestamptz;\n",
}


def site(folder: Path) -> Site:
    """A site of the folder, whose cache is beside it."""
    return Site(folder, environ={"SCHEMAGUARD_CACHE_DIR": str(folder.parent / "cache")})


def project(folder: Path) -> Path:
    """Migrations in `sql`; contracts of fraud, versions 7 and 8, of churn, whose end is past, and of a dashboard."""
    (folder / "sql").mkdir(parents=True)
    for name, text in MIGRATIONS.items():
        (folder / "sql" / name).write_text(text)
    (folder / "schemaguard.toml").write_text('migrations = "sql"\n')
    put(folder, "fraud", ["7", "8"], "transactions", ["amount", "channel"], team={"name": "risk"})
    put(folder, "churn", ["1"], "transactions", ["note", "gone"], until="2020-12-31")
    put(folder, "dashboard", [], "predictions", ["score"])
    return folder


def put(folder: Path, model: str, versions: Sequence[str], table: str, columns: Columns, **more: Any) -> None:
    """Write one contract on one table; without versions it is a consumer's."""
    file = folder / f"contracts/{model}.odcs.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(contract(model, versions, entry(table, columns), **more), sort_keys=False))
