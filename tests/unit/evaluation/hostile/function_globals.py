"""Walks from a function of its own, a generator and a traceback to frames and builtins."""
import sqlalchemy as sa
from alembic import op

revision = "function_globals"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    upgrade.__globals__["__builtins__"]["open"](TRACE, "w")
    (lambda: 0).__code__
    generator = (n for n in [1])
    generator.gi_frame.f_builtins["open"](TRACE, "w")
    try:
        1 / 0
    except ZeroDivisionError as error:
        error.__traceback__.tb_frame.f_builtins["open"](TRACE, "w")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
