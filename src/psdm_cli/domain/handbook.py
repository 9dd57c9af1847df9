"""The handbook's clauses that the forecast stands on, by name: heading, the page's own words, address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PAGE = "https://handbook.gitlab.com/handbook/customer-success/professional-services-engineering/project-mgmt/"
PAGE_TITLE = "Professional Services Project Management"

_FORECASTING = "Forecasting Time and Materials (T&M) and Fixed Fee (FF)"
_PREP = "Forecast call prep (to be complete by 10am est Mondays)"
_UPSIDE = "How to Track Upside"
_KANTATA = "Kantata"
_HEALTH = "Reporting Project Health"
_ANCHORS: Mapping[str, str] = {
    _FORECASTING: "forecasting-time-and-materials-tm-and-fixed-fee-ff",
    _PREP: "forecast-call-prep-to-be-complete-by-10am-est-mondays",
    _UPSIDE: "how-to-track-upside",
    _KANTATA: "kantata",
    _HEALTH: "reporting-project-health",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence of the handbook page under its heading."""

    name: str
    heading: str
    text: str

    @property
    def url(self) -> str:
        """The page at that heading."""
        return f"{PAGE}#{_ANCHORS[self.heading]}"


def _clauses(*rows: tuple[str, str, str]) -> dict[str, Clause]:
    return {name: Clause(name, heading, text) for name, heading, text in rows}


CLAUSES: Mapping[str, Clause] = _clauses(
    (
        "hard-allocations",
        _FORECASTING,
        "Hard allocations will promise team member availability, for the requested hours, once approved by the project "
        "coordinator. The allocated hours will also project into the revenue forecast",
    ),
    (
        "soft-allocations",
        _FORECASTING,
        "Soft allocation will not promise team member availability for a project, and will not be projected into the "
        "revenue forecast",
    ),
    (
        "two-months-out",
        _FORECASTING,
        "For T&M and FF projects, it is the responsibility of the PM to forecast (hard-book) the PM, PSE, and TA time "
        "for the project 2 months out in Kantata. Our goal is to be able to be accurate within +/- 5% of our estimated "
        "forecast.",
    ),
    (
        "blocks-accuracy",
        _FORECASTING,
        "For Consulting Blocks and Dedicated Engineer Services, […] our goal is to be within +/- 10% of our estimated "
        "forecast after we have our initial EM>PS Transition Meeting",
    ),
    (
        "milestone-dates",
        _FORECASTING,
        "If it's a FF project, we need to update the dates on the Milestones in order for it to reflect in our "
        "forecast",
    ),
    ("pushes", _FORECASTING, 'It is helpful to call out forecast that "pushes" in the Top Customer report'),
    (
        "upside",
        _UPSIDE,
        "If we are unable to confidently forecast the project resources 2 months out, we need to soft-book their/our "
        "time […], and ensure that time is added to the upside report.",
    ),
    (
        "upside-milestones",
        _UPSIDE,
        "If we anticipate a Milestone date will be adjusted to complete in the quarter, but it has not yet been "
        "confirmed/verified, add it to the Upside",
    ),
    (
        "booking-types",
        _KANTATA,
        "There are 2 types of bookings: Soft bookings are non-confirmed allocations for team members (displayed as "
        "striped cells) […]",
    ),
    (
        "hours-against-scope",
        _KANTATA,
        "From here the PMO team reviews and manages the Delivery team hours against the Project scope in order to "
        "effectively report on Project progress with the Customer.",
    ),
    ("remaining-funds", _PREP, 'Run "Remaining Funds to Forecast" report'),
    ("task-dates", _PREP, "Ensure that you have start/complete dates in for ALL of your project tasks"),
    ("forecast-accurate", _PREP, "Run your Forecast report and ensure it's accurate"),
    ("upside-sheet", _PREP, "Add upside added to forecast sheet (daily/weekly)"),
    ("task-audit", _PREP, 'Run the "Task Audit Report"'),
    (
        "under-allocated",
        _PREP,
        "Review all soft & hard bookings and look at all team members in light blue. Help to find work for these team "
        "members as they are under allocated!",
    ),
    (
        "soft-this-month",
        _PREP,
        "There should be no soft allocations for the current month unless the project has just kicked off",
    ),
    ("hard-after-kickoff", _PREP, "Ensure hard bookings are in place for all projects post kick-off"),
    (
        "weekly-update",
        _HEALTH,
        "The PMO team ensures our forecast & upside is updated by Monday, 11am EST, as the PS Ops team prepares the "
        "weekly reports per the PS Reporting schedule.",
    ),
)
