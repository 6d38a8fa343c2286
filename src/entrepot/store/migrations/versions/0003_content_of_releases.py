"""Know a table again by its content: digest and sketch beside each release, and one sequence for each organisation.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Releases of before have none of the three and are known by the file's digest alone.
    op.add_column("releases", sa.Column("content_digest", sa.String(64)))
    op.add_column("releases", sa.Column("sketch", sa.Text))
    op.add_column("releases", sa.Column("sequence", sa.Integer))
    op.create_index("uq_releases_organisation_sequence", "releases", ["organisation_id", "sequence"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_releases_organisation_sequence", "releases")
    for column in ("sequence", "sketch", "content_digest"):
        op.drop_column("releases", column)
