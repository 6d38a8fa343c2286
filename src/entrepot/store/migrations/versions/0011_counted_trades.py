"""Keep what trades that passed the rules add to later counts, so that no ruling of them is read again.

Revision: 0011, after 0010
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BATCH = 1000
_TEXT = sa.String(40)
_COUNTED = sa.table(
    "counted_trades", sa.column("gate"), sa.column("subject_id"), sa.column("organisation_id"), sa.column("listing_id"), sa.column("buyer_id"),
    sa.column("categories"), sa.column("uncovered"), sa.column("exported"), sa.column("price_cny"), sa.column("counted_at", UtcDateTime),
)  # fmt: skip
_PASSED = sa.text(
    "SELECT r.gate, r.subject_id, r.organisation_id, r.dossier, r.decided_at, t.listing_id, t.buyer_id FROM rulings r "
    "JOIN (SELECT 'contract' AS gate, id, listing_id, buyer_id FROM negotiations "
    "UNION ALL SELECT 'delivery', id, listing_id, buyer_id FROM agreements) t ON t.gate = r.gate AND t.id = r.subject_id "
    "WHERE r.decision = 'allow' OR r.approved_at IS NOT NULL ORDER BY r.decided_at, r.id"
).columns(decided_at=UtcDateTime)


def upgrade() -> None:
    op.create_table(
        "counted_trades",
        sa.Column("gate", sa.String(20), nullable=False),
        sa.Column("subject_id", _TEXT, nullable=False),
        sa.Column("organisation_id", _TEXT, nullable=False),
        sa.Column("listing_id", _TEXT, nullable=False),
        sa.Column("buyer_id", _TEXT, nullable=False),
        sa.Column("categories", sa.Text, nullable=False),
        sa.Column("uncovered", sa.BigInteger, nullable=False),
        sa.Column("exported", sa.BigInteger, nullable=False),
        sa.Column("price_cny", sa.Float),
        sa.Column("counted_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_counted_trades_organisation_id"),
        sa.PrimaryKeyConstraint("gate", "subject_id", name="pk_counted_trades"),
    )
    op.create_index("ix_counted_trades_organisation", "counted_trades", ["organisation_id", "gate", "counted_at"])
    # The newest of each trade is the last one, and takes the place of those before it.
    found = {(row.gate, row.subject_id): _row(row) for row in op.get_bind().execute(_PASSED)}
    rows = list(found.values())
    for start in range(0, len(rows), _BATCH):
        op.bulk_insert(_COUNTED, rows[start : start + _BATCH])


def downgrade() -> None:
    op.drop_table("counted_trades")


def _row(row: Any) -> dict[str, Any]:
    facts = {path: value for path, (_, value) in json.loads(row.dossier).items()}
    named = facts.get("asset.grade") != 4
    persons = int(facts.get("asset.persons", 0)) if named else 0
    is_contract = row.gate == "contract"
    has_gap = facts.get("consent.covers_everyone") is False and named
    is_covered = not facts.get("asset.personal") or facts.get("consent.required") or facts.get("consent.covers_everyone")
    delivered = int(facts.get("delivery.persons", 0)) if has_gap else 0
    return {
        "gate": row.gate,
        "subject_id": row.subject_id,
        "organisation_id": row.organisation_id,
        "listing_id": row.listing_id,
        "buyer_id": row.buyer_id,
        "categories": json.dumps(sorted(facts.get("asset.categories", ()))),
        "uncovered": (0 if is_covered else persons) if is_contract else delivered,
        "exported": persons if is_contract and facts.get("deal.cross_border") else 0,
        "price_cny": facts.get("offer.price_cny"),
        "counted_at": row.decided_at,
    }
