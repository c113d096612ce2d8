"""Where a database URL points, as it may be shown: nothing of user and password."""

import pytest

from schemaguard.adapters.postgres.connection import first_line, place

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"postgresql://me:{SECRET}@db.example:6543/shop", "database shop on db.example:6543"),
        (f"postgres://me:{SECRET}@db.example/shop?sslmode=require", "database shop on db.example"),
        ("postgresql:///shop", "database shop on localhost"),
        ("postgresql://db.example", "database ? on db.example"),
        (f"host=db.example dbname=shop user=me password={SECRET}", "database shop on db.example"),
        (f"postgresql://me@/shop?host=/run/pg&password={SECRET}", "database shop on /run/pg"),
        (f"mysql://me:{SECRET}@db/shop", "the database URL (not a valid one)"),
        (SECRET, "the database URL (not a valid one)"),
    ],
)
def test_a_place_names_database_and_host_alone(url: str, shown: str) -> None:
    assert place(url) == shown
    assert SECRET not in place(url)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("\n one \n two"), "one "),
        (ValueError("one"), "one"),
        (ValueError(""), "ValueError"),
        (KeyError(), "KeyError"),
    ],
)
def test_of_an_error_the_first_line_is_told(error: Exception, line: str) -> None:
    assert first_line(error) == line
