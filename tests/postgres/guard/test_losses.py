"""`# schemaguard: loses t(c) -- reason` lets exactly that through, and the ledger has it."""

import json
from decimal import Decimal

import pytest

from schemaguard.adapters.control import fence
from schemaguard.errors import RefusedError
from tests.postgres.guard.attacks.field import connected
from tests.postgres.guard.project import Project
from tests.postgres.guard.test_guard import publish_dashboard

SUM = "select count(*), sum(amount), count(note), min(channel) from transactions"


def acknowledged(project: Project) -> list[tuple[str, str]]:
    rows = project.ask("select entry from schemaguard.ledger where event = 'loss-acknowledged'")
    facts = [json.loads(row[0])["payload"] for row in rows]
    return [(each["loss"], each["revision"]) for each in facts]


def says(loss: str, line: str) -> str:
    return f"# schemaguard: loses {loss} -- nobody needs it\n{line}"


def promised(project: Project) -> None:
    """A dashboard relies on a column of the table."""
    publish_dashboard(project)
    with connected(project.url) as connection:
        fence.raise_fence(connection)


REWRITES = {
    "one": ("transactions(amount)", 'op.alter_column("transactions", "amount", type_=sa.Integer)'),
    "one of the table": ("transactions", 'op.alter_column("transactions", "amount", type_=sa.Integer)'),
    "two": (
        "public.transactions(amount, note)",
        'op.execute("alter table transactions alter amount type int, alter note type varchar(2)")',
    ),
    "beside a drop": (
        "transactions(amount)",
        'op.execute("alter table transactions drop column note, alter amount type int")',
    ),
}


@pytest.mark.parametrize(("loss", "line"), REWRITES.values(), ids=REWRITES)
def test_old_values_that_a_revision_gives_up_are_not_kept_beside(fenced: Project, loss: str, line: str) -> None:
    fenced.add(says(loss, line))
    fenced.upgrade()
    assert fenced.ask("select count(*) from schemaguard.retired_object where of_attnum is not null") == [(0,)]
    ((said, revision),) = acknowledged(fenced)
    assert said.endswith(": nobody needs it")
    assert said.startswith(loss.partition("(")[0].removeprefix("public."))
    assert revision == "0002"


@pytest.mark.parametrize(
    ("loss", "line"),
    [
        ("transactions(note)", 'op.alter_column("transactions", "amount", type_=sa.Integer)'),
        (
            "transactions(note)",
            'op.execute("alter table transactions alter amount type int, alter note type varchar(2)")',
        ),
        ("customers", 'op.alter_column("transactions", "amount", type_=sa.Integer)'),
        ("other.transactions(amount)", 'op.alter_column("transactions", "amount", type_=sa.Integer)'),
    ],
)
def test_what_it_does_not_give_up_is_kept_beside(fenced: Project, loss: str, line: str) -> None:
    fenced.ask("update transactions set amount = amount + 0.25")
    fenced.add(says(loss, line))
    fenced.upgrade()
    ((kept, hidden),) = fenced.ask(
        "select column_name, hidden_column from schemaguard.retired_object where of_attnum is not null"
    )
    assert kept == "amount"
    assert fenced.ask(f'select sum(amount), sum("{hidden}") from transactions') == [(210, Decimal("215.00"))]


def test_what_can_neither_be_retired_nor_kept_takes_the_words_and_they_are_in_the_ledger_once(
    fenced: Project,
) -> None:
    fenced.add('op.drop_column("transactions", "id")')
    with pytest.raises(RefusedError):
        fenced.upgrade()
    assert acknowledged(fenced) == []
    file = fenced.folder / "versions" / "0002.py"
    file.write_text(file.read_text().replace("def upgrade():\n", "def upgrade():\n    " + says("transactions(id)", "")))
    fenced.upgrade()
    assert fenced.heads() == ["0002"]
    assert acknowledged(fenced) == [("transactions(id): nobody needs it", "0002")]


def test_what_can_be_retired_is_retired_all_the_same(project: Project) -> None:
    project.add(says("transactions(channel)", 'op.drop_column("transactions", "channel")'))
    project.upgrade()
    ((hidden,),) = project.ask("select hidden_column from schemaguard.retired_object")
    assert project.ask(f'select distinct "{hidden}" from transactions') == [("web",)]


def unkept(statement: str) -> str:
    """In a block the guard doesn't see it coming, so that nothing is kept of its rows."""
    return f'op.execute("do $$ begin {statement}; end $$")'


REFUSED = {
    "another member of a key": ("transactions(note)", 'op.drop_column("transactions", "id")'),
    "rows, by a column that isn't promised": ("transactions(note)", unkept("delete from transactions")),
    "rows, by the promised column": ("transactions(channel)", unkept("delete from transactions")),
    "rows, all of them": ("transactions(channel)", unkept("truncate transactions")),
    "a promised column, by another": ("transactions(note)", unkept("update transactions set channel = 'x'")),
    "no reason": ("transactions --", unkept("update transactions set channel = 'x'")),
}


@pytest.mark.parametrize(("loss", "line"), REFUSED.values(), ids=REFUSED)
def test_nothing_else_of_the_revision_is_let_through(project: Project, loss: str, line: str) -> None:
    promised(project)
    before = project.ask(SUM)
    comment = f"# schemaguard: loses {loss}" + ("" if loss.endswith("--") else " -- nobody needs it")
    project.add(f"{comment}\n{line}")
    with pytest.raises(RefusedError):
        project.upgrade()
    assert project.ask(SUM) == before
    assert project.heads() == ["0001"]
    assert acknowledged(project) == []


@pytest.mark.parametrize(
    ("loss", "line"),
    [
        ("transactions(channel)", "op.execute(\"update transactions set channel = 'x'\")"),
        ("transactions", 'op.execute("delete from transactions")'),
        ("transactions", 'op.execute("truncate transactions")'),
    ],
)
def test_rows_that_somebody_relies_on_are_lost_where_the_revision_says_so(
    project: Project, loss: str, line: str
) -> None:
    promised(project)
    project.add(says(loss, line))
    project.upgrade()
    assert project.ask("select count(*) from transactions where channel = 'web'") == [(0,)]
    assert acknowledged(project) == [(f"{loss}: nobody needs it", "0002")]
    assert project.ask("select count(*) from schemaguard.capture") == [(0,)]


def test_columns_that_nothing_compares_are_in_no_updates_way(project: Project) -> None:
    project.ask(
        "alter table transactions add raw json default '{\"a\":  1}', add place point default '(1, 2)', add page xml"
    )
    promised(project)
    project.add("op.execute(\"update transactions set raw = '[]'\")")
    project.upgrade()
    assert project.ask("select distinct raw::text from transactions") == [("[]",)]
    project.add(unkept("update transactions set raw = '[2]', channel = 'x' where id = 1"))
    with pytest.raises(RefusedError, match=r"UPDATE would change or delete values of public\.transactions"):
        project.upgrade()


def test_the_next_revision_loses_nothing_by_it(project: Project) -> None:
    promised(project)
    project.add(says("transactions", 'op.execute("delete from transactions where id = 1")'))
    project.add('op.execute("delete from transactions where id = 2")')
    project.upgrade()
    assert project.ask("select count(*) from transactions") == [(18,)]
    assert project.ask("select revision, row_count from schemaguard.capture") == [("0003", 1)]


def test_a_rewrite_that_fails_says_why_the_server_refuses_it(fenced: Project) -> None:
    fenced.add(says("transactions(note)", 'op.alter_column("transactions", "note", type_=sa.String(1))'))
    with pytest.raises(RefusedError, match="value too long for type character varying"):
        fenced.upgrade()
    assert acknowledged(fenced) == []


def test_a_revision_declares_what_rows_get_that_are_written_without_a_value(fenced: Project) -> None:
    file = fenced.folder / "versions" / "0002.py"
    fenced.add('op.drop_column("customers", "country")\nop.drop_column("transactions", "note")')
    file.write_text(
        file.read_text().replace("def upgrade():", "# schemaguard: fill customers(country) = 'CH'\n\n\ndef upgrade():")
    )
    fenced.upgrade()
    declared = fenced.ask("select column_name, fill from schemaguard.retired_object order by id")
    assert declared == [("country", "'CH'"), ("note", None)]
