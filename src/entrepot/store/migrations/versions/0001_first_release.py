"""The schema of the first release.

Revision: 0001, after none
"""

from alembic import op

from entrepot.store.schema import load_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    load_tables().create_all(op.get_bind())


def downgrade() -> None:
    load_tables().drop_all(op.get_bind())
