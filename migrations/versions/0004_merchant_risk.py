"""Merchants are graded by the risk team."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

merchant_risk = postgresql.ENUM("low", "medium", "high", name="merchant_risk")


def upgrade() -> None:
    merchant_risk.create(op.get_bind(), checkfirst=True)
    op.add_column("merchants", sa.Column("risk", merchant_risk, nullable=False, server_default="low"))


def downgrade() -> None:
    op.drop_column("merchants", "risk")
    merchant_risk.drop(op.get_bind(), checkfirst=True)
