"""Clocks that a contract starts: acceptance by silence, the two-month line, the stop date of work at risk.

Sources: domain.md 5.3 and 6.2, rules.md 6. Dates that cannot be read are None, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date

from psdm_cli.domain.dates import DAY, business_day_after, is_business_day
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.milestones import is_answered_yes

WORK_AT_RISK = "work at risk"
STOP_DATE = "stop date"
LONGEST_WAIT = 366  # business days; a clause beyond that is a misreading
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATES = re.compile(
    rf"(?<!\d)(\d{{4}})-(\d{{2}})-(\d{{2}})(?!\d)|\b(\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(\d{{4}})\b"
    rf"|\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CLAUSE_DAYS = re.compile(r"(\d{1,3})\s*\)?\s*(?:business|working)[\s-]*days?", re.IGNORECASE)
_SOW = re.compile(r"\bSOW-\d+", re.IGNORECASE)
_LABEL_ONLY = re.compile(r"^[\s#>*_|:-]*$")


@dataclass(frozen=True, slots=True)
class RiskClock:
    """An open work at risk: on its stop date work stops unless the paper is signed. `stop` None: it cannot be read."""

    key: str
    title: str
    sow: str | None
    stop: date | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class RiskWatch:
    """The open works at risk as GitLab last showed them. `seen_on` None: it never did; `why_not`: nor could it now.

    `failed`: it was asked now and could not answer.
    """

    clocks: tuple[RiskClock, ...] = ()
    seen_on: date | None = None
    why_not: str = ""
    failed: bool = False


def passive_deadline(sent: date, days: int, holidays: Set[date]) -> date:
    """The business day at whose end silence is acceptance: the `days`-th, the day of sending being day 1.

    What is sent on a day off is read on the next business day, which is day 1 then.
    """
    first = sent
    while not is_business_day(first, holidays):
        first += DAY
    return business_day_after(first, days - 1, holidays)


def passive_days(clause: str | None, default: int) -> int | None:
    """Business days until silence is acceptance, by what the project says of its clause; None where it has none.

    "10 business days" counts as said; "No" is no clause; anything else, or nothing, is the usual number.
    """
    if clause is None:
        return default
    if not is_answered_yes(clause):
        return None
    found = _CLAUSE_DAYS.search(clause)
    stated = int(found[1]) if found else default
    return stated if 1 <= stated <= LONGEST_WAIT else default


def day_in(text: str | None) -> date | None:
    """The first date in a text, as 2026-12-01, 1 December 2026 or December 1, 2026; None where there is none."""
    return next(_days_in(text or ""), None)


def _days_in(text: str) -> Iterator[date]:
    for found in _DATES.finditer(text):
        year, month, day, day_first, month_first, year_first, month_last, day_last, year_last = found.groups()
        try:
            if year:
                yield date(int(year), int(month), int(day))
            elif day_first:
                yield date(int(year_first), _month(month_first), int(day_first))
            else:
                yield date(int(year_last), _month(month_last), int(day_last))
        except ValueError:
            continue


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].casefold()) + 1


def stop_date(description: str | None) -> date | None:
    """The stop date that an issue's text states: beside the words, under a heading of theirs, or in their column."""
    lines = _COMMENT.sub("", description or "").splitlines()
    for number, line in enumerate(lines):
        place = line.casefold().find(STOP_DATE)
        if place < 0:
            continue
        beside = day_in(line[place:])
        if beside is not None:
            return beside
        if line.lstrip().startswith("|"):
            column = next(n for n, cell in enumerate(line.split("|")) if STOP_DATE in cell.casefold())
            below = _column(lines[number + 1 :], column)
        else:
            below = _section(lines[number + 1 :])
        found = next((day for text in below if (day := day_in(text)) is not None), None)
        if found is not None:
            return found
    return None


def _column(lines: Iterable[str], column: int) -> Iterator[str]:
    for line in lines:
        if not line.lstrip().startswith("|"):
            return
        cells = line.split("|")
        if column < len(cells):
            yield cells[column]


def _section(lines: Iterable[str]) -> Iterator[str]:
    """The lines up to the next heading, or the next words in bold that begin a line."""
    for line in lines:
        text = line.strip()
        if text.startswith(("#", "**", "|")) and not _LABEL_ONLY.match(text):
            return
        yield line


def risk_clock(issue: Issue, label: str) -> RiskClock | None:
    """The clock of an issue that is an open work at risk, by its label (any case) or the beginning of its title."""
    labelled = label.casefold() in {each.casefold() for each in issue.labels}
    if issue.state != "opened" or not (labelled or issue.title.strip().casefold().startswith(WORK_AT_RISK)):
        return None
    named = next(
        (found for text in (*issue.labels, issue.title, issue.description or "") if (found := _sow(text))), None
    )
    return RiskClock(issue.id, issue.title, named, stop_date(issue.description) or issue.due, issue.url)


def _sow(text: str) -> str | None:
    found = _SOW.search(text)
    return found[0].upper() if found else None
