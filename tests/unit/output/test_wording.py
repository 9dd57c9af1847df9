"""How ages, amounts, hours and states are said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from reports import finding, project, report

from psdm_cli.domain.report import ChangeLine
from psdm_cli.output.wording import age, amount, at_stake, hours, message_of, months_moved, percent, standing

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(seconds=5), "just read"),
        (timedelta(seconds=-5), "just read"),
        (timedelta(minutes=1), "1 minute old"),
        (timedelta(minutes=59, seconds=59), "59 minutes old"),
        (timedelta(hours=1), "1 hour old"),
        (timedelta(hours=47), "47 hours old"),
        (timedelta(days=2), "2 days old"),
    ],
)
def test_age(before: timedelta, expected: str) -> None:
    assert age(NOW - before, NOW) == expected


def test_unknown_age() -> None:
    assert age(None, NOW) == "of unknown age"


@pytest.mark.parametrize(
    ("value", "cents", "expected"),
    [
        (None, True, "unknown"),
        (Decimal("1234567.8"), True, "1,234,567.80"),
        (Decimal("2.5"), False, "2"),
        (Decimal("3.5"), False, "4"),
        (Decimal("-0.4"), False, "0"),
        (Decimal("-1234.00"), False, "-1,234"),
    ],
)
def test_amount(value: Decimal | None, cents: bool, expected: str) -> None:
    assert amount(value, cents=cents) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "unknown"), (Decimal("100.00"), "100"), (Decimal("7.50"), "7.5"), (Decimal("0.00"), "0")],
)
def test_hours(value: Decimal | None, expected: str) -> None:
    assert hours(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(None, "unknown"), (Decimal("0.7204"), "72 %"), (Decimal("-0.001"), "0 %")]
)
def test_percent(value: Decimal | None, expected: str) -> None:
    assert percent(value) == expected


def test_money_at_stake_is_summed_per_currency_without_signs() -> None:
    line = project(1, "A")
    found = [
        finding("FP-01", "1", line, "", amount=Decimal(5), currency="USD"),
        finding("FP-01", "2", line, "", amount=Decimal(-7), currency="USD"),
        finding("FP-01", "3", line, "", amount=Decimal(100), currency="JPY"),
        finding("FP-01", "4", line, "", amount=None),
    ]
    assert at_stake("FP-01", found) == {"USD": Decimal(12), "JPY": Decimal(100)}


def test_the_same_open_money_of_two_roles_counts_once() -> None:
    line = project(1, "A")
    found = [finding("FP-08", role, line, "", amount=Decimal(5), currency="USD") for role in ("PM", "PSE")]
    assert at_stake("FP-08", found) == {"USD": Decimal(5)}


def test_standing_begins_with_what_needs_attention() -> None:
    expected = "7 need attention, 2 pass, 1 for you to judge, 1 could not be checked"
    assert standing(report().steps) == expected


def test_a_message_does_not_repeat_its_subject() -> None:
    found = finding("FP-06", "1", project(1, "A"), "Jonas Weber is free", subject="Jonas Weber")
    assert message_of(found) == "is free"


@pytest.mark.parametrize(
    ("month_from", "month_to", "expected"),
    [("2026-11", "2026-12", "2026-11 → 2026-12"), (None, "2026-12", "2026-12"), ("2026-11", None, "2026-11")],
)
def test_months_moved(month_from: str | None, month_to: str | None, expected: str) -> None:
    kind = report().projects[0].changes[0].kind
    assert months_moved(ChangeLine(kind, month_from, month_to, Decimal(1))) == expected
