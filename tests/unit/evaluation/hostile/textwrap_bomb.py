"""Texts wrapped, dedented and split along patterns in quadratic time."""
import textwrap

import sqlalchemy as sa
from alembic import op

revision = "textwrap_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    text = ' a' * 500_000
    for _ in range(100):
        op.execute(textwrap.dedent(text))
        textwrap.fill(text)
        textwrap.indent(text, 'x' * 1000)
        textwrap.shorten(text, 10)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
