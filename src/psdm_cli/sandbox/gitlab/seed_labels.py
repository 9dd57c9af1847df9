"""The group labels that the seeded professional services group has."""

from __future__ import annotations

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.gitlab import tables

# Name: (colour, description). Those of the RAID log are made where a space is made.
GROUP_LABELS = {
    "PSD Workflow::Not Started": ("#d1d1d1", "Workflow column"),
    "PSD Workflow::In Progress": ("#428bca", "Workflow column"),
    "PSD Workflow::Blocked": ("#d9534f", "Workflow column"),
    "PSD Workflow::In Review": ("#f0ad4e", "Workflow column"),
    "PSD Workflow::Done": ("#69d100", "Workflow column"),
    "Escalated": ("#cc0033", "Needs immediate attention"),
    "ProjectWin": ("#ffd700", None),
    "llPsProcess": ("#7f8c8d", None),
    "llProduct": ("#7f8c8d", None),
    "llExpectation": ("#7f8c8d", None),
    "llSupport": ("#7f8c8d", None),
    "llFinanceDelays": ("#7f8c8d", None),
    "RetroComplete": ("#69d100", None),
    "CustomerStory": ("#ad4363", None),
    "Delivery Kit Update": ("#44ad8e", None),
    "Change Order": ("#fc6d26", None),
    "Work at Risk": ("#e24329", None),
    "Work Exception": ("#d10069", None),
    "Description of Work": ("#0033cc", None),
    "WE-product": ("#d10069", None),
    "WE-ps": ("#d10069", None),
    "WE-scoping": ("#d10069", None),
    "WE-time": ("#d10069", None),
}
RAID_LABELS = {
    "PS RAID Log": "#34495e",
    "PS Risk": "#e67e22",
    "PS Action": "#3498db",
    "PS Issue": "#c0392b",
    "PS Decision": "#8e44ad",
    "PS:: Priority High": "#ff0000",
    "PS:: Priority Medium": "#f0ad4e",
    "PS:: Priority Low": "#5cb85c",
}
SOW_COLOR, PM_COLOR = "#5843ad", "#6699cc"


def make_labels(account: Account, group: Row) -> dict[str, Row]:
    """The group's labels by name."""
    return {name: tables.make_label(account, group, name, *look) for name, look in GROUP_LABELS.items()}
