"""A statement in a lambda that is kept in a list."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_lambda"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    work = [lambda: op.drop_table("hidden")]
    for one in work:
        one()
    work.pop()()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
