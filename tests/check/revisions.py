"""Two revisions for the tests, the second of which is judged: in SQL, or in Alembic's Python."""

from pathlib import Path
from textwrap import dedent, indent

from tests.check.checking import before, checked, project, rules_of

_REVISION = """\
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "{id}"
down_revision = {down}


def upgrade():
{body}


def downgrade():
    pass
"""


def found_in_sql(folder: Path, change: str, first: str = "") -> list[str]:
    """The rules that fire on a change that is written in SQL."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"migrations/001.sql": before() + first, "migrations/002.sql": dedent(change)}
    return rules_of(checked(project(folder, files), "migrations"))


def found_in_alembic(folder: Path, change: str, first: str = "") -> list[str]:
    """The rules that fire on the body of an `upgrade()`."""
    folder.mkdir(parents=True, exist_ok=True)
    made = f"op.execute('''{before()}{first}''')"
    files = {
        "migrations/env.py": "",
        "migrations/versions/1_first.py": as_revision("1", None, made),
        "migrations/versions/2_second.py": as_revision("2", "1", change),
    }
    found = rules_of(checked(project(folder, files), "migrations"))
    return [rule for rule in found if rule != "no-downgrade"]


def as_revision(identifier: str, down: str | None, body: str) -> str:
    """A revision of Alembic's with that body of upgrade()."""
    return _REVISION.format(id=identifier, down=repr(down), body=indent(dedent(body).strip(), "    "))
