"""Pushes and their reasons: which need one, which reason holds, and that it is asked once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from builders import assess, hard, member, resource, workspace

from psdm_cli.domain.comparison import Change, ChangeKind, EngagementChanges, compare
from psdm_cli.domain.difference import difference_of
from psdm_cli.domain.pushes import (
    GivenReason,
    PushReason,
    explained,
    given_reason,
    months_of,
    pushes_of,
    reason_for,
    reasons_about,
    unexplained,
)
from psdm_cli.domain.snapshots import FrozenEngagement

M1, M2, M3 = "2026-11", "2026-12", "2027-01"


def told(month_from: str, month_to: str, week: str, reason: str = "why", project: str = "1") -> PushReason:
    """A reason given in a week."""
    return PushReason(project, "SOW-1", month_from, month_to, week, reason, "Robin", datetime(2026, 11, 24, tzinfo=UTC))


def moved(*changes: Change) -> EngagementChanges:
    """Changes of engagement 1, in dollars and cents."""
    frozen = FrozenEngagement(
        id="1",
        sow="SOW-1",
        title="Acme",
        lead=None,
        type="time_and_materials",
        fixed_fee=False,
        status="Active",
        currency="USD",
        base_unit=100,
        budget=None,
        used=None,
        bookings=(),
        milestones=None,
        month_total={},
    )
    return EngagementChanges(frozen, frozen, changes)


@pytest.mark.parametrize(
    ("cents", "above", "needs"),
    [(100_000, "1000.00", False), (100_001, "1000.00", True), (1, "0", True), (500_000, "5000.01", False)],
)
def test_only_above_the_threshold(cents: int, above: str, needs: bool) -> None:
    (push,) = pushes_of(moved(Change(ChangeKind.PUSH, M1, M2, cents)), "2026-W47", Decimal(above))
    assert (push.amount, push.needs_reason, push.lacks_reason) == (Decimal(cents) / 100, needs, needs)


def test_pulls_and_the_rest_are_no_pushes() -> None:
    others = (
        Change(ChangeKind.PULL, M2, M1, 900_000),
        Change(ChangeKind.UP, None, M2, 900_000),
        Change(ChangeKind.DOWN, M1, None, 900_000),
    )
    assert pushes_of(moved(*others), "2026-W47", Decimal(0)) == ()
    assert pushes_of(None, "2026-W47", Decimal(0)) == ()


def test_a_reason_holds_as_long_as_the_same_forecast_is_compared_with() -> None:
    given = [told(M1, M2, "2026-W48", "freeze")]
    changes = moved(Change(ChangeKind.PUSH, M1, M2, 900_000), Change(ChangeKind.PUSH, M2, M3, 900_000))
    first, other = pushes_of(changes, "2026-W47", Decimal(0), given)
    assert (first.reason, first.said) == ("freeze", "9,000.00 USD from 2026-11 to 2026-12: freeze")
    assert unexplained((first, other)) == (other,)
    # a week later nobody has frozen: compared with W47 still, it is the same push
    assert reason_for(given, "1", M1, M2, "2026-W47") == given[0]
    # W48 was frozen meanwhile: what moves now is another push of the same months
    assert reason_for(given, "1", M1, M2, "2026-W48") is None
    assert reason_for(given, "2", M1, M2, "2026-W47") is None
    later = told(M1, M2, "2026-W49", "freeze goes on")
    assert reason_for([*given, later], "1", M1, M2, "2026-W47") == later


def test_what_accuracy_says_about_a_month() -> None:
    given = [
        told(M1, M2, "2026-W48", "freeze"),
        told(M3, M1, "2026-W49"),  # no push at all, but about the month
        told(M1, M2, "2026-W44", "before it was frozen"),
        told(M1, M2, "2026-W48", "another project's", project="2"),
    ]
    opened = date(2026, 11, 1)  # a Sunday: it belongs to Monday's W45
    assert reasons_about(given, "1", M1, opened) == ("pushed to 2026-12: freeze", "pushed here from 2027-01: why")
    assert reasons_about(given, "1", M2, opened) == ("pushed here from 2026-11: freeze",)
    assert reasons_about(given, "1", "2027-05", opened) == ()


def test_a_difference_carries_the_reasons() -> None:
    def snapshot(day: str, as_of: str):  # type: ignore[no-untyped-def]
        rows = (workspace(), member(), resource(), hard(day, day, hours=10))
        return assess(*rows, as_of=as_of).snapshot()

    before, after = snapshot("2026-11-25", "2026-11-16"), snapshot("2026-12-02", "2026-11-23")
    report = difference_of(before, after, compare(before, after), ())
    (push,) = report.projects[0].changes
    assert (push.kind, push.reason) == (ChangeKind.PUSH, None)
    reasons = [told(M1, M2, after.week, "freeze", project=report.projects[0].id)]
    assert [c.reason for c in explained(report, reasons).projects[0].changes] == ["freeze"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SOW-1234:2026-11:2026-12=change freeze", GivenReason("SOW-1234", M1, M2, "change freeze")),
        (" 3001:2026-12:2027-01= a=b \n c ", GivenReason("3001", M2, M3, "a=b c")),
    ],
)
def test_a_reason_on_the_command_line(text: str, expected: GivenReason) -> None:
    assert given_reason(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SOW-1",
        "SOW-1:2026-11=why",
        "SOW-1:2026-11:2026-12",
        "SOW-1:2026-11:2026-12=",
        "SOW-1:2026-13:2027-01=why",
        "SOW-1:2026-12:2026-11=why",
        "SOW-1:2026-11:2026-11=why",
        ":2026-11:2026-12=why",
    ],
)
def test_a_reason_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|is no push"):
        given_reason(text)


def test_months_that_are_none() -> None:
    assert months_of(" 2026-11:2026-12 ") == (M1, M2)
    with pytest.raises(ValueError, match="expected two months"):
        months_of("november")
