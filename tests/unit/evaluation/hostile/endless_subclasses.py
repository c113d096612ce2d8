"""Makes a class of the class that it has just made, and so on."""
# expected: opaque
from alembic import op

revision = "endless_subclasses"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    class Model:
        pass

    while True:

        class Model(Model):
            pass

    op.drop_column("guarded", "amount")


def downgrade():
    pass
