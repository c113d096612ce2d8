"""Who a revision is, read without importing it."""

import pytest

from schemaguard.history.identity import read_identity
from schemaguard.history.revision import Problem, Revision


def read(text: str) -> Revision:
    found = read_identity(text, "versions/x.py")
    assert isinstance(found, Revision), found
    return found


def refused(text: str) -> Problem:
    found = read_identity(text, "versions/x.py")
    assert isinstance(found, Problem), found
    return found


def test_what_alembic_writes_is_read() -> None:
    found = read(
        '"""add channel\n\nRevision ID: 1b\nRevises: 1a\n"""\n'
        'revision: str = "1b"\ndown_revision: str | None = "1a"\nbranch_labels = None\ndepends_on = None\n'
    )
    assert found == Revision(id="1b", down=("1a",), file="versions/x.py", message="add channel")


@pytest.mark.parametrize(
    ("down", "expected"),
    [
        ("None", ()),
        ('"a"', ("a",)),
        ('("a", "b")', ("a", "b")),
        ('["a", "b"]', ("a", "b")),
        ('("a",) + ("b",)', ("a", "b")),
        ('{"b", "a"}', ("a", "b")),
        ("()", ()),
        ('"a" "b"', ("ab",)),
        ("PREVIOUS", ("p",)),
    ],
)
def test_down_revision_may_be_written_in_many_ways(down: str, expected: tuple[str, ...]) -> None:
    assert read(f'PREVIOUS = "p"\nrevision = "x"\ndown_revision = {down}\n').down == expected


def test_labels_dependencies_and_what_is_replaced_are_read() -> None:
    found = read(
        'revision, down_revision = "x", None\nbranch_labels = ("shop",)\n'
        'depends_on = ["y", "z"]\nreplaces = ("a", "b")\n'
    )
    assert (found.branch_labels, found.depends_on, found.replaces) == (("shop",), ("y", "z"), ("a", "b"))


def test_labels_that_come_from_elsewhere_leave_the_revision_readable() -> None:
    found = read('from shop.db import EXPAND\nrevision = "x"\ndown_revision = "w"\nbranch_labels = EXPAND\n')
    assert (found.id, found.down, found.branch_labels) == ("x", ("w",), ())


def test_the_last_assignment_counts() -> None:
    assert read('revision = "a"\ndown_revision = None\nrevision = "b"\n').id == "b"


def test_a_syntax_error_is_said_with_its_line() -> None:
    problem = read('revision = "a"\ndown_revision = None\ndef upgrade(:\n').broken
    assert problem is not None
    assert problem.place.line == 3
    assert problem.message == "x.py can't be read as a revision: not valid Python: invalid syntax"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ('import os\nrevision = os.environ["R"]\ndown_revision = None\n', 2, "revision is not a literal"),
        ("from ids import revision\ndown_revision = None\n", 1, "revision is not a literal"),
        ('revision = "a"\ndown_revision = f()\n', 2, "down_revision is not a literal"),
        ('revision = "a"\nif X:\n    down_revision = None\n', 2, "down_revision is not a literal"),
        ('revision = "a"\ndown_revision = "b"\ndown_revision += "c"\n', 3, "down_revision is not a literal"),
        ('revision = "a"\n', 1, "`down_revision = …` is missing"),
        ("down_revision = None\n", 1, "no revision identifier"),
        ("revision = 7\ndown_revision = None\n", 1, "no revision identifier"),
        ('revision = "a"\ndown_revision = 7\n', 1, "neither a string nor a sequence"),
        ("revision = 'a'\0\n", 1, "not valid Python"),
        ("x = " + "(" * 500 + ")" * 500, 1, "not valid Python"),
        ("revision = " + "+".join(['"a"'] * 5000) + "\ndown_revision = None\n", 1, "not valid Python"),
        ("#" * 8_000_001, 1, "too long to be read"),
    ],
)
def test_what_cannot_be_told_is_a_problem_with_its_place(text: str, line: int, why: str) -> None:
    problem = refused(text)
    assert why in problem.message
    assert problem.place.line == line


def test_a_legacy_file_is_called_after_its_name() -> None:
    found = read_identity("down_revision = None\n", "versions/1a2b.py")
    assert isinstance(found, Revision)
    assert found.id == "1a2b"


def test_nothing_of_the_module_runs(capsys: pytest.CaptureFixture[str]) -> None:
    read('print("ran")\nrevision = "a"\ndown_revision = None\nraise SystemExit(3)\n')
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "broken", ["def upgrade(:\n", "x = " + "(" * 500 + ")" * 500, "x = '\0'\n", "#" * 8_000_001, "def upgrade():\npass"]
)
def test_a_file_that_cannot_be_parsed_still_says_which_revision_it_is(broken: str) -> None:
    found = read(f'revision: str = "b"  # mine\ndown_revision = ("a", "c")\nbranch_labels = None\n{broken}')
    assert (found.id, found.down, found.file) == ("b", ("a", "c"), "versions/x.py")
    assert found.broken is not None
    assert (found.broken.kind, found.broken.revisions) == ("unreadable", ("b",))


@pytest.mark.parametrize(
    "declared",
    [
        'revision = "b"\n',
        'revision = "b"\ndown_revision = previous\n',
        'revision = "b"\ndown_revision = (\n    "a",\n)\n',
        'revision = "b"\nif x:\n    down_revision = "a"\n',
        'revision = "b"\nrevision = "c"\ndown_revision = "a"\n',
        'revision = "b"\ndown_revision = __import__("os").system("touch trace")\n',
        f'revision = "{"b" * 3_000}"\ndown_revision = None\n',
    ],
)
def test_what_only_a_parser_could_tell_is_not_guessed(declared: str) -> None:
    refused(declared + "def upgrade(:\n")
