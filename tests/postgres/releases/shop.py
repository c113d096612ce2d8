"""A card-fraud database with a control schema, two published versions, and migrations as the guard carries them out."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from schemaguard.adapters import control
from schemaguard.adapters.control import changes, retirement
from schemaguard.adapters.control.changes import Applied
from schemaguard.catalog.objects import Name
from schemaguard.commands import canary
from schemaguard.commands.promote import promote
from schemaguard.commands.resume import resume
from schemaguard.commands.rollback import rollback
from schemaguard.commands.site import Site
from schemaguard.commands.switching import switch, unwatched
from schemaguard.contracts import digests
from schemaguard.releases.execute import Done, Watch
from schemaguard.releases.release import Intent

TABLES = """\
create table transactions (
    id bigint generated always as identity primary key,
    amount numeric(12,2) not null,
    channel text not null default 'pos');
create table predictions (
    transaction_id bigint primary key references transactions (id),
    score double precision not null);
create table alembic_version (version_num text primary key);
insert into alembic_version values ('0005');
insert into transactions (amount, channel) select n, 'web' from generate_series(1, 50) n;
"""
TYPES = {
    "id": "bigint", "amount": "numeric(12,2)", "channel": "text", "entry_mode": "text",
    "transaction_id": "bigint", "score": "double precision",
}  # fmt: skip
REQUIRED = {"id", "amount", "channel", "transaction_id", "score"}
READS_7 = ("id", "amount", "channel")
READS_8 = ("id", "amount", "entry_mode")
TRANSACTIONS = Name("transactions", "public")
INTENT = Intent("ada", "false negatives tripled")


class FileRegistry:
    """A registry in a file, for several processes; `error` makes it fail as one that is down does."""

    def __init__(self, file: Path, *versions: str) -> None:
        self.file = file
        self.place = str(file)
        self.versions = set(versions)
        self.error: Exception | None = None

    @property
    def aliases(self) -> dict[str, str]:
        if not self.file.exists():
            return {}
        aliases: dict[str, str] = json.loads(self.file.read_text())
        return aliases

    def alias(self, model: str, alias: str) -> str | None:
        self._may_fail()
        return self.aliases.get(f"{model}@{alias}")

    def set_alias(self, model: str, alias: str, version: str) -> None:
        self._may_fail()
        self.file.write_text(json.dumps({**self.aliases, f"{model}@{alias}": version}))

    def has_version(self, model: str, version: str) -> bool:
        self._may_fail()
        return version in self.versions

    def artifact_uri(self, model: str, version: str) -> str | None:
        self._may_fail()
        return f"memory:{model}/{version}" if version in self.versions else None

    def _may_fail(self) -> None:
        if self.error is not None:
            raise self.error


def document(version: str, *reads: str, model: str = "fraud", through: str = "table") -> dict[str, Any]:
    """An ODCS document that reads these columns of transactions and writes predictions."""
    return {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": f"urn:schemaguard:model:{model}:{version}",
        "version": f"{version}.0.0",
        "status": "active",
        "customProperties": [
            {"property": "modelName", "value": model, "vendor": "schemaguard"},
            {"property": "modelVersion", "value": version, "vendor": "schemaguard"},
            {"property": "readsThrough", "value": through, "vendor": "schemaguard"},
        ],
        "schema": [_table("transactions", "read", reads), _table("predictions", "write", ("transaction_id", "score"))],
    }


def _table(name: str, access: str, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "physicalName": name,
        "physicalType": "table",
        "customProperties": [{"property": "access", "value": access, "vendor": "schemaguard"}],
        "properties": [{"name": each, "physicalType": TYPES[each], "required": each in REQUIRED} for each in columns],
    }


@dataclass
class Shop:
    url: str
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.registry = FileRegistry(self.folder / "registry.json", "7", "8", "9")

    def open(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(TABLES.encode())
            control.install(connection)
            connection.execute("select schemaguard.watch_version_table('alembic_version')")

    def ask(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def publish(self, version: str, *reads: str, through: str = "table") -> None:
        self.publish_document(version, document(version, *reads, through=through), through)

    def publish_document(self, version: str, published: dict[str, Any], through: str = "table") -> None:
        digest = digests.digest(published)
        self.ask(
            "insert into schemaguard.contract "
            "(digest, model, document, file, reads_through, view_schema, published_by) "
            "values (%s, 'fraud', %s, %s, %s, %s, 'ada')",
            digest, Jsonb(published), f"contracts/fraud/{version}.odcs.yaml", through, f"fraud_{version}",
        )  # fmt: skip
        self.ask(
            "insert into schemaguard.release (model, model_version, contract) values ('fraud', %s, %s)",
            version, digest,
        )  # fmt: skip
        self.accept()

    def add_entry_mode(self) -> None:
        """Revision 0006, as the guard carries it out."""
        statement = "ALTER TABLE transactions ADD COLUMN entry_mode text"
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode())
            applied = Applied(
                "0006", ("0005",), statement, (statement,), ("AddColumn",), (TRANSACTIONS,),
                (TRANSACTIONS, "entry_mode"), ("ALTER TABLE transactions DROP COLUMN entry_mode",), "lossy",
            )  # fmt: skip
            changes.write_applied(connection, changes.next_number(connection), applied)
            connection.execute("update alembic_version set version_num = '0006'")

    def drop_channel(self) -> None:
        """Revision 0007, as the guard carries it out: retired."""
        with psycopg.connect(self.url) as connection:
            number = changes.next_number(connection)
            made = retirement.retire(connection, TRANSACTIONS, "channel", "0007")
            applied = Applied(
                "0007", ("0006",), "ALTER TABLE transactions DROP COLUMN channel", made.retire,
                ("DropColumn",), (TRANSACTIONS,), None, (), made.cls,
            )  # fmt: skip
            changes.write_applied(connection, number, applied)
            retirement.carry_out(connection, made, applied=number)
            connection.execute("update alembic_version set version_num = '0007'")

    def end_window(self, version: str) -> None:
        self.ask(
            "update schemaguard.release set superseded_at = superseded_at - interval '15 days', "
            "window_until = window_until - interval '15 days' where model_version = %s",
            version,
        )
        self.accept()

    def accept(self) -> None:
        """The tests' own hand has written what commands write elsewhere: the ledger is told that this is right."""
        self.ask(
            "select schemaguard.append('change-accepted', 'a test', null, null, "
            "jsonb_build_object('position', position)) from schemaguard.ledger where event = 'rows-written'"
        )

    def site(self) -> Site:
        site = Site(self.folder, database_url=self.url, environ={"SCHEMAGUARD_ACTOR": "grace", **self.environ})
        site.registry_if_any = self.registry  # type: ignore[assignment]  # a file stands for MLflow
        return site

    def promote(self, version: str, *, finish: bool = False, watch: Watch = unwatched) -> Done:
        with self.site() as site:
            return promote(site, "fraud", version, INTENT, finish=finish, watch=watch)

    def rollback(
        self, to: str | None = None, *, if_epoch: int | None = None, finish: bool = False, watch: Watch = unwatched
    ) -> Done:
        with self.site() as site:
            return rollback(site, "fraud", INTENT, to=to, if_epoch=if_epoch, finish=finish, watch=watch)

    def start_canary(self, version: str = "8", percent: int | None = None, *, watch: Watch = unwatched) -> Done:
        with self.site() as site:
            wanted = canary.start_request(site, "fraud", version, INTENT, percent=percent)
            return switch(site, wanted, watch=watch)

    def advance(self, percent: int | None = None, *, early: bool = True, watch: Watch = unwatched) -> Done:
        with self.site() as site:
            wanted = canary.advance_request(site, "fraud", INTENT, percent=percent, early=early)
            return switch(site, wanted, watch=watch)

    def abort(self, *, finish: bool = False, if_epoch: int | None = None, watch: Watch = unwatched) -> Done:
        with self.site() as site:
            wanted = canary.abort_request(site, "fraud", INTENT, if_epoch=if_epoch)
            return switch(site, wanted, finish=finish, watch=watch)

    def shares(self) -> tuple[Any, ...]:
        return self.ask("select active, canary, canary_percent, epoch from schemaguard.pointer")[0]

    def resume(self, *, finish: bool = False) -> Done:
        with self.site() as site:
            return resume(site, None, finish=finish)

    def columns(self, table: str = "transactions") -> set[str]:
        return {
            row[0]
            for row in self.ask(
                "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s",
                table,
            )
        }

    def pointer(self) -> tuple[Any, ...]:
        return self.ask("select active, epoch, previous from schemaguard.pointer")[0]

    def events(self) -> list[str]:
        """What was done, without the entries that only say which rows were written."""
        rows = self.ask(
            "select event from schemaguard.ledger where event not in ('rows-written', 'change-accepted') "
            "order by position"
        )
        return [row[0] for row in rows]

    def heads(self) -> list[str]:
        return [row[0] for row in self.ask("select version_num from alembic_version order by 1")]


def before_a_canary(shop: Shop) -> None:
    """fraud 7 serves, and what fraud 8 reads besides is there: revision 0006 has added it."""
    shop.open()
    shop.publish("7", *READS_7)
    shop.promote("7")
    shop.add_entry_mode()
    shop.publish("8", *READS_8)


def incident(shop: Shop) -> None:
    """fraud 8 serves on 0007, and the channel that fraud 7 reads is retired."""
    shop.open()
    serve_again(shop)


def serve_again(shop: Shop) -> None:
    """The same from tables that are there."""
    shop.publish("7", *READS_7)
    shop.promote("7")
    shop.add_entry_mode()
    shop.publish("8", *READS_8)
    shop.promote("8")
    shop.end_window("7")
    shop.drop_channel()
