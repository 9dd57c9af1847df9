"""`psdm health`: what both systems say of an engagement's health, dimension by dimension."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.health import raid_log, suggesting
from psdm_cli.domain.health.dimensions import Dimension
from psdm_cli.domain.health.suggesting import ScopeItem, Suggested
from psdm_cli.domain.records import StatusReport
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Missing, Unseen, value_of
from psdm_cli.domain.steps.health_reports import latest_report, local_date
from psdm_cli.errors import BadAnswer, NotAllowed, Unavailable
from psdm_cli.workflows.engagement_status import Seen as GitLabSide
from psdm_cli.workflows.engagement_status import scope_changes_in
from psdm_cli.workflows.forecasting import Prepared

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings
    from psdm_cli.systems.gitlab_ports import GitLab


@dataclass(frozen=True)
class Looked:
    """An engagement's health as it stands: suggestion, the latest report, the space (None: GitLab was not asked)."""

    engagement: Engagement
    suggested: Suggested
    latest: StatusReport | None
    latest_on: date | None
    space: Space | None
    unseen: tuple[str, ...] = ()


def look(
    prepared: Prepared, engagement: Engagement, settings: Settings, gitlab: GitLab | None, shown: GitLabSide
) -> Looked:
    """Suggest a colour per dimension. `shown` is GitLab's side as it was looked at; nothing is raised for it."""
    assessment = prepared.assessment
    forecast = next(each for each in assessment.forecasts if each.engagement.id == engagement.id)
    space = shown.space
    seen = _in_gitlab(gitlab, settings, shown) if gitlab is not None else suggesting.Seen(why_not=shown.why_not)
    suggested = suggesting.suggest(assessment, forecast, seen)
    latest = latest_report(engagement)
    unseen = tuple(
        f"{each.dimension}: {reason}"
        for each in suggested.dimensions
        if each.color is None and each.dimension is not Dimension.CLIENT
        for reason in each.reasons
    )
    day = local_date(latest, assessment) if latest is not None else None
    return Looked(engagement, suggested, latest, day, space, unseen)


def raid_labels(settings: Settings) -> raid_log.RaidLabels:
    """The labels of RAID items as the settings spell them."""
    labels = settings.labels
    return raid_log.RaidLabels(
        raid=labels["raid"].name,
        risk=labels["raid_risk"].name,
        action=labels["raid_action"].name,
        issue=labels["raid_issue"].name,
        decision=labels["raid_decision"].name,
        high=labels["priority_high"].name,
        escalated=labels["escalated"].name,
    )


def _in_gitlab(gitlab: GitLab, settings: Settings, shown: GitLabSide) -> suggesting.Seen:
    """Open scope changes in ps_plan and open RAID items in the project; a refused call leaves its part unknown."""
    urgent = settings.labels["escalated"].name.casefold()
    scope: tuple[ScopeItem, ...] | None = None
    if shown.issues is not None:
        scope = tuple(
            ScopeItem(each.kind, each.title, each.url, urgent in {name.casefold() for name in each.labels})
            for each in scope_changes_in(shown.issues, settings.labels.items())
        )
    space = shown.space
    if space is None:
        return suggesting.Seen(scope, why_not=shown.why_not)
    project = value_of(space.project)
    if project is None:
        return suggesting.Seen(scope, why_not=shown.why_not or _why_no_project(space))
    try:
        items = raid_items(gitlab.issues(project=project.id, state="opened"), settings, space)
    except (NotAllowed, Unavailable, BadAnswer) as error:
        return suggesting.Seen(scope, why_not=error.message)
    return suggesting.Seen(scope, items, shown.why_not)


def _why_no_project(space: Space) -> str:
    part = space.project
    if isinstance(part, Unseen):
        return part.reason
    return (
        f"there is no collaboration project yet ({part.why})" if isinstance(part, Missing) and part.why else "no RAID"
    )


def raid_items(issues: Iterable[Issue], settings: Settings, space: Space) -> tuple[raid_log.RaidItem, ...]:
    """The open items of a space's RAID: issues of the project, and rows of the log's tables."""
    log = value_of(space.raid)
    found = list(raid_log.items_of_issues(issues, raid_labels(settings), log.issue.id if log is not None else None))
    if log is not None and log.issue.state == "opened":
        found += raid_log.items_of_log(log.issue.description or "")
    return raid_log.without_doubles(found)
