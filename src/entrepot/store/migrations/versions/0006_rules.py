"""Keep installed rule packs, the facts that parties declare, and the rulings made on them.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_packs",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("installed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_packs"),
    )
    op.create_table(
        "fact_answers",
        sa.Column("subject_id", sa.String(40), nullable=False),
        sa.Column("path", sa.String(100), nullable=False),
        sa.Column("organisation_id", sa.String(40), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "path", name="pk_fact_answers"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_fact_answers_organisation_id"),
    )
    op.create_table(
        "rulings",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("gate", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.String(40), nullable=False),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("facts_digest", sa.String(80), nullable=False),
        sa.Column("packs_digest", sa.String(80), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("dossier", sa.Text, nullable=False),
        sa.Column("entry_id", sa.String(40), nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=False),
        sa.Column("approved_at", UtcDateTime),
        sa.Column("approved_by", sa.String(40)),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_rulings"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_rulings_organisation_id"),
    )
    op.create_index("ix_rulings_subject", "rulings", ["subject_id", "gate", "decided_at"])
    op.create_index("ix_rulings_organisation", "rulings", ["organisation_id", "gate", "decided_at"])
    op.create_index("ix_rulings_open", "rulings", ["decision", "approved_at"])


def downgrade() -> None:
    op.drop_table("rulings")
    op.drop_table("fact_answers")
    op.drop_table("rule_packs")
