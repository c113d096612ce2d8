"""Databases that take seconds to make are made once a server, and copied for each test."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql


class Templates:
    """What was made so far: (server, what) → the database's name, and the folder that was made with it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, str], tuple[str, Path]] = {}

    @contextmanager
    def copy(self, server_url: str, what: str, make: Callable[[str, Path], None]) -> Iterator[tuple[str, Path]]:
        """The URL of a copy, and the folder of the template; `make` is given an empty database and an empty folder."""
        key = (server_url, what)
        if key not in self._made:
            name, folder = f"template_{uuid.uuid4().hex[:12]}", self._folder / f"{what}{len(self._made)}"
            folder.mkdir()
            create(server_url, name)
            make(of(server_url, name), folder)
            self._made[key] = (name, folder)
        name, folder = self._made[key]
        copy = f"t{uuid.uuid4().hex[:12]}"
        create(server_url, copy, name)
        yield of(server_url, copy), folder
        drop(server_url, copy)

    def drop(self) -> None:
        """Drop the templates: the server may outlive the tests."""
        for (server_url, _), (name, _folder) in self._made.items():
            drop(server_url, name)


def of(server_url: str, name: str) -> str:
    """The URL of another database of a server."""
    path, mark, query = server_url.partition("?")
    return f"{path.rsplit('/', 1)[0]}/{quote(name, safe='')}{mark}{query}"


def create(server_url: str, name: str, template: str = "template1") -> None:
    """A database as a copy of another, file by file: its blocks needn't be logged first."""
    copied = sql.SQL("create database {} template {} strategy file_copy")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(copied.format(sql.Identifier(name), sql.Identifier(template)))


def drop(server_url: str, name: str) -> None:
    """Drop a database, whoever is still connected to it, if it is there."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
