"""The mirror of Kantata, stored facts, forecast snapshots."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _account() -> "sa.Column[int]":
    return sa.Column("account_id", sa.Integer, nullable=False)


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=f"fk_{table}_account_id", ondelete="CASCADE")


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("key", name="uq_accounts_key"),
    )
    op.create_table(
        "mirror_rows",
        _account(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text),
        sa.Column("user_id", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "id", name="pk_mirror_rows"),
        _of_account("mirror_rows"),
    )
    for column in ("workspace_id", "user_id"):
        op.create_index(f"ix_mirror_rows_account_id_kind_{column}", "mirror_rows", ["account_id", "kind", column])
    op.create_table(
        "mirror_malformed",
        _account(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workspace_id", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "id", name="pk_mirror_malformed"),
        _of_account("mirror_malformed"),
    )
    op.create_table(
        "mirror_refusals",
        _account(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("permission", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", name="pk_mirror_refusals"),
        _of_account("mirror_refusals"),
    )
    op.create_table(
        "mirror_marks",
        _account(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("drained_to", sa.String(40), nullable=False),
        sa.Column("whole_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "key", name="pk_mirror_marks"),
        _of_account("mirror_marks"),
    )
    op.create_table(
        "mirror_scopes",
        _account(),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("synced_at", sa.String(40), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name="pk_mirror_scopes"),
        _of_account("mirror_scopes"),
    )
    op.create_table(
        "mirror_parts",
        sa.Column("number", sa.Integer, nullable=False),
        _account(),
        sa.Column("run", sa.String(40), nullable=False),
        sa.Column("parked_at", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_mirror_parts"),
        _of_account("mirror_parts"),
    )
    op.create_index("ix_mirror_parts_account_id_run", "mirror_parts", ["account_id", "run"])
    op.create_table(
        "facts",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("engagement_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("stored_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("site", "engagement_id", "name", name="pk_facts"),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sa.UniqueConstraint("site", "week", "scope", "revision", name="uq_snapshots_site_week_scope_revision"),
    )
