"""A revision that is made continues its history, as the tool of that history reads it."""

import pytest

from schemaguard.finding import LaterRevision
from schemaguard.history.discovery import discover
from schemaguard.history.next_revision import NextRevision, next_revision
from schemaguard.history.sources import MemoryFiles

UP = "create table t (id bigint primary key);\n"
WANTED = LaterRevision(
    'validate the constraint "fk" of shop\'s orders', ("ALTER TABLE t VALIDATE CONSTRAINT k;",), ("SELECT 1;",)
)
LOOSE = LaterRevision("build the index", ("CREATE INDEX CONCURRENTLY i ON t (id);",), (), (), True)
IN_PYTHON = LaterRevision(
    WANTED.title,
    ('op.execute("ALTER TABLE t VALIDATE CONSTRAINT k")', 'op.execute("""one\ntwo""")', "with x:\n    y()"),
    (),
    ("import sqlalchemy as sa",),
)
ALEMBIC = "revision = {id!r}\ndown_revision = {down!r}\n\ndef upgrade(){typed}:\n    pass\n"


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        ({"m/1_a.sql": UP, "m/2_b.sql": UP}, "m/3_validate"),
        ({"m/009_a.sql": UP}, "m/010_validate"),
        ({"m/20240101120000_a.sql": UP}, "m/20240101120001_validate"),
        ({"m/1_a.up.sql": UP, "m/1_a.down.sql": UP}, "m/2_validate"),
        ({"m/001.do.a.sql": UP}, "m/002.do.validate"),
        ({"m/V1__a.sql": UP, "m/R__b.sql": UP}, "m/V2__validate"),
        ({"m/1_a.sql": f"-- migrate:up\n{UP}"}, "m/2_validate"),
        ({"m/1_a.sql": f"-- +goose Up\n{UP}"}, "m/2_validate"),
        ({"m/1_a.sql": f"-- +migrate Up\n{UP}"}, "m/2_validate"),
        ({"m/1_a.sql": f"-- Up Migration\n{UP}"}, "m/2_validate"),
    ],
)
@pytest.mark.parametrize("wanted", [WANTED, LOOSE], ids=["whole", "loose"])
def test_the_tool_reads_the_new_file_as_the_last_of_its_history(
    texts: dict[str, str], name: str, wanted: LaterRevision
) -> None:
    files = MemoryFiles(texts)
    history = discover("m", files)
    made = next_revision(history, wanted, files)
    if isinstance(made, str):
        assert (history.tool, wanted) == ("node-pg-migrate", LOOSE)
        return
    assert any(path.startswith(name.replace("validate", wanted.title.split()[0])) for path in made.texts)
    again = discover("m", MemoryFiles({**texts, **made.texts}))
    known = [one for one in history.graph.order if not one.startswith("R__")]
    order = [one for one in again.graph.order if not one.startswith("R__")]
    assert order == [*known, made.id]
    assert again.problems == history.problems
    section = again.scripts[made.id].up
    assert wanted.upgrade[0] in section.text
    if wanted is LOOSE and history.tool in ("dbmate", "goose", "sql-migrate"):
        assert section.transactions == "none"


@pytest.mark.parametrize(
    ("id_", "next_id", "file"),
    [("0009", "0010", "0009_a.py"), ("3", "4", "3_a.py"), ("ab12cd34ef56", None, "ab12cd34ef56_a.py")],
)
@pytest.mark.parametrize("typed", ["", " -> None"])
def test_a_revision_of_alembics_follows_the_head(id_: str, next_id: str | None, file: str, typed: str) -> None:
    texts = {"m/env.py": "", f"m/versions/{file}": ALEMBIC.format(id=id_, down=None, typed=typed)}
    files = MemoryFiles(texts)
    made = next_revision(discover("m", files), IN_PYTHON, files)
    assert isinstance(made, NextRevision)
    ((path, text),) = made.texts.items()
    assert path.startswith(f"m/versions/{made.id}_validate_the_constraint")
    assert next_id is None or made.id == next_id
    again = discover("m", MemoryFiles({**texts, **made.texts}))
    assert again.graph.heads == (made.id,)
    assert not again.problems
    assert f"def upgrade(){typed}:\n" in text
    assert 'op.execute("""one\ntwo""")' in text
    assert "    with x:\n        y()\n" in text
    assert next_revision(discover("m", files), IN_PYTHON, files) == made
    compile(text, path, "exec")


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (
            {
                "m/env.py": "",
                "m/versions/a.py": ALEMBIC.format(id="a", down=None, typed=""),
                "m/versions/b.py": ALEMBIC.format(id="b", down=None, typed=""),
            },
            "the history has several heads",
        ),
        ({"m/sqitch.plan": "%project=x\n\na 2024-01-01T00:00:00Z me <a@b> # x\n", "m/deploy/a.sql": UP}, "sqitch"),
        ({"m/meta/_journal.json": '{"entries": [{"idx": 0, "tag": "0_a"}]}', "m/0_a.sql": UP}, "drizzle"),
        ({"m/a.sql": UP}, "its files aren't numbered"),
    ],
)
def test_where_it_cannot_be_told_how_a_history_goes_on_it_is_said(texts: dict[str, str], why: str) -> None:
    files = MemoryFiles(texts)
    made = next_revision(discover("m", files), WANTED, files)
    assert isinstance(made, str)
    assert why in made
