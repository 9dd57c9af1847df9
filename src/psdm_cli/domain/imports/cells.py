"""What a cell of an export means. Every reader raises `ValueError` with what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from psdm_cli.domain.upside_sheet import Value, plain_text

_NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?")
_SIGNS = "$€£¥ \u00a0"
_MOST = Decimal(10) ** 12
#: words of a report for yes and no
YES = frozenset({"yes", "true", "y", "1", "x"})
NO = frozenset({"no", "false", "n", "0"})
#: how many subunits make one, where it is not a hundred (ISO 4217)
BASE_UNITS: Mapping[str, int] = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 1),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 1000),
}


class Dates(StrEnum):
    """How a report writes its days. ISO takes 2026-11-23 and a workbook's typed days, nothing that must be guessed."""

    ISO = "iso"
    MONTH_FIRST = "month-first"
    DAY_FIRST = "day-first"


@dataclass(frozen=True, slots=True)
class Reader:
    """How a cell is read; `expected` says it in words, `key` is its name in a stored row."""

    read: Callable[[Value, Dates], str | int | bool | None]
    expected: str


def _day(value: Value, dates: Dates) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = plain_text(value)
    found = _SLASHED.fullmatch(text)
    if found is not None and dates is not Dates.ISO:
        first, second, year = (int(each) for each in found.groups())
        month, day = (first, second) if dates is Dates.MONTH_FIRST else (second, first)
        return date(year, month, day).isoformat()
    if found is not None:
        raise ValueError("a day such as 2026-11-23; for 11/23/2026 say dates: month-first in the mapping file")
    iso = _ISO.fullmatch(text)
    if iso is None:
        raise ValueError
    return date.fromisoformat(iso[1]).isoformat()


def _number(value: Value) -> Decimal:
    if isinstance(value, bool):
        raise ValueError
    if isinstance(value, Decimal):
        number = value
    else:
        text = plain_text(value).strip(_SIGNS)
        if not _NUMBER.fullmatch(text):
            raise ValueError
        number = Decimal(text.replace(",", ""))
    if not number.is_finite() or abs(number) > _MOST:
        raise ValueError
    return number


def _minutes(value: Value, _dates: Dates) -> int:
    number = _number(value)
    if number < 0:
        raise ValueError
    return int((number * 60).to_integral_value())


def _signed_minutes(value: Value, _dates: Dates) -> int:
    return int((_number(value) * 60).to_integral_value())


def _money(value: Value, _dates: Dates) -> str:
    return f"{_number(value):f}"


def _unsigned_money(value: Value, _dates: Dates) -> str:
    number = _number(value)
    if number < 0:
        raise ValueError
    return f"{number:f}"


def _percent(value: Value, _dates: Dates) -> int:
    number = _number(plain_text(value).removesuffix("%") if isinstance(value, str) else value)
    if not 0 <= number <= 100:
        raise ValueError
    return int(number.to_integral_value())


def _text(value: Value, _dates: Dates) -> str:
    return " ".join(plain_text(value).split())


def _ident(value: Value, _dates: Dates) -> str:
    text = plain_text(value).removesuffix(".0")
    if not text or len(text) > 60:
        raise ValueError
    return text


def _one_of(true: Iterable[str] = (), false: Iterable[str] = ()) -> Callable[[Value, Dates], bool]:
    """Yes or no, also by words of the column's own."""
    words = {**dict.fromkeys((*YES, *true), True), **dict.fromkeys((*NO, *false), False)}

    def read(value: Value, _dates: Dates) -> bool:
        return value if isinstance(value, bool) else words[plain_text(value).casefold()]

    return read


def _one_of_texts(words: tuple[str, ...]) -> Callable[[Value, Dates], str]:
    def read(value: Value, _dates: Dates) -> str:
        return words[words.index(plain_text(value).casefold())]

    return read


def _currency(value: Value, _dates: Dates) -> str:
    code = plain_text(value).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError
    return code


TEXT = Reader(_text, "a text")
IDENT = Reader(_ident, "an id of at most 60 characters")
DAY = Reader(_day, "a day such as 2026-11-23")
HOURS = Reader(_minutes, "hours such as 7.5, not below zero")
SIGNED_HOURS = Reader(_signed_minutes, "hours such as 7.5")
MONEY = Reader(_money, "an amount such as 1,234.50")
UNSIGNED_MONEY = Reader(_unsigned_money, "an amount such as 1,234.50, not below zero")
PERCENT = Reader(_percent, "a percentage from 0 to 100")
YES_NO = Reader(_one_of(), "yes or no")
CURRENCY = Reader(_currency, "a currency such as USD")
HARD = Reader(_one_of(("hard", "confirmed"), ("soft", "tentative")), "Hard or Soft")
TASK_TYPES = ("task", "milestone", "deliverable", "issue")
TASK_TYPE = Reader(_one_of_texts(TASK_TYPES), "Task, Milestone, Deliverable or Issue")
APPROVED = Reader(
    _one_of(("approved", "invoiced"), ("pending", "submitted", "unsubmitted", "rejected", "not approved")),
    "Approved, Pending, Submitted, Unsubmitted or Rejected",
)
FIXED_FEE = Reader(
    _one_of(("fixed fee", "fixed", "fixed price"), ("t&m", "time and materials", "time & materials")),
    "Fixed Fee or T&M",
)


def read_cell(reader: Reader, value: Value, dates: Dates) -> str | int | bool | None:
    """The cell's meaning. Raises `ValueError` with what was expected and what stands there."""
    try:
        return reader.read(value, dates)
    except (ValueError, KeyError, InvalidOperation, ArithmeticError) as error:
        own = str(error) if isinstance(error, ValueError) and str(error).startswith("a day such") else ""
        shown = plain_text(value)[:60]
        raise ValueError(f"expected {own or reader.expected}, not {shown!r}") from None
