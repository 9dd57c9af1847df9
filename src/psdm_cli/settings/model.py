"""Every setting with its type, default and meaning: one frozen model; example file and reference come from it.

Plain dataclasses, checked by `settings.checking`: importing pydantic would cost every command 50 ms and more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from psdm_cli.domain.policy import Policy
from psdm_cli.settings.handbook import DELIVERY, LABELS, LINKS, PS, PS_PLAN
from psdm_cli.settings.rules import (
    colour,
    gitlab_url,
    kantata_url,
    preset,
    sensible_policy,
    store_url,
    web_address,
    week_moment,
    zone_name,
)

ABOUT, CHECK, WITHIN = "about", "check", "within"


def key(
    default: Any, about: str, *, check: Callable[[Any], Any] | None = None, within: tuple[int, int] | None = None
) -> Any:
    """A setting: its default, its meaning, and what else its value must satisfy (`check` raises `ValueError`)."""
    return field(default=default, metadata={ABOUT: about, CHECK: check, WITHIN: within})


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabGroups:
    """Groups by path."""

    customer_epics: str = key(PS, "group of the internal Customer Epics")
    delivery_internal: str = key(f"{DELIVERY}/gitlab-professional-services", "customers staffed by us")
    delivery_partner: str = key(
        f"{DELIVERY}/gitlab-partner-collaboration", "customers staffed fully or partly by partners"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabProjects:
    """Projects by path."""

    ps_plan: str = key(PS_PLAN, "change orders, work at risk, work exceptions, retrospectives")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLab:
    """The GitLab instance that holds epics and collaboration projects."""

    url: str = key("https://gitlab.com", "root of the instance, may have a path (PSDM_GITLAB_URL)", check=gitlab_url)
    groups: GitLabGroups = GitLabGroups()
    projects: GitLabProjects = GitLabProjects()
    health_label: str | None = key(
        None, 'label of Customer Epics where the plan has no health, such as "PS Health::{color}"; null: none'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KantataFields:
    """Names of the custom fields in the Kantata account."""

    billing_type: str = key("Billing Type", "project: time and materials, fixed fee and so on")
    sow: str = key("SOW", "project: number of the SOW")
    sow_expiry: str = key("SOW Expiry", "project: last day of the contract")
    gitlab_link: str = key("GitLab Project Link", "project: address of the collaboration project")
    signoff_sent: str = key("Sign Off Sent", "milestone: sign-off requested")
    signoff_received: str = key("Sign Off Received", "milestone: sign-off came back")
    passive_acceptance: str = key("Passive Acceptance Utilized for Sign Off", "milestone: accepted by silence")
    passive_language: str = key(
        "Passive Acceptance Language", "project: days until silence is acceptance, or No; empty: the policy's days"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kantata:
    """Kantata OX, formerly Mavenlink."""

    url: str = key(
        "https://api.mavenlink.com/api/v1", "base of the API, ends in /api/v1 (PSDM_KANTATA_URL)", check=kantata_url
    )
    coordinator: str | None = key(None, "user id or e-mail of the project coordinator")
    parallel_requests: int = key(4, "requests at a time, 1 to 8", within=(1, 8))
    patience_seconds: int = key(120, "longest wait while it limits or fails, 1 to 3600", within=(1, 3600))
    fields: KantataFields = KantataFields()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pm:
    """The project manager: you."""

    label: str | None = key(None, "the name in PM::name; null: your GitLab username")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Days and the fiscal year."""

    zone: str = key("America/New_York", "zone of all deadlines and of the as-of date", check=zone_name)
    fiscal_year_start: int = key(2, "month in which the fiscal year begins", within=(1, 12))
    holiday_calendars: tuple[str, ...] | None = key(
        None, "names of the Kantata holiday calendars that count; null: all"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A GitLab label: exact spelling and colour."""

    name: str
    color: str = field(metadata={CHECK: colour})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """Weekly deadlines in calendar.zone. Monday's two are policy.prep_complete_at and policy.forecast_updated_at."""

    preset: str = key(
        "handbook", "handbook, or handbook-2025: the later one's, but for keys that you set otherwise", check=preset
    )
    timesheets_submitted: str = key("Friday 23:59", "PSE, PM, TA", check=week_moment)
    timesheets_approved: str = key("Monday 11:00", "PM, backup: project coordinator", check=week_moment)
    top_customer_list: str = key("Tuesday 12:00", "PS Ops sends the Top Customer list", check=week_moment)
    top_customer_notes: str = key("Wednesday 08:00", "PM: notes written", check=week_moment)
    health_reports: str = key("Thursday 23:59", "PM: one for each active project", check=week_moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """Slack channels by use."""

    pmo: str = key("#ps_pmo", "schedules, Top Customer report")
    internal: str = key("#ps-internal", "wins, pinned retrospectives")
    leadership: str = key("#ps-project-leadership", "closeout reports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """Where a message is meant for; psdm prints it ready to paste."""

    channels: Channels = Channels()
    engagement_managers: str = key("@em", "mentioned in closeout reports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The local database: mirror of Kantata, snapshots, answers."""

    url: str | None = key(
        None, "address of a database (PSDM_DATABASE_URL); null: a SQLite file in the data folder", check=store_url
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklists:
    """Your team's own checklists."""

    folder: str | None = key(
        None, "folder with YAML files, from this file's folder on; the same id replaces ours, new ids add"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """Your team's own texts."""

    folder: str | None = key(
        None,
        "folder with NAME.j2 files, from this file's folder on; each replaces ours; null: templates, if it is there",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Upside:
    """The weekly revenue tracking sheet."""

    columns: str | None = key(
        None, "YAML file with the sheet's columns, from this file's folder on; null: ours (docs/upside.md)"
    )


def default_labels() -> Mapping[str, Label]:
    """The handbook's labels."""
    return MappingProxyType({name: Label(name=text, color=color) for name, (text, color, _) in LABELS.items()})


def default_links() -> Mapping[str, str]:
    """The handbook's links."""
    return MappingProxyType(dict(LINKS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. Defaults are the handbook's; see `psdm_cli.settings.loading` for how they are put together."""

    gitlab: GitLab = GitLab()
    kantata: Kantata = Kantata()
    pm: Pm = Pm()
    calendar: Calendar = Calendar()
    policy: Policy = field(default=Policy(), metadata={CHECK: sensible_policy})
    labels: Mapping[str, Label] = field(default_factory=default_labels)
    links: Mapping[str, str] = field(default_factory=default_links, metadata={CHECK: web_address})
    cadence: Cadence = Cadence()
    slack: Slack = Slack()
    store: Store = Store()
    checklists: Checklists = Checklists()
    templates: Templates = Templates()
    upside: Upside = Upside()
