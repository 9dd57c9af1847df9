"""The kickoff's checks by the names that checklists use: `kickoff:customer-epic` and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from psdm_cli.domain.findings import Step
from psdm_cli.domain.kickoff_checks import engagement, paper, space
from psdm_cli.domain.kickoff_checks.common import Kickoff

KICKOFF = "kickoff"
CHECKS: Mapping[str, Callable[[Kickoff], Step]] = {
    "customer-epic": paper.customer_epic,
    "scheduling-intake": paper.scheduling_intake,
    "scoping-issue": paper.scoping_issue,
    "opportunity": engagement.opportunity,
    "project-lead": engagement.project_lead,
    "budget": engagement.budget,
    "allocations": engagement.allocations,
    "transition": engagement.transition,
    "description-of-work": paper.description_of_work,
    "parent-group": space.parent_group,
    "customer-subgroup": space.customer_subgroup,
    "project": space.project,
    "activity-epics": space.activity_epics,
    "raid": space.raid,
    "board-readme": space.board_readme,
    "retrospective": paper.retrospective,
    "members": space.members,
    "kickoff": engagement.kickoff_day,
    "hard-bookings": engagement.hard_bookings,
    "milestone-dates": engagement.milestone_dates,
    "active": engagement.active,
}


def checked(kickoff: Kickoff) -> dict[str, Step]:
    """Every check's step by the name that a checklist gives it."""
    return {f"{KICKOFF}:{name}": check(kickoff) for name, check in CHECKS.items()}
