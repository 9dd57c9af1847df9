"""Texts of the seeded account: the team's issue templates, and what people wrote into issues and epics."""

from __future__ import annotations

from collections.abc import Sequence

STEPS = (
    ("Customer Goal Summary", "EM"),
    ("Roles and personalities of all customer stakeholders", "EM/Sales"),
    ("PM assignment", "PSOps + PMO Manager"),
    ("PM confirms information, PSOps schedules PSE", "PM; PSOps"),
    ("Introductions", "EM/AE"),
    ("Collaboration approach and onboarding gathered", "PM"),
    ("Collaboration space preparation", "PM"),
    ("Conduct stakeholder meeting", "PM"),
    ("Conduct kickoff and forecast updates", "PM"),
)

SECTIONS = """## Customer goal summary

{goal}

## Stakeholders

{stakeholders}

## Collaboration approach and onboarding

{onboarding}
"""


def intake(done: int, customer: str = "", offering: str = "") -> str:
    """The Scheduling Intake issue with the first steps ticked; nothing filled in where none is."""
    boxes = [
        f"- [{'x' if number <= done else ' '}] Step {number}: {title} ({owner})"
        for number, (title, owner) in enumerate(STEPS, start=1)
    ]
    stakeholders = "| Name | Role | Personality |\n| --- | --- | --- |\n| Merritt Hollis | Sponsor | to the point |"
    filled = {
        "goal": f"{customer} wants {offering} live with its pilot teams first." if done >= 1 else "<!-- EM -->",
        "stakeholders": stakeholders if done >= 2 else "<!-- EM, Sales -->",
        "onboarding": "Zoom, shared GitLab project, weekly call." if done >= 6 else "<!-- PM -->",
    }
    return "## Scheduling Intake\n\n" + "\n".join(boxes) + "\n\n" + SECTIONS.format(**filled)


def scoping(kind: str, first: str, last: str, skills: Sequence[str], activities: Sequence[str]) -> str:
    """The issue "Scope Engagement and Write SoW" as the engagement manager left it."""
    rows = "\n".join(f"- {activity}" for activity in activities)
    return (
        f"| | |\n| --- | --- |\n| Project type | {kind} |\n| Start date | {first} |\n| End date | {last} |\n"
        f"| Skill sets | {', '.join(skills)} |\n\n## Scope breakdown\n\n{rows}\n\n"
        "## Checklist\n\n- [x] SoW drafted\n- [x] Estimate reviewed by a TA\n- [x] SoW sent to Legal\n"
    )


def customer_epic(customer: str, sow: str, number: int, linked: bool = True) -> str:
    """The Customer Epic's description, with links to contract information unless they were forgotten."""
    links = (
        f"- Opportunity: https://salesforce.example/opportunities/0065{number}\n"
        f"- Contract: https://docs.example/contracts/{sow}\n"
        f"- PS quote: https://psquote.example/quotes/{number}\n"
    )
    kept = links if linked else "- to be added\n"
    return f"Internal epic of {customer}, {sow}.\n\n## Contract information\n\n{kept}"


RAID_TEMPLATE = """## Risks

| ID | Risk | Probability | Impact | Owner | Status |
| --- | --- | --- | --- | --- | --- |

## Actions

| ID | Action | Owner | Due | Status |
| --- | --- | --- | --- | --- |

## Issues

| ID | Issue | Owner | Status |
| --- | --- | --- | --- |

## Decisions

| ID | Decision | Decided by | Date |
| --- | --- | --- | --- |
"""


def readme(customer: str, sow: str, offering: str) -> str:
    """A project's README with charter and communication plan."""
    return (
        f"# {customer} - {sow}\n\n## Charter\n\n{offering} for {customer}.\n\n"
        "## Communication plan\n\n| What | Who | When |\n| --- | --- | --- |\n"
        "| Status | PM | weekly, in an issue |\n| Call | everybody | weekly |\n"
    )


RETROSPECTIVE = """## Project data

| | |
| --- | --- |
| Customer | {customer} |
| SOW | {sow} |

## Wins

## Lessons learned

## Improvements

## Questions

## Assets created

## Customer stories

## Thanks
"""

CHANGE_ORDER = """## Change order

**Customer:**
**SOW:**

## What changes

## Hours by role

| Role | Hours |
| --- | --- |

## Approvals

- [ ] EM
- [ ] PS Ops
- [ ] Customer

/label ~"Change Order"
"""

WORK_AT_RISK = """## Work at risk

**Customer:**
**SOW:**

## Why it cannot wait

## Exposure

## Stop date

## Approvals

- [ ] Director of Professional Services

/label ~"Work at Risk"
/confidential
"""

WORK_EXCEPTION = """## Work exception

**Customer:**
**SOW:**

## Root cause

## Extra hours

## Approvals

- [ ] PS leadership

/label ~"Work Exception"
"""

SPACE_TEMPLATES = {
    "Action": "## Action\n\n## Owner\n\n## Done when\n\n- [ ]\n",
    "Decision": "## Question\n\n## Decision\n\n## Why\n",
    "Risk": "## Risk\n\n## How bad\n\n## What we do\n",
    "Status": "## Overall\n\n## Done\n\n## Next\n\n## Decisions needed\n",
    "Work item": "## What and why\n\n## Accepted when\n\n- [ ]\n",
}
TEMPLATES = {
    "SchedulingIntakeQuestions": intake(0),
    "change-order": CHANGE_ORDER,
    "project_retrospective": RETROSPECTIVE.format(customer="", sow=""),
    "work-at-risk": WORK_AT_RISK,
    "work-exception": WORK_EXCEPTION,
}
