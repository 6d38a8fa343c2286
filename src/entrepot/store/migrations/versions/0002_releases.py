"""Remember what was released of which table, with its grade and report.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.String(40), nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("upload_id", sa.String(40), nullable=False),
        sa.Column("release_sha256", sa.String(64), nullable=False),
        sa.Column("plan_digest", sa.String(80), nullable=False),
        sa.Column("grade", sa.Integer, nullable=False),
        sa.Column("report_digest", sa.String(80), nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_releases_organisation_id"),
        sa.UniqueConstraint("organisation_id", "source_sha256", "number", name="uq_releases_organisation_id_source_sha256_number"),
    )
    op.create_index("ix_releases_organisation_release", "releases", ["organisation_id", "release_sha256"])
    op.create_index("ix_releases_organisation_report", "releases", ["organisation_id", "report_digest"])


def downgrade() -> None:
    op.drop_table("releases")
