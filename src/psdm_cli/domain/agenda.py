"""What is due, for which project, by when: the week's deadlines and what the mirror says about each engagement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.cadence import Cadence, Duty, is_overdue, time_left
from psdm_cli.domain.contract_clocks import RiskWatch
from psdm_cli.domain.findings import Finding, State, Step
from psdm_cli.domain.waivers import Waiver

WEEK = timedelta(days=7)
SAME_MONEY = frozenset({"FP-08"})  # both roles of an uncovered engagement name its whole open money


class Urgency(StrEnum):
    """How pressing an item is. TODAY: due on the as-of date in the handbook's zone; WEEK: within seven days."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class StepStake:
    """How many open findings a step has, and the money behind them per currency."""

    step: str
    count: int
    amounts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. `due` in the handbook's zone; None: it has no deadline.

    `amount` is the money at stake in currency units, `stake` the same in subunits for ordering. `subject` is how a PM
    calls the engagement; empty where it is about all of them.
    """

    id: str
    what: str
    due: datetime | None
    command: str
    subject: str = ""
    sow: str | None = None
    project: str | None = None
    lead: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    stake: int = 0
    findings: tuple[StepStake, ...] = ()

    def urgency(self, now: datetime) -> Urgency:
        """How pressing it is at this moment; `now` in the handbook's zone."""
        if self.due is None:
            return Urgency.LATER
        if is_overdue(self.due, now):
            return Urgency.OVERDUE
        if self.due.date() == now.date():
            return Urgency.TODAY
        return Urgency.WEEK if time_left(self.due, now) <= WEEK else Urgency.LATER


@dataclass(frozen=True, slots=True)
class OpenChecklist:
    """A checklist run that is not complete, other than the week's forecast preparation."""

    id: str
    title: str
    subject: str
    name: str
    left: int | None
    project: str | None = None
    sow: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the agenda is made from. `steps` have their waivers applied; `now` is in the handbook's zone.

    `frozen`: this week's forecast is a snapshot. `open_manual`: manual steps of the preparation that nobody answered.
    `ticked`: duties of this week that the PM said are done. `risks`: open works at risk, as GitLab last showed them.
    """

    assessment: Assessment
    steps: tuple[Step, ...]
    cadence: Cadence
    now: datetime
    waivers: tuple[Waiver, ...] = ()
    frozen: bool = False
    open_manual: tuple[str, ...] = ()
    ticked: frozenset[Duty] = frozenset()
    checklists: tuple[OpenChecklist, ...] = ()
    risks: RiskWatch = field(default_factory=RiskWatch)

    @property
    def as_of(self) -> date:
        """The day that is looked from."""
        return self.assessment.as_of

    @property
    def prepared(self) -> bool:
        """Whether Monday's work is done: the forecast is frozen and every manual step was answered."""
        return self.frozen and not self.open_manual

    def has_done(self, duty: Duty) -> bool:
        """Whether a duty of this week is done, by what psdm sees or by what the PM said."""
        if duty in self.ticked:
            return True
        return duty in (Duty.PREP_COMPLETE, Duty.FORECAST_UPDATED) and self.prepared

    def step(self, step_id: str) -> Step | None:
        """A step of the forecast preparation."""
        return next((step for step in self.steps if step.id == step_id), None)


@dataclass(frozen=True, slots=True)
class Agenda:
    """The items, most pressing first; per step what is open in all; and what could not be looked at.

    `unasked`: what was not looked at because nobody asked for it; it changes neither status nor exit code.
    """

    as_of: date
    now: datetime
    items: tuple[Item, ...]
    steps: tuple[StepStake, ...] = ()
    unverified: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    done: tuple[Duty, ...] = field(default=())

    def of(self, urgency: Urgency) -> tuple[Item, ...]:
        """The items of one urgency."""
        return tuple(item for item in self.items if item.urgency(self.now) is urgency)

    @property
    def is_pressing(self) -> bool:
        """Whether something is overdue or due today."""
        return any(item.urgency(self.now) in (Urgency.OVERDUE, Urgency.TODAY) for item in self.items)


Source = Callable[[Standing], Iterable[Item]]


def agenda(standing: Standing, sources: Iterable[Source], warnings: Iterable[str] = ()) -> Agenda:
    """What these sources find, in order; each looks at one kind of thing (`agenda_items.SOURCES`)."""
    found = [item for source in sources for item in source(standing)]
    unseen = [f"{s.id} {s.title}: {s.reason}" for s in standing.steps if s.state is State.UNVERIFIED]
    risks = standing.risks
    about_risks = f"Works at risk: {risks.why_not}" if risks.why_not else ""
    unseen += [about_risks] if risks.failed else []
    return Agenda(
        as_of=standing.as_of,
        now=standing.now,
        items=in_order(found, standing.now),
        steps=tuple(stake for step in standing.steps if (stake := stake_of(step, step.live)) is not None),
        unverified=tuple(unseen),
        unasked=(about_risks,) if about_risks and not risks.failed and risks.seen_on is None else (),
        warnings=tuple(dict.fromkeys(warnings)),
        done=tuple(duty for duty in Duty if duty in standing.cadence and standing.has_done(duty)),
    )


def in_order(items: Iterable[Item], now: datetime) -> tuple[Item, ...]:
    """Overdue first, then by time left and money at stake; what has no deadline last."""

    def order(item: Item) -> tuple[bool, bool, datetime, int, str, str]:
        overdue = item.urgency(now) is Urgency.OVERDUE
        due = item.due.astimezone(UTC) if item.due else datetime.max.replace(tzinfo=UTC)
        return not overdue, item.due is None, due, -abs(item.stake), item.subject, item.id

    return tuple(sorted(items, key=order))


def stake_of(step: Step, findings: Iterable[Finding]) -> StepStake | None:
    """What findings of a step amount to, without signs; None without any.

    Every uncovered role of an engagement names its whole open money (FP-08): it is counted once.
    """
    wanted = tuple(findings)
    if not wanted:
        return None
    amounts: dict[str, Decimal] = {}
    seen: set[str | None] = set()
    for finding in wanted:
        if finding.amount is None or finding.currency is None:
            continue
        if step.id in SAME_MONEY and finding.project in seen:
            continue
        seen.add(finding.project)
        amounts[finding.currency] = amounts.get(finding.currency, Decimal(0)) + abs(finding.amount)
    return StepStake(step.id, len(wanted), {code: amount for code, amount in amounts.items() if amount})
