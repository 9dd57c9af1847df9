"""Everything one forecast preparation knows, reckoned once: what the steps look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from psdm_cli.domain.cadence import Cadence
from psdm_cli.domain.capacity import Calendars, calendars_of
from psdm_cli.domain.comparison import EngagementChanges, compare
from psdm_cli.domain.coverage import Gap, coverage, is_just_kicked_off
from psdm_cli.domain.dates import Quarter, freeze_monday, month_of, months_from, quarter_of, week_name
from psdm_cli.domain.engagement_building import engagements_of
from psdm_cli.domain.engagements import Engagement, FieldNames, has_status
from psdm_cli.domain.funds import EngagementForecast, Visible, forecast_of
from psdm_cli.domain.people import PersonLoad, loads, under_allocated
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.portfolio import Portfolio
from psdm_cli.domain.records import Kind, Malformed
from psdm_cli.domain.snapshots import Snapshot, freeze


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rules need beside the records: policy, names of fields, zone, fiscal year, holiday calendars.

    `cadence`: the week's deadlines where they are not Monday's two of the policy.
    """

    policy: Policy = field(default_factory=Policy)
    fields: FieldNames = field(default_factory=FieldNames)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/New_York"))
    fiscal_year_start: int = 2
    holiday_calendars: tuple[str, ...] | None = None
    cadence: Cadence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose engagements, narrowed to which statuses. `key` names the scope for snapshots."""

    key: str
    leads: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    all_people: bool = False


@dataclass(frozen=True)
class Assessment:
    """The portfolio reckoned as of a date. `engagements` and `forecasts` are in one order, Closed ones included.

    `all_engagements` are those of any status, such as Completed: their bookings take up people's time too.
    """

    as_of: date
    rules: Rules
    scope: Scope
    portfolio: Portfolio
    calendars: Calendars
    visible: Visible
    quarter: Quarter
    months: tuple[str, ...]
    engagements: tuple[Engagement, ...]
    forecasts: tuple[EngagementForecast, ...]
    coverage: Mapping[str, Mapping[str, Gap] | None]
    people: tuple[PersonLoad, ...]
    malformed: tuple[Malformed, ...]
    previous: Snapshot | None
    changes: tuple[EngagementChanges, ...]
    all_engagements: tuple[Engagement, ...] = ()

    @property
    def policy(self) -> Policy:
        """The numbers behind the findings."""
        return self.rules.policy

    @property
    def under_allocated(self) -> tuple[PersonLoad, ...]:
        """People below the threshold."""
        return under_allocated(self.people, self.policy)

    @property
    def week(self) -> str:
        """The ISO week that is being prepared."""
        return week_name(freeze_monday(self.as_of))

    def snapshot(self) -> Snapshot:
        """The forecast as it stands, to be frozen or compared."""
        return freeze(self.week, self.scope.key, self.as_of, self.forecasts)

    def delivering(self) -> tuple[EngagementForecast, ...]:
        """All but the engagements that take part only in the money steps (status Closed; rules.md 1)."""
        closed = self.policy.money_only_statuses
        return tuple(f for f in self.forecasts if not f.engagement.has_status(closed))

    def is_just_kicked_off(self, engagement: Engagement) -> bool:
        """Whether the engagement is in its grace period after kickoff."""
        return is_just_kicked_off(engagement, self.as_of, self.policy, self.calendars.holidays)


def assess(
    portfolio: Portfolio, as_of: date, rules: Rules, scope: Scope, previous: Snapshot | None = None
) -> Assessment:
    """Reckon a portfolio as of a date; compare it with an earlier snapshot where there is one."""
    policy = rules.policy
    calendars = calendars_of(
        members=portfolio.members,
        workweeks=portfolio.workweeks,
        holidays=portfolio.holidays,
        time_off=portfolio.time_off,
        holiday_calendars=rules.holiday_calendars,
        default_minutes=policy.default_workday_minutes,
    )
    found, senseless = engagements_of(portfolio, calendars, rules.fields)
    engagements = tuple(sorted((e for e in found if in_scope(e, policy, scope)), key=_reading_order))
    visible = Visible(
        bookings=portfolio.can_see(Kind.ALLOCATIONS),
        stories=portfolio.can_see(Kind.STORIES),
        billing_milestones=portfolio.can_see(Kind.BILLING_MILESTONES),
        time_entries=portfolio.can_see(Kind.TIME_ENTRIES),
    )
    forecasts = tuple(forecast_of(e, as_of, policy, rules.fields, visible) for e in engagements)
    covered: dict[str, Mapping[str, Gap] | None] = {
        e.id: coverage(e, as_of, policy, calendars.holidays)
        if portfolio.can_see(Kind.ALLOCATIONS, Kind.RESOURCES)
        else None
        for e in engagements
    }
    staff = {r.user_id for e in engagements for r in e.resources if r.user_id is not None}
    people = loads(
        as_of=as_of,
        policy=policy,
        calendars=calendars,
        members=portfolio.members,
        user_ids=None if scope.all_people else staff,
        bookings=(booking for e in found for booking in e.bookings),
        elsewhere=portfolio.elsewhere,
    )
    result = Assessment(
        as_of=as_of,
        rules=rules,
        scope=scope,
        portfolio=portfolio,
        calendars=calendars,
        visible=visible,
        quarter=quarter_of(as_of, rules.fiscal_year_start),
        months=months_from(month_of(as_of), policy.forecast_months_ahead + 1),
        engagements=engagements,
        forecasts=forecasts,
        coverage=covered,
        people=people if portfolio.can_see(Kind.PEOPLE, Kind.ALLOCATIONS, Kind.RESOURCES) else (),
        malformed=(*portfolio.malformed, *senseless),
        previous=None,
        changes=(),
        all_engagements=found,
    )
    return result if previous is None else compared(result, previous)


def compared(assessment: Assessment, previous: Snapshot) -> Assessment:
    """The same beside an earlier snapshot, with what changed since."""
    return replace(assessment, previous=previous, changes=compare(previous, assessment.snapshot()))


def in_scope(engagement: Engagement, policy: Policy, scope: Scope) -> bool:
    """Not archived, no hidden status, and of the wanted statuses if any are (rules.md 1). The lead was asked for."""
    if engagement.workspace.archived is True or engagement.has_status(policy.hidden_statuses):
        return False
    return not scope.statuses or has_status(engagement.workspace, scope.statuses)


def _reading_order(engagement: Engagement) -> tuple[str, str, str]:
    return (engagement.workspace.lead_name or "").casefold(), engagement.name, engagement.id
