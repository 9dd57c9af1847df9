"""What surrounds a seeded engagement: custom fields, health reports, history, notes, billing, small blemishes."""

from __future__ import annotations

from datetime import date, timedelta

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.bookings import Booked
from psdm_cli.sandbox.calendars import DAY, WEEK, Days, monday_of, stamp
from psdm_cli.sandbox.collaboration import WITHOUT_SPACE, address
from psdm_cli.sandbox.engagements import BLOCK, ENGINEER, FF, TM, TRAINING
from psdm_cli.sandbox.site import Site
from psdm_cli.sandbox.statuses import status

TYPES = {TM: "1", FF: "2", BLOCK: "3", ENGINEER: "4", TRAINING: "5"}
YES_NO = {"Yes": "6", "No": "7"}
# id: (name, subject, type)
FIELDS = {
    "61": ("Billing Type", "Workspace", "single"),
    "62": ("SOW", "Workspace", "string"),
    "63": ("SOW Expiry", "Workspace", "date"),
    "64": ("GitLab Project Link", "Workspace", "string"),
    "65": ("Engagement Manager", "Workspace", "string"),
    "66": ("Sign Off Sent", "Story", "date"),
    "67": ("Sign Off Received", "Story", "date"),
    "68": ("Passive Acceptance Utilized for Sign Off", "Story", "single"),
    "69": ("Region", "User", "string"),
}
ATTENTION = {"green": "On track.", "yellow": "Watch the dates.", "red": "Over plan, escalation needed."}


def fields(account: Account, calendar: Days) -> None:
    """The account's custom fields and their choices."""
    born = stamp(calendar.as_of - 500 * DAY)
    stamps = {"created_at": born, "updated_at": born}
    for id_, (name, subject, kind) in FIELDS.items():
        access = {"read_access": "project_collaboration", "write_access": "project_collaboration", "creator_id": "1031"}
        row = {"id": id_, "name": name, "value_type": kind, "subject_type": subject, "unique_constraint": False}
        account.put("custom_fields", row | access | stamps)
    for position, (label, id_) in enumerate({**TYPES, **YES_NO}.items(), start=1):
        field = "61" if label in TYPES else "68"
        choice = {"id": id_, "label": label, "position": position, "custom_field_id": field}
        account.put("custom_field_choices", choice | stamps)


def _value(site: Site, field: str, subject: Row, value: object, made: date) -> None:
    name, kind, value_type = FIELDS[field]
    choices: list[str] = []
    shown = str(value)
    if value_type == "single":
        choices = [(TYPES | YES_NO)[shown]]
        value = choices
    site.account.put(
        "custom_field_values",
        {
            "subject_type": kind,
            "subject_id": int(subject["id"]),
            "subject_ref": {"key": {"Workspace": "workspaces", "Story": "stories"}[kind], "id": subject["id"]},
            "custom_field_id": field,
            "custom_field_name": name,
            "type": value_type,
            "value": value,
            "display_value": shown,
            "can_edit": True,
            "account_id": 1,
            "setter_id": "1031",
            "selected_choice_ids": choices,
            "created_at": stamp(min(made, site.calendar.as_of - DAY), 12),
            "updated_at": stamp(min(made, site.calendar.as_of - DAY), 12),
        },
    )


def paperwork(site: Site) -> None:
    """Custom field values, health reports, status history and a first note."""
    made = min(site.start, site.calendar.as_of) - 40 * DAY
    _value(site, "61", site.workspace, site.spec.type, made)
    if not {"sow-in-title-only", "no-sow"} & site.spec.quirks:
        _value(site, "62", site.workspace, site.spec.sow, made)
    if "no-expiry" not in site.spec.quirks:
        _value(site, "63", site.workspace, (site.end + 2 * WEEK).isoformat(), made)
    if "no-sow" not in site.spec.quirks and site.spec.number not in WITHOUT_SPACE:
        _value(site, "64", site.workspace, address(site.customer, site.spec.sow), made)
    _value(site, "65", site.workspace, "Wren Abernathy", made)
    for story in site.of_workspace("stories"):
        if "signed" in story:
            sent, received, passive = story["signed"]
            _value(site, "66", story, sent.isoformat(), sent)
            _value(site, "67", story, received.isoformat(), received)
            _value(site, "68", story, passive, received)
    _history(site)
    if site.start < site.calendar.as_of and site.spec.status in ("Active", "In Set Up", "Closed", "Completed"):
        _reports(site)


def _history(site: Site) -> None:
    steps = [("Prospect", "In Set Up", min(site.start, site.calendar.as_of) - 30 * DAY)]
    if site.spec.status not in ("In Set Up", "Estimate", "Backlog"):
        steps.append(("In Set Up", "Active", min(site.start, site.calendar.as_of - 2 * DAY)))
    if site.spec.status not in ("In Set Up", "Active", "Estimate"):
        before = "In Set Up" if site.spec.status == "Backlog" else "Active"
        steps.append((before, site.spec.status, min(site.end, site.calendar.as_of - 9 * DAY)))
    for before, after, on in steps:
        old, new = status(before), status(after)
        site.account.put(
            "workspace_status_changes",
            {
                "workspace_id": site.workspace["id"],
                "user_id": "1031",
                "from_status_key": old["key"],
                "from_message": old["message"],
                "from_color": old["color"],
                "to_status_key": new["key"],
                "to_message": new["message"],
                "to_color": new["color"],
                "created_at": stamp(on, 14),
                "updated_at": stamp(on, 14),
            },
        )
    note = site.calendar.as_of - 12 * DAY
    site.account.put(
        "posts",
        {
            "workspace_id": site.workspace["id"],
            "message": "Weekly notes are in the collaboration project.",
            "user_id": site.spec.lead,
            "private": False,
            "reply": False,
            "reply_count": 0,
            "has_attachments": False,
            "recipient_ids": [],
            "subject_type": "Workspace",
            "subject_id": int(site.workspace["id"]),
            "newest_reply_at": stamp(note, 13),
            "created_at": stamp(note, 13),
            "updated_at": stamp(note, 13),
        },
    )


def _reports(site: Site) -> None:
    """Four weekly health reports, on Thursdays; the last one on the Thursday before the as-of date, or weeks behind."""
    as_of = site.calendar.as_of
    last = as_of - DAY - timedelta(days=(as_of - DAY - timedelta(days=3)).weekday())
    last -= site.spec.health_weeks_behind * WEEK
    if site.spec.status in ("Closed", "Completed"):
        last = min(last, site.end)
    for back in range(3, -1, -1):
        on = last - back * WEEK
        if on < site.start and back > 0:
            continue
        color = site.spec.health if back < 2 else "green"
        details = [
            {"category": category, "color": color if category in ("Budget", "Schedule") else "green", "description": ""}
            for category in ("Scope", "Budget", "Schedule", "Client")
        ]
        site.account.put(
            "status_reports",
            {
                "workspace_id": site.workspace["id"],
                "color": color,
                "description": ATTENTION[color],
                "details": details,
                "creator_id": site.spec.lead,
                "updater_id": site.spec.lead,
                "created_at": stamp(on, 10),
                "updated_at": stamp(on, 10),
            },
        )


def quirks(site: Site, booked: Booked) -> None:
    """The small blemishes of an engagement, each by its name in the table."""
    tasks = [s for s in site.of_workspace("stories") if s["story_type"] == "task" and s["parent_id"] is not None]
    waiting = [s for s in tasks if s["state"] == "not started"]
    if "undated-tasks" in site.spec.quirks:
        waiting[-1] |= {"start_date": None, "due_date": None}
        waiting[-2] |= {"due_date": None}
    if "closed-in-future" in site.spec.quirks:
        waiting[0] |= {"state": "completed", "status": "Done", "percentage_complete": 100}
    if "billing-milestones" in site.spec.quirks:
        _bill_milestones(site)
    monday = monday_of(site.calendar.as_of)
    if "foreign-milestone" in site.spec.quirks:
        _bill(site, "Travel, billed in EUR", 250_000, monday + 5 * WEEK + 4 * DAY, currency="EUR")
    if "credit" in site.spec.quirks:
        _bill(site, "Goodwill credit", -150_000, monday + 6 * WEEK + 4 * DAY)
    if "pending-request" in site.spec.quirks:
        _request(site)
    if "scheduled" in site.spec.quirks:
        _schedule(site)
    if "official-forecast" in site.spec.quirks:
        _official(site, booked)


def _bill(
    site: Site, title: str, cents: int, on: date | None, *, currency: str | None = None, story: Row | None = None
) -> Row:
    born = stamp(site.calendar.as_of - 60 * DAY)
    return site.account.put(
        "billing_milestones",
        {
            "workspace_id": site.workspace["id"],
            "title": title,
            "amount_in_cents": cents,
            "currency": currency or site.workspace["currency"],
            "billing_type": "upon_completion" if story else "fixed_date",
            "date_to_invoice": on.isoformat() if on else None,
            "story_id": story["id"] if story else None,
            "invoice_id": None,
            "invoice_ids": [],
            "created_at": born,
            "updated_at": born,
        },
    )


def _bill_milestones(site: Site) -> None:
    """A billing milestone for each sold milestone; the completed ones are invoiced."""
    for story in site.of_workspace("stories"):
        if story["story_type"] != "milestone" or not story["fixed_fee"]:
            continue
        cents = story["budget_estimate_in_cents"]
        row = _bill(site, story["title"], cents, None, story=story)
        if story["state"] == "completed":
            invoice = site.account.put("invoices", {})
            row |= {"invoice_id": invoice["id"], "invoice_ids": [invoice["id"]]}


def _request(site: Site) -> None:
    slots = site.of_workspace("workspace_resources")
    unnamed = next(s for s in slots if s["user_id"] is None)
    named = next(s for s in slots if s["user_id"] is not None)
    for slot, state, age in ((named, "approved", 70), (unnamed, "new", 4)):
        on = stamp(site.calendar.as_of - age * DAY, 15)
        who = {
            "creator_id": site.workspace["primary_maven_id"],
            "approver_ids": ["1032"],
            "created_at": on,
            "updated_at": on,
        }
        site.account.put("resource_requests", {"resource_id": slot["id"], "status": state} | who)


def _schedule(site: Site) -> None:
    """Four scheduled hours a day this week on each running task."""
    monday = monday_of(site.calendar.as_of)
    for task in site.of_workspace("stories"):
        if task["state"] != "started" or task["parent_id"] is None:
            continue
        for assignment in site.account.find("assignments", "story_id", task["id"]):
            for day in (monday + n * DAY for n in range(5)):
                on = stamp(site.calendar.as_of - 8 * DAY)
                place = {
                    "story_id": task["id"],
                    "workspace_id": site.workspace["id"],
                    "assignment_id": assignment["id"],
                }
                row = {"date": day.isoformat(), "minutes": 240, "current": True, "created_at": on, "updated_at": on}
                site.account.put("story_allocation_days", place | row)
            assignment["allocated_minutes"] = 1200


def _official(site: Site, booked: Booked) -> None:
    """Kantata's own forecast of the coming months, equal to the bookings."""
    for month, cents in sorted(booked.by_month.items()):
        first = date.fromisoformat(f"{month}-01")
        last = (first + 32 * DAY).replace(day=1) - DAY
        site.account.put(
            "project_accounting_records",
            {
                "workspace_id": site.workspace["id"],
                "type": "Forecasting",
                "status": "open",
                "start_date": first.isoformat(),
                "end_date": last.isoformat(),
                "currency": site.workspace["currency"],
                "amount": cents / 100,
                "forecast": cents / 100,
                "forecast_locked": False,
                "system_generated": True,
                "account_id": 1,
                "created_at": (site.calendar.as_of - DAY).isoformat(),
            },
        )
