"""Keep since when the operator does not stand by an organisation's identity any more.

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty for all there are: the operator looked at their papers when letting them in.
    op.add_column("organisations", sa.Column("doubted_at", UtcDateTime))


def downgrade() -> None:
    op.drop_column("organisations", "doubted_at")
