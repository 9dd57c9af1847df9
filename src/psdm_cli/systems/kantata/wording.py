"""What psdm says about Kantata's answers: the server's own words on one line, permissions, ways out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psdm_cli.domain.records import Kind

LOGIN_HINT = (
    "Get a new token (Kantata: Settings, OAuth applications), then run: psdm auth login kantata "
    "(or set PSDM_KANTATA_TOKEN)."
)
URL_HINT = "Check PSDM_KANTATA_URL: it ends in /api/v1, for example https://api.mavenlink.com/api/v1."


#: The permission that opens a kind, in Kantata's words (kantata.md sections 5 and 8).
PERMISSIONS: Mapping[Kind, str] = {
    Kind.WORKSPACES: "to see projects (participation in the project, or Reports Viewer on the account)",
    Kind.RESOURCES: "to see project resources (project access; rates need View Financials on the project)",
    Kind.ALLOCATIONS: "to see allocations (Resource Management access group)",
    Kind.ALLOCATIONS_ELSEWHERE: "to see allocations of other projects (Resource Management access group)",
    Kind.STORIES: "to see tasks (View Tasks on the project)",
    Kind.BILLING_MILESTONES: "financial access (View Financials on the project)",
    Kind.TIME_ENTRIES: "to see the team's time entries (View Financials on the project, or Reports Viewer)",
    Kind.STATUS_REPORTS: "to see project health reports (provider side of the project)",
    Kind.PEOPLE: "to see account members (Project Lead or higher account permission)",
    Kind.WORKWEEKS: "to see workweeks (account administration, or Project Lead)",
    Kind.ROLES: "to see the account's roles (account member)",
    Kind.HOLIDAYS: "to see holidays (account member)",
    Kind.TIME_OFF: "to see time off (Resource Center / team members' time off)",
    Kind.RESOURCE_REQUESTS: "to see resource requests (Resource Management, feature switched on for the account)",
    Kind.ACCOUNTING: "to see project accounting records (View Financials on the project, revenue recognition)",
}
#: What a kind is called in messages and progress.
KIND_WORDS: Mapping[Kind, str] = {
    Kind.WORKSPACES: "engagements",
    Kind.RESOURCES: "resources",
    Kind.ALLOCATIONS: "bookings",
    Kind.ALLOCATIONS_ELSEWHERE: "bookings elsewhere",
    Kind.STORIES: "tasks",
    Kind.BILLING_MILESTONES: "billing milestones",
    Kind.TIME_ENTRIES: "time entries",
    Kind.STATUS_REPORTS: "health reports",
    Kind.PEOPLE: "people",
    Kind.WORKWEEKS: "workweeks",
    Kind.ROLES: "roles",
    Kind.HOLIDAYS: "holidays",
    Kind.TIME_OFF: "time off",
    Kind.RESOURCE_REQUESTS: "resource requests",
    Kind.ACCOUNTING: "accounting records",
}


def server_words(body: bytes) -> str:
    """What the server says is wrong: `errors[].message` with its field, else the beginning of a plain text.

    Not yet fit for a sentence: see `one_line`. A page of HTML gives nothing but the fact that it is one. Never raises.
    """
    text = body[:100_000].decode("utf-8", errors="replace")
    try:
        answer: Any = json.loads(text)
    except (ValueError, RecursionError):
        if text.lstrip().startswith("<"):
            return "an HTML page"
        return text
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(errors, list):
        # OAuth's own shape, seen on the authorisation side
        told = answer.get("error_description") or answer.get("error") if isinstance(answer, dict) else None
        return str(told) if told else ""
    return "; ".join(_sentence(error) for error in errors[:5])


def _sentence(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    message, field = str(error.get("message", "")), error.get("field")
    return f"{field}: {message}" if field and field != "base" else message
