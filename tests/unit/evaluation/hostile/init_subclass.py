"""__init_subclass__ and __class_getitem__ that write a file."""
import sqlalchemy as sa
from alembic import op

revision = "init_subclass"
down_revision = None
TRACE = "@TRACE@"

class Base:
    def __init_subclass__(cls):
        open(TRACE, "w").write("ran")

    def __class_getitem__(cls, item):
        open(TRACE, "w").write("ran")


def upgrade():
    class Work(Base):
        pass

    Base[1]
    op.drop_column("guarded", "amount")


def downgrade():
    pass
