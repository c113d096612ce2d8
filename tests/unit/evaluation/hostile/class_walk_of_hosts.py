"""Walks from Alembic's and SQLAlchemy's own objects to the builtins."""
import sqlalchemy as sa
from alembic import op

revision = "class_walk_of_hosts"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute.__globals__["__builtins__"]["open"](TRACE, "w")
    sa.Column.__init__.__globals__["__builtins__"]["open"](TRACE, "w")
    op.get_bind().__class__.execute.__globals__["__builtins__"]["open"](TRACE, "w")
    type(op.get_context()).__init__.__globals__["sys"].modules["os"].system(f"touch {TRACE}")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
