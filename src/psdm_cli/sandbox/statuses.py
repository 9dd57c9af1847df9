"""Project statuses and task states of the sandbox's account."""

from __future__ import annotations

from psdm_cli.sandbox.account import Row

# key, name, colour; the service's own key list is not public, clients must learn keys from `status.key`.
STATUSES: tuple[tuple[str, str, str], ...] = (
    ("101", "Estimate", "grey"),
    ("102", "Prospect", "grey"),
    ("103", "In Set Up", "grey"),
    ("201", "Okay to Start", "light green"),
    ("301", "Active", "green"),
    ("104", "On Hold", "grey"),
    ("105", "Backlog", "grey"),
    ("401", "Closed", "blue"),
    ("402", "Completed", "blue"),
    ("501", "Cancelled", "blue"),
)

TASK_STATES = {
    "Not Started": "not started",
    "Started": "started",
    "In Progress": "started",
    "Needs Info": "needs info",
    "Completed": "completed",
    "Done": "completed",
}
STATE_NAMES = {"not started": "Not Started", "started": "In Progress", "needs info": "Needs Info", "completed": "Done"}


def status(message: str) -> Row:
    """The status object of a project, by its name."""
    for key, name, color in STATUSES:
        if name == message:
            return {"color": color, "key": key, "message": name}
    raise KeyError(message)


def status_of_key(key: object) -> Row | None:
    """The status object of a key, or None when the account has no such status."""
    for known, name, color in STATUSES:
        if known == str(key):
            return {"color": color, "key": known, "message": name}
    return None
