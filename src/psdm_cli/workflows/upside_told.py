"""What is told of a new upside entry, by a person, options or a sheet, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from psdm_cli.domain.upside import Scenario
from psdm_cli.domain.upside_sources import IssueAddress
from psdm_cli.errors import WrongUsage


@dataclass(frozen=True, slots=True)
class Told:
    """What a person, an option or a row of a sheet says of a new entry; None: nothing."""

    scenario: Scenario | None = None
    amount: Decimal | None = None
    hours: Decimal | None = None
    rate: Decimal | None = None
    currency: str | None = None
    quarter: str | None = None
    month: str | None = None
    probability: Decimal | None = None
    reason: str | None = None
    allocation: str | None = None
    change_order: IssueAddress | None = None
    milestone: str | None = None
    work_ends: date | None = None

    def check(self) -> None:
        """Raise `WrongUsage` for what contradicts itself, whatever the engagement."""
        if self.rate is not None and self.hours is None:
            raise WrongUsage("--rate needs --hours: the amount is hours times rate.")
        if self.amount is not None and self.rate is not None:
            raise WrongUsage("--amount and --rate ask for two amounts; give --amount, or --hours and --rate.")
        if self.currency is None and (self.amount is not None or self.rate is not None):
            raise WrongUsage("An amount needs its currency: --currency USD.")
        links = {
            Scenario.SOFT_BOOKING: ("--allocation", self.allocation),
            Scenario.PENDING_CO: ("--change-order", self.change_order),
            Scenario.MILESTONE: ("--milestone", self.milestone),
        }
        for scenario, (option, value) in links.items():
            if value is not None and self.scenario not in (None, scenario):
                raise WrongUsage(f"{option} belongs to --scenario {scenario.value}, not to {self.scenario}.")

    @property
    def meant(self) -> Scenario | None:
        """The scenario, said or meant by what it is about."""
        if self.scenario is not None:
            return self.scenario
        if self.allocation is not None:
            return Scenario.SOFT_BOOKING
        if self.change_order is not None:
            return Scenario.PENDING_CO
        return Scenario.MILESTONE if self.milestone is not None else None


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes an entry, when."""

    who: str
    at: datetime
