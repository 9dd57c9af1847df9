"""What people write about upside, understood: amounts, hours, currencies, quarters, months.

Each function raises `ValueError` with what was expected, to complete "--amount: …".
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from psdm_cli.domain.dates import Quarter, month_end, month_start, quarter_of
from psdm_cli.domain.money import CENT

_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_QUARTER = re.compile(r"FY([0-9]{2})-?Q([1-4])")
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_MOST = Decimal(10) ** 12


def amount(text: str) -> Decimal:
    """An amount in currency units, more than 0, at most two decimals: 12000, 12,000.00."""
    return _positive(text, "an amount above 0 with at most two decimals, such as 12000 or 12,000.50", decimals=2)


def rate(text: str) -> Decimal:
    """Currency units an hour."""
    return _positive(text, "a rate an hour above 0 with at most two decimals, such as 250", decimals=2)


def hours(text: str) -> Decimal:
    """Hours, more than 0."""
    return _positive(text, "hours above 0 with at most two decimals, such as 40 or 7.5", decimals=2)


def _positive(text: str, expected: str, *, decimals: int) -> Decimal:
    word = text.strip()
    plain = word.replace(",", "")
    if _NUMBER.fullmatch(word) is None or len(plain.partition(".")[2].rstrip("0")) > decimals:
        raise ValueError(f"expected {expected}, not {word!r}")
    value = Decimal(plain)
    if not 0 < value < _MOST:
        raise ValueError(f"expected {expected}, not {word!r}")
    return value.quantize(CENT)


def currency(text: str) -> str:
    """A currency's three letters, in upper case."""
    word = text.strip().upper()
    if _CURRENCY.fullmatch(word) is None:
        raise ValueError(f"expected a currency's three letters, such as USD, not {text.strip()!r}")
    return word


def quarter(text: str, fiscal_year_start: int) -> Quarter:
    """A fiscal quarter as FY27-Q4; FY00 to FY99 are the years 2000 to 2099."""
    found = _QUARTER.fullmatch(text.strip().upper())
    if found is None:
        raise ValueError(f"expected a fiscal quarter such as FY27-Q4, not {text.strip()!r}")
    ends_in, number = 2000 + int(found[1]), int(found[2])
    # the year that the fiscal year begins in: the same one where it begins in January
    begins = ends_in if fiscal_year_start == 1 else ends_in - 1
    month = fiscal_year_start - 1 + 3 * (number - 1)
    return quarter_of(date(begins + month // 12, month % 12 + 1, 1), fiscal_year_start)


def month(text: str) -> str:
    """A month as YYYY-MM."""
    word = text.strip()
    if _MONTH.fullmatch(word) is None:
        raise ValueError(f"expected a month as YYYY-MM, such as 2026-12, not {word!r}")
    return word


def quarter_of_month(word: str, fiscal_year_start: int) -> Quarter:
    """The fiscal quarter that a month (YYYY-MM) lies in."""
    return quarter_of(month_start(word), fiscal_year_start)


def is_over(word: str, as_of: date) -> bool:
    """Whether a month (YYYY-MM) has ended."""
    return month_end(word) <= as_of
