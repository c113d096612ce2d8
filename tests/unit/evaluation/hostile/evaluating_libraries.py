"""Corners of the standard library that evaluate text."""
import ast
import code
import dataclasses
import runpy
import timeit
import typing

import sqlalchemy as sa
from alembic import op

revision = "evaluating_libraries"
down_revision = None
TRACE = "@TRACE@"

def annotated(x: "open(TRACE, 'w')"):
    return x


def upgrade():
    timeit.timeit("open('%s', 'w')" % TRACE, number=1)
    runpy.run_path('writing_helper.py')
    dataclasses.make_dataclass('D', [('x', int, 1)])
    typing.get_type_hints(annotated)
    ast.literal_eval('1')
    code.InteractiveInterpreter().runsource("open('%s', 'w')" % TRACE)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
