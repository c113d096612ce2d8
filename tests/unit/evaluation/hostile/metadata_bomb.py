"""Ten thousand tables that refer to each other, created at once."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "metadata_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    metadata = sa.MetaData()
    for n in range(10_000):
        sa.Table(f"t{n}", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("next", sa.ForeignKey(f"t{(n + 1) % 10_000}.id")))
    metadata.create_all(op.get_bind())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
