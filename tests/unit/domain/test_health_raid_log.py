"""Reading a RAID: the log's tables as people fill them, items that are issues, what counts as High and as a plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.gitlab import GitLabUser, Issue
from psdm_cli.domain.health.raid_log import (
    RaidItem,
    RaidLabels,
    RaidType,
    items_of_issues,
    items_of_log,
    says_a_plan,
    without_doubles,
)

LABELS = RaidLabels("PS RAID Log", "PS Risk", "PS Action", "PS Issue", "PS Decision", "PS:: Priority High", "Escalated")
LOG = """Owner of the log: Robin

## Risks

| ID | Risk: cause → event → effect | P | I | Priority | Response | Owner | Due | Status |
| --- | --- | ---: | ---: | --- | --- | --- | --- | --- |
| R-001 | Runners \\| late | 4 | 4 |  | mitigate | Priya | 2026-12-01 | open |
| R-002 | Old risk | 5 | 5 | High | avoid | Priya | | closed |
| R-003 | No owner | 1 | 2 | **High** | _to be filled_ | tbd | | not mitigated |
| R-004 | Small | 2 | 2 | Low | accept | Sam | | open |
| _to be filled_ | _to be filled_ | _to be filled_ | | | | | | |

```
| R-9 | in a code block | 5 | 5 | High | | | | |
```

## Actions

| ID | Action | Owner | Due | Status |
| --- | --- | --- | --- | --- |
| A-001 | Order runners | Sam | 2026-11-30 | escalated |
| A-002 | Done one | Sam | | Done |

## Decisions

| ID | Decision | Reason | Alternatives | Decided by | Date |
| --- | --- | --- | --- | --- | --- |
| D-001 | Which region | | | | |
| D-002 | Taken | | | Robin | 2026-11-02 |

## People

| Name | Role |
| --- | --- |
| Robin | PM |
"""


def test_the_open_rows_of_a_log() -> None:
    found = {item.title: item for item in items_of_log(LOG)}
    assert list(found) == ["Runners | late", "No owner", "Small", "Order runners", "Which region"]
    late = found["Runners | late"]
    assert (late.high, late.owner, late.due, late.has_plan) == (True, "Priya", "2026-12-01", True)  # 4 × 4
    bare = found["No owner"]
    assert (bare.high, bare.owner, bare.has_plan) == (True, None, False)
    assert not found["Small"].high
    assert found["Order runners"].escalated
    assert found["Order runners"].type is RaidType.ACTION
    assert found["Which region"].type is RaidType.DECISION


@pytest.mark.parametrize(
    ("p", "i", "high"),
    [("3", "5", True), ("5", "3", True), ("2", "7", False), ("4", "3", False), ("", "5", False), ("x", "5", False)],
)
def test_a_risk_is_high_by_its_score(p: str, i: str, high: bool) -> None:
    text = f"## Risks\n\n| Risk | Probability | Impact |\n| --- | --- | --- |\n| It rains | {p} | {i} |\n"
    (item,) = items_of_log(text)
    assert item.high is high


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    for item in items_of_log(f"## Risks\n\n| Risk | P |\n| --- | --- |\n{text}"):
        assert item.title.strip()
    says_a_plan(text)


@pytest.mark.parametrize(
    ("description", "has"),
    [
        ("## What we do\n\n| | |\n| --- | --- |\n| Plan | Order more runners |", True),
        ("## What we do\n\n| | |\n| --- | --- |\n| Plan | _to be filled_ |", False),
        ("## Mitigation plan\n\nTwo spare runners.", True),
        ("## Mitigation plan\n\nTBD\n\n## Notes\n\nLong text", False),
        ("**Response**: see above", False),
        ("The plan is to wait.", False),
        ("", False),
    ],
)
def test_what_counts_as_a_plan(description: str, has: bool) -> None:
    assert says_a_plan(description) is has


def issue(iid: int, *labels: str, **more: Any) -> Issue:
    return Issue(f"9#{iid}", str(iid), "9", more.pop("title", f"Item {iid}"), "opened", labels=labels, **more)


def test_issues_that_are_items() -> None:
    priya = GitLabUser("1", "priya", "Priya Lindqvist")
    issues = [
        issue(1, "PS RAID Log", title="RAID - Acme - SOW-1"),
        issue(2, "ps risk", "PS:: priority high", assignees=(priya,), due=date(2026, 12, 1)),
        issue(3, "Escalated"),
        issue(4, "PSD Workflow::In Progress"),
        issue(5, "PS Decision"),
    ]
    found = {item.title: item for item in items_of_issues(issues, LABELS, "9#1")}
    assert list(found) == ["Item 2", "Item 3", "Item 5"]
    assert found["Item 2"] == RaidItem(
        RaidType.RISK, "Item 2", "Priya Lindqvist", "2026-12-01", high=True, escalated=False, has_plan=False
    )
    assert (found["Item 3"].type, found["Item 3"].escalated) == (RaidType.ISSUE, True)


def test_the_log_itself_counts_only_while_it_is_escalated() -> None:
    log = issue(1, "PS RAID Log", "Escalated", title="RAID - Acme - SOW-1")
    assert [item.title for item in items_of_issues([log], LABELS, "9#1")] == ["RAID - Acme - SOW-1"]
    closed = Issue("9#2", "2", "9", "Risk", "closed", labels=("PS Risk",))
    assert not list(items_of_issues([closed], LABELS))


def test_an_item_with_an_issue_of_its_own_counts_once() -> None:
    one, again = (
        RaidItem(RaidType.RISK, "Runners late", url="https://x.example/1"),
        RaidItem(RaidType.RISK, "runners LATE"),
    )
    assert without_doubles([one, again]) == (one,)
