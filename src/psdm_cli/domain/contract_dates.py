"""Dates of contracts: when a SOW expires, and from which new end on an extension needs a change order (rules.md 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psdm_cli.domain.dates import add_months
from psdm_cli.domain.engagements import Engagement, FieldNames, custom_field

EXTENSION_MONTHS = 2


@dataclass(frozen=True, slots=True)
class Expiry:
    """The last day of a SOW; `warning` says where it had to be taken from elsewhere."""

    day: date
    warning: str | None = None

    @property
    def extension_limit(self) -> date:
        """A new end on this day or later needs a change order, an earlier one a written confirmation."""
        return add_months(self.day, EXTENSION_MONTHS)


def sow_expiry(engagement: Engagement, fields: FieldNames) -> Expiry | None:
    """The custom field `SOW Expiry`, else the project's due date with a warning; None where neither is known."""
    text = custom_field(engagement.workspace.custom_fields, fields.sow_expiry)
    if text is not None:
        try:
            return Expiry(date.fromisoformat(text[:10]))
        except ValueError:
            why = f"{fields.sow_expiry} {text!r} is no date"
    else:
        why = f"{fields.sow_expiry} is empty"
    due = engagement.workspace.due_date
    return None if due is None else Expiry(due, f"{engagement.name}: {why}; taken from the project's due date")
