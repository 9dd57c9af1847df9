"""Changes between two forecasts: rules.md 5, second bullet, and that elapsed days are no change."""

from __future__ import annotations

import pytest
from builders import assess, d, fixed_fee, hard, member, milestone, moneyless, resource, soft, workspace
from hypothesis import given, settings
from hypothesis import strategies as st

from psdm_cli.domain.comparison import Change, ChangeKind, EngagementChanges, compare, movements
from psdm_cli.domain.difference import difference_of
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.report import change_lines, report_of
from psdm_cli.domain.snapshots import Snapshot

M1, M2, M3, M4 = "2026-11", "2026-12", "2027-01", "2027-02"


def told(changes: tuple[Change, ...]) -> list[str]:
    """Changes in short: `push 2026-11>2026-12 5`."""
    return [f"{c.kind.value} {c.month_from or ''}>{c.month_to or ''} {c.cents}" for c in changes]


@pytest.mark.parametrize(
    ("was", "became", "expected"),
    [
        pytest.param({M1: 5}, {M1: 5}, [], id="nothing"),
        pytest.param({M1: 5}, {M2: 5}, [f"push {M1}>{M2} 5"], id="a fall with a later rise: push"),
        pytest.param({M2: 5}, {M1: 5}, [f"pull {M2}>{M1} 5"], id="a rise with a later fall: pull"),
        pytest.param({}, {M1: 5}, [f"up >{M1} 5"], id="up"),
        pytest.param({M1: 5}, {}, [f"down {M1}> 5"], id="down"),
        pytest.param({M1: 5}, {M1: 2}, [f"down {M1}> 3"], id="down in part"),
        pytest.param({M1: 5}, {M2: 3}, [f"push {M1}>{M2} 3", f"down {M1}> 2"], id="pushed in part, the rest is gone"),
        pytest.param({M1: 5}, {M2: 8}, [f"push {M1}>{M2} 5", f"up >{M2} 3"], id="pushed and more"),
        pytest.param(
            {M1: 10}, {M2: 4, M3: 6}, [f"push {M1}>{M2} 4", f"push {M1}>{M3} 6"], id="one fall split over two rises"
        ),
        pytest.param(
            {M1: 4, M2: 6}, {M3: 10}, [f"push {M1}>{M3} 4", f"push {M2}>{M3} 6"], id="two falls into one rise"
        ),
        pytest.param(
            # the fall in M1 takes the nearest rise first, M2's fall the rest
            {M1: 5, M3: 5},
            {M2: 5, M4: 5},
            [f"push {M1}>{M2} 5", f"push {M3}>{M4} 5"],
            id="each fall with its next rise",
        ),
        pytest.param(
            {M2: 10}, {M1: 4, M3: 6}, [f"push {M2}>{M3} 6", f"pull {M2}>{M1} 4"], id="pushes are matched before pulls"
        ),
        pytest.param(
            # M2 falls by 5: pushed to M3; only then M1's rise finds no fall left
            {M2: 5},
            {M1: 5, M3: 5},
            [f"push {M2}>{M3} 5", f"up >{M1} 5"],
            id="what a push took a pull cannot take",
        ),
        pytest.param({M1: 5}, {M1: -3}, [f"down {M1}> 8"], id="below zero by a negative milestone"),
        pytest.param({M1: -5}, {M2: -5}, [f"pull {M2}>{M1} 5"], id="a negative milestone moved later"),
        pytest.param({M1: 0}, {}, [], id="a zero that is gone is nothing"),
    ],
)
def test_movements(was: dict[str, int], became: dict[str, int], expected: list[str]) -> None:
    assert told(movements(was, became)) == expected


some_months = st.dictionaries(st.sampled_from([M1, M2, M3, M4, "2027-03"]), st.integers(-50, 50), max_size=5)


@settings(max_examples=150, deadline=None)
@given(some_months, some_months)
def test_applying_the_changes_to_the_old_months_gives_the_new_ones(was: dict[str, int], became: dict[str, int]) -> None:
    found = movements(was, became)
    applied = dict(was)
    for change in found:
        assert change.cents > 0
        if change.month_from is not None:
            applied[change.month_from] = applied.get(change.month_from, 0) - change.cents
        if change.month_to is not None:
            applied[change.month_to] = applied.get(change.month_to, 0) + change.cents
    assert {m: v for m, v in applied.items() if v} == {m: v for m, v in became.items() if v}
    for change in found:
        if change.kind in (ChangeKind.PUSH, ChangeKind.PULL):
            assert change.month_from is not None
            assert change.month_to is not None
            assert (change.month_to > change.month_from) is (change.kind is ChangeKind.PUSH)
    kinds = {change.kind for change in found}
    assert not {ChangeKind.NEW, ChangeKind.GONE} & kinds
    assert movements(became, became) == ()


@settings(max_examples=60, deadline=None)
@given(some_months, some_months)
def test_a_month_that_is_left_over_is_only_up_or_only_down(was: dict[str, int], became: dict[str, int]) -> None:
    """What could have been matched was: the leftovers never have a fall before a rise, nor a rise before a fall."""
    rest = [c for c in movements(was, became) if c.kind in (ChangeKind.UP, ChangeKind.DOWN)]
    assert len({c.kind for c in rest}) <= 1


def snapshot(*records: Record, as_of: str, refused: tuple[Kind, ...] = ()) -> Snapshot:
    """These records frozen."""
    return assess(*records, as_of=as_of, refused=refused).snapshot()


def compared(
    before: list[Record], after: list[Record], *, then: str = "2026-11-16", now: str = "2026-11-23"
) -> tuple[EngagementChanges, ...]:
    """What changed between two Mondays."""
    return compare(snapshot(*before, as_of=then), snapshot(*after, as_of=now))


def lines(found: tuple[EngagementChanges, ...]) -> list[str]:
    """All changes in short, with the engagement."""
    return [f"{c.engagement.id} {line}" for c in found for line in told(c.changes)]


STAYS: list[Record] = [member(), hard("2026-11-16", "2026-12-11", 160)]
LATE: list[Record] = [fixed_fee(), milestone(due="2026-11-20")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(STAYS, STAYS, id="a booking under way"),
        pytest.param([hard("2026-11-18")], [hard("2026-11-18")], id="a booking that is over"),
        pytest.param([hard("2026-11-18")], [], id="a booking that was over and is gone"),
        pytest.param(
            [fixed_fee(), milestone(due="2026-11-20")], [fixed_fee(), milestone(due="2026-11-20")], id="overdue"
        ),
        pytest.param(LATE, [fixed_fee()], id="a milestone that was due and is done"),
        pytest.param([soft("2026-12-01")], [], id="soft bookings are no forecast"),
    ],
)
def test_elapsed_days_are_no_change(before: list[Record], after: list[Record]) -> None:
    assert compared(before, after) == ()
    assert compared(after, before, then="2026-11-23", now="2026-11-16") == ()


def test_thirds_of_a_cent_are_no_change_either() -> None:
    """Both sides are rounded from the later as-of on, so that the same booking gives the same months."""
    rows: list[Record] = [member(), resource(rate=1), hard("2026-11-16", "2027-02-26", minutes=100)]
    assert compared(rows, rows) == ()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([hard("2026-12-01")], [hard("2027-01-04")], [f"1 push {M2}>{M3} 80000"], id="moved later"),
        pytest.param([hard("2027-01-04")], [hard("2026-12-01")], [f"1 pull {M3}>{M2} 80000"], id="moved earlier"),
        pytest.param([hard("2026-12-01")], [hard("2026-12-01", hours=4)], [f"1 down {M2}> 40000"], id="fewer hours"),
        pytest.param([hard("2026-12-01")], [soft("2026-12-01")], [f"1 down {M2}> 80000"], id="hard became soft"),
        pytest.param([soft("2026-12-01")], [hard("2026-12-01")], [f"1 up >{M2} 80000"], id="soft became hard"),
        pytest.param(
            [hard("2026-12-01")], [resource(rate=200_00), hard("2026-12-01")], [f"1 up >{M2} 80000"], id="a better rate"
        ),
        pytest.param(
            [hard("2028-05-01")], [hard("2028-06-01")], ["1 push 2028-05>2028-06 80000"], id="beyond the horizon too"
        ),
        pytest.param(
            [fixed_fee(), milestone(due="2026-12-15")],
            [fixed_fee(), milestone(due="2027-01-15")],
            [f"1 push {M2}>{M3} 100000"],
            id="a milestone's date",
        ),
        pytest.param(
            [fixed_fee(), milestone(due="2026-12-15")],
            [fixed_fee(), milestone(due=None)],
            [f"1 down {M2}> 100000"],
            id="a milestone lost its date",
        ),
        pytest.param(
            # pushed into the past by the later as-of: what was due to come is in no month any more
            [fixed_fee(), milestone(due="2026-12-15")],
            [fixed_fee(), milestone(due="2026-11-20")],
            [f"1 down {M2}> 100000"],
            id="a milestone dated back before as-of",
        ),
    ],
)
def test_changes_of_an_engagement(before: list[Record], after: list[Record], expected: list[str]) -> None:
    assert lines(compared([member(), *before], [member(), *after])) == expected


TWO: list[Record] = [
    workspace("1"),
    workspace("2"),
    resource("r2", ws="2"),
    hard("2026-12-01", "2027-01-04", 200, of="r2", ws="2"),
]


def test_new_and_gone_engagements_stand_apart_month_by_month() -> None:
    # 23 weekdays in December and 2 in January (1 and 4): 200 h over 25 days, 8 h each
    months = {M2: 23 * 800_00, M3: 2 * 800_00}
    assert lines(compared([workspace("1")], TWO)) == [f"2 new >{m} {v}" for m, v in months.items()]
    assert lines(compared(TWO, [workspace("1")])) == [f"2 gone {m}> {v}" for m, v in months.items()]


def test_an_engagement_that_left_the_scope_is_gone() -> None:
    after: list[Record] = [workspace("1"), workspace("2", status="Completed"), *TWO[2:]]
    assert {c.kind for found in compared(TWO, after) for c in found.changes} == {ChangeKind.GONE}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([moneyless(), hard("2026-12-01")], [hard("2026-12-01")], id="no money then"),
        pytest.param([hard("2026-12-01")], [moneyless(), hard("2026-12-01")], id="no money now"),
        pytest.param([resource(rate=None), hard("2026-12-01")], [hard("2026-12-01")], id="unpriced then"),
        pytest.param([], [moneyless("2"), workspace("1")], id="new without money"),
        pytest.param(
            [hard("2026-12-01")], [workspace(currency="EUR"), hard("2026-12-01")], id="another currency is no movement"
        ),
    ],
)
def test_an_unknown_side_is_said_and_makes_no_movement(before: list[Record], after: list[Record]) -> None:
    found = compared(before, after)
    assert [(c.changes, c.known) for c in found] == [((), False)]


def test_a_change_of_no_engagement_is_no_change() -> None:
    with pytest.raises(ValueError, match="needs an engagement"):
        _ = EngagementChanges(None, None, ()).engagement


def test_a_change_has_positive_currency_units_at_the_edge() -> None:
    (found,) = compared([member(), hard("2026-12-01")], [member()])
    (line,) = change_lines(found)
    assert (line.kind, line.month_from, line.month_to, str(line.amount)) == (ChangeKind.DOWN, M2, None, "800.00")


def test_changes_stand_with_their_project_in_the_report() -> None:
    before = snapshot(member(), hard("2026-12-01"), as_of="2026-11-16")
    report = report_of(assess(member(), hard("2027-01-04"), previous=before), (), (), ("9", "Pat"))
    assert report.compared_with == d("2026-11-16")
    assert [(c.kind.value, c.month_from, c.month_to) for c in report.projects[0].changes] == [("push", M2, M3)]


def test_without_an_earlier_snapshot_there_are_no_changes() -> None:
    report = report_of(assess(member(), hard("2026-12-01")), (), (), ("9", "Pat"))
    assert (report.compared_with, report.projects[0].changes) == (None, ())


def test_the_difference_sums_months_per_currency_and_leaves_the_unknown_out() -> None:
    eur = workspace("2", currency="EUR")
    blind = workspace("3", currency=None)
    slots = [resource("r1"), resource("r2", ws="2"), resource("r3", ws="3")]
    before = snapshot(
        workspace("1"),
        eur,
        blind,
        *slots,
        hard("2026-12-01"),
        hard("2026-12-01", ws="2", of="r2"),
        hard("2026-12-01", ws="3", of="r3"),
        as_of="2026-11-16",
    )
    after = snapshot(
        workspace("1"),
        eur,
        workspace("3"),
        *slots,
        hard("2027-01-04"),
        hard("2026-12-01", ws="2", of="r2", hours=4),
        hard("2026-12-01", ws="3", of="r3"),
        as_of="2026-11-23",
    )
    found = difference_of(before, after, compare(before, after), ())
    assert (found.before_as_of, found.as_of) == (d("2026-11-16"), d("2026-11-23"))
    assert [(m.month, m.currency, str(m.before), str(m.after), str(m.change)) for m in found.months] == [
        (M2, "EUR", "800.00", "400.00", "-400.00"),
        (M2, "USD", "800.00", "0.00", "-800.00"),
        (M3, "USD", "0.00", "800.00", "800.00"),
    ]
    assert {p.id: p.known for p in found.projects} == {"1": True, "2": True, "3": False}
