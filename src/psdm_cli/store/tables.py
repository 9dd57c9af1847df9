"""The tables. Instants are ISO 8601 text in UTC with microseconds, dates ISO text, so that text order is time order."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

from psdm_cli.store import names

# Named constraints: a migration can only change what it can name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _account() -> Column[int]:
    return Column(
        "account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, primary_key=True
    )


def _named(named: names.Named, *items: SchemaItem) -> Table:
    """A table that is also read without SQLAlchemy. Raises `TypeError` unless its columns are those of its name."""
    table = Table(named.name, metadata, *items)
    if tuple(table.columns.keys()) != named.columns:
        raise TypeError(f"{named.name} has the columns {table.columns.keys()}, and in store/names.py {named.columns}")
    return table


revision = _named(names.REVISION, Column("version_num", String(32), primary_key=True))

accounts = _named(
    names.ACCOUNTS,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),  # base URL and user id: mirrors of different eyes never mix
    Column("format", String(16), nullable=False),  # of the bodies, see codec.FORMAT
    UniqueConstraint("key"),
)

rows = _named(
    names.ROWS,
    _account(),
    Column("kind", String(40), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text),
    Column("user_id", Text),
    Column("body", Text, nullable=False),
    Index(None, "account_id", "kind", "workspace_id"),
    Index(None, "account_id", "kind", "user_id"),
)

malformed = _named(
    names.MALFORMED,
    _account(),
    Column("kind", String(40), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text),
    Column("reason", Text, nullable=False),
)

refusals = _named(
    names.REFUSALS,
    _account(),
    Column("kind", String(40), primary_key=True),
    Column("call", Text, nullable=False),
    Column("permission", Text, nullable=False),
    Column("message", Text, nullable=False),
)

marks = _named(
    names.MARKS,
    _account(),
    Column("kind", String(40), primary_key=True),
    Column("key", Text, primary_key=True),  # a workspace, a user, or "" for the account
    Column("drained_to", String(40), nullable=False),
    Column("whole_at", String(40), nullable=False),
)

scopes = _named(
    names.SCOPES,
    _account(),
    Column("key", Text, primary_key=True),
    Column("synced_at", String(40), nullable=False),
    Column("body", Text, nullable=False),
)

parts = Table(
    "mirror_parts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("run", String(40), nullable=False),
    Column("parked_at", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("head", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "account_id", "run"),
)

facts = _named(
    names.FACTS,
    Column("site", Text, primary_key=True),
    Column("engagement_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("stored_at", String(40), nullable=False),
)

snapshots = _named(
    names.SNAPSHOTS,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("week", String(8), nullable=False),
    Column("scope", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("who", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("site", "week", "scope", "revision"),
)

checklist_runs = Table(
    "checklist_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("checklist", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("scope", Text, nullable=False),  # whose run it is; empty: everybody's
    Column("name", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("touched_at", String(40), nullable=False),
    Column("done", Integer),
    Column("total", Integer),
    UniqueConstraint("site", "checklist", "subject", "scope"),
)

checklist_answers = Table(
    "checklist_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("checklist_runs.id", ondelete="CASCADE"), nullable=False),
    Column("step", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("answered_at", String(40), nullable=False),
    Column("seen", Text, nullable=False),  # JSON: a digest of what psdm saw, and the numbers
    Index(None, "run_id"),
)

waivers = _named(
    names.WAIVERS,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", String(10), nullable=False),
    Column("who", Text, nullable=False),
    Column("waived_at", String(40), nullable=False),
    Column("withdrawn_at", String(40)),
    Column("withdrawn_by", Text),
    Index(None, "site", "finding"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("who", Text, nullable=False),
    Column("command", Text, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("run_id", Integer, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, primary_key=True),
    Column("n", Integer, nullable=False, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("changed_at", String(40), nullable=False),
    Column("change", Text, nullable=False),  # JSON: as it was sent, else as it was planned
    Column("seen", Text),  # JSON: the object before
    Column("answer", Text),  # JSON: the object after
    Column("error", Text),
    Index(None, "state"),
)

upside_entries = _named(
    names.UPSIDE_ENTRIES,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("source", Text, nullable=False),  # what it stands for: soft-booking:ID, milestone:story:ID, …
    Column("project", Text),
    Column("sow", Text),
    Column("engagement", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("scenario", String(20), nullable=False),
    Column("hours", String(40)),  # hours, amount and probability: decimals as text
    Column("amount", String(40)),
    Column("currency", String(8)),
    Column("quarter", String(8), nullable=False),
    Column("month", String(7), nullable=False),
    Column("probability", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("links", Text, nullable=False),  # JSON: the records it is about
    Column("status", String(16), nullable=False),
    Column("who", Text, nullable=False),
    Column("made_at", String(40), nullable=False),
    Column("reviewed_at", String(40)),
    UniqueConstraint("site", "source", "quarter"),
)

upside_history = _named(
    names.UPSIDE_HISTORY,
    Column("id", Integer, primary_key=True),
    Column("entry_id", Integer, ForeignKey("upside_entries.id", ondelete="CASCADE"), nullable=False),
    Column("changed_at", String(40), nullable=False),
    Column("who", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON: the entry as it stood from then on
    Index(None, "entry_id"),
)

walk_decisions = Table(
    "walk_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("week", String(8), nullable=False),
    Column("scope", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("decided_at", String(40), nullable=False),
    Column("seen", Text, nullable=False),  # JSON: the finding as it stood there
    Index(None, "site", "week", "scope"),
)

top_customer_lists = Table(
    "top_customer_lists",
    metadata,
    Column("site", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("week", String(8), primary_key=True),
    Column("body", Text, nullable=False),  # JSON: Kantata's ids of the engagements, in the list's order
    Column("who", Text, nullable=False),
    Column("listed_at", String(40), nullable=False),
)

top_customer_notes = Table(
    "top_customer_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("week", String(8), nullable=False),
    Column("sow", Text),
    Column("customer", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON: the fields
    Column("text", Text, nullable=False),  # what they said, with all that was drafted beside
    Column("who", Text, nullable=False),
    Column("noted_at", String(40), nullable=False),
    Index(None, "site", "project", "week"),
)

push_reasons = Table(
    "push_reasons",
    metadata,
    Column("site", Text, primary_key=True),
    Column("project", Text, primary_key=True),
    Column("month_from", String(7), primary_key=True),
    Column("month_to", String(7), primary_key=True),
    Column("week", String(8), primary_key=True),  # in which it was given
    Column("sow", Text),
    Column("reason", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("told_at", String(40), nullable=False),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("lead", Text, nullable=False),  # whose projects the files are about, the key of their mirror
    Column("report", String(20), nullable=False),
    Column("file", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("exported_on", String(10), nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("mapping", Text, nullable=False),  # JSON: which column was taken as what
    Column("who", Text, nullable=False),
    Column("imported_at", String(40), nullable=False),
    Column("replaced_at", String(40)),
    Column("body", LargeBinary, nullable=False),  # JSON: the rows by field; none once replaced
    Index(None, "site", "lead"),
)
