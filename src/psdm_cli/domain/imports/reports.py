"""The reports that psdm takes: their fields, what a cell of each means, and what a header is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from psdm_cli.domain.imports import cells
from psdm_cli.domain.imports.cells import Dates, Reader


class Report(StrEnum):
    """A report export of Kantata, one row a record."""

    BUDGET = "budget"
    ALLOCATIONS = "allocations"
    TASKS = "tasks"
    TIME = "time"
    BILLING = "billing"

    @property
    def figures(self) -> str:
        """What of psdm's figures comes from it."""
        return _FIGURES[self]


_FIGURES: Mapping[Report, str] = {
    Report.BUDGET: "projects and funds",
    Report.ALLOCATIONS: "bookings",
    Report.TASKS: "tasks and milestones",
    Report.TIME: "time worked",
    Report.BILLING: "billing milestones",
}

#: fields of every report, by their reader
FIELDS: Mapping[Report, Mapping[str, Reader]] = {
    Report.BUDGET: {
        "project_id": cells.IDENT,
        "project": cells.TEXT,
        "customer": cells.TEXT,
        "status": cells.TEXT,
        "lead": cells.TEXT,
        "start": cells.DAY,
        "end": cells.DAY,
        "currency": cells.CURRENCY,
        "price": cells.MONEY,
        "used": cells.MONEY,
        "expenses": cells.MONEY,
        "percent": cells.PERCENT,
        "estimated_hours": cells.HOURS,
        "logged_hours": cells.HOURS,
        "sow": cells.TEXT,
        "billing_type": cells.TEXT,
        "sow_expiry": cells.TEXT,
        "passive_language": cells.TEXT,
    },
    Report.ALLOCATIONS: {
        "id": cells.IDENT,
        "project_id": cells.IDENT,
        "project": cells.TEXT,
        "person": cells.TEXT,
        "role": cells.TEXT,
        "start": cells.DAY,
        "end": cells.DAY,
        "hours": cells.HOURS,
        "booking": cells.HARD,
        "rate": cells.UNSIGNED_MONEY,
        "currency": cells.CURRENCY,
    },
    Report.TASKS: {
        "id": cells.IDENT,
        "project_id": cells.IDENT,
        "project": cells.TEXT,
        "task": cells.TEXT,
        "type": cells.TASK_TYPE,
        "state": cells.TEXT,
        "start": cells.DAY,
        "due": cells.DAY,
        "fixed_fee": cells.FIXED_FEE,
        "value": cells.MONEY,
        "currency": cells.CURRENCY,
        "parent_id": cells.IDENT,
        "assigned": cells.TEXT,
        "signoff_sent": cells.TEXT,
        "signoff_received": cells.TEXT,
    },
    Report.TIME: {
        "id": cells.IDENT,
        "project_id": cells.IDENT,
        "project": cells.TEXT,
        "person": cells.TEXT,
        "day": cells.DAY,
        "hours": cells.SIGNED_HOURS,
        "billable": cells.YES_NO,
        "approval": cells.APPROVED,
        "rate": cells.UNSIGNED_MONEY,
        "currency": cells.CURRENCY,
    },
    Report.BILLING: {
        "id": cells.IDENT,
        "project_id": cells.IDENT,
        "project": cells.TEXT,
        "title": cells.TEXT,
        "amount": cells.MONEY,
        "currency": cells.CURRENCY,
        "invoice_day": cells.DAY,
        "task_id": cells.IDENT,
        "invoiced": cells.YES_NO,
    },
}
#: columns without which a file is not this report
NEEDED: Mapping[Report, tuple[str, ...]] = {
    Report.BUDGET: ("project", "price"),
    Report.ALLOCATIONS: ("project", "person", "start", "end", "hours", "booking"),
    Report.TASKS: ("project", "task", "type", "state"),
    Report.TIME: ("project", "person", "day", "hours", "billable", "approval"),
    Report.BILLING: ("project", "amount", "invoice_day", "invoiced"),
}
#: cells that must not be empty; an empty person of an allocation is an unnamed resource
FILLED: Mapping[Report, tuple[str, ...]] = {
    Report.BUDGET: ("project",),
    Report.ALLOCATIONS: ("project", "start", "end", "hours", "booking"),
    Report.TASKS: ("project", "task", "type", "state"),
    Report.TIME: ("project", "person", "day", "hours", "billable", "approval"),
    Report.BILLING: ("project", "invoiced"),
}
#: amounts, which need a currency
AMOUNTS: Mapping[Report, tuple[str, ...]] = {
    Report.BUDGET: ("price", "used", "expenses"),
    Report.ALLOCATIONS: (),
    Report.TASKS: (),
    Report.TIME: (),
    Report.BILLING: ("amount",),
}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which title holds which field, by report; titles without case. None as a field: the column is left aside.

    `states` says which category each status of a task belongs to, statuses without case.
    """

    titles: Mapping[Report, Mapping[str, str | None]]
    dates: Dates = Dates.ISO
    currency: str | None = None
    ignored: frozenset[str] = field(default_factory=frozenset)
    states: Mapping[str, str] = field(default_factory=dict)

    def field_of(self, report: Report, title: str) -> str | None:
        """The field that a title holds; None where it holds none, or is left aside."""
        key = key_of(title)
        return None if key in self.ignored else self.titles[report].get(key)

    def knows(self, report: Report, title: str) -> bool:
        """Whether it is settled what a column is, were it only to be left aside."""
        key = key_of(title)
        return key in self.titles[report] or key in self.ignored or "*" in self.ignored


def key_of(title: str) -> str:
    """A title as it is compared: without case and spare blanks."""
    return " ".join(title.split()).casefold()


def report_of(mapping: ColumnMap, titles: Sequence[str]) -> Report:
    """Which report a header belongs to: all needed columns are there, and more columns are known than of any other.

    Raises `ValueError` with what the nearest report lacks, or which reports it may be.
    """
    found: dict[Report, set[str]] = {}
    for report in Report:
        known = {mapping.field_of(report, title) for title in titles if title.strip()}
        found[report] = {name for name in known if name is not None}
    whole = [report for report in Report if set(NEEDED[report]) <= found[report]]
    if not whole:
        nearest = max(
            Report, key=lambda each: (len(found[each]), len(found[each] & set(NEEDED[each])), -len(NEEDED[each]))
        )
        lacking = [name for name in NEEDED[nearest] if name not in found[nearest]]
        raise ValueError(
            f"its header is that of no report that psdm knows; nearest is {nearest}, which lacks {', '.join(lacking)}"
        )
    most = max(len(found[report]) for report in whole)
    best = [report for report in whole if len(found[report]) == most]
    if len(best) > 1:
        raise ValueError(f"its header may be that of {' or '.join(best)}; say which with --report")
    return best[0]
