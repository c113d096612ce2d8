"""Projects with contracts and SQL migrations, browsed through the command line."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from schemaguard.cli.main import app
from schemaguard.errors import SchemaguardError

MIGRATION = """\
CREATE TABLE transactions (
    id bigint PRIMARY KEY, amount numeric(12,2) NOT NULL CHECK (amount >= 0), channel text NOT NULL, note text);
CREATE TABLE predictions (transaction_id bigint PRIMARY KEY, score double precision NOT NULL);
CREATE VIEW web AS SELECT id, amount FROM transactions WHERE channel = 'web';
CREATE VIEW big AS SELECT id FROM web WHERE amount > 1000;
CREATE SCHEMA ml;
CREATE TABLE ml.runs (id bigint PRIMARY KEY);
"""
ANSI = re.compile(r"\x1b\[[0-9;]*m")

Columns = Sequence[str | Mapping[str, Any]]


def entry(table: str, columns: Columns, access: str = "read", upsert: Sequence[str] = ()) -> dict[str, Any]:
    """One table of a contract; a column is its name, or its whole entry."""
    own = [{"property": "access", "value": access, "vendor": "schemaguard"}]
    if upsert:
        own.append({"property": "upsertKey", "value": list(upsert), "vendor": "schemaguard"})
    properties = [{"logicalType": "string", **({"name": c} if isinstance(c, str) else c)} for c in columns]
    return {"name": table, "physicalName": table, "customProperties": own, "properties": properties}


def contract(model: str, versions: Sequence[str], *tables: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A contract document; without versions it is a consumer's. `until` is its end of support."""
    until, through, query = more.pop("until", None), more.pop("through", None), more.pop("query", None)
    identity = f"urn:schemaguard:model:{model}" if versions else f"urn:schemaguard:consumer:{model}"
    own = [("modelName", model), ("modelVersion", list(versions))] if versions else []
    own += [("readsThrough", through)] if through else []
    own += [("query", query)] if query else []
    return {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": identity,
        "version": "1.0.0",
        "status": "active",
        **({"slaProperties": [{"property": "endOfSupport", "value": until}]} if until else {}),
        **({"customProperties": [{"property": k, "value": v, "vendor": "schemaguard"} for k, v in own]} if own else {}),
        **more,
        "schema": list(tables),
    }


@dataclass
class Project:
    """A folder, and the command line in it."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def write(self, path: str, content: str | dict[str, Any]) -> None:
        """Write a file; a document as YAML."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))

    def contract(self, model: str, versions: Sequence[str], *tables: dict[str, Any], **more: Any) -> None:
        """Write a contract file of that model, named after its first version."""
        self.write(
            f"contracts/{model}-{versions[0] if versions else 'c'}.odcs.yaml",
            contract(model, versions, *tables, **more),
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """(exit code, output); an error is its text."""
        done = CliRunner().invoke(app, ["contracts", *arguments])
        if isinstance(done.exception, SchemaguardError):
            return done.exception.exit_code, str(done.exception)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    def told(self, *arguments: str) -> str:
        """The output of what has to succeed."""
        code, output = self.run(*arguments)
        assert code == 0, output
        return output

    def json(self, *arguments: str) -> Any:
        """The document of what has to succeed."""
        document = json.loads(self.told(*arguments, "--format", "json"))
        assert document["version"] == 1
        return document

    def lines(self, width: int, *arguments: str) -> list[str]:
        """The lines on a terminal of that width, without styles."""
        screen = io.StringIO()
        to = Console(file=screen, width=width, force_terminal=True, highlight=False, markup=False, emoji=False)
        with self.monkeypatch.context() as patch:
            patch.setattr("schemaguard.cli.operating.console", lambda: to)
            self.told(*arguments)
        return [ANSI.sub("", line) for line in screen.getvalue().splitlines()]
