"""Two models on one database: fraud writes predictions, and limits reads them and writes caps."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters.control import changes
from schemaguard.adapters.control.changes import Applied
from schemaguard.catalog.objects import Name
from schemaguard.commands.promote import promote
from schemaguard.commands.rollback import rollback
from schemaguard.commands.switching import unwatched
from schemaguard.contracts import digests
from schemaguard.releases.execute import Done, Watch
from tests.postgres.releases.shop import INTENT, FileRegistry, Shop

CAPS = """\
create table caps (transaction_id bigint primary key references transactions (id), cap double precision not null);
insert into predictions select id, 0.5 from transactions;
insert into caps select id, 100 from transactions;
"""
TYPES = {
    "id": "bigint", "amount": "numeric(12,2)", "channel": "text", "entry_mode": "text", "transaction_id": "bigint",
    "score": "double precision", "reason": "text", "cap": "double precision", "price": "text",
}  # fmt: skip
NULLABLE = {"entry_mode", "reason", "price"}
Part = tuple[str, str, tuple[str, ...]]

FRAUD_7: tuple[Part, ...] = (
    ("transactions", "read", ("id", "amount", "channel")),
    ("predictions", "write", ("transaction_id", "score")),
)
FRAUD_8: tuple[Part, ...] = (
    ("transactions", "read", ("id", "amount", "entry_mode")),
    ("predictions", "write", ("transaction_id", "score", "reason")),
)
CAPS_WRITTEN: Part = ("caps", "write", ("transaction_id", "cap"))
LIMITS_2: tuple[Part, ...] = (("predictions", "read", ("transaction_id", "score")), CAPS_WRITTEN)
LIMITS_3: tuple[Part, ...] = (("predictions", "read", ("transaction_id", "score", "reason")), CAPS_WRITTEN)


def document(model: str, version: str, parts: tuple[Part, ...]) -> dict[str, Any]:
    """An ODCS document of these tables."""

    def said(name: str, value: str) -> dict[str, str]:
        return {"property": name, "value": value, "vendor": "schemaguard"}

    return {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": f"urn:schemaguard:model:{model}:{version}",
        "version": f"{version}.0.0",
        "status": "active",
        "customProperties": [said("modelName", model), said("modelVersion", version), said("readsThrough", "table")],
        "schema": [
            {
                "name": name,
                "physicalName": name,
                "physicalType": "table",
                "customProperties": [said("access", access)],
                "properties": [
                    {"name": each, "physicalType": TYPES[each], "required": each not in NULLABLE} for each in columns
                ],
            }
            for name, access, columns in parts
        ],
    }


@dataclass
class Pair(Shop):
    """fraud and a second model, which may have any name."""

    second: str = "limits"
    serving: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.registry = FileRegistry(self.folder / "registry.json", *map(str, range(1, 10)))

    def publish_parts(self, model: str, version: str, parts: tuple[Part, ...]) -> None:
        self.publish_document_of(model, version, document(model, version, parts))

    def publish_document_of(self, model: str, version: str, made: dict[str, Any]) -> None:
        digest = digests.digest(made)
        # A schema of the contract's own, whatever the model is called.
        schema = f"contract_{digest.removeprefix('sha256:')[:12]}"
        self.ask(
            "insert into schemaguard.contract "
            "(digest, model, document, file, reads_through, view_schema, published_by) "
            "values (%s, %s, %s, %s, 'table', %s, 'ada')",
            digest, model, Jsonb(made), f"contracts/{version}.odcs.yaml", schema,
        )  # fmt: skip
        self.ask(
            "insert into schemaguard.release (model, model_version, contract) values (%s, %s, %s)",
            model, version, digest,
        )  # fmt: skip
        self.accept()

    def serve(self, model: str, version: str, parts: tuple[Part, ...]) -> None:
        self.publish_parts(model, version, parts)
        self.promote_model(model, version)

    def promote_model(self, model: str, version: str, *, finish: bool = True) -> Done:
        with self.site() as site:
            return promote(site, model, version, INTENT, finish=finish)

    def back(
        self, *also: str, watch: Watch = unwatched, finish: bool = True, dependents: bool = True, model: str = "fraud"
    ) -> Done:
        with self.site() as site:
            return rollback(
                site, model, INTENT, also=also, with_dependents=dependents, finish=finish, watch=watch
            )  # fmt: skip

    def forth(self, *also: str, model: str = "fraud", version: str = "8", verify: bool = True) -> Done:
        with self.site() as site:
            return promote(site, model, version, INTENT, also=also, finish=True, verify=verify)

    def add(self, table: str, column: str, revision: str, parent: str) -> None:
        """A revision that adds a column of text, as the guard carries it out."""
        name, statement = Name(table, "public"), f'ALTER TABLE {table} ADD COLUMN "{column}" text'
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode())
            drop = f'ALTER TABLE {table} DROP COLUMN "{column}"'
            applied = Applied(
                revision, (parent,), statement, (statement,), ("AddColumn",), (name,), (name, column), (drop,), "lossy"
            )  # fmt: skip
            changes.write_applied(connection, changes.next_number(connection), applied)
            connection.execute("update alembic_version set version_num = %s", (revision,))

    def pointers(self) -> list[tuple[Any, ...]]:
        return self.ask("select model, active, epoch from schemaguard.pointer order by model")


def pair(url: str, folder: Path, second: str = "limits") -> Pair:
    """fraud 8 and limits 3 serve on 0007, and the channel that fraud 7 reads is retired."""
    made = Pair(url, folder, second=second)
    made.open()
    made.ask(CAPS)
    made.serve("fraud", "7", FRAUD_7)
    made.serve(second, "2", LIMITS_2)
    made.add("transactions", "entry_mode", "0006", "0005")
    made.add("predictions", "reason", "0006", "0005")
    made.serve("fraud", "8", FRAUD_8)
    made.serve(second, "3", LIMITS_3)
    made.end_window("7")
    made.end_window("2")
    made.drop_channel()
    return made


def laid_out(url: str, folder: Path) -> None:
    """The same, as the template of databases that tests copy."""
    pair(url, folder)
