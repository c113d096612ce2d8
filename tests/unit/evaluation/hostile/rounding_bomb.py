"""Whole numbers rounded to a billion places, and powers with a modulus."""
import sqlalchemy as sa
from alembic import op

revision = "rounding_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(round(10**100, -(10**9))))
    op.execute(str(pow(3, 10**1000, 10**1000)))
    op.execute(str(divmod(10**1000, 3)))
    op.execute(str((10**1000).__pow__(10**6)))
    op.execute(str((1).to_bytes(10**10, 'big')))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
