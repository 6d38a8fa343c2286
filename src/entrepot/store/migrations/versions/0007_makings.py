"""Keep what releases are being made of which uploads, and how far each is.

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "makings",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.String(40), nullable=False),
        sa.Column("upload_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("asked", Json, nullable=False),
        sa.Column("sent", Json, nullable=False),
        sa.Column("actor", Json, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("step_at", UtcDateTime),
        sa.Column("made_id", sa.String(40)),
        sa.Column("problem", Json),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_makings"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_makings_organisation_id"),
    )
    op.create_index("ix_makings_organisation_state", "makings", ["organisation_id", "state"])


def downgrade() -> None:
    op.drop_table("makings")
