"""The plan of a health report: one a day, whoever wrote the first; what is not planned says why."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.engagements import Engagement, EngagementType
from psdm_cli.domain.health.deciding import Decision, Verdict
from psdm_cli.domain.health.dimensions import Dimension, Health
from psdm_cli.domain.health.suggesting import Suggested
from psdm_cli.domain.portfolio import StoredDates
from psdm_cli.domain.records import StatusReport, Workspace
from psdm_cli.settings.model import Settings
from psdm_cli.workflows.health import Looked
from psdm_cli.workflows.health_planning import Planning, label_named

DAY = date(2026, 11, 26)
ENGAGEMENT = Engagement(
    Workspace("3", "Acme"), "SOW-1234", EngagementType.TIME_AND_MATERIALS, None, None, None, StoredDates()
)
DECISION = Decision({each: Verdict(Health.GREEN) for each in Dimension}, Health.GREEN, "All is well.", None, "Director")


@dataclass
class Reports:
    """A door that knows reports by their marker's key and by id."""

    marked: Mapping[str, Seen] = field(default_factory=dict)
    by_id: Mapping[str, Seen] = field(default_factory=dict)
    system: str = "kantata"
    kind: str = "status_report"

    def look(self, change: Change, taken: Set[str] = frozenset()) -> Seen | None:
        del taken
        return self.by_id.get(change.id) if change.id is not None else self.marked.get(change.key)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"planning called {name}")


def report(day: date = DAY) -> StatusReport:
    return StatusReport("7", "3", "red", datetime(day.year, day.month, day.day, 15, tzinfo=UTC))


def planned(
    door: Reports, latest: StatusReport | None = None, on: date | None = None
) -> tuple[Change, tuple[str, ...]]:
    looked = Looked(ENGAGEMENT, Suggested(()), latest, on, None)
    doors: Any = {("kantata", "status_report"): door}
    intent = Planning(looked, DECISION, Settings(), doors, DAY).intent()
    (change,) = intent.changes
    return change, intent.left_out


def seen(ident: str, **attributes: Any) -> Seen:
    return Seen(ident, None, {"color": "red", "description": "Before.", "details": [], **attributes})


def test_the_first_report_of_a_day_is_new_and_has_all_categories() -> None:
    change, left_out = planned(Reports(), report(date(2026, 11, 19)), date(2026, 11, 19))
    assert (change.action, change.id, change.key) == (Action.CREATE, None, "status_report:3:2026-11-26")
    assert [row["category"] for row in change.after["details"]] == ["Scope", "Budget", "Schedule", "Client"]
    assert change.after["workspace_id"] == "3"
    assert left_out == ("health in GitLab: GitLab was not asked", "Escalated: there is no RAID log to be seen")


@pytest.mark.parametrize("known", ["by its marker", "by its day"])
def test_a_second_report_of_a_day_changes_the_first(known: str) -> None:
    first = seen("7")
    marked = {"status_report:3:2026-11-26": first} if known == "by its marker" else {}
    change, _ = planned(Reports(marked, {"7": first}), report(), DAY)
    assert (change.action, change.id) == (Action.CHANGE, "7")
    assert change.before == {"color": "red", "description": "Before.", "details": []}
    assert set(change.after) == {"color", "description", "details"}


def test_a_change_of_one_word_names_every_category_again() -> None:
    new, _ = planned(Reports())
    stands = seen("7", color="green", description="Another text.", details=new.after["details"])
    change, _ = planned(Reports({new.key: stands}))
    assert set(change.after) == {"description", "details"}  # an update would drop the categories left out


def test_the_very_same_report_is_kept() -> None:
    new, _ = planned(Reports())
    change, _ = planned(Reports({new.key: Seen("7", None, dict(new.after))}))
    assert (change.action, change.id) == (Action.KEEP, "7")


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("PS Health::{color}", "PS Health::Red"),
        ("Health::{color} now", "Health::Red now"),
        ("PS Health", "PS Health::Red"),
    ],
)
def test_the_label_of_a_colour(pattern: str, name: str) -> None:
    assert label_named(pattern, Health.RED) == name
