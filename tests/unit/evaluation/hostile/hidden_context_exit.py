"""A statement in __exit__."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_context_exit"
down_revision = None
TRACE = "@TRACE@"

class Work:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        op.drop_table("hidden")


def upgrade():
    with Work():
        pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
