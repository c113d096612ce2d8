"""Descriptors that write a file when they are named, read and set."""
import sqlalchemy as sa
from alembic import op

revision = "descriptor"
down_revision = None
TRACE = "@TRACE@"

class Field:
    def __set_name__(self, owner, name):
        open(TRACE, "w").write("ran")

    def __get__(self, instance, owner=None):
        open(TRACE, "w").write("ran")

    def __set__(self, instance, value):
        open(TRACE, "w").write("ran")

    def __delete__(self, instance):
        open(TRACE, "w").write("ran")


class Work:
    field = Field()


def upgrade():
    work = Work()
    work.field
    work.field = 1
    del work.field
    op.drop_column("guarded", "amount")


def downgrade():
    pass
