"""The forecast of hours-based engagements: rules.md 3, first bullet, and the unpriced bookings of rules.md 2.

As-of is Monday 23 November 2026: months 2026-11 to 2027-02, beyond from March 2027 on. u1 works 8 h Monday to Friday.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from builders import entry, forecast, hard, keys, member, nonzero, resource, soft, workspace

from psdm_cli.domain.records import Record

MONTHS = ("2026-11", "2026-12", "2027-01", "2027-02")
UNKNOWN = dict.fromkeys(MONTHS)
UNPRICED = resource("r9", user="u1", rate=None)
FREE = resource("r0", user="u1", rate=0)


def test_months_are_the_as_of_month_and_the_next_three_in_order() -> None:
    assert forecast().months == MONTHS == tuple(forecast().forecast) == tuple(forecast().worked)


@pytest.mark.parametrize(
    ("bookings", "expected", "beyond"),
    [
        pytest.param([], {}, 0, id="nothing booked is zero, not unknown"),
        pytest.param([hard("2026-11-24", hours=8)], {"2026-11": 800_00}, 0, id="8 h at 100.00"),
        pytest.param([hard("2026-11-23", hours=8)], {"2026-11": 800_00}, 0, id="as-of itself is to come"),
        pytest.param([hard("2026-11-20", hours=8)], {}, 0, id="a past day is not"),
        pytest.param(
            # Thursday 19 to Wednesday 25: five working days, three of them (Mon, Tue, Wed) to come: 40 h x 3/5
            [hard("2026-11-19", "2026-11-25", 40)],
            {"2026-11": 2400_00},
            0,
            id="a booking under way: its days from as-of on",
        ),
        pytest.param(
            # Monday 30 Nov and Tuesday 1 Dec, 8 h each
            [hard("2026-11-30", "2026-12-01", 16)],
            {"2026-11": 800_00, "2026-12": 800_00},
            0,
            id="over a month's end",
        ),
        pytest.param(
            # Friday 26 Feb and Monday 1 Mar 2027
            [hard("2027-02-26", "2027-03-01", 16)],
            {"2027-02": 800_00},
            800_00,
            id="beyond begins after the fourth month",
        ),
        pytest.param([hard("2028-02-29", hours=8)], {}, 800_00, id="a leap day in the far future is beyond"),
        pytest.param(
            [hard("2026-11-24", hours=8), hard("2026-11-25", hours=4)], {"2026-11": 1200_00}, 0, id="bookings add up"
        ),
        pytest.param(
            [hard("2026-11-24", hours=8), soft("2026-11-25", hours=8)], {"2026-11": 800_00}, 0, id="soft never enters"
        ),
        pytest.param([FREE, hard("2026-11-24", hours=8, of="r0")], {}, 0, id="0 is a rate"),
    ],
)
def test_forecast_is_the_value_of_hard_bookings_to_come(
    bookings: list[Record], expected: dict[str, int], beyond: int
) -> None:
    found = forecast(member(), *bookings)
    assert (nonzero(found.forecast), found.beyond) == (expected, beyond)


@pytest.mark.parametrize("type", ["T&M", "Consulting Block", "Dedicated Engineer", "Training"])
def test_every_type_but_fixed_fee_is_forecast_by_hours(type: str) -> None:
    found = forecast(workspace(type=type), member(), hard("2026-11-24", hours=8))
    assert found.forecast["2026-11"] == 800_00
    assert (found.overdue, found.undated) == (0, 0)


def test_rounding_is_per_booking_and_only_then_summed() -> None:
    # Three bookings of half a cent (30 min at 0.01 an hour): each rounds to the even 0; together they would be 1.5 -> 2
    cent = resource("r1", rate=1)
    halves = [hard("2026-11-24", minutes=30) for _ in range(3)]
    assert forecast(member(), cent, *halves).forecast["2026-11"] == 0
    # one booking of 90 min: 1.5 -> 2
    assert forecast(member(), cent, hard("2026-11-24", minutes=90)).forecast["2026-11"] == 2


def test_yen() -> None:
    space = workspace(currency="JPY", currency_base_unit=1, price_in_cents=1_000_000)
    found = forecast(space, member(), resource(rate=15_001), hard("2026-11-30", "2026-12-01", 1))
    # half an hour each: 7,500.5 -> 7,500 (even), then 15,001 - 7,500 = 7,501
    assert nonzero(found.forecast) == {"2026-11": 7_500, "2026-12": 7_501}
    assert found.to_forecast == 1_000_000 - 15_001


@pytest.mark.parametrize(
    ("bookings", "hard_booked", "soft_booked", "hard_hours", "soft_hours"),
    [
        pytest.param([hard("2026-11-24"), soft("2026-11-25", hours=4)], 800_00, 400_00, 8, 4, id="one of each"),
        pytest.param([hard("2029-01-02"), soft("2030-01-02")], 800_00, 800_00, 8, 8, id="without horizon"),
        pytest.param([hard("2026-11-19", "2026-11-25", 40)], 2400_00, 0, 24, 0, id="from as-of on only"),
        pytest.param([hard("2026-11-20"), soft("2026-11-20")], 0, 0, 0, 0, id="the past is zero"),
        pytest.param([], 0, 0, 0, 0, id="none"),
    ],
)
@pytest.mark.parametrize("type", ["T&M", "Fixed Fee"])
def test_booked_values_and_hours_are_given_for_every_type(
    type: str, bookings: list[Record], hard_booked: int, soft_booked: int, hard_hours: int, soft_hours: int
) -> None:
    found = forecast(workspace(type=type), member(), *bookings)
    assert (found.hard_booked, found.soft_booked) == (hard_booked, soft_booked)
    assert (found.hard_minutes, found.soft_minutes) == (hard_hours * 60, soft_hours * 60)
    assert found.unpriced_minutes == 0


# --- unpriced bookings


@pytest.mark.parametrize(
    ("booking", "hard_known", "soft_known", "unpriced_hours"),
    [
        pytest.param(hard("2026-11-24", of="r9"), False, True, 8, id="hard with minutes to come"),
        pytest.param(hard("2028-11-24", of="r9"), False, True, 8, id="hard, far beyond"),
        pytest.param(hard("2026-11-20", of="r9"), True, True, 0, id="hard in the past needs no rate"),
        pytest.param(hard("2026-11-24", hours=0, of="r9"), True, True, 0, id="hard without minutes"),
        pytest.param(
            # Friday and the weekend: all its minutes lie on Friday, before as-of Sunday's Monday
            hard("2026-11-20", "2026-11-22", of="r9"),
            True,
            True,
            0,
            id="hard with its minutes behind it",
        ),
        pytest.param(soft("2026-11-24", of="r9"), True, False, 8, id="soft with minutes to come"),
        pytest.param(soft("2026-11-20", of="r9"), True, True, 0, id="soft in the past"),
    ],
)
def test_unpriced(booking: Record, hard_known: bool, soft_known: bool, unpriced_hours: int) -> None:
    """A priced booking of 800.00 each stands beside."""
    found = forecast(member(), resource(), UNPRICED, hard("2026-11-25"), soft("2026-11-26"), booking)
    assert found.hard_booked == (800_00 if hard_known else None)
    assert found.soft_booked == (800_00 if soft_known else None)
    assert found.unpriced_minutes == unpriced_hours * 60
    if hard_known:
        assert nonzero(found.forecast) == nonzero(found.month_total) == {"2026-11": 800_00}
        assert (found.beyond, found.to_forecast) == (0, 100_000_00 - 800_00)
    else:
        assert dict(found.forecast) == dict(found.month_total) == UNKNOWN
        assert (found.beyond, found.to_forecast, found.eac) == (None, None, None)
    assert (found.overdue, found.undated, found.worked["2026-11"]) == (0, 0, 0)
    assert found.remaining == 100_000_00


def test_unpriced_hours_count_hard_and_soft_and_only_to_come() -> None:
    # 8 h on Friday and Monday, 4 of them to come, and 3 h soft
    rows = [hard("2026-11-20", "2026-11-23", 8, of="r9"), soft("2026-12-01", hours=3, of="r9")]
    assert forecast(member(), UNPRICED, *rows).unpriced_minutes == 7 * 60


def test_unpriced_hours_still_count_as_hours() -> None:
    found = forecast(member(), UNPRICED, hard("2026-11-24", hours=6, of="r9"))
    assert (found.hard_minutes, found.has_unpriced_hard) == (360, True)


def test_an_unpriced_hard_booking_on_a_fixed_fee_engagement_leaves_its_months_alone() -> None:
    found = forecast(workspace(type="FF"), member(), UNPRICED, hard("2026-11-24", of="r9"))
    assert found.hard_booked is None
    assert dict(found.forecast) == dict.fromkeys(MONTHS, 0)
    assert (found.beyond, found.to_forecast) == (0, 100_000_00)
    assert found.unpriced_minutes == 480


def test_a_booking_whose_resource_is_not_there_is_unpriced() -> None:
    found = forecast(hard("2026-11-24", of="gone"))
    assert (found.hard_booked, found.unpriced_minutes) == (None, 480)


# --- worked


@pytest.mark.parametrize(
    ("entries", "november"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([entry("2026-11-20", 2)], 200_00, id="before as-of"),
        pytest.param([entry("2026-11-22", 2)], 200_00, id="the day before"),
        pytest.param([entry("2026-11-23", 2)], 0, id="on as-of"),
        pytest.param([entry("2026-11-24", 2)], 0, id="after as-of"),
        pytest.param([entry("2026-11-01", 2)], 200_00, id="the month's first day"),
        pytest.param([entry("2026-10-31", 2)], 0, id="the month before is not shown"),
        pytest.param([entry("2026-11-20", 2), entry("2026-11-19", 1, 50_00)], 250_00, id="each at its own rate"),
        pytest.param([entry("2026-11-20", 2, billable=False)], 0, id="not billable"),
        pytest.param([entry("2026-11-20", 2, approved=False)], 200_00, id="not approved yet counts"),
        pytest.param([entry("2026-11-20", 2, currency="EUR")], 0, id="in another currency: not added"),
        pytest.param([entry("2026-11-20", 2, currency=None)], 200_00, id="currency not told: the engagement's"),
        pytest.param([entry("2026-11-20", 2), entry("2026-11-19", rate=None)], None, id="one without rate: unknown"),
        pytest.param([entry("2026-11-20", rate=None, billable=False)], 0, id="not billable needs no rate"),
        pytest.param([entry("2026-11-20", rate=None, currency="EUR")], 0, id="foreign needs no rate"),
        pytest.param([entry("2026-11-20", rate=0)], 0, id="0 is a rate"),
    ],
)
def test_worked(entries: list[Record], november: int | None) -> None:
    found = forecast(*entries)
    assert dict(found.worked) == {"2026-11": november, "2026-12": 0, "2027-01": 0, "2027-02": 0}
    assert dict(found.month_total) == dict(found.worked)


def test_worked_is_rounded_once_for_the_month() -> None:
    # three times half a cent: 1.5 -> 2, not 0 + 0 + 0
    assert forecast(*[entry("2026-11-20", rate=1, minutes=30) for _ in range(3)]).worked["2026-11"] == 2
    # five times: 2.5 -> 2, half-even
    assert forecast(*[entry("2026-11-20", rate=1, minutes=30) for _ in range(5)]).worked["2026-11"] == 2


def test_month_total_is_worked_and_to_come() -> None:
    found = forecast(member(), entry("2026-11-20", 2), hard("2026-11-24"), hard("2026-12-01"))
    assert nonzero(found.month_total) == {"2026-11": 1000_00, "2026-12": 800_00}


def test_an_unknown_worked_month_makes_only_its_own_total_unknown() -> None:
    found = forecast(member(), entry("2026-11-20", rate=None), hard("2026-11-24"), hard("2026-12-01"))
    assert nonzero(found.month_total) == {"2026-11": None, "2026-12": 800_00}
    assert found.forecast["2026-11"] == 800_00


def test_worked_does_not_count_twice_what_was_booked_before() -> None:
    # booked 8 h on Friday and Monday each; Friday was worked
    found = forecast(member(), entry("2026-11-20", 8), hard("2026-11-20", "2026-11-23", 16))
    assert (found.worked["2026-11"], found.forecast["2026-11"], found.month_total["2026-11"]) == (
        800_00,
        800_00,
        1600_00,
    )


def test_foreign_and_unrated_entries_are_findings() -> None:
    rows = [entry("2026-11-20", currency="EUR", id="e1"), entry("2026-11-19", rate=None, id="e2")]
    found = forecast(*rows)
    assert [e.id for e in found.foreign_entries] == ["e1"]
    assert [e.id for e in found.unrated_entries] == ["e2"]
    assert sorted(keys("FP-03", *rows)) == ["foreign-entries:1", "unrated-entries:1"]


def test_minutes_by_month_are_exact() -> None:
    # 100 min on Monday 30 November, Tuesday and Wednesday
    (booked,) = forecast(member(), hard("2026-11-30", "2026-12-02", minutes=100)).booked or ()
    assert dict(booked.minutes_by_month) == {"2026-11": Fraction(100, 3), "2026-12": Fraction(200, 3)}
    assert booked.minutes_to_come == 100
