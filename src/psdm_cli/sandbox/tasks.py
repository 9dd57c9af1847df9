"""Tasks, milestones and assignments of one seeded engagement."""
# ruff: noqa: E501  (the phases read better in long lines)

from __future__ import annotations

from datetime import date, timedelta

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.calendars import DAY, WEEK, Days, fiscal_quarter_end, monday_of, stamp, weekday_on_or_before
from psdm_cli.sandbox.engagements import FF, TRAINING, Sold, Spec
from psdm_cli.sandbox.site import Site
from psdm_cli.sandbox.staff import PM
from psdm_cli.sandbox.statuses import STATE_NAMES

# fmt: off
PHASES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "project": (
        ("Plan", ("Confirm scope and success criteria", "Collect access and prerequisites", "Agree cadence and roles")),
        ("Design", ("Review current toolchain", "Draft target architecture", "Review architecture with the customer")),
        ("Build", ("Set up groups and permissions", "Configure authentication", "Configure runners", "Migrate pilot projects",
                   "Write pipeline templates")),
        ("Roll out", ("Migrate remaining projects", "Enable security scans", "Coach the platform team")),
        ("Close", ("Hand over documentation", "Hold the closing review")),
    ),
    "training": (
        ("Prepare", ("Agree agenda and audience", "Prepare lab accounts", "Adapt course material", "Check the rooms and links")),
        ("Deliver", ("Deliver day one", "Deliver day two", "Deliver the advanced session", "Answer follow-up questions")),
        ("Close", ("Collect feedback", "Send certificates")),
    ),
}
# fmt: on


def plan(site: Site) -> None:
    """Makes the engagement's tasks, its kickoff and (fixed fee) its sold milestones."""
    position = _milestone(site, "Kickoff", site.start, done=site.start <= site.calendar.as_of, position=1)
    phases = PHASES["training" if site.spec.type == TRAINING else "project"]
    count = sum(len(titles) for _, titles in phases)
    span = (site.end - site.start).days
    number = 0
    for phase, titles in phases:
        parent = _task(site, phase, site.start, site.end, position)
        position += 1
        children = []
        for title in titles:
            first = site.start + timedelta(days=span * number // count)
            last = site.start + timedelta(days=span * (number + 1) // count)
            child = _task(site, title, first, max(first, last), position, parent=parent["id"])
            children.append(child)
            number += 1
            position += 1
        dates = {
            "start_date": min(c["start_date"] for c in children),
            "due_date": max(c["due_date"] for c in children),
            "sub_story_count": len(children),
            "sub_stories_time_estimate_in_minutes": sum(c["time_estimate_in_minutes"] for c in children),
            "sub_stories_billable_time_in_minutes": sum(c["logged_billable_time_in_minutes"] for c in children),
        }
        first_day, last_day = date.fromisoformat(str(dates["start_date"])), date.fromisoformat(str(dates["due_date"]))
        site.account.put("stories", parent | dates | _progress(site.calendar, site.spec, first_day, last_day))
    for sold in site.spec.sold:
        position = _sold(site, sold, position)
    _assign(site)
    _link_time(site)


def _progress(calendar: Days, spec: Spec, first: date, last: date) -> Row:
    as_of = calendar.as_of
    if spec.status in ("Closed", "Completed") or last < as_of:
        state, percent = "completed", 100
    elif first < as_of and spec.status not in ("Backlog", "Estimate", "On Hold"):
        state, percent = "started", min(95, 100 * (as_of - first).days // max(1, (last - first).days))
    else:
        state, percent = "not started", 0
    return {"state": state, "status": STATE_NAMES[state], "percentage_complete": percent}


def _story(site: Site, title: str, position: int, made: date) -> Row:
    changed = min(site.calendar.as_of - DAY, made + 10 * DAY)
    return {
        "workspace_id": site.workspace["id"],
        "title": title,
        "priority": "normal",
        "position": position,
        "archived": False,
        "deleted_at": None,
        "project_plan": True,
        "time_trackable": True,
        "parent_id": None,
        "ancestry_depth": 0,
        "sub_story_count": 0,
        "creator_id": site.workspace["primary_maven_id"],
        "created_at": stamp(made, 11),
        "updated_at": stamp(changed, 15),
    }


def _task(site: Site, title: str, first: date, last: date, position: int, *, parent: str | None = None) -> Row:
    first, last = weekday_on_or_before(first), weekday_on_or_before(last)
    if site.spec.status == "On Hold" and last >= monday_of(site.calendar.as_of) - 10 * WEEK:
        first, last = first + 18 * WEEK, last + 18 * WEEK
    last = max(last, first)
    progress = _progress(site.calendar, site.spec, first, last)
    estimate = 960 if parent else 0
    row = _story(site, title, position, min(first, site.calendar.as_of - 5 * DAY) - 5 * DAY)
    return site.account.put(
        "stories",
        row
        | progress
        | {
            "story_type": "task",
            "start_date": first.isoformat(),
            "due_date": last.isoformat(),
            "fixed_fee": site.spec.type == FF,
            "billable": True,
            "parent_id": parent,
            "ancestry_depth": 1 if parent else 0,
            "time_estimate_in_minutes": estimate,
            "logged_billable_time_in_minutes": estimate * int(progress["percentage_complete"]) // 100,
            "logged_nonbillable_time_in_minutes": 0,
        },
    )


def _milestone(
    site: Site, title: str, due: date | None, *, done: bool, position: int, amount: int | None = None
) -> int:
    state = "completed" if done else "not started"
    row = _story(site, title, position, min(due or site.calendar.as_of, site.calendar.as_of) - 30 * DAY)
    site.account.put(
        "stories",
        row
        | {
            "story_type": "milestone",
            "state": state,
            "status": STATE_NAMES[state],
            "percentage_complete": 100 if done else 0,
            "start_date": None,
            "due_date": due.isoformat() if due else None,
            "fixed_fee": amount is not None,
            "billable": amount is not None,
            "weight": 1,
            "budget_estimate_in_cents": amount,
        },
    )
    return position + 1


def due_day(calendar: Days, sold: Sold) -> date | None:
    """The day a sold milestone is due."""
    monday = monday_of(calendar.as_of)
    if sold.week is None:
        return None
    if sold.state == "quarter-end":
        return calendar.last_business_day(fiscal_quarter_end(calendar.as_of))
    if sold.state == "overdue":
        return monday + sold.week * WEEK + 2 * DAY
    if sold.state == "received":
        return monday + sold.week * WEEK + 3 * DAY
    friday = monday + sold.week * WEEK + 4 * DAY
    return friday if sold.week < 0 else calendar.quiet(friday)


def _sold(site: Site, sold: Sold, position: int) -> int:
    base = site.workspace["currency_base_unit"]
    due = due_day(site.calendar, sold)
    done = sold.state == "plain" and sold.week is not None and sold.week < 0
    position = _milestone(site, sold.title, due, done=done, position=position, amount=sold.amount * base)
    story = site.of_workspace("stories")[-1]
    if done and due is not None:
        story["signed"] = (due - 7 * DAY, due, "Yes" if sold.amount == 30_000 else "No")
    elif sold.state == "received":
        story["signed"] = (site.calendar.as_of - 6 * DAY, site.calendar.as_of - 2 * DAY, "No")
    return position


def _assign(site: Site) -> None:
    """Phases to the lead, tasks to the delivery people in turn; milestones to nobody."""
    slots = [s for s in site.of_workspace("workspace_resources") if s["user_id"] is not None]
    lead = next(s for s in slots if s["user_id"] == site.workspace["primary_maven_id"])
    hard = {b["workspace_resource_id"] for b in site.of_workspace("workspace_allocations") if b["hard"]}
    delivery = [s for s in slots if s["role_id"] != PM and s["id"] in hard] or [lead]
    tasks = [s for s in site.of_workspace("stories") if s["story_type"] == "task"]
    left_alone = None
    if "unassigned-task" in site.spec.quirks:
        left_alone = [t for t in tasks if t["parent_id"] and t["state"] == "not started"][-1]["id"]
    for number, task in enumerate(tasks):
        slot = lead if task["parent_id"] is None else delivery[number % len(delivery)]
        if task["id"] == left_alone:
            continue
        site.account.put(
            "assignments",
            {
                "story_id": task["id"],
                "resource_id": int(slot["id"]),
                "assignee_id": slot["user_id"],
                "current": True,
                "estimated_minutes": task["time_estimate_in_minutes"],
                "allocated_minutes": 0,
                "created_at": task["created_at"],
                "updated_at": task["created_at"],
            },
        )


def _link_time(site: Site) -> None:
    """Hangs time entries on a running task of the person, as people do."""
    running: dict[str, str] = {}
    for task in site.of_workspace("stories"):
        for assignment in site.account.find("assignments", "story_id", task["id"]):
            if task["state"] == "started" or assignment["assignee_id"] not in running:
                running[assignment["assignee_id"]] = task["id"]
    for entry in site.of_workspace("time_entries"):
        entry["story_id"] = running.get(entry["user_id"])
