"""A name that is nowhere to be found, called."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_missing_name"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    undefined_name('drop table hidden')
    undefined.run(op)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
