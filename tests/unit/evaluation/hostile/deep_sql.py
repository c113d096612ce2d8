"""A statement of ten thousand parentheses, and one of nested comments."""
import sqlalchemy as sa
from alembic import op

revision = "deep_sql"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("select " + "(" * 10_000 + "1" + ")" * 10_000)
    op.execute("/*" * 10_000 + "*/" * 10_000 + "select 1")
    op.execute("alter table guarded add check " + "(" * 10_000 + "id > 0" + ")" * 10_000)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
