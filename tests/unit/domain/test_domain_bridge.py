"""The bridge between two forecasts: causes in the order of rules.md 5, each what it adds, together exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from builders import (
    AS_OF,
    assess,
    billing,
    fixed_fee,
    hard,
    holiday,
    member,
    milestone,
    moneyless,
    off,
    resource,
    soft,
    workspace,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from psdm_cli.domain.bridge import Arrival, Cause, EngagementBridge, bridge
from psdm_cli.domain.bridge_words import said
from psdm_cli.domain.comparison import compare
from psdm_cli.domain.difference import bridge_lines, difference_of
from psdm_cli.domain.money import Currency
from psdm_cli.domain.records import Record
from psdm_cli.domain.snapshots import FrozenBooking, FrozenEngagement, FrozenMilestone, Snapshot
from psdm_cli.domain.spreading import Spread

USD = Currency("USD")
NOV, DEC, JAN = "2026-11", "2026-12", "2027-01"
Records = list[Record]


def frozen(records: Records, as_of: str = AS_OF) -> Snapshot:
    return assess(*records, as_of=as_of).snapshot()


def between(before: Records, after: Records, *, then: str = "2026-11-16", now: str = AS_OF) -> list[EngagementBridge]:
    return list(bridge(frozen(before, then), frozen(after, now)))


def causes(found: list[EngagementBridge]) -> list[str]:
    """The causes with their months in short: `minutes 2026-12 -400.00`."""
    return [
        f"{line.cause.value} {line.month} {line.amount}" for each in found for line in bridge_lines(each) if each.known
    ]


STANDARD: Records = [member(), resource()]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([hard("2026-12-01", id="a")], [hard("2026-12-01", id="a")], [], id="nothing"),
        pytest.param(
            [soft("2026-12-01", id="a")], [hard("2026-12-01", id="a")], ["kind 2026-12 800.00"], id="hardened"
        ),
        pytest.param(
            [hard("2026-12-01", id="a")], [soft("2026-12-01", id="a")], ["kind 2026-12 -800.00"], id="softened"
        ),
        pytest.param(
            [hard("2026-12-01", id="a")], [hard("2026-12-01", hours=5, id="a")], ["minutes 2026-12 -300.00"], id="less"
        ),
        pytest.param([], [hard("2026-12-01", id="a")], ["minutes 2026-12 800.00"], id="a booking added"),
        pytest.param([hard("2026-12-01", id="a")], [], ["minutes 2026-12 -800.00"], id="a booking taken away"),
        pytest.param([], [soft("2026-12-01", id="a")], [], id="a soft booking added"),
        pytest.param(
            [hard("2026-12-01", id="a")],
            [hard("2027-01-04", id="a")],
            ["dates 2026-12 -800.00", "dates 2027-01 800.00"],
            id="moved",
        ),
        pytest.param(
            [hard("2026-12-01", id="a")],
            [resource(rate=150_00), hard("2026-12-01", id="a")],
            ["rate 2026-12 400.00"],
            id="a better rate",
        ),
        pytest.param(
            [hard("2026-12-01", id="a")],
            [resource(rate=0), hard("2026-12-01", id="a")],
            ["rate 2026-12 -800.00"],
            id="zero is a rate",
        ),
        pytest.param(
            # 16 h over Thu 31 December and Fri 1 January; New Year turns out to be a holiday
            [hard("2026-12-31", "2027-01-01", 16, id="a")],
            [holiday("2027-01-01"), hard("2026-12-31", "2027-01-01", 16, id="a")],
            ["calendar 2026-12 800.00", "calendar 2027-01 -800.00"],
            id="a holiday",
        ),
        pytest.param(
            [hard("2026-12-31", "2027-01-01", 15, id="a")],
            [off("2026-12-31", 4), hard("2026-12-31", "2027-01-01", 15, id="a")],
            ["calendar 2026-12 -250.00", "calendar 2027-01 250.00"],
            id="half a day off",
        ),
        pytest.param(
            # soft 8 h at 100.00 became hard 4 h in January at 150.00: +800, -400, moved 400, +200
            [soft("2026-12-01", id="a")],
            [resource(rate=150_00), hard("2027-01-04", hours=4, id="a")],
            [
                "kind 2026-12 800.00",
                "minutes 2026-12 -400.00",
                "dates 2026-12 -400.00",
                "dates 2027-01 400.00",
                "rate 2027-01 200.00",
            ],
            id="everything at once, each applied after the ones before",
        ),
        pytest.param(
            # 24 h on 29-31 December, moved to 31 December - 4 January (Thu, Fri, Mon); the 31st is off now. With the
            # old calendar: 8 h December, 16 h January; with the new one all in January.
            [hard("2026-12-29", "2026-12-31", 24, id="a")],
            [off("2026-12-31", 8), hard("2026-12-31", "2027-01-04", 24, id="a")],
            ["dates 2026-12 -1600.00", "dates 2027-01 1600.00", "calendar 2026-12 -800.00", "calendar 2027-01 800.00"],
            id="moved under the old calendar first, then the calendar of the days it had",
        ),
        pytest.param(
            # nobody works on a Saturday: 8 h spread evenly; on its new days by capacity
            [hard("2026-12-05", id="a")],
            [hard("2026-12-31", "2027-01-01", 16, id="a")],
            ["minutes 2026-12 800.00", "dates 2026-12 -800.00", "dates 2027-01 800.00"],
            id="away from a day without capacity",
        ),
    ],
)
def test_bookings(before: Records, after: Records, expected: list[str]) -> None:
    assert causes(between([member(), *before], [member(), *after])) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([milestone()], [milestone()], [], id="nothing"),
        pytest.param(
            [milestone()],
            [milestone(due="2027-01-15")],
            ["milestone_date 2026-12 -1000.00", "milestone_date 2027-01 1000.00"],
            id="moved",
        ),
        pytest.param([milestone()], [milestone(due=None)], ["milestone_date 2026-12 -1000.00"], id="lost its date"),
        pytest.param([milestone(due=None)], [milestone()], ["milestone_date 2026-12 1000.00"], id="got a date"),
        pytest.param([milestone()], [milestone(cents=900_00)], ["milestone_value 2026-12 -100.00"], id="worth less"),
        pytest.param([milestone()], [], ["milestone_value 2026-12 -1000.00"], id="completed or taken out"),
        pytest.param([], [milestone()], ["milestone_value 2026-12 1000.00"], id="added"),
        pytest.param(
            [milestone()],
            [milestone(due="2027-01-15", cents=1_500_00)],
            ["milestone_date 2026-12 -1000.00", "milestone_date 2027-01 1000.00", "milestone_value 2027-01 500.00"],
            id="moved, then worth more",
        ),
        pytest.param(
            [billing(cents=-5_00, day="2026-12-01", story=None)],
            [billing(cents=-5_00, day="2027-01-04", story=None)],
            ["milestone_date 2026-12 5.00", "milestone_date 2027-01 -5.00"],
            id="a negative one",
        ),
        pytest.param([milestone(due="2026-11-20")], [], [], id="elapsed days are no change"),
        pytest.param([hard("2026-12-01")], [], [], id="bookings of a fixed fee are no money"),
    ],
)
def test_milestones(before: Records, after: Records, expected: list[str]) -> None:
    assert causes(between([fixed_fee(), *before], [fixed_fee(), *after])) == expected


def test_new_gone_and_another_type_are_one_cause() -> None:
    booked: Records = [member(), hard("2026-12-01", id="a"), milestone(cents=500_00, due="2027-01-15")]
    other: Records = [workspace("9"), resource("r9", ws="9")]
    sold_by_hours, sold_fixed = [workspace(), resource(), *booked], [fixed_fee(), resource(), *booked]
    (gone,) = between(sold_by_hours, other)
    (new,) = between(other, sold_by_hours)
    (sold,) = between(sold_by_hours, sold_fixed)
    assert causes([gone]) == ["engagement 2026-12 -800.00"]
    assert causes([new]) == ["engagement 2026-12 800.00"]
    assert causes([sold]) == ["engagement 2026-12 -800.00", "engagement 2027-01 500.00"]
    assert [found.steps[0].arrival for found in (gone, new, sold)] == [Arrival.GONE, Arrival.NEW, Arrival.TYPE]
    assert gone.engagement.id == new.engagement.id == "1"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([moneyless(), hard("2026-12-01")], [hard("2026-12-01")], id="no money then"),
        pytest.param([resource(rate=None), hard("2026-12-01")], [hard("2026-12-01")], id="unpriced then"),
        pytest.param([hard("2026-12-01")], [resource(rate=None), hard("2026-12-01")], id="unpriced now"),
        pytest.param([hard("2026-12-01")], [workspace(currency="EUR"), hard("2026-12-01")], id="another currency"),
        pytest.param([], [moneyless("2"), workspace("1")], id="new without money"),
    ],
)
def test_what_is_unknown_is_said_and_has_no_causes(before: Records, after: Records) -> None:
    (found,) = between(before, after)
    assert (found.known, found.steps) == (False, ())


def test_a_rate_that_one_side_does_not_know_is_no_change_of_rate() -> None:
    """A soft booking needs no rate; made hard, the difference is that it is hard."""
    before: Records = [member(), resource(rate=None), soft("2026-12-01", id="a")]
    after: Records = [member(), resource(), hard("2026-12-01", id="a")]
    assert causes(between(before, after)) == ["kind 2026-12 800.00"]
    assert causes(between(after, before)) == ["kind 2026-12 -800.00"]


def test_without_any_engagement_there_is_nothing_to_bridge() -> None:
    with pytest.raises(ValueError, match="needs an engagement"):
        _ = EngagementBridge(None, None, ()).engagement


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        pytest.param(
            [soft("2026-12-01", "2026-12-02", 16, id="a")],
            [hard("2026-12-01", "2026-12-02", 16, id="a")],
            "Person u1 (PSE): soft became hard, from Tue 1 Dec 2026 to Wed 2 Dec 2026",
            id="kind",
        ),
        pytest.param(
            [hard("2026-12-01", id="a")],
            [hard("2026-12-01", hours=5.5, id="a")],
            "Person u1 (PSE): 8 h became 5.5 h (2.5 h less), on Tue 1 Dec 2026",
            id="minutes",
        ),
        pytest.param(
            [], [hard("2026-12-01", id="a")], "Person u1 (PSE): 8 h newly booked on Tue 1 Dec 2026", id="added"
        ),
        pytest.param(
            [hard("2026-12-01", id="a")],
            [],
            "Person u1 (PSE): 8 h on Tue 1 Dec 2026 are no longer booked",
            id="taken away",
        ),
        pytest.param(
            [hard("2026-12-01", id="a")],
            [hard("2027-01-04", id="a")],
            "Person u1 (PSE): moved, on Tue 1 Dec 2026 before, on Mon 4 Jan 2027 now",
            id="dates",
        ),
        pytest.param(
            [hard("2026-12-01", id="a")],
            [resource(rate=150_00), hard("2026-12-01", id="a")],
            "Person u1 (PSE): 100.00 USD an hour became 150.00 USD an hour, on Tue 1 Dec 2026",
            id="rate",
        ),
        pytest.param(
            [hard("2026-12-31", "2027-01-01", 16, id="a")],
            [holiday("2027-01-01"), hard("2026-12-31", "2027-01-01", 16, id="a")],
            "Person u1 (PSE): less working time on Fri 1 Jan 2027 (holiday, time off or workweek)",
            id="calendar",
        ),
        pytest.param(
            [hard("2026-12-31", "2027-01-01", 16, id="a")],
            [
                resource(user="u2"),
                member("u2", (480, 480, 480, 480, 0, 0, 0)),
                hard("2026-12-31", "2027-01-01", 16, id="a"),
            ],
            "Person u2 (PSE) instead of Person u1 (PSE): another calendar",
            id="another person",
        ),
        pytest.param(
            [resource(user=None), hard("2026-12-01", id="a")],
            [resource(user=None), hard("2026-12-01", hours=4, id="a")],
            "unnamed PSE: 8 h became 4 h (4 h less), on Tue 1 Dec 2026",
            id="unnamed",
        ),
        pytest.param(
            [fixed_fee(), milestone()],
            [fixed_fee(), milestone(due="2027-01-15")],
            "milestone “Milestone m1”: due Tue 15 Dec 2026 before, due Fri 15 Jan 2027 now",
            id="a milestone's date",
        ),
        pytest.param(
            [fixed_fee(), milestone()],
            [fixed_fee(), milestone(cents=900_00)],
            "milestone “Milestone m1”: 1,000.00 USD became 900.00 USD",
            id="a milestone's value",
        ),
        pytest.param(
            [fixed_fee(), milestone()],
            [fixed_fee()],
            "milestone “Milestone m1”, due Tue 15 Dec 2026, is no longer open: completed, invoiced or taken out",
            id="a milestone gone",
        ),
        pytest.param(
            [fixed_fee()],
            [fixed_fee(), milestone()],
            "milestone “Milestone m1” is new, due Tue 15 Dec 2026",
            id="a new milestone",
        ),
        pytest.param(
            [workspace("2")],
            [workspace("1"), resource(), workspace("2"), hard("2026-12-01")],
            "new in this forecast",
            id="a new engagement",
        ),
        pytest.param(
            [workspace("1"), resource(), workspace("2"), hard("2026-12-01")],
            [workspace("2")],
            "no longer in this forecast: closed, archived, or led by somebody else",
            id="a gone engagement",
        ),
        pytest.param(
            [hard("2026-12-01")],
            [fixed_fee(), hard("2026-12-01")],
            "sold for a fixed fee now, by hours before",
            id="another type",
        ),
    ],
)
def test_each_cause_is_said_with_names_and_days(before: Records, after: Records, sentence: str) -> None:
    (found,) = between([member(), *before], [member(), *after])
    assert [said(step, USD) for step in found.steps] == [sentence]


def test_a_snapshot_that_kept_no_names_yet_names_the_user() -> None:
    before, after = frozen([hard("2026-12-01", id="a")], "2026-11-16"), frozen([], AS_OF)
    (engagement,) = before.engagements
    (booking,) = engagement.bookings or ()
    old = replace(before, engagements=(replace(engagement, bookings=(replace(booking, person=None),)),))
    (found,) = bridge(old, after)
    assert said(found.steps[0], USD) == "user u1 (PSE): 8 h on Tue 1 Dec 2026 are no longer booked"


# whatever happened between two Mondays, the causes add up

START = date(2026, 11, 9)
days = st.integers(0, 120).map(lambda n: START + timedelta(days=n))
weights = st.lists(
    st.one_of(st.integers(0, 480), st.fractions(0, 480, max_denominator=60)), min_size=1, max_size=70
).filter(any)
spreads = st.builds(Spread.over, days, st.integers(0, 20_000), weights)
ids = st.sampled_from(["1", "2", "3"])
bookings = st.builds(
    FrozenBooking,
    id=ids,
    user_id=st.sampled_from([None, "u1", "u2"]),
    role=st.sampled_from(["PM", "PSE"]),
    hard=st.booleans(),
    rate=st.sampled_from([None, 0, 1, 333, 12_345, 20_000, 20_000]),
    spread=spreads,
    person=st.sampled_from([None, "Kim Ito"]),
)
milestones = st.builds(
    FrozenMilestone,
    id=ids,
    title=st.just("Design"),
    date=st.one_of(st.none(), days),
    cents=st.integers(-90_000, 900_000),
)
engagements = st.builds(
    FrozenEngagement,
    id=st.sampled_from(["10", "11"]),
    sow=st.none(),
    title=st.just("Acme"),
    lead=st.none(),
    type=st.just("time_and_materials"),
    fixed_fee=st.sampled_from([False, False, True]),
    status=st.none(),
    currency=st.sampled_from(["USD", "USD", "USD", "EUR", None]),
    base_unit=st.just(100),
    budget=st.none(),
    used=st.none(),
    bookings=st.one_of(st.none(), *[st.lists(bookings, max_size=4).map(tuple)] * 6),
    milestones=st.one_of(st.none(), *[st.lists(milestones, max_size=4).map(tuple)] * 6),
    month_total=st.just({}),
)


def of(found: list[FrozenEngagement], as_of: date) -> Snapshot:
    return Snapshot(as_of, "2026-W48", "me", tuple({each.id: each for each in found}.values()))


snapshots = st.builds(of, st.lists(engagements, max_size=2), days)


def edited(engagement: FrozenEngagement, turn: Callable[[FrozenBooking], FrozenBooking]) -> FrozenEngagement:
    return replace(engagement, bookings=tuple(turn(booking) for booking in engagement.bookings or ()))


def reweighed(booking: FrozenBooking) -> FrozenBooking:
    """The same days, with more and more working time."""
    count = len(booking.spread.cumulative)
    return replace(booking, spread=Spread.over(booking.spread.start, booking.spread.minutes, range(2, count + 2)))


TURNS: dict[Cause, Callable[[FrozenBooking], FrozenBooking]] = {
    Cause.KIND: lambda b: replace(b, hard=not b.hard),
    Cause.RATE: lambda b: replace(b, rate=(b.rate or 0) + 7_77),
    Cause.MINUTES: lambda b: replace(b, spread=replace(b.spread, minutes=b.spread.minutes + 95)),
    Cause.DATES: lambda b: replace(b, spread=replace(b.spread, start=b.spread.start + timedelta(days=9))),
    Cause.CALENDAR: reweighed,
}
turns = st.sampled_from([*TURNS.values(), lambda b: replace(b, id=f"{b.id}x")])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Snapshot, Snapshot]:
    """Two snapshots: unrelated ones, or one and what a week made of it."""
    before = draw(snapshots)
    if draw(st.booleans()):
        return before, draw(snapshots)
    changed = [edited(each, draw(turns)) for each in before.engagements]
    return before, replace(before, as_of=draw(days), engagements=tuple(changed))


@settings(max_examples=250, deadline=None)
@given(pairs())
def test_the_causes_add_up_to_the_change_of_every_month(pair: tuple[Snapshot, Snapshot]) -> None:
    before, after = pair
    start = max(before.as_of, after.as_of)
    then, now = ({each.id: each for each in snapshot.engagements} for snapshot in pair)
    bridges = bridge(before, after)
    found = {each.engagement.id: each for each in bridges}
    compared = {each.engagement.id: each.known for each in compare(before, after)}
    for key in {*then, *now}:
        was = then[key].by_month(start) if key in then else {}
        became = now[key].by_month(start) if key in now else {}
        each = found.get(key)
        comparable = was is not None and became is not None
        if comparable and key in then and key in now:
            comparable = then[key].currency == now[key].currency
        if not comparable:
            assert each is not None
            assert (each.known, each.steps) == (False, ())
            assert compared[key] is False
            continue
        sums: dict[str, int] = {}
        for cause in Cause:
            for month, cents in each.months(cause).items() if each else ():
                sums[month] = sums.get(month, 0) + cents
        assert was is not None
        assert became is not None
        assert {month: cents for month, cents in sums.items() if cents} == {
            month: became.get(month, 0) - was.get(month, 0)
            for month in {*was, *became}
            if became.get(month, 0) != was.get(month, 0)
        }
    report = difference_of(before, after, compare(before, after), (), bridges)
    for month in report.months:
        lines = [line.amount for line in report.bridge if (line.month, line.currency) == (month.month, month.currency)]
        assert sum(lines) == month.change
        assert (
            sum(total.months.get(month.month, 0) for total in report.bridge_totals if total.currency == month.currency)
            == month.change
        )
    for total in report.bridge_totals:
        assert sum(total.months.values()) == total.amount
    assert all(line.reasons and all(line.reasons) for line in report.bridge)


@settings(max_examples=60, deadline=None)
@given(snapshots)
@example(frozen([member(), hard("2026-12-01")]))
def test_a_forecast_is_no_change_to_itself(snapshot: Snapshot) -> None:
    assert all(not found.known for found in bridge(snapshot, snapshot))


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_backwards_everything_has_the_other_sign_in_sum(pair: tuple[Snapshot, Snapshot]) -> None:
    def sums(found: tuple[EngagementBridge, ...]) -> dict[str, int]:
        return {
            each.engagement.id: sum(cents for step in each.steps for cents in step.months.values()) for each in found
        }

    forwards, backwards = sums(bridge(*pair)), sums(bridge(pair[1], pair[0]))
    keys = {*forwards, *backwards}
    assert {key: forwards.get(key, 0) for key in keys} == {key: -backwards.get(key, 0) for key in keys}


def alone(booking: FrozenBooking) -> Snapshot:
    """A snapshot of one engagement with this booking alone."""
    engagement = FrozenEngagement(
        "1", None, "t", None, "training", False, None, "USD", 100, None, None, (booking,), None, {}
    )
    return Snapshot(START, "2026-W46", "me", (engagement,))


@pytest.mark.parametrize("cause", TURNS)
@settings(max_examples=25, deadline=None)
@given(bookings)
def test_one_thing_changed_has_that_cause_alone(cause: Cause, booking: FrozenBooking) -> None:
    priced = replace(booking, rate=booking.rate or 100, hard=True)
    bridges = bridge(alone(priced), alone(TURNS[cause](priced)))
    beside = {Cause.CALENDAR} if cause is Cause.DATES else set()  # days that both have may weigh otherwise now
    assert {step.cause for found in bridges for step in found.steps} <= {cause} | beside
