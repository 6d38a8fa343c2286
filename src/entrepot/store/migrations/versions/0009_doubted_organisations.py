"""Keep since when the operator does not stand by an organisation's identity any more.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty for all there are: the operator looked at their papers when letting them in.
    op.add_column("organisations", sa.Column("doubted_at", UtcDateTime))


def downgrade() -> None:
    op.drop_column("organisations", "doubted_at")
