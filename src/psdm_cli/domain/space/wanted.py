"""What an engagement's space is to be: names and activities as a person decided, labels as the settings spell them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psdm_cli.domain.engagements import EngagementType
from psdm_cli.domain.space.names import Contract, clean_name, group_path, same_name, slugs

#: keys of `settings.labels` that a customer's group gets, in this order; internal ones never stand there
GROUP_LABELS = (
    "pm",
    "sow",
    "workflow_not_started",
    "workflow_in_progress",
    "workflow_blocked",
    "workflow_in_review",
    "workflow_done",
    "raid",
    "raid_risk",
    "raid_action",
    "raid_issue",
    "raid_decision",
    "priority_high",
    "priority_medium",
    "priority_low",
    "escalated",
)
#: the columns of a project's board
WORKFLOW = tuple(key for key in GROUP_LABELS if key.startswith("workflow_"))
BOARD = "PSD Workflow"
#: types that are sold as a SKU: a Description of Work says what is in them
SKU_TYPES = (EngagementType.CONSULTING_BLOCK, EngagementType.DEDICATED_ENGINEER)


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity of the SOW: one epic. Dates where they are known."""

    title: str
    start: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class LabelWanted:
    """A label with the exact spelling and colour of the settings."""

    name: str
    color: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted. `labels` by the settings' key; `path` is the new group's, where there is none yet."""

    contract: Contract
    customer: str
    staffing: str
    activities: tuple[Activity, ...]
    labels: Mapping[str, LabelWanted]
    kind: EngagementType | None = None
    kickoff: date | None = None

    @property
    def path(self) -> str:
        """The path of the customer's group."""
        return group_path(self.customer)

    @property
    def slugs(self) -> tuple[str, ...]:
        """The key of each activity, all different."""
        return slugs([activity.title for activity in self.activities])

    @property
    def epic_labels(self) -> tuple[str, str, str]:
        """The three labels of an activity's epic."""
        return self.labels["pm"].name, self.labels["workflow_not_started"].name, self.labels["sow"].name

    def lacking_labels(self, seen: Sequence[str]) -> tuple[str, ...]:
        """Those of the three that an epic lacks. Another PM's label, or a later column, is a person's decision."""
        return tuple(
            name for name in self.epic_labels if name not in seen and not any(_scope(name) == _scope(s) for s in seen)
        )


def _scope(label: str) -> str:
    """The scope of a scoped label; the label itself where it has none."""
    return label.rpartition("::")[0].casefold() if "::" in label else label


def labels_of(
    texts: Mapping[str, tuple[str, str]], about: Mapping[str, str], *, pm: str, contract: Contract
) -> dict[str, LabelWanted]:
    """The group's labels from the settings' (name, colour), the PM's handle and the contract put in."""
    found = {}
    for key in GROUP_LABELS:
        name, color = texts[key]
        if key == "pm":
            name = name.replace("{pm}", pm)
        elif key == "sow":
            name = contract.name if contract.po else name.replace("{number}", contract.number)
        found[key] = LabelWanted(name, color, about.get(key, ""))
    return found


def activity(title: str, start: date | None = None, due: date | None = None) -> Activity:
    """An activity with a name that can be a title. Raises `ValueError` with what was expected."""
    name = clean_name(title)
    if not name:
        raise ValueError("expected the name of an activity, not an empty one")
    if start is not None and due is not None and due < start:
        raise ValueError(f"the due date {due} lies before the start {start}")
    return Activity(name, start, due)


def once(activities: Sequence[Activity]) -> tuple[Activity, ...]:
    """Each activity once, the first of the same name."""
    found: list[Activity] = []
    for each in activities:
        if not any(same_name(each.title, other.title) for other in found):
            found.append(each)
    return tuple(found)


def as_text(activities: Sequence[Activity]) -> str:
    """Activities as one text, to be kept as a fact."""
    rows: list[dict[str, Any]] = []
    for each in activities:
        row = {"title": each.title}
        row |= {name: day.isoformat() for name, day in (("start", each.start), ("due", each.due)) if day is not None}
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False)


def from_text(text: str | None) -> tuple[Activity, ...]:
    """Activities that were kept; none where nothing sensible was."""
    try:
        rows = json.loads(text or "[]")
        return tuple(activity(str(row["title"]), _day(row.get("start")), _day(row.get("due"))) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
