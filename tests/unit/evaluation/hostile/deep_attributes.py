"""An attribute of an attribute, fifty thousand deep."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "deep_attributes"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op@DEEP_ATTRIBUTES@
    op.drop_column("guarded", "amount")


def downgrade():
    pass
