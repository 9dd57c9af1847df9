"""The reporting schedule: weeks in which clocks change, month and quarter ends, holidays, the later edition."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.commands.cadence_settings import cadence, list_sent, preset_of
from psdm_cli.domain.cadence import Duty, Moment, moment
from psdm_cli.domain.cadence_presets import HANDBOOK, LATER, PRESETS
from psdm_cli.domain.cadence_schedule import Rhythm, Scheduled, closings_ahead, holiday_notes, month_closing, schedule
from psdm_cli.domain.calendar_events import clock_events, scheduled_events
from psdm_cli.errors import WrongUsage
from psdm_cli.settings.model import Cadence as CadenceSettings
from psdm_cli.settings.model import Settings

EASTERN = ZoneInfo("America/New_York")
SEED, LATE = PRESETS[HANDBOOK], PRESETS[LATER]
THANKSGIVING = frozenset({date(2026, 11, 26), date(2026, 11, 27)})


def rows(as_of: str, *, edition: str = HANDBOOK, zone: ZoneInfo = EASTERN) -> tuple[Scheduled, ...]:
    preset = PRESETS[edition]
    return schedule(date.fromisoformat(as_of), preset.duties, preset, zone, list_sent=preset.list_sent)


def said(found: tuple[Scheduled, ...]) -> list[tuple[str, str]]:
    return [(row.id, f"{row.due:%a %d %b %H:%M}" if row.due else "") for row in found]


def test_the_handbooks_week_in_order() -> None:
    assert said(rows("2026-11-25"))[:10] == [
        ("prep-complete", "Mon 23 Nov 10:00"),
        ("forecast-updated", "Mon 23 Nov 11:00"),
        ("timesheets-approved", "Mon 23 Nov 11:00"),
        ("weekly-reports", "Mon 23 Nov 11:00"),
        ("top-customer-list", "Tue 24 Nov 12:00"),
        ("top-customer-notes", "Wed 25 Nov 08:00"),
        ("health-reports", "Thu 26 Nov 23:59"),
        ("timesheets-submitted", "Fri 27 Nov 23:59"),
        ("customer-status", ""),
        ("retrospective", ""),
    ]


def test_the_later_editions_week() -> None:
    found = dict(said(rows("2026-11-25", edition=LATER)))
    assert found["prep-complete"] == found["forecast-updated"] == found["top-customer-notes"] == "Tue 24 Nov 08:00"
    assert found["timesheets-approved"] == "Mon 23 Nov 13:00"
    assert "top-customer-list" not in found
    names = {row.id: row.wording.what for row in rows("2026-11-25", edition=LATER)}
    assert names["top-customer-notes"] == "Portfolio Report notes written"


def test_everything_names_who_owes_it_and_who_depends_on_it() -> None:
    for edition in PRESETS:
        found = rows("2026-11-25", edition=edition)
        assert all(row.wording.what and row.wording.who and row.wording.serves and row.when for row in found)
        assert "{" not in "".join(row.wording.what for row in found)
        assert len({(row.id, row.period) for row in found}) == len(found)


@pytest.mark.parametrize(
    ("as_of", "utc"),
    [
        pytest.param("2026-10-26", "14:00", id="summer, the week before"),
        pytest.param("2026-10-31", "15:00", id="Saturday before the change belongs to Monday after it"),
        pytest.param("2026-11-02", "15:00", id="winter"),
        pytest.param("2027-03-08", "15:00", id="winter, the week before"),
        pytest.param("2027-03-13", "14:00", id="Saturday before the change in spring"),
        pytest.param("2027-03-15", "14:00", id="summer"),
    ],
)
def test_clocks_change_and_ten_stays_ten(as_of: str, utc: str) -> None:
    due = rows(as_of)[0].due
    assert due is not None
    assert f"{due:%a %H:%M}" == "Mon 10:00"
    assert f"{due.astimezone(UTC):%H:%M}" == utc


@pytest.mark.parametrize(
    ("month", "edition", "expected"),
    [
        pytest.param("2026-11", HANDBOOK, ["23 12:00", "23 14:00", "23 18:00", "30 23:59"], id="two holidays"),
        pytest.param("2026-12", HANDBOOK, ["28 12:00", "28 14:00", "28 18:00", "31 23:59"], id="ends on a Thursday"),
        pytest.param("2027-01", HANDBOOK, ["26 12:00", "26 14:00", "26 18:00", "29 23:59"], id="ends on a Sunday"),
        pytest.param("2027-02", HANDBOOK, ["23 12:00", "23 14:00", "23 18:00", "26 23:59"], id="February"),
        pytest.param("2026-11", LATER, ["25 17:00", "26 13:00", "30 23:59"], id="later: Thanksgiving's Thursday stays"),
        pytest.param("2026-12", LATER, ["30 17:00", "31 13:00", "31 23:59"], id="later: the last day"),
        pytest.param("2027-02", LATER, ["24 17:00", "25 13:00", "26 23:59"], id="later: February"),
    ],
)
def test_how_a_month_closes(month: str, edition: str, expected: list[str]) -> None:
    found = month_closing(month, PRESETS[edition], EASTERN, THANKSGIVING)
    assert [f"{row.due:%d %H:%M}" for row in found if row.due] == expected
    assert {row.period for row in found} == {month}


def test_a_closed_month_gives_way_to_the_next() -> None:
    monthly = {row.period for row in rows("2026-11-30") if row.rhythm is Rhythm.MONTHLY}
    assert monthly == {"2026-11"}  # its last day is still to come
    assert {row.period for row in rows("2027-01-30") if row.rhythm is Rhythm.MONTHLY} == {"2027-02"}


def test_weekly_deadlines_on_holidays_stay_and_are_said() -> None:
    assert list(holiday_notes(rows("2026-11-25"), THANKSGIVING, date(2026, 11, 27))) == [
        "Fri 27 Nov 2026 is a holiday; the deadline of timesheets submitted stays"
    ]
    assert len(list(holiday_notes(rows("2026-11-25"), THANKSGIVING, date(2026, 11, 23)))) == 2
    assert list(holiday_notes(rows("2026-11-25"), frozenset(), date(2026, 11, 23))) == []


def test_a_year_has_twelve_months_and_four_quarters() -> None:
    found = closings_ahead(date(2026, 11, 23), SEED, EASTERN, THANKSGIVING)
    months = [row.period for row in found if row.id == "month-sign-offs"]
    assert (len(months), months[0], months[-1]) == (12, "2026-11", "2027-10")
    quarters = [(row.period, f"{row.due:%Y-%m-%d}") for row in found if row.id == "quarter-upside" and row.due]
    assert quarters == [
        ("FY27-Q4", "2027-01-29"),
        ("FY28-Q1", "2027-04-30"),
        ("FY28-Q2", "2027-07-30"),
        ("FY28-Q3", "2027-10-29"),
    ]


@given(day=st.dates(date(2024, 1, 1), date(2032, 12, 31)), edition=st.sampled_from(sorted(PRESETS)))
def test_month_ends_are_business_days_in_their_month(day: date, edition: str) -> None:
    month = f"{day:%Y-%m}"
    for row in month_closing(month, PRESETS[edition], EASTERN, frozenset()):
        assert row.due is not None
        assert f"{row.due:%Y-%m}" == month
        assert row.due.weekday() < 5


# settings and editions


def test_the_defaults_are_the_handbooks() -> None:
    assert cadence(Settings()) == SEED.duties
    assert list_sent(Settings()) == SEED.list_sent


def test_the_settings_may_choose_the_later_edition_and_change_it() -> None:
    chosen = Settings(cadence=CadenceSettings(preset=LATER, health_reports="Friday 12:00"))
    found = cadence(chosen)
    assert found[Duty.HEALTH_REPORTS] == moment("Friday 12:00")
    assert found[Duty.PREP_COMPLETE] == Moment(1, time(8, 0))
    assert list_sent(chosen) is None
    named = Settings(cadence=CadenceSettings(preset=LATER, top_customer_list="Monday 09:00"))
    assert list_sent(named) == moment("Monday 09:00")


def test_an_edition_that_is_asked_for_stands_as_it_is() -> None:
    own = Settings(cadence=CadenceSettings(health_reports="Friday 12:00"))
    assert cadence(own)[Duty.HEALTH_REPORTS] == moment("Friday 12:00")
    assert cadence(own, HANDBOOK) == SEED.duties
    assert cadence(own, LATER) == LATE.duties
    assert preset_of(own, " Handbook-2025 ").name == LATER
    with pytest.raises(WrongUsage) as caught:
        preset_of(own, "handbook-2031")
    assert "handbook-2025" in caught.value.hint


# events


def test_only_what_has_a_moment_becomes_an_event() -> None:
    found = {event.uid: event for event in scheduled_events(rows("2026-11-25"))}
    assert "weekly-reports@psdm.cadence" not in found
    assert "customer-status@psdm.cadence" not in found
    assert found["prep-complete@psdm.cadence"].weekly
    assert not found["month-sign-offs.2026-11@psdm.cadence"].weekly
    assert clock_events(()) == ()


@given(week=st.integers(0, 200))
def test_the_same_deadlines_have_the_same_identity_every_week(week: int) -> None:
    day = date(2026, 1, 5) + timedelta(weeks=week)
    weekly = {event.uid for event in scheduled_events(rows(day.isoformat())) if event.weekly}
    assert weekly == {event.uid for event in scheduled_events(rows("2026-11-25")) if event.weekly}


def test_due_instants_carry_the_zone() -> None:
    for row in rows("2026-11-25", zone=ZoneInfo("Asia/Kolkata")):
        if row.due is not None:
            assert row.due.utcoffset() == timedelta(hours=5, minutes=30)
            assert isinstance(row.due, datetime)
