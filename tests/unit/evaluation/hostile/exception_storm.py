"""Never ends: every exception is caught, and the loop goes on."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "exception_storm"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    while True:
        try:
            raise ValueError("again")
        except ValueError:
            continue
        finally:
            pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
