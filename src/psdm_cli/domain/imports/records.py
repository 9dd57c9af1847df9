"""What the imported reports amount to together: Kantata's records as psdm reads them, and what is unknown.

Ids come from the reports; where a report has none they follow from what it says, so that the same file gives the same.
A kind of which no report was imported is refused, so that its figures are unknown and never zero.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psdm_cli.domain.engagements import FieldNames
from psdm_cli.domain.imports.cells import BASE_UNITS
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
    Workspace,
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


def lead_id(name: str) -> str:
    """The id of a person who is known by name alone; never one of Kantata's own."""
    return f"{IMPORT}:{' '.join(name.split()).casefold()}"


def records_of(reports: Mapping[Report, Sequence[ExportRow]], lead: str, fields: FieldNames) -> Imported:
    """The records of all reports together. `lead` leads the projects of which no report tells the lead."""
    projects = _Projects(reports, lead, fields)
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


class _Projects:
    """The projects of all reports, found by their id, else by their title."""

    def __init__(self, reports: Mapping[Report, Sequence[ExportRow]], lead: str, fields: FieldNames) -> None:
        self.workspaces: dict[str, Workspace] = {}
        self.notes: list[str] = []
        self._by_title: dict[str, str] = {}
        ids: dict[str, set[str]] = {}
        for row in (row for rows in reports.values() for row in rows):
            if "project_id" in row:
                ids.setdefault(_key(row), set()).add(str(row["project_id"]))
        self._by_title = {title: min(found) for title, found in ids.items() if len(found) == 1}
        for row in reports.get(Report.BUDGET, ()):
            one = _workspace(self.id_of(row), row, lead, fields)
            self.workspaces[one.id] = one
        strangers: dict[str, str] = {}
        for row in (row for report, rows in reports.items() if report is not Report.BUDGET for row in rows):
            key = self.id_of(row)
            if key in self.workspaces:
                continue
            name = lead if Report.BUDGET not in reports else None
            self.workspaces[key] = Workspace(
                id=key,
                title=str(row["project"]),
                archived=False,
                lead_id=lead_id(name) if name else None,
                lead_name=name,
            )
            if name is None:
                strangers[key] = str(row["project"])
        if strangers:
            names = ", ".join(list(strangers.values())[:5]) + (" and more" if len(strangers) > 5 else "")
            self.notes.append(
                f"The budget export does not list {names}: their lead is unknown, only --lead all shows them."
            )
        if Report.BUDGET not in reports:
            self.notes.append("No export of projects and funds was imported: status, dates and funds are unknown.")

    def id_of(self, row: ExportRow) -> str:
        """The project of a row."""
        if "project_id" in row:
            return str(row["project_id"])
        return self._by_title.get(_key(row)) or f"{IMPORT}:{_key(row)}"

    def base(self, row: ExportRow) -> int:
        """How many subunits make one of the row's currency, else of its project's."""
        known = self.workspaces.get(self.id_of(row))
        code = row.get("currency") or (known.currency if known else None)
        return BASE_UNITS.get(str(code), 100)


def _key(row: ExportRow) -> str:
    return " ".join(str(row["project"]).split()).casefold()


def _workspace(key: str, row: ExportRow, lead: str, fields: FieldNames) -> Workspace:
    name = str(row.get("lead") or lead)
    code = row.get("currency")
    base = BASE_UNITS.get(str(code), 100)
    custom = _custom(
        row,
        {
            "sow": fields.sow,
            "billing_type": fields.billing_type,
            "sow_expiry": fields.sow_expiry,
            "passive_language": fields.passive_language,
        },
    )
    return Workspace(
        id=key,
        title=str(row["project"]),
        status=_text(row, "status"),
        archived=False,
        start_date=_day(row, "start"),
        due_date=_day(row, "end"),
        lead_id=lead_id(name),
        lead_name=name,
        customer=_text(row, "customer"),
        currency=_text(row, "currency"),
        currency_base_unit=base if code else None,
        price_in_cents=_subunits(row, "price", base),
        budget_used_in_cents=_subunits(row, "used", base),
        total_expenses_in_cents=_subunits(row, "expenses", base),
        percentage_complete=_whole(row, "percent"),
        estimated_minutes=_whole(row, "estimated_hours"),
        minutes_logged=_whole(row, "logged_hours"),
        custom_fields=custom,
    )


def _bookings(rows: Sequence[ExportRow], projects: _Projects) -> tuple[tuple[Resource, ...], tuple[Allocation, ...]]:
    resources: dict[str, Resource] = {}
    found: list[Allocation] = []
    counted: Counter[str] = Counter()
    for row in rows:
        project, person = projects.id_of(row), _person(row)
        rate, role = _subunits(row, "rate", projects.base(row)), _text(row, "role")
        resource = Resource(
            id=_digest("resource", project, person, role, rate),
            workspace_id=project,
            user_id=lead_id(person) if person else None,
            full_name=person or _text(row, "person"),
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


def _stories(rows: Sequence[ExportRow], projects: _Projects, fields: FieldNames) -> tuple[Story, ...]:
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
                story_type=_lower(row, "type") or "task",
                state=_lower(row, "state"),
                start_date=_day(row, "start"),
                due_date=_day(row, "due"),
                fixed_fee=bool(row["fixed_fee"]) if "fixed_fee" in row else None,
                budget_estimate_in_cents=_subunits(row, "value", projects.base(row)),
                parent_id=parents.get(key),
                ancestor_ids=_ancestors(key, parents),
                assigned="assigned" in row if knows_people else None,
                custom_fields=_custom(
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


def _time(rows: Sequence[ExportRow], projects: _Projects) -> tuple[TimeEntry, ...]:
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
            rate_in_cents=_subunits(row, "rate", projects.base(row)),
            currency=_text(row, "currency") or _currency(projects, row),
        )
        for row in rows
    )


def _currency(projects: _Projects, row: ExportRow) -> str | None:
    known = projects.workspaces.get(projects.id_of(row))
    return known.currency if known else None


def _billing(rows: Sequence[ExportRow], projects: _Projects) -> tuple[BillingMilestone, ...]:
    counted: Counter[str] = Counter()
    return tuple(
        BillingMilestone(
            id=_own_id(row, counted, "billing", projects.id_of(row)),
            workspace_id=projects.id_of(row),
            title=_text(row, "title"),
            amount_in_cents=_subunits(row, "amount", projects.base(row)),
            currency=_text(row, "currency"),
            date_to_invoice=_day(row, "invoice_day"),
            story_id=_text(row, "task_id"),
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


def _custom(row: ExportRow, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((title, str(row[name])) for name, title in names.items() if name in row)


def _text(row: ExportRow, name: str) -> str | None:
    return str(row[name]) if name in row else None


def _lower(row: ExportRow, name: str) -> str | None:
    return str(row[name]).casefold() if name in row else None


def _day(row: ExportRow, name: str) -> date | None:
    return date.fromisoformat(str(row[name])) if name in row else None


def _whole(row: ExportRow, name: str) -> int | None:
    return int(row[name]) if name in row else None


def _subunits(row: ExportRow, name: str, base: int) -> int | None:
    return int((Decimal(str(row[name])) * base).to_integral_value()) if name in row else None


def counts(records: Mapping[Kind, Iterable[Any]]) -> dict[str, int]:
    """How many records of each kind."""
    return {kind.value: sum(1 for _ in rows) for kind, rows in records.items()}
