"""Names of the tables that are also read without SQLAlchemy, and of their columns: `tables` is made of them."""

from __future__ import annotations

from typing import NamedTuple


class Named(NamedTuple):
    """A table's name, and its columns' in order."""

    name: str
    columns: tuple[str, ...]


def _named(name: str, columns: str) -> Named:
    return Named(name, tuple(columns.split()))


REVISION = _named("psdm_revision", "version_num")
ACCOUNTS = _named("accounts", "id key format")
ROWS = _named("mirror_rows", "account_id kind id workspace_id user_id body")
MALFORMED = _named("mirror_malformed", "account_id kind id workspace_id reason")
REFUSALS = _named("mirror_refusals", "account_id kind call permission message")
MARKS = _named("mirror_marks", "account_id kind key drained_to whole_at")
SCOPES = _named("mirror_scopes", "account_id key synced_at body")
FACTS = _named("facts", "site engagement_id name value who stored_at")
SNAPSHOTS = _named("snapshots", "id site week scope revision as_of created_at who body")
WAIVERS = _named("waivers", "id site finding subject reason until who waived_at withdrawn_at withdrawn_by")
UPSIDE_ENTRIES = _named(
    "upside_entries",
    "id site source project sow engagement what scenario hours amount currency quarter month probability reason links"
    " status who made_at reviewed_at",
)
UPSIDE_HISTORY = _named("upside_history", "id entry_id changed_at who body")
