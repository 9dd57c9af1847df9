"""One seeded engagement under construction: where it is put, around which days, from which line of the table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.calendars import Days
from psdm_cli.sandbox.engagements import Spec


@dataclass(frozen=True, slots=True)
class Site:
    """What the builders of bookings, tasks and paperwork share."""

    account: Account
    calendar: Days
    spec: Spec
    workspace: Row
    customer: str
    start: date
    end: date

    def of_workspace(self, table: str) -> list[Row]:
        """The engagement's rows of a collection."""
        return self.account.find(table, "workspace_id", self.workspace["id"])
