"""A metaclass that writes a file when its class is made."""
import sqlalchemy as sa
from alembic import op

revision = "metaclass"
down_revision = None
TRACE = "@TRACE@"

class Meta(type):
    def __new__(mcs, name, bases, namespace):
        open(TRACE, "w").write("ran")
        return super().__new__(mcs, name, bases, namespace)

    def __prepare__(name, bases):
        open(TRACE, "w").write("ran")
        return {}


def upgrade():
    class Work(metaclass=Meta):
        pass

    Work()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
