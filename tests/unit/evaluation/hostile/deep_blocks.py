"""Blocks inside of blocks, as deep as the parser takes them."""
import sqlalchemy as sa
from alembic import op

revision = "deep_blocks"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    if True:
        if True:
            if True:
                if True:
                    if True:
                        if True:
                            if True:
                                if True:
                                    if True:
                                        if True:
                                            if True:
                                                if True:
                                                    if True:
                                                        if True:
                                                            if True:
                                                                if True:
                                                                    if True:
                                                                        if True:
                                                                            if True:
                                                                                if True:
                                                                                    if True:
                                                                                        if True:
                                                                                            if True:
                                                                                                if True:
                                                                                                    if True:
                                                                                                        if True:
                                                                                                            if True:
                                                                                                                if True:
                                                                                                                    if True:
                                                                                                                        if True:
                                                                                                                            if True:
                                                                                                                                if True:
                                                                                                                                    if True:
                                                                                                                                        if True:
                                                                                                                                            if True:
                                                                                                                                                if True:
                                                                                                                                                    if True:
                                                                                                                                                        if True:
                                                                                                                                                            if True:
                                                                                                                                                                if True:
                                                                                                                                                                    if True:
                                                                                                                                                                        if True:
                                                                                                                                                                            if True:
                                                                                                                                                                                if True:
                                                                                                                                                                                    if True:
                                                                                                                                                                                        if True:
                                                                                                                                                                                            if True:
                                                                                                                                                                                                if True:
                                                                                                                                                                                                    if True:
                                                                                                                                                                                                        if True:
                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                                                                                                                                                if True:
                                                                                                                                                                                                                                                                                                                                                                                    if True:
                                                                                                                                                                                                                                                                                                                                                                                        if True:
                                                                                                                                                                                                                                                                                                                                                                                            if True:
                                                                                                                                                                                                                                                                                                                                                                                                pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
