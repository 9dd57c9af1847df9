"""What the imported reports amount to together: Kantata's records as psdm reads them, and what is unknown.

Ids come from the reports; where a report has none they follow from what it says, so that the same file gives the same.
A kind of which no report was imported is refused, so that its figures are unknown and never zero.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from psdm_cli.domain.engagements import FieldNames
from psdm_cli.domain.imports.names import lead_id
from psdm_cli.domain.imports.projects import Projects, custom_of, day_of, subunits_of, text_of
from psdm_cli.domain.imports.reports import Report
from psdm_cli.domain.imports.rows import ExportRow
from psdm_cli.domain.records import (
    IMPORT,
    Allocation,
    BillingMilestone,
    Kind,
    Record,
    Refusal,
    Resource,
    Story,
    TimeEntry,
)

#: which report a kind comes from, and what is said when there is none
_COMES_FROM: Mapping[Kind, Report] = {
    Kind.ALLOCATIONS: Report.ALLOCATIONS,
    Kind.RESOURCES: Report.ALLOCATIONS,
    Kind.STORIES: Report.TASKS,
    Kind.TIME_ENTRIES: Report.TIME,
}
_NOBODY = ("unnamed", "unassigned", "no resource", "tbd", "tbh")
_WORDS: Mapping[Kind, str] = {
    Kind.ALLOCATIONS_ELSEWHERE: "bookings on other projects",
    Kind.STATUS_REPORTS: "health reports",
    Kind.PEOPLE: "people and their workweeks",
    Kind.WORKWEEKS: "workweeks",
    Kind.ROLES: "the account's roles",
    Kind.HOLIDAYS: "holidays",
    Kind.TIME_OFF: "time off",
    Kind.RESOURCE_REQUESTS: "resource requests",
    Kind.ACCOUNTING: "Kantata's own forecast",
    Kind.BILLING_MILESTONES: "billing milestones",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """The records by kind (refused kinds are missing), what is refused, and what a PM must know."""

    records: Mapping[Kind, tuple[Record, ...]]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]


def records_of(reports: Mapping[Report, Sequence[ExportRow]], lead: str, fields: FieldNames) -> Imported:
    """The records of all reports together. `lead` leads the projects of which no report tells the lead."""
    projects = Projects(reports, lead, fields)
    records: dict[Kind, tuple[Record, ...]] = {Kind.WORKSPACES: tuple(projects.workspaces.values())}
    if Report.ALLOCATIONS in reports:
        records[Kind.RESOURCES], records[Kind.ALLOCATIONS] = _bookings(reports[Report.ALLOCATIONS], projects)
    if Report.TASKS in reports:
        records[Kind.STORIES] = _stories(reports[Report.TASKS], projects, fields)
    if Report.TIME in reports:
        records[Kind.TIME_ENTRIES] = _time(reports[Report.TIME], projects)
    notes = list(projects.notes)
    if Report.BILLING in reports:
        records[Kind.BILLING_MILESTONES] = _billing(reports[Report.BILLING], projects)
    elif Report.TASKS in reports:
        records[Kind.BILLING_MILESTONES] = ()
        notes.append("No export of billing milestones was imported: fixed fee is reckoned from the tasks' own values.")
    refusals = tuple(
        Refusal(kind, IMPORT, f"export of {_words(kind)}", f"no export of {_words(kind)} was imported")
        for kind in Kind
        if kind not in records
    )
    return Imported(records, refusals, tuple(notes))


def _words(kind: Kind) -> str:
    return _COMES_FROM[kind].figures if kind in _COMES_FROM else _WORDS[kind]


def _bookings(rows: Sequence[ExportRow], projects: Projects) -> tuple[tuple[Resource, ...], tuple[Allocation, ...]]:
    resources: dict[str, Resource] = {}
    found: list[Allocation] = []
    counted: Counter[str] = Counter()
    for row in rows:
        project, person = projects.id_of(row), _person(row)
        rate, role = subunits_of(row, "rate", projects.base(row)), text_of(row, "role")
        resource = Resource(
            id=_digest("resource", project, person, role, rate),
            workspace_id=project,
            user_id=lead_id(person) if person else None,
            full_name=person or text_of(row, "person"),
            role_name=role,
            bill_rate_in_cents=rate,
        )
        resources[resource.id] = resource
        found.append(
            Allocation(
                id=_own_id(row, counted, "booking", resource.id),
                start_date=date.fromisoformat(str(row["start"])),
                end_date=date.fromisoformat(str(row["end"])),
                minutes=int(row["hours"]),
                hard=bool(row["booking"]),
                workspace_id=project,
                resource_id=resource.id,
            )
        )
    return tuple(resources.values()), tuple(found)


def _stories(rows: Sequence[ExportRow], projects: Projects, fields: FieldNames) -> tuple[Story, ...]:
    counted: Counter[str] = Counter()
    parents = {str(row["id"]): str(row["parent_id"]) for row in rows if "id" in row and "parent_id" in row}
    knows_people = any("assigned" in row for row in rows)
    found = []
    for at, row in enumerate(rows):
        project = projects.id_of(row)
        key = _own_id(row, counted, "task", project)
        found.append(
            Story(
                id=key,
                workspace_id=project,
                title=str(row["task"]),
                story_type=text_of(row, "type"),
                state=text_of(row, "state"),
                start_date=day_of(row, "start"),
                due_date=day_of(row, "due"),
                fixed_fee=bool(row["fixed_fee"]) if "fixed_fee" in row else None,
                budget_estimate_in_cents=subunits_of(row, "value", projects.base(row)),
                parent_id=parents.get(key),
                ancestor_ids=_ancestors(key, parents),
                assigned="assigned" in row if knows_people else None,
                custom_fields=custom_of(
                    row, {"signoff_sent": fields.signoff_sent, "signoff_received": fields.signoff_received}
                ),
                position=at + 1,
            )
        )
    return tuple(found)


def _ancestors(key: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """From the nearest to the root; a circle ends where it began."""
    found: list[str] = []
    while (key := parents.get(key, "")) and key not in found:
        found.append(key)
    return tuple(found)


def _time(rows: Sequence[ExportRow], projects: Projects) -> tuple[TimeEntry, ...]:
    counted: Counter[str] = Counter()
    return tuple(
        TimeEntry(
            id=_own_id(row, counted, "time", projects.id_of(row)),
            date_performed=date.fromisoformat(str(row["day"])),
            minutes=int(row["hours"]),
            workspace_id=projects.id_of(row),
            user_id=lead_id(str(row["person"])),
            billable=bool(row["billable"]) if "billable" in row else None,
            approved=bool(row["approval"]) if "approval" in row else None,
            rate_in_cents=subunits_of(row, "rate", projects.base(row)),
            currency=text_of(row, "currency") or _currency(projects, row),
        )
        for row in rows
    )


def _currency(projects: Projects, row: ExportRow) -> str | None:
    known = projects.workspaces.get(projects.id_of(row))
    return known.currency if known else None


def _billing(rows: Sequence[ExportRow], projects: Projects) -> tuple[BillingMilestone, ...]:
    counted: Counter[str] = Counter()
    return tuple(
        BillingMilestone(
            id=_own_id(row, counted, "billing", projects.id_of(row)),
            workspace_id=projects.id_of(row),
            title=text_of(row, "title"),
            amount_in_cents=subunits_of(row, "amount", projects.base(row)),
            currency=text_of(row, "currency"),
            date_to_invoice=day_of(row, "invoice_day"),
            story_id=text_of(row, "task_id"),
            invoiced=bool(row.get("invoiced", False)),
        )
        for row in rows
    )


def _own_id(row: ExportRow, counted: Counter[str], *what: str) -> str:
    """The report's id; without one it follows from the row, the second like it having another."""
    if "id" in row:
        return str(row["id"])
    plain = _digest(*what, *sorted(f"{name}={value}" for name, value in row.items()))
    counted[plain] += 1
    return plain if counted[plain] == 1 else f"{plain}-{counted[plain]}"


def _digest(*parts: object) -> str:
    return f"{IMPORT}:{hashlib.sha256(chr(0).join(map(str, parts)).encode()).hexdigest()[:16]}"


def _person(row: ExportRow) -> str | None:
    name = str(row.get("person", ""))
    return None if not name or name.casefold().startswith(_NOBODY) else name
