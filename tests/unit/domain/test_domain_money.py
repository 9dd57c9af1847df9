"""Money: rules.md 1 (one currency an engagement) and 2 (half-even, the currency's subunit, two decimals always)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from psdm_cli.domain.money import Currency, money_text, round_half_even, total


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(Fraction(1, 2), 0, id="half of an even goes down"),
        pytest.param(Fraction(3, 2), 2, id="half of an odd goes up"),
        pytest.param(Fraction(5, 2), 2, id="two and a half goes down"),
        pytest.param(Fraction(-1, 2), 0, id="minus a half"),
        pytest.param(Fraction(-3, 2), -2, id="minus one and a half"),
        pytest.param(Fraction(1, 3), 0, id="a third"),
        pytest.param(Fraction(2, 3), 1, id="two thirds"),
        pytest.param(7, 7, id="whole"),
        pytest.param(Fraction(10**30 + 1, 2), 10**30 // 2, id="exact where a float is not"),
    ],
)
def test_round_half_even(value: Fraction | int, expected: int) -> None:
    assert round_half_even(value) == expected


@pytest.mark.parametrize(
    ("base", "subunits", "expected"),
    [
        pytest.param(100, 123456, "1234.56", id="cents"),
        pytest.param(100, 5, "0.05", id="under one"),
        pytest.param(100, -5, "-0.05", id="negative"),
        pytest.param(1, 150000, "150000.00", id="JPY: the unit is the subunit"),
        pytest.param(1000, 1235, "1.24", id="thousandths: a tie to the even cent above"),
        pytest.param(1000, 1225, "1.22", id="thousandths: a tie to the even cent below"),
        pytest.param(100, 0, "0.00", id="zero has two decimals too"),
    ],
)
def test_amounts_have_two_decimals(base: int, subunits: int, expected: str) -> None:
    assert str(Currency("XXX", base).amount(subunits)) == expected


def test_an_unknown_amount_stays_unknown() -> None:
    assert Currency("USD").maybe(None) is None
    assert Currency("USD").maybe(0) == Decimal("0.00")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([1, 2, 3], 6, id="known"),
        pytest.param([], 0, id="none at all"),
        pytest.param([1, None, 3], None, id="one unknown makes the whole unknown"),
    ],
)
def test_total(values: list[int | None], expected: int | None) -> None:
    assert total(values) == expected


def test_money_in_words() -> None:
    assert money_text(Decimal("1234567.80"), "USD") == "1,234,567.80 USD"
    assert money_text(Decimal("-5.00"), None) == "-5.00"
