"""Loops inside of loops, each short, together endless."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "nested_loops"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    for n0 in range(1000):
        for n1 in range(1000):
            for n2 in range(1000):
                for n3 in range(1000):
                    for n4 in range(1000):
                        for n5 in range(1000):
                            for n6 in range(1000):
                                for n7 in range(1000):
                                    pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
