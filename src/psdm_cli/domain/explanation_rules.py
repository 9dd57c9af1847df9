"""The rule behind every figure and step in one plain sentence, with where it stands and the handbook's clauses."""

from __future__ import annotations

from collections.abc import Mapping

from psdm_cli.domain.explanation import Rule
from psdm_cli.domain.handbook import CLAUSES, Clause

_FORECAST, _SPREAD, _CHECKS, _CHANGES = "rules.md 3", "rules.md 2", "rules.md 4", "rules.md 5"
_REMAINING = "Remaining is the price of the project less what Kantata counts as used."

_RULES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "budget": (_FORECAST, "The budget is the project's price in Kantata.", ("remaining-funds",)),
    "used": (_FORECAST, "Used is what Kantata counts as used of the price.", ("remaining-funds",)),
    "remaining": (_FORECAST, _REMAINING, ("remaining-funds",)),
    "to_forecast": (
        _FORECAST,
        "To forecast is what remains of the price less the value of hard bookings from the as-of date on; for a fixed "
        "fee less the open milestones dated from the as-of date on. Above zero it is money not planned, below zero "
        "more is planned than was sold.",
        ("remaining-funds", "two-months-out"),
    ),
    "hard_booked": (
        _FORECAST,
        "Hard-booked is the value of all days of hard bookings from the as-of date on, however far ahead: hours times "
        "the resource's bill rate.",
        ("hard-allocations",),
    ),
    "soft_booked": (
        _FORECAST,
        "Soft-booked is the value of all days of soft bookings from the as-of date on. It never enters the forecast.",
        ("soft-allocations",),
    ),
    "hard_hours": (_FORECAST, "The hours of hard bookings on days from the as-of date on.", ("hard-allocations",)),
    "soft_hours": (_FORECAST, "The hours of soft bookings on days from the as-of date on.", ("soft-allocations",)),
    "unpriced_hours": (
        _SPREAD,
        "The hours, hard and soft, on days from the as-of date on of bookings whose bill rate the token cannot see. "
        "A rate of zero is a rate. Amounts that need a missing rate are unknown, not zero.",
        ("hard-allocations",),
    ),
    "forecast": (
        _FORECAST,
        "A month's forecast is the value of its hard-booked days from the as-of date on: hours, spread over the "
        "person's working days, times the bill rate. Soft bookings never enter it.",
        ("hard-allocations", "soft-allocations"),
    ),
    "forecast of a fixed fee": (
        _FORECAST,
        "The forecast of a fixed fee is the value of its open milestones in the month of their date; bookings make no "
        "money there. Milestones that are overdue or undated are in no month.",
        ("milestone-dates",),
    ),
    "worked": (
        _FORECAST,
        "Worked is the exact sum of the month's billable time entries before the as-of date at their own rates, "
        "rounded once.",
        ("forecast-accurate",),
    ),
    "worked of a fixed fee": (
        _FORECAST,
        "For a fixed fee worked is zero: milestones, not hours, make its revenue.",
        ("milestone-dates",),
    ),
    "month_total": (
        _FORECAST,
        "The month's total is what was worked before the as-of date and what is forecast from it on.",
        ("forecast-accurate",),
    ),
    "beyond": (
        _FORECAST,
        "Beyond is what is forecast after the months that are shown.",
        ("hard-allocations", "milestone-dates"),
    ),
    "overdue": (
        _FORECAST,
        "Overdue is the value of the open milestones dated before the as-of date: in no month, still to forecast.",
        ("milestone-dates",),
    ),
    "undated": (
        _FORECAST,
        "Undated is the value of the open milestones without a date: in no month, still to forecast.",
        ("milestone-dates",),
    ),
    "milestones": (
        _FORECAST,
        "A fixed fee's milestones are its open fixed-fee milestone tasks without a milestone above them; uninvoiced "
        "billing milestones linked to one replace its value and date, and those that stand alone count too.",
        ("milestone-dates",),
    ),
    "eac": (
        _FORECAST,
        "The estimate at completion is what is used and the value of hard bookings to come; for a fixed fee the price.",
        ("hours-against-scope",),
    ),
    "burn": (_FORECAST, "Burn is the used share of the price.", ("hours-against-scope",)),
    "runway": (
        _FORECAST,
        "The runway ends when the hard-booked hours to come are worked at the average pace of the last four full "
        "weeks.",
        ("hours-against-scope",),
    ),
    "coverage": (
        _CHECKS,
        "Every role in the project (and always the PM) needs hard hours in each week from the as-of date, or the "
        "kickoff, to two months out or the project's end. Weeks without a business day do not count.",
        ("hard-after-kickoff", "two-months-out"),
    ),
    "kickoff": (
        _CHECKS,
        "The kickoff is the date that psdm was told, else the earliest due date of a task named kickoff, else the "
        "project's start.",
        ("hard-after-kickoff",),
    ),
    "end": (_CHECKS, "The end is the project's due date, else the one Kantata works out from its tasks.", ()),
    "type": (
        "rules.md 1",
        "The type is read from the field Billing Type; an absent or unknown one is fixed fee where tasks are so by "
        "default, else time and materials.",
        ("milestone-dates",),
    ),
    "changes": (
        _CHANGES,
        "Changes are compared on days from the later as-of date on, so that elapsed days are none. Each cause is the "
        "difference it makes after the ones before it.",
        ("pushes",),
    ),
    "totals": (
        _FORECAST,
        "A total is the sum of the engagements' forecasts of the month in one currency; unknown ones are left out and "
        "named. Currencies are never added together.",
        ("forecast-accurate",),
    ),
    "worked_totals": (
        _FORECAST,
        "The sum of what the engagements worked in the month, in one currency; unknown ones are left out and named.",
        ("forecast-accurate",),
    ),
    "people": (
        _CHECKS,
        "Booked is the share of hard hours in the working time of as-of's ISO week and the next three together, days "
        "before the as-of date included. Below 80 % a person is under-allocated. A lower bound: bookings on projects "
        "that the token cannot see are missing.",
        ("under-allocated",),
    ),
    "time_elapsed": (
        _FORECAST,
        "The share of the days from the project's start to its end that have gone.",
        ("hours-against-scope",),
    ),
    "FP-01": (_FORECAST, "One finding an engagement whose funds to forecast are not zero.", ("remaining-funds",)),
    "FP-02": (
        _CHECKS,
        "Open tasks need a start and a due date; a milestone needs only the due date.",
        ("task-dates",),
    ),
    "FP-03": (
        "rules.md 3 and 5",
        "What makes a figure unknown or doubtful is shown, never silently dropped; and forecast money that was pushed, "
        "fell or is gone since the last frozen week is called out.",
        ("forecast-accurate", "pushes"),
    ),
    "FP-04": (
        _CHECKS,
        "Candidates for upside are soft bookings with days in the fiscal quarter, and fixed-fee milestones that are "
        "undated, overdue, or due up to 30 days after it.",
        ("upside", "upside-milestones", "upside-sheet"),
    ),
    "FP-05": (
        _CHECKS,
        "The audit names open tasks that are overdue or that nobody is assigned to, completed ones with a due date "
        "ahead, and milestones without a date.",
        ("task-audit",),
    ),
    "FP-06": (_CHECKS, "", ("under-allocated",)),
    "FP-07": (
        _CHECKS,
        "No soft booking may have hours in the as-of month, days before the as-of date included, unless the project "
        "has just kicked off (up to ten business days ago).",
        ("soft-this-month", "soft-allocations"),
    ),
    "FP-08": (_CHECKS, "", ("hard-after-kickoff", "two-months-out")),
    "FP-09": (
        _CHECKS,
        "Whoever was hard-booked in the last full ISO week and entered no time there is missing; entries up to its end "
        "that are not approved are named where the project requires approvals.",
        ("weekly-update",),
    ),
    "FP-10": (
        _CHECKS,
        "A sign-off is at risk when its milestone is due in the fiscal quarter, none was sent, and it is overdue or "
        "due on or after the quarter's fifth-last business day.",
        ("milestone-dates",),
    ),
    "FP-11": (
        _CHECKS,
        "An Active engagement needs a health report that is at most seven days old.",
        ("weekly-update",),
    ),
}
_SAME = {"FP-06": "people", "FP-08": "coverage"}  # steps that ask for a figure's own rule


def rule_of(name: str) -> Rule:
    """The rule of a figure or step."""
    source, text, _ = _RULES[name]
    return Rule(source, text or _RULES[_SAME[name]][1])


def clauses_of(name: str) -> tuple[Clause, ...]:
    """The handbook's clauses behind a figure or step."""
    return tuple(CLAUSES[clause] for clause in _RULES[name][2])
