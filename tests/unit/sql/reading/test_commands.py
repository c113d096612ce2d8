from pathlib import Path

import pytest

from schemaguard.catalog.changes import CreateTable, Opaque, Unreadable
from schemaguard.sql.reading.readers import READERS
from schemaguard.sql.reading.translate import translate
from tests.postgresql_commands import ACTIONS, COMMANDS, Command, page

DOCS = Path(__file__).parents[4] / "docs" / "commands.md"


@pytest.mark.parametrize("command", [*COMMANDS, *ACTIONS], ids=lambda command: command.name)
def test_every_command_becomes_what_the_table_says(command: Command) -> None:
    assert tuple(type(change).__name__ for change in translate(command.example)) == command.becomes


@pytest.mark.parametrize("command", [*COMMANDS, *ACTIONS], ids=lambda command: command.name)
def test_something_left_behind_a_command_makes_it_unreadable_or_opaque(command: Command) -> None:
    changes = translate(command.example + ") (")
    assert any(isinstance(change, Opaque | Unreadable) for change in changes)


@pytest.mark.parametrize("command", [*COMMANDS, *ACTIONS], ids=lambda command: command.name)
def test_a_command_reads_the_same_with_comments_between_its_words(command: Command) -> None:
    first, blank, rest = command.example.partition(" ")
    commented = f"/* above */ {first}{blank}/* a /* nested */ one */ -- beside\n {rest}"
    if command.name == "SELECT INTO":  # its query is kept as written, with the comment
        assert isinstance(translate(commented)[0], CreateTable)
    else:
        assert translate(commented) == translate(command.example)


def test_the_page_in_docs_is_the_table() -> None:
    assert DOCS.read_text(encoding="utf-8") == page()


def test_every_command_of_the_manual_is_there_once_and_in_its_order() -> None:
    names = [command.name for command in COMMANDS]
    assert len(names) == len(set(names)) == 183
    assert names == sorted(names)


def test_every_word_that_a_reader_starts_with_is_in_the_table() -> None:
    first = {command.name.split()[0].lower() for command in COMMANDS}
    assert {words.split()[0] for words in READERS} - first == {"(", "with", "table", "analyse"}
