"""The log's rows: entries, tiles, checkpoints, cosignatures and keys; what has been logged stays as it is."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.proof.triggers import protect
from entrepot.store import UtcDateTime, metadata

leaves = sa.Table(
    "proof_leaves",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("seq", sa.BigInteger, unique=True),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("subject_id", sa.String(80)),
    sa.Column("commitment", sa.String(64), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("leaf", sa.Text, nullable=False),
    # The content: salt, canonical fact and signature. Kept as text, since these bytes are hashed and signed.
    sa.Column("salt", sa.LargeBinary(32)),
    sa.Column("fact", sa.Text),
    sa.Column("jws", sa.Text),
    sa.Index("ix_proof_leaves_subject_id_id", "subject_id", "id"),
)
sa.Index("ix_proof_leaves_unsealed", leaves.c.id, sqlite_where=leaves.c.seq.is_(None), postgresql_where=leaves.c.seq.is_(None))

# Tiles live beside the entries, so that positions, tiles and checkpoint commit together or not at all.
tiles = sa.Table(
    "proof_tiles",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hashes", sa.LargeBinary, nullable=False),
)

checkpoints = sa.Table(
    "proof_checkpoints",
    metadata,
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("root", sa.LargeBinary(32), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

cosignatures = sa.Table(
    "proof_cosignatures",
    metadata,
    sa.Column("size", sa.BigInteger, sa.ForeignKey("proof_checkpoints.size"), primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("key_id", sa.String(8), primary_key=True),
    sa.Column("line", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

keys = sa.Table(
    "proof_keys",
    metadata,
    sa.Column("key_id", sa.String(8), primary_key=True),
    sa.Column("kind", sa.Integer, nullable=False, unique=True),
    sa.Column("origin", sa.String(255), nullable=False),
    sa.Column("vkey", sa.Text, nullable=False),
    sa.Column("sealed_seed", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

protect(leaves=leaves, tiles=tiles, checkpoints=checkpoints, cosignatures=cosignatures)
