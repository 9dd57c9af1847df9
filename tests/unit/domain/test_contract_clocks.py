"""Clocks of contracts: acceptance by silence over weekends and holidays, dates in a team's own words, stop dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.contract_clocks import day_in, passive_days, passive_deadline, risk_clock, stop_date
from psdm_cli.domain.dates import business_days_in, is_business_day
from psdm_cli.domain.gitlab import Issue

THANKSGIVING = frozenset({date(2026, 11, 26), date(2026, 11, 27)})
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("sent", "days", "deadline"),
    [
        pytest.param("2026-11-09", 5, "2026-11-13", id="Monday is day 1, Friday day 5"),
        pytest.param("2026-11-11", 5, "2026-11-17", id="Wednesday: over a weekend"),
        pytest.param("2026-11-13", 5, "2026-11-19", id="Friday is day 1"),
        pytest.param("2026-11-14", 5, "2026-11-20", id="Saturday: Monday is day 1"),
        pytest.param("2026-11-15", 5, "2026-11-20", id="and Sunday the same"),
        pytest.param("2026-11-23", 5, "2026-12-01", id="two holidays in between"),
        pytest.param("2026-11-26", 5, "2026-12-04", id="sent on a holiday: the next business day is day 1"),
        pytest.param("2026-11-09", 1, "2026-11-09", id="one day: the day of sending"),
        pytest.param("2026-12-30", 10, "2027-01-12", id="ten days over the turn of the year"),
    ],
)
def test_when_silence_is_acceptance(sent: str, days: int, deadline: str) -> None:
    assert passive_deadline(date.fromisoformat(sent), days, THANKSGIVING).isoformat() == deadline


@given(sent=DAYS, days=st.integers(1, 40), off=st.sets(st.integers(0, 60), max_size=12))
def test_the_window_holds_that_many_business_days(sent: date, days: int, off: set[int]) -> None:
    holidays = frozenset(sent + timedelta(days=each) for each in off)
    deadline = passive_deadline(sent, days, holidays)
    assert is_business_day(deadline, holidays)
    assert business_days_in(sent, deadline + timedelta(days=1), holidays) == days


@pytest.mark.parametrize(
    ("clause", "days"),
    [
        (None, 5),
        ("Yes", 5),
        ("", None),
        ("No", None),
        ("none", None),
        ("10 business days", 10),
        ("ten (10) business days from receipt", 10),
        ("Accepted after 3 working-days of silence", 3),
        ("30 days", 5),  # calendar days are no business days: the usual number, not a guess
        ("0 business days", 5),
        ("999 business days", 5),
    ],
)
def test_how_many_days_a_clause_states(clause: str | None, days: int | None) -> None:
    assert passive_days(clause, 5) == days


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-01", "2026-12-01"),
        ("by 2026-12-01T10:00 at the latest", "2026-12-01"),
        ("1 December 2026", "2026-12-01"),
        ("1st of Dec", None),
        ("Dec 1, 2026", "2026-12-01"),
        ("December 21st, 2026 or never", "2026-12-21"),
        ("3 Sept 2026", "2026-09-03"),
        ("12/01/2026", None),  # day or month first: nobody can tell
        ("2026-02-30 then 2026-03-02", "2026-03-02"),
        ("yes", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_in_words(text: str | None, day: str | None) -> None:
    found = day_in(text)
    assert (found.isoformat() if found else None) == day


@given(day=DAYS)
def test_every_way_of_writing_a_day_is_read_back(day: date) -> None:
    for form in ("%Y-%m-%d", f"{day.day} %B %Y", f"%b {day.day}, %Y"):
        assert day_in(f"until {day.strftime(form)}.") == day


@pytest.mark.parametrize(
    ("body", "day"),
    [
        pytest.param("## Stop date\n\n2026-12-04\n\n## Approvals\n\n- 2026-11-01 Ann", "2026-12-04", id="heading"),
        pytest.param("## Stop date / maximum exposure\n40 hours, or 2026-12-04", "2026-12-04", id="longer heading"),
        pytest.param("## Stop date\n\n## Approvals\n\n2026-11-01", None, id="empty section: the next one's is not it"),
        pytest.param("**Stop date:** 4 December 2026", "2026-12-04", id="bold"),
        pytest.param("**Start date:** 2026-11-01\n**Stop date:** 2026-12-04", "2026-12-04", id="beside a start"),
        pytest.param("**Stop date:**\n**Start:** 2026-11-01", None, id="bold and empty"),
        pytest.param("- stop date: Dec 4, 2026 (agreed)", "2026-12-04", id="list"),
        pytest.param("| Field | Value |\n| --- | --- |\n| Stop date | 2026-12-04 |", "2026-12-04", id="row"),
        pytest.param(
            "| Start | Stop date |\n| --- | --- |\n| 2026-11-01 | 2026-12-04 |",
            "2026-12-04",
            id="column, not the start",
        ),
        pytest.param("## Stop date\n<!-- such as 2026-01-31 -->\n2026-12-04", "2026-12-04", id="comments say nothing"),
        pytest.param("<!-- Stop date 2026-01-31", None, id="an open comment hides the rest"),
        pytest.param("We stop when we stop", None, id="none"),
        pytest.param("The stop date is to be agreed.\n\n## Stop date\n\n2026-12-04", "2026-12-04", id="said twice"),
        pytest.param(None, None, id="no text"),
    ],
)
def test_stop_dates(body: str | None, day: str | None) -> None:
    found = stop_date(body)
    assert (found.isoformat() if found else None) == day


def issue(**more: object) -> Issue:
    values = {"id": "7#1", "iid": "1", "project_id": "7", "title": "Work at Risk", "state": "opened", **more}
    return Issue(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "sow", "stop"),
    [
        pytest.param(issue(labels=("Work at Risk", "SOW-12"), title="x"), "SOW-12", None, id="by label"),
        pytest.param(issue(labels=("work at risk",), title="sow-12 x"), "SOW-12", None, id="in any case"),
        pytest.param(issue(title="Work at Risk 1 - Acme - SOW-12"), "SOW-12", None, id="by title"),
        pytest.param(issue(description="For SOW-12"), "SOW-12", None, id="number in the text"),
        pytest.param(issue(due=date(2026, 12, 4)), None, "2026-12-04", id="no stop date: the issue's due date"),
        pytest.param(
            issue(due=date(2026, 12, 31), description="**Stop date:** 2026-12-04"), None, "2026-12-04", id="text first"
        ),
    ],
)
def test_works_at_risk(made: Issue, sow: str | None, stop: str | None) -> None:
    found = risk_clock(made, "Work at Risk")
    assert found is not None
    assert (found.sow, found.stop.isoformat() if found.stop else None) == (sow, stop)


@pytest.mark.parametrize("made", [issue(state="closed"), issue(title="Change Order 1", labels=("Change Order",))])
def test_what_is_no_open_work_at_risk(made: Issue) -> None:
    assert risk_clock(made, "Work at Risk") is None
