"""How booked people are, period by period: capacity, hard, soft, free, and who is under-allocated."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders import assess, d, elsewhere, hard, holiday, member, off, resource, soft, workspace
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.domain.assessment import Scope
from psdm_cli.domain.heat import heat_of, last_day, months, span, weeks
from psdm_cli.domain.records import Record

AS_OF = d("2026-11-23")


def test_periods_are_whole_months_and_weeks() -> None:
    assert [(p.name, str(p.start), str(last_day(p))) for p in months(AS_OF, 3)] == [
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2027-01", "2027-01-01", "2027-01-31"),
    ]
    assert [(p.name, str(p.start), str(last_day(p))) for p in weeks(d("2026-12-27"), 2)] == [
        ("2026-W52", "2026-12-21", "2026-12-27"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
    ]
    assert span(weeks(AS_OF, 2)) == (d("2026-11-23"), d("2026-12-07"))


def test_a_person_week_by_week() -> None:
    found = assess(
        member(),
        workspace("1"),
        resource(),
        workspace("2", status="Completed"),
        resource("r2", ws="2"),
        hard("2026-11-23", "2026-11-24", 12),
        hard("2026-11-25", of="r2", ws="2", hours=6),
        soft("2026-12-01", hours=3),
        elsewhere("u1", "2026-11-30", "2026-12-04", 44),
        holiday("2026-11-26"),
        off("2026-11-27", 4),
        off("2026-12-07"),
        off("2026-12-08"),
        off("2026-12-09"),
        off("2026-12-10"),
        off("2026-12-11"),
    )
    (person,) = heat_of(found, weeks(AS_OF, 3))
    assert [
        (str(w.capacity), str(w.hard), str(w.soft), str(w.free), w.ratio, w.under_allocated) for w in person.loads
    ] == [
        ("28.00", "18.00", "0.00", "10.00", Decimal("0.6429"), True),
        ("40.00", "44.00", "3.00", "0.00", Decimal("1.1000"), False),
        ("0.00", "0.00", "0.00", "0.00", None, False),
    ]
    assert (str(person.total.capacity), str(person.total.hard), str(person.total.free)) == ("68.00", "62.00", "6.00")
    assert (person.name, person.role) == ("Person u1", "PSE")


@pytest.mark.parametrize(
    ("hours", "under"),
    [pytest.param(32, False, id="exactly 80 %"), pytest.param(31.98, True, id="a minute less")],
)
def test_under_allocated_is_below_the_threshold(hours: float, under: bool) -> None:
    (person,) = heat_of(assess(member(), hard("2026-11-23", "2026-11-27", hours)), weeks(AS_OF, 1))
    assert person.total.under_allocated is under


def test_people_are_sorted_by_role_then_the_freest_first() -> None:
    staff: list[Record] = []
    for user, role, hours in (("u1", "TA", 8), ("u2", "PSE", 16), ("u3", "PM", 0), ("u4", "PSE", 4), ("u5", "PSE", 4)):
        staff += [member(user, role=role), resource(f"r{user}", role, user)]
        if hours:
            staff.append(hard("2026-11-23", "2026-11-27", hours, of=f"r{user}"))
    found = heat_of(assess(*staff), weeks(AS_OF, 1))
    assert [person.id for person in found] == ["u3", "u4", "u5", "u2", "u1"]


def test_who_is_looked_at() -> None:
    records: list[Record] = [
        resource(),
        resource("r2", user="u2"),
        resource("r3", user="u3"),
        resource("r4", user="u4"),
        member(),
        member("u2", active=False),
        member("u3", role="Trainer"),
        member("u4", (0, 0, 0, 0, 0, 0, 0)),
        member("u5"),
    ]
    assert [person.id for person in heat_of(assess(*records), weeks(AS_OF, 1))] == ["u1"]
    everybody = assess(*records, scope=Scope("me", all_people=True))
    assert [person.id for person in heat_of(everybody, weeks(AS_OF, 1))] == ["u1", "u5"]


def test_an_open_ended_booking_elsewhere_is_left_out() -> None:
    (person,) = heat_of(assess(member(), elsewhere("u1", "2026-11-01", "9999-12-31", 100)), months(AS_OF, 1))
    assert person.total.hard == Decimal("0.00")


starts = st.integers(1, 28).map(lambda n: f"2026-12-{n:02d}")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(starts, st.integers(0, 30), st.integers(0, 6000), st.booleans()), max_size=5))
def test_periods_add_up_to_the_total(made: list[tuple[str, int, int, bool]]) -> None:
    """Weeks of whole months: hours of the parts are those of the whole, but for the rounding of each."""
    rows: list[Record] = [member(), off("2026-12-15", "2.5"), holiday("2026-12-25")]
    for start, length, minutes, is_hard in made:
        end = d(start).toordinal() + length
        rows.append((hard if is_hard else soft)(start, str(d(start).fromordinal(end)), minutes=minutes))
    (person,) = heat_of(assess(*rows), weeks(AS_OF, 12))
    for name in ("capacity", "hard", "soft"):
        whole = getattr(person.total, name)
        parts = sum((getattr(load, name) for load in person.loads), Decimal(0))
        assert abs(whole - parts) <= Decimal("0.06")
    for load in (*person.loads, person.total):
        assert abs(load.free - max(Decimal(0), load.capacity - load.hard)) <= Decimal("0.01")
    total_minutes = sum(minutes for _, _, minutes, is_hard in made if is_hard)
    assert abs(person.total.hard - Decimal(total_minutes) / 60) <= Decimal("0.01")
