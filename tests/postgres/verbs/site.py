"""A project folder, a database and a real registry, with the command line run in this process."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from schemaguard.adapters.registry.models import MlflowRegistry
from schemaguard.cli.main import main

TABLES = """\
create type merchant_risk as enum ('low', 'medium', 'high');
create table merchants (id bigint primary key, risk merchant_risk not null default 'low');
create table transactions (
    id bigint generated always as identity primary key, merchant_id bigint not null references merchants (id),
    amount numeric(12,2) not null check (amount >= 0), channel text not null default 'pos',
    occurred_at timestamptz not null default now());
create table predictions (
    transaction_id bigint primary key references transactions (id), score double precision not null,
    model_version text not null, reason text);
create table alembic_version (version_num text primary key);
insert into alembic_version values ('0005');
insert into merchants (id) values (1);
insert into transactions (merchant_id, amount) select 1, n from generate_series(1, 30) n;
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """What was said on stderr, without how it was broken into lines."""
        return " ".join(self.err.split())


@dataclass
class Site:
    url: str
    folder: Path
    registry_uri: str
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    @property
    def contracts(self) -> Path:
        return self.folder / "contracts" / "fraud"

    @property
    def registry(self) -> MlflowRegistry:
        return MlflowRegistry(self.registry_uri)

    def run(self, *arguments: str) -> Ran:
        self.monkeypatch.setattr(sys, "argv", ["schemaguard", *arguments])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = self.capsys.readouterr()
        return Ran(int(left.value.code or 0), said.out, said.err)

    def done(self, *arguments: str) -> str:
        """The output of a command that has to succeed."""
        ran = self.run(*arguments)
        assert ran.code == 0, ran.err
        return ran.out

    def ask(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        # The tests' own hand walks through the fence.
        with psycopg.connect(self.url, autocommit=True, options="-c schemaguard.permit=a\\ test") as connection:
            cursor = connection.execute(query.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def rewrite(self, version: str, old: str, new: str) -> None:
        """Change a contract file."""
        file = self.contracts / f"{version}.odcs.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
