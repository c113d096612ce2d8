"""A statement in __getattr__ and __call__."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_getattr_method"
down_revision = None
TRACE = "@TRACE@"

class Work:
    def __getattr__(self, name):
        op.drop_table("hidden")


def upgrade():
    Work().anything
    op.drop_column("guarded", "amount")


def downgrade():
    pass
