"""The weekly deadlines by edition of the handbook: the one that psdm stands on, and the later one of 2025.

The later edition (domain.md 3.6, 3.7, 10) prepares the forecast by Tuesday 08:00, approves time by Monday 13:00, and
has the customers' notes, then called Portfolio Report, by Tuesday 08:00; of a list that is sent it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from psdm_cli.domain.cadence import Duty, Moment, MonthRule, moment

HANDBOOK, LATER = "handbook", "handbook-2025"
MONDAY, TUESDAY = 0, 1


@dataclass(frozen=True, slots=True)
class Preset:
    """An edition's week. `list_sent`: when the list of top customers is sent; None where none is."""

    name: str
    title: str
    duties: Mapping[Duty, Moment]
    list_sent: Moment | None
    report: str
    billing: MonthRule


PRESETS: Mapping[str, Preset] = {
    HANDBOOK: Preset(
        HANDBOOK,
        "the handbook's",
        {
            Duty.PREP_COMPLETE: Moment(MONDAY, time(10, 0)),
            Duty.FORECAST_UPDATED: Moment(MONDAY, time(11, 0)),
            Duty.TIMESHEETS_APPROVED: moment("Monday 11:00"),
            Duty.TOP_CUSTOMER_NOTES: moment("Wednesday 08:00"),
            Duty.HEALTH_REPORTS: moment("Thursday 23:59"),
            Duty.TIMESHEETS_SUBMITTED: moment("Friday 23:59"),
        },
        moment("Tuesday 12:00"),
        "Top Customer",
        MonthRule.THIRD_BEFORE_LAST,
    ),
    LATER: Preset(
        LATER,
        "the later handbook's (2025)",
        {
            Duty.PREP_COMPLETE: Moment(TUESDAY, time(8, 0)),
            Duty.FORECAST_UPDATED: Moment(TUESDAY, time(8, 0)),
            Duty.TIMESHEETS_APPROVED: moment("Monday 13:00"),
            Duty.TOP_CUSTOMER_NOTES: moment("Tuesday 08:00"),
            Duty.HEALTH_REPORTS: moment("Thursday 23:59"),
            Duty.TIMESHEETS_SUBMITTED: moment("Friday 23:59"),
        },
        None,
        "Portfolio Report",
        MonthRule.LAST_WEDNESDAY,
    ),
}


def with_preset(preset: Preset, given: Mapping[Duty, Moment]) -> dict[Duty, Moment]:
    """The preset's week, but for what a team has set to something else than the handbook's own default."""
    usual = PRESETS[HANDBOOK].duties
    return {
        duty: given[duty] if duty in given and given[duty] != usual[duty] else when
        for duty, when in preset.duties.items()
    }


def list_sent(preset: Preset, given: Moment) -> Moment | None:
    """When the list of top customers is sent, by the same rule."""
    return preset.list_sent if given == PRESETS[HANDBOOK].list_sent else given
