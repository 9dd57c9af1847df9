"""Adding an upside entry: what was told, held against Kantata, GitLab and the rules (domain.md 3.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from psdm_cli.domain import upside_sources as sources
from psdm_cli.domain.dates import Quarter, quarter_of
from psdm_cli.domain.money import CENT
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import refused
from psdm_cli.domain.upside import Scenario, UpsideEntry, upside_reason
from psdm_cli.domain.upside_changes import Period, Today, period
from psdm_cli.domain.upside_sources import IssueAddress, NotUpsideError, Origin
from psdm_cli.errors import NotAllowed, RefusedByRule, Unavailable, WrongUsage
from psdm_cli.workflows.upside_told import Maker, Told

if TYPE_CHECKING:
    from psdm_cli.domain.assessment import Assessment
    from psdm_cli.domain.engagements import Engagement
    from psdm_cli.domain.funds import EngagementForecast
    from psdm_cli.domain.gitlab import Issue
    from psdm_cli.domain.policy import Policy
    from psdm_cli.systems.gitlab_ports import GitLab

ASSUMED = "the change order could not be looked at in GitLab"
PROBABILITY = {
    Scenario.SOFT_BOOKING: "soft_probability",
    Scenario.PENDING_CO: "pending_co_probability",
    Scenario.MILESTONE: "milestone_probability",
    Scenario.OTHER: "other_probability",
}


@dataclass(frozen=True, slots=True)
class Made:
    """An entry, not stored yet, and what to know about it."""

    entry: UpsideEntry
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adding:
    """What entries of an engagement are held against. `gitlab` None: it cannot be asked, `why_not` says why.

    `label` is what a change order's issue carries.
    """

    assessment: Assessment
    engagement: Engagement
    gitlab: GitLab | None = None
    why_not: str = ASSUMED
    label: str = "Change Order"
    _issues: dict[str, Issue | None] = field(default_factory=dict)
    _unseen: dict[str, str] = field(default_factory=dict)

    @property
    def forecast(self) -> EngagementForecast:
        """The engagement's figures."""
        return next(f for f in self.assessment.forecasts if f.engagement.id == self.engagement.id)

    @property
    def policy(self) -> Policy:
        """The numbers."""
        return self.assessment.policy

    @property
    def today(self) -> Today:
        """The day that the rules look from."""
        return Today(self.assessment.as_of, self.assessment.rules.fiscal_year_start)

    def quarter_told(self, told: Told) -> Quarter:
        """The quarter that is meant. Raises `WrongUsage`, `RefusedByRule` for one that ended."""
        return self.today.quarter_named(self.period_told(told).quarter)

    def period_told(self, told: Told, origin: Origin | None = None) -> Period:
        """When it is expected: as told; else when its work begins; else at the end of the quarter."""
        usual = origin.begins if origin is not None else None
        if usual is None:
            named = None if told.quarter is None else self.today.quarter_named(told.quarter)
            usual = (named or self.assessment.quarter).last_day
        return period(self.today, told.quarter, told.month, usual=usual)

    def latest(self, quarter: Quarter) -> date:
        """The day up to which a milestone may still be pulled into a quarter."""
        return quarter.last_day + timedelta(days=self.policy.upside_milestone_days_after_quarter)

    def choices(self, scenario: Scenario, quarter: Quarter) -> tuple[Origin, ...]:
        """What an entry of this scenario could stand for."""
        if scenario is Scenario.SOFT_BOOKING:
            return sources.soft_bookings(self.forecast, quarter, self.assessment.as_of)
        if scenario is Scenario.MILESTONE:
            return sources.milestones(self.forecast, quarter, self.latest(quarter))
        return ()

    def must_see(self, scenario: Scenario) -> None:
        """Raise `NotAllowed` where the rule of a scenario cannot be kept, since Kantata shows too little."""
        needed = {
            Scenario.SOFT_BOOKING: (Kind.ALLOCATIONS,),
            Scenario.MILESTONE: (Kind.STORIES, Kind.BILLING_MILESTONES),
        }
        unseen = refused(self.assessment, *needed.get(scenario, ()))
        if unseen:
            raise NotAllowed(f"A {scenario.value} entry is held against Kantata: {'; '.join(unseen)}.")

    def probability(self, told: Told, scenario: Scenario) -> Decimal | None:
        """How likely it is: as told, else the configuration's; None where it is to be stated."""
        usual: Decimal | None = getattr(self.policy, PROBABILITY[scenario])
        return told.probability if told.probability is not None else usual

    def issue(self, address: IssueAddress) -> Issue | None:
        """The change order's issue; None where it is not there, is hidden, or GitLab cannot be asked."""
        if self.gitlab is None:
            return None
        if address.url not in self._issues:
            try:
                self._issues[address.url] = self.gitlab.issue(address.project, address.iid)
            except (NotAllowed, Unavailable) as error:  # the rule is not verified then, and that is said
                self._issues[address.url] = None
                self._unseen[address.url] = error.message.rstrip(".")
        return self._issues[address.url]

    def make(self, told: Told, maker: Maker) -> Made:
        """The entry. Raises `WrongUsage` for what is missing or senseless, `RefusedByRule`, `NotAllowed`."""
        try:
            return self._make(told, maker)
        except NotUpsideError as error:
            raise RefusedByRule(str(error), hint=error.hint) from None
        except ValueError as error:
            raise WrongUsage(f"This entry makes no sense: {error}.") from None

    def _make(self, told: Told, maker: Maker) -> Made:
        told.check()
        scenario = told.meant
        if scenario is None:
            raise WrongUsage(f"An upside entry needs its scenario: --scenario {'|'.join(Scenario)}.")
        quarter = self.quarter_told(told)
        self.must_see(scenario)
        origin, warnings = self._origin(told, scenario, quarter)
        when = self.period_told(told, origin)
        hours, amount, currency = self._worth(told, origin)
        chance = self.probability(told, scenario)
        if chance is None:
            raise WrongUsage(f"A {scenario.value} entry needs its probability: --probability 60.")
        own = self.engagement.currency
        if currency is not None and own is not None and currency != own.code:
            warnings += (f"{self.engagement.name} is in {own.code}, this entry in {currency}: they are not added up.",)
        entry = UpsideEntry(
            source=origin.source,
            project=self.engagement.id,
            sow=self.engagement.sow,
            engagement=self.engagement.name,
            what=origin.what,
            scenario=scenario,
            hours=hours,
            amount=amount,
            currency=currency,
            quarter=when.quarter,
            month=when.month,
            probability=chance,
            reason=self._reason(told),
            links=origin.links,
            who=maker.who,
            at=maker.at,
            reviewed_at=maker.at,
        )
        return Made(entry, warnings)

    def _reason(self, told: Told) -> str:
        try:
            return upside_reason(told.reason or "")
        except ValueError as error:
            raise WrongUsage(f"An upside entry needs --reason: {error}.") from None

    def _worth(self, told: Told, origin: Origin) -> tuple[Decimal | None, Decimal | None, str | None]:
        """Hours, amount and currency: as told, else Kantata's."""
        if told.amount is not None:
            return told.hours if told.hours is not None else origin.hours, told.amount, told.currency
        if told.hours is not None and told.rate is not None:
            return told.hours, (told.hours * told.rate).quantize(CENT), told.currency
        if told.hours is not None:
            raise WrongUsage("--hours needs --rate, or --amount beside it.")
        if origin.amount is None and not (origin.hours is not None and origin.currency is None):
            raise WrongUsage("An upside entry needs what it is worth: --amount and --currency, or --hours and --rate.")
        return origin.hours, origin.amount, origin.currency

    def _origin(self, told: Told, scenario: Scenario, quarter: Quarter) -> tuple[Origin, tuple[str, ...]]:
        if scenario is Scenario.SOFT_BOOKING:
            return self._soft(told, quarter), ()
        if scenario is Scenario.MILESTONE:
            return self._milestone(told, quarter)
        if scenario is Scenario.PENDING_CO:
            return self._change_order(told, quarter)
        return sources.other(self.engagement, self._reason(told)), ()

    def _soft(self, told: Told, quarter: Quarter) -> Origin:
        if told.allocation is not None:
            return sources.soft_booking(self.forecast, told.allocation, quarter, self.assessment.as_of)
        found = self.choices(Scenario.SOFT_BOOKING, quarter)
        if not found:
            raise sources.no_soft_booking(self.engagement, quarter)
        return _only(found, "--allocation", "allocation")

    def _milestone(self, told: Told, quarter: Quarter) -> tuple[Origin, tuple[str, ...]]:
        if told.milestone is not None:
            fields = self.assessment.rules.fields
            found = sources.milestone(self.forecast, told.milestone, quarter, fields, self.latest(quarter))
        else:
            every = self.choices(Scenario.MILESTONE, quarter)
            if not every:
                raise NotUpsideError(f"{self.engagement.name} has no open milestone that could land in {quarter.name}.")
            found = _only(every, "--milestone", "milestone")
        doubled = f"The {found.what} is dated {found.links.get('due')}: until its date moves it is in the forecast too."
        return found, (doubled,) if "due" in found.links else ()

    def _change_order(self, told: Told, quarter: Quarter) -> tuple[Origin, tuple[str, ...]]:
        address = told.change_order
        if address is None:
            raise WrongUsage("A pending-co entry needs its issue in GitLab: --change-order URL.")
        as_of = self.assessment.as_of
        now = quarter_of(as_of, self.today.fiscal_year_start)
        if quarter != now or (told.work_ends is not None and not as_of <= told.work_ends < now.end):
            said = f" It ends on {told.work_ends}." if told.work_ends is not None else ""
            raise NotUpsideError(
                f"A pending change order is upside only where its work ends in this fiscal quarter, {now.name}.{said}"
            )
        issue = self.issue(address)
        if issue is None:
            why = f"{address.url} is not there, or not visible" if self.gitlab is not None else self.why_not
            why = self._unseen.get(address.url, why)
            return sources.change_order(address, None), (
                f"{why}: whether the change order is pending is not verified.",
            )
        if issue.state == "closed":
            raise NotUpsideError(f"The change order “{issue.title}” is closed: it is pending no more.")
        shown = sources.in_kantata(issue.title, self.engagement, self.assessment.all_engagements)
        if shown is not None:
            raise NotUpsideError(
                f"The change order “{issue.title}” is in Kantata already, as {shown}.", "Forecast it there instead."
            )
        return sources.change_order(address, issue.title), tuple(self._doubts(issue))

    def _doubts(self, issue: Issue) -> list[str]:
        sow = self.engagement.sow
        named = f"{issue.title} {' '.join(issue.labels)}".casefold()
        labels = {each.casefold() for each in issue.labels}
        doubts = []
        if self.label.casefold() not in labels and not issue.title.strip().casefold().startswith("change order"):
            doubts.append(f"“{issue.title}” carries no label {self.label}: is it a change order?")
        if sow is not None and re.search(rf"\b{re.escape(sow.casefold())}\b", named) is None:
            doubts.append(f"“{issue.title}” does not name {sow}.")
        return doubts


def _only(found: tuple[Origin, ...], option: str, link: str) -> Origin:
    if len(found) == 1:
        return found[0]
    named = "; ".join(f"{each.links[link]} ({each.label})" for each in found[:6])
    more = f"; and {len(found) - 6} more" if len(found) > 6 else ""
    raise WrongUsage(f"There are {len(found)} of them: say which with {option}. {named}{more}")
