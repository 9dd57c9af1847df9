"""The upside ledger with its history, and what was decided in the week's walk."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "upside_entries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("project", sa.Text),
        sa.Column("sow", sa.Text),
        sa.Column("engagement", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("scenario", sa.String(20), nullable=False),
        sa.Column("hours", sa.String(40)),
        sa.Column("amount", sa.String(40)),
        sa.Column("currency", sa.String(8)),
        sa.Column("quarter", sa.String(8), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("probability", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("links", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("made_at", sa.String(40), nullable=False),
        sa.Column("reviewed_at", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_upside_entries"),
        sa.UniqueConstraint("site", "source", "quarter", name="uq_upside_entries_site_source_quarter"),
    )
    op.create_table(
        "upside_history",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upside_history"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["upside_entries.id"], name="fk_upside_history_entry_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_upside_history_entry_id", "upside_history", ["entry_id"])
    op.create_table(
        "walk_decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(40), nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_walk_decisions"),
    )
    op.create_index("ix_walk_decisions_site_week_scope", "walk_decisions", ["site", "week", "scope"])
