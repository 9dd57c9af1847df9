"""People (FP-06): rules.md 4, fourth bullet.

As-of Monday 23 November 2026: the window is that week and the next three, to Sunday 20 December; a full week's worker
has 4 x 40 = 160 h, 80 % of which are 128 h.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from builders import (
    FULL,
    NEVER,
    assess,
    d,
    elsewhere,
    hard,
    holiday,
    member,
    off,
    resource,
    soft,
    workspace,
)

from psdm_cli.domain.assessment import Rules, Scope
from psdm_cli.domain.people import PersonLoad, window
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Record
from psdm_cli.domain.report import person_line

WINDOW = ("2026-11-23", "2026-12-18")
ALL = Scope("me", all_people=True)


def load(*records: Record, as_of: str = "2026-11-23") -> PersonLoad:
    """The load of the only person."""
    (found,) = assess(*records, as_of=as_of).people
    return found


def listed(*records: Record, as_of: str = "2026-11-23", scope: Scope | None = None) -> list[str]:
    """The users below the threshold, emptiest first."""
    return [p.user_id for p in assess(*records, as_of=as_of, scope=scope).under_allocated]


@pytest.mark.parametrize(
    ("as_of", "start", "end"),
    [
        pytest.param("2026-11-23", "2026-11-23", "2026-12-21", id="monday"),
        pytest.param("2026-11-27", "2026-11-23", "2026-12-21", id="friday: days before as-of included"),
        pytest.param("2026-11-29", "2026-11-23", "2026-12-21", id="sunday: its own ISO week"),
    ],
)
def test_window_is_the_iso_week_of_as_of_and_the_next_three(as_of: str, start: str, end: str) -> None:
    assert window(d(as_of), Policy()) == (d(start), d(end))


@pytest.mark.parametrize(
    ("hours", "is_listed"),
    [
        pytest.param(128, False, id="exactly 0.80 is not below"),
        pytest.param(127.99, True, id="a minute less is"),
        pytest.param(0, True, id="nothing at all"),
        pytest.param(200, False, id="over-booked"),
    ],
)
def test_threshold(hours: float, is_listed: bool) -> None:
    assert (listed(member(), hard(*WINDOW, hours)) == ["u1"]) is is_listed


def test_the_ratio_is_exact() -> None:
    found = load(member(), hard(*WINDOW, 128))
    assert (found.ratio, found.capacity, found.hard) == (Fraction(4, 5), 9600, 7680)


@pytest.mark.parametrize(
    ("rows", "capacity"),
    [
        pytest.param([member()], 160, id="full"),
        pytest.param([member(), holiday("2026-11-26")], 152, id="less a holiday"),
        pytest.param([member(), off("2026-11-27", 3)], 157, id="less time off"),
        pytest.param([member(week=(480, 480, 240, 0, 0, 0, 0))], 80, id="part-timer"),
        pytest.param([member(week=None)], 160, id="workweek hidden: the default"),
    ],
)
def test_capacity(rows: list[Record], capacity: int) -> None:
    assert load(*rows).capacity == capacity * 60


def test_a_part_timer_is_measured_by_their_own_week() -> None:
    # 80 h capacity: 64 h are enough
    part = member(week=(480, 480, 240, 0, 0, 0, 0))
    assert listed(part, hard(*WINDOW, 64)) == []
    assert listed(part, hard(*WINDOW, 63)) == ["u1"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([member(week=NEVER)], id="no workweek"),
        pytest.param([member(), holiday("2026-11-23", "2026-12-20")], id="holidays throughout"),
    ],
)
def test_zero_capacity_is_left_out(rows: list[Record]) -> None:
    assert assess(*rows).people == ()


@pytest.mark.parametrize(
    ("bookings", "hard_hours", "soft_hours"),
    [
        pytest.param([hard("2026-11-23", hours=8)], 8, 0, id="hard"),
        pytest.param([soft("2026-11-23", hours=8)], 0, 8, id="soft is shown beside"),
        pytest.param([hard("2026-11-20", hours=8)], 0, 0, id="before the window"),
        pytest.param([hard("2026-12-21", hours=8)], 0, 0, id="after the window"),
        pytest.param([hard("2026-12-18", "2026-12-21", 16)], 8, 0, id="over its end: the part within"),
        pytest.param([elsewhere("u1", *WINDOW, 40)], 40, 0, id="elsewhere counts"),
        pytest.param([elsewhere("u1", *WINDOW, 40, is_hard=False)], 0, 40, id="elsewhere, soft"),
        pytest.param([elsewhere("u1", "2026-12-18", "2026-12-21", 16)], 8, 0, id="elsewhere, the part within"),
        pytest.param([elsewhere("u2", *WINDOW, 40)], 0, 0, id="somebody else's"),
        pytest.param([elsewhere("u1", "2026-12-18", "2026-12-17", 40)], 0, 0, id="elsewhere, ends before it starts"),
        pytest.param(
            [hard("2026-11-23"), hard("2026-11-24"), elsewhere("u1", "2026-11-25", "2026-11-25", 4)],
            20,
            0,
            id="all together",
        ),
    ],
)
def test_what_is_booked(bookings: list[Record], hard_hours: int, soft_hours: int) -> None:
    found = load(member(), *bookings)
    assert (found.hard, found.soft) == (hard_hours * 60, soft_hours * 60)


def test_days_before_as_of_in_its_week_count() -> None:
    found = load(member(), hard("2026-11-23", "2026-11-24", 16), as_of="2026-11-27")
    assert (found.hard, found.capacity) == (16 * 60, 160 * 60)


@pytest.mark.parametrize(
    ("row", "is_shown"),
    [
        pytest.param(member(), True, id="active with a delivery role"),
        pytest.param(member(role="Project Manager"), True, id="PM"),
        pytest.param(member(role="ta"), True, id="TA"),
        pytest.param(member(active=False), False, id="not active"),
        pytest.param(member(role="Trainer"), False, id="another default role"),
        pytest.param(member(role=None), False, id="no default role"),
        pytest.param(member("u2"), False, id="without a resource on an engagement in scope"),
    ],
)
def test_who_is_looked_at(row: Record, is_shown: bool) -> None:
    assert bool(listed(row)) is is_shown


def test_the_default_role_counts_not_the_one_on_the_project() -> None:
    assert listed(resource(role="Trainer"), member(role="PSE")) == ["u1"]
    assert listed(resource(role="PSE"), member(role="Trainer")) == []


def test_all_people_are_all_that_are_visible() -> None:
    assert listed(member("u1"), member("u2"), scope=ALL) == ["u1", "u2"]
    assert listed(member("u1"), member("u2")) == ["u1"]


def test_a_resource_on_an_engagement_out_of_scope_does_not_count() -> None:
    rows = (
        workspace("1"),
        workspace("2", status="Cancelled"),
        resource("r1", user="u1"),
        resource("r2", user="u2", ws="2"),
    )
    assert listed(*rows, member("u1"), member("u2")) == ["u1"]


def test_bookings_on_an_engagement_out_of_scope_still_take_up_time() -> None:
    rows = (workspace("1"), workspace("2", status="Completed"), resource("r1"), resource("r2", ws="2"))
    found = load(*rows, member(), hard("2026-11-24", of="r2", ws="2"))
    assert found.hard == 480


def test_a_person_on_a_closed_engagement_is_looked_at() -> None:
    assert listed(workspace(status="Closed"), member()) == ["u1"]


def test_the_emptiest_come_first_then_by_name() -> None:
    rows = [resource(f"r{n}", user=f"u{n}") for n in range(1, 5)]
    people = [
        member("u1", full_name="zoe"),
        member("u2", full_name="Abe"),
        member("u3", full_name="Max"),
        member("u4", full_name="Ida"),
    ]
    bookings = [hard(*WINDOW, 10, of="r1"), hard(*WINDOW, 10, of="r2"), hard(*WINDOW, 150, of="r4")]
    assert listed(*rows, *people, *bookings) == ["u3", "u2", "u1"]


def test_the_threshold_and_the_weeks_are_policy() -> None:
    rules = Rules(policy=Policy(under_allocated_below=Decimal("0.10"), people_weeks=1))
    assessment = assess(member(), hard("2026-11-23", hours=4), rules=rules)
    assert assessment.people[0].capacity == 40 * 60
    assert assessment.under_allocated == ()  # 4 of 40 is exactly a tenth


def test_a_person_line_is_in_hours_with_the_users_id() -> None:
    line = person_line(load(member(full_name="Ada"), hard(*WINDOW, 50), soft(*WINDOW, 10.5)))
    # 50 of 160
    assert (line.id, line.name, line.role) == ("u1", "Ada", "PSE")
    assert [str(v) for v in (line.capacity_hours, line.hard_hours, line.soft_hours, line.booked_ratio)] == [
        "160.00",
        "50.00",
        "10.50",
        "0.3125",
    ]


def test_a_person_without_a_name_has_the_id() -> None:
    assert load(member(full_name=None, week=FULL)).name == "User u1"
