"""Every setting with its type, default and meaning: one frozen model; example file and reference come from it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from psdm_cli.domain.policy import Policy
from psdm_cli.settings.handbook import DELIVERY, LABELS, LINKS, PS, PS_PLAN
from psdm_cli.settings.rules import (
    colour,
    gitlab_url,
    kantata_url,
    sensible_policy,
    store_url,
    web_address,
    week_moment,
    zone_name,
)

WeekMoment = Annotated[str, AfterValidator(week_moment)]


class Section(BaseModel):
    """A part of the settings: frozen, closed to keys it does not know, strict about types."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GitLabGroups(Section):
    """Groups by path."""

    customer_epics: str = Field(default=PS, description="group of the internal Customer Epics")
    delivery_internal: str = Field(
        default=f"{DELIVERY}/gitlab-professional-services", description="customers staffed by us"
    )
    delivery_partner: str = Field(
        default=f"{DELIVERY}/gitlab-partner-collaboration", description="customers staffed fully or partly by partners"
    )


class GitLabProjects(Section):
    """Projects by path."""

    ps_plan: str = Field(default=PS_PLAN, description="change orders, work at risk, work exceptions, retrospectives")


class GitLab(Section):
    """The GitLab instance that holds epics and collaboration projects."""

    url: Annotated[str, AfterValidator(gitlab_url)] = Field(
        default="https://gitlab.com", description="root of the instance, may have a path (PSDM_GITLAB_URL)"
    )
    groups: GitLabGroups = GitLabGroups()
    projects: GitLabProjects = GitLabProjects()


class KantataFields(Section):
    """Names of the custom fields in the Kantata account."""

    billing_type: str = Field(default="Billing Type", description="project: time and materials, fixed fee and so on")
    sow: str = Field(default="SOW", description="project: number of the SOW")
    sow_expiry: str = Field(default="SOW Expiry", description="project: last day of the contract")
    gitlab_link: str = Field(default="GitLab Project Link", description="project: address of the collaboration project")
    signoff_sent: str = Field(default="Sign Off Sent", description="milestone: sign-off requested")
    signoff_received: str = Field(default="Sign Off Received", description="milestone: sign-off came back")
    passive_acceptance: str = Field(
        default="Passive Acceptance Utilized for Sign Off", description="milestone: accepted by silence"
    )


class Kantata(Section):
    """Kantata OX, formerly Mavenlink."""

    url: Annotated[str, AfterValidator(kantata_url)] = Field(
        default="https://api.mavenlink.com/api/v1", description="base of the API, ends in /api/v1 (PSDM_KANTATA_URL)"
    )
    coordinator: str | None = Field(default=None, description="user id or e-mail of the project coordinator")
    parallel_requests: int = Field(default=4, ge=1, le=8, description="requests at a time, 1 to 8")
    fields: KantataFields = KantataFields()


class Pm(Section):
    """The project manager: you."""

    label: str | None = Field(default=None, description="the name in PM::name; null: your GitLab username")


class Calendar(Section):
    """Days and the fiscal year."""

    zone: Annotated[str, AfterValidator(zone_name)] = Field(
        default="America/New_York", description="zone of all deadlines and of the as-of date"
    )
    fiscal_year_start: int = Field(default=2, ge=1, le=12, description="month in which the fiscal year begins")
    holiday_calendars: tuple[str, ...] | None = Field(
        default=None, description="names of the Kantata holiday calendars that count; null: all"
    )


class Label(Section):
    """A GitLab label: exact spelling and colour."""

    name: str
    color: Annotated[str, AfterValidator(colour)]


class Cadence(Section):
    """Weekly deadlines in calendar.zone. Monday's two are policy.prep_complete_at and policy.forecast_updated_at."""

    timesheets_submitted: WeekMoment = Field(default="Friday 23:59", description="PSE, PM, TA")
    timesheets_approved: WeekMoment = Field(default="Monday 11:00", description="PM, backup: project coordinator")
    top_customer_list: WeekMoment = Field(default="Tuesday 12:00", description="PS Ops sends the Top Customer list")
    top_customer_notes: WeekMoment = Field(default="Wednesday 08:00", description="PM: notes written")
    health_reports: WeekMoment = Field(default="Thursday 23:59", description="PM: one for each active project")


class Channels(Section):
    """Slack channels by use."""

    pmo: str = Field(default="#ps_pmo", description="schedules, Top Customer report")
    internal: str = Field(default="#ps-internal", description="wins, pinned retrospectives")
    leadership: str = Field(default="#ps-project-leadership", description="closeout reports")


class Slack(Section):
    """Where a message is meant for; psdm prints it ready to paste."""

    channels: Channels = Channels()
    engagement_managers: str = Field(default="@em", description="mentioned in closeout reports")


class Store(Section):
    """The local database: mirror of Kantata, snapshots, answers."""

    url: Annotated[str | None, AfterValidator(store_url)] = Field(
        default=None, description="address of a database (PSDM_DATABASE_URL); null: a SQLite file in the data folder"
    )


def default_labels() -> Mapping[str, Label]:
    """The handbook's labels."""
    return MappingProxyType({key: Label(name=name, color=color) for key, (name, color, _) in LABELS.items()})


def default_links() -> Mapping[str, str]:
    """The handbook's links."""
    return MappingProxyType(dict(LINKS))


class Settings(Section):
    """All settings. Defaults are the handbook's; see `psdm_cli.settings.loading` for how they are put together."""

    gitlab: GitLab = GitLab()
    kantata: Kantata = Kantata()
    pm: Pm = Pm()
    calendar: Calendar = Calendar()
    policy: Annotated[Policy, AfterValidator(sensible_policy)] = Policy()
    labels: Annotated[Mapping[str, Label], AfterValidator(MappingProxyType)] = Field(default_factory=default_labels)
    links: Annotated[Mapping[str, Annotated[str, AfterValidator(web_address)]], AfterValidator(MappingProxyType)] = (
        Field(default_factory=default_links)
    )
    cadence: Cadence = Cadence()
    slack: Slack = Slack()
    store: Store = Store()
