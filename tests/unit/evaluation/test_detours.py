"""Operations that are reached by a detour: what they are made of, managers on a stack, modules by another name."""

import pytest

from tests.unit.evaluation.evaluating import sent

TABLE = "CREATE TABLE t (a int, b int)"
DROP = ["ALTER TABLE t DROP COLUMN a"]


@pytest.mark.parametrize(
    "body",
    [
        "op.get_context().impl.execute('ALTER TABLE t DROP COLUMN a')",
        "op.get_context().impl.drop_column('t', sa.Column('a'))",
        "op.get_context().impl.execute(sa.text('ALTER TABLE t DROP COLUMN a'))",
        "__import__('alembic.op', fromlist=['op']).drop_column('t', 'a')",
        "with contextlib.ExitStack() as s:\n        s.enter_context(op.batch_alter_table('t')).drop_column('a')",
        "with contextlib.ExitStack() as stack:\n        stack.callback(op.drop_column, 't', 'a')",
        "s = contextlib.ExitStack()\n    s.enter_context(op.batch_alter_table('t')).drop_column('a')\n    s.close()",
        "with contextlib.ExitStack() as s:\n        s.enter_context(contextlib.nullcontext(op)).drop_column('t', 'a')",
        "with contextlib.closing(op.get_bind()) as it:\n        it.execute(sa.text('ALTER TABLE t DROP COLUMN a'))",
    ],
)  # fmt: skip
def test_a_detour_is_followed(body: str) -> None:
    assert sent(f"import contextlib\ndef upgrade():\n    {body}\n", before=TABLE) == DROP


def test_managers_are_left_in_reverse() -> None:
    body = """
        import contextlib

        class Drop:
            def __init__(self, column):
                self.column = column

            def __enter__(self):
                return self

            def __exit__(self, *_):
                op.drop_column("t", self.column)

        def upgrade():
            with contextlib.ExitStack() as stack:
                for column in ("a", "b"):
                    stack.enter_context(Drop(column))
    """
    assert sent(body, before=TABLE) == ["ALTER TABLE t DROP COLUMN b", "ALTER TABLE t DROP COLUMN a"]


@pytest.mark.parametrize(
    "body",
    [
        "op.get_context().impl.drop_table(given)",
        "op.get_context().impl.cast_for_batch_migrate()",
        "with contextlib.ExitStack() as stack:\n        stack.enter_context(given)",
        "given(op.batch_alter_table('t'))",
    ],
)
def test_a_detour_that_leads_to_what_nobody_knows_is_said(body: str) -> None:
    (line,) = sent(f"import contextlib\nfrom elsewhere import given\ndef upgrade():\n    {body}\n", before=TABLE)

    assert line.startswith("! ")
