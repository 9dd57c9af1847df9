"""What the customer reads of a week: drafted from what happened, in people's words, and never anything internal.

As-of is Monday 23 November 2026 unless said otherwise; the week is 2026-W48.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import assess, booking, entry, fixed_fee, hard, milestone, off, resource, soft, task, workspace
from hypothesis import given
from hypothesis import strategies as st

from psdm_cli.domain.audience import Audience
from psdm_cli.domain.customer_status.drafting import Activity, Week, draft, readable, week_of
from psdm_cli.domain.customer_status.fields import (
    COLUMNS,
    FIELDS,
    LISTS,
    Draft,
    InternalTextError,
    Sieve,
    as_written,
    posted,
    written,
)
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.health.raid_log import RaidItem, RaidType
from psdm_cli.domain.internal_words import InternalRules, internal_in
from psdm_cli.domain.records import Kind, Record

RULES = InternalRules(address="https://git.example", internal_paths=("acme/ps",), customer_paths=("acme/ps/delivery",))
ZONE = ZoneInfo("America/New_York")
WEEK = Week(date(2026, 11, 23), date(2026, 11, 28), ZONE)
THURSDAY = datetime(2026, 11, 26, 15, tzinfo=UTC)
BEFORE = datetime(2026, 11, 12, 15, tzinfo=UTC)


def sieve() -> Sieve:
    return Sieve(RULES)


def issue(iid: int, title: str = "", **more: Any) -> Issue:
    given = {"state": "opened", "created_at": BEFORE, "updated_at": BEFORE, **more}
    return Issue(f"9#{iid}", str(iid), "9", title or f"Item {iid}", **given)


def drafted(*records: Record, issues: tuple[Issue, ...] = (), raid: tuple[RaidItem, ...] = (), **how: Any) -> Draft:
    assessment = assess(*records, **how)
    return draft(assessment, assessment.engagements[0], Activity(issues, raid, "Doing"), WEEK, sieve())


def said(values: Any) -> list[Any]:
    return [each.value if hasattr(each, "value") else {k: v.value for k, v in each.items()} for each in values]


def test_what_was_done_and_what_comes_next() -> None:
    issues = (
        issue(1, "Runners installed", state="closed", closed_at=THURSDAY, updated_at=THURSDAY),
        issue(2, "Closed long ago", state="closed", closed_at=BEFORE),
        issue(3, "Wave B", due=date(2026, 12, 4)),
        issue(4, "In progress", labels=("doing",)),
        issue(5, "Later", due=date(2027, 2, 1)),
        issue(6, "Begun", created_at=THURSDAY, updated_at=THURSDAY),
    )
    found = drafted(issues=issues)
    assert said(found.accomplished) == ["Runners installed"]
    assert said(found.upcoming) == ["Wave B, due 2026-12-04", "In progress", "Begun"]
    assert found.overall is not None
    assert found.overall.value == "1 item done, 1 new, 0 moved on in this week; 4 open."


def test_a_week_is_the_handbooks_local_one() -> None:
    late = datetime(2026, 11, 23, 4, 59, tzinfo=UTC)  # Sunday 23:59 in New York
    early = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    assert (WEEK.holds(late), WEEK.holds(early), WEEK.holds(None)) == (False, True, False)
    assert week_of(date(2026, 11, 23), date(2026, 11, 25), ZONE).until == date(2026, 11, 26)
    assert week_of(date(2026, 11, 16), date(2026, 11, 25), ZONE).until == date(2026, 11, 23)


def test_long_lists_end_with_how_many_more() -> None:
    many = tuple(issue(n, labels=("Doing",)) for n in range(1, 16))
    found = said(drafted(issues=many).upcoming)
    assert (len(found), found[-1]) == (13, "and 3 more")


def test_confidential_issues_the_log_and_our_own_reports_are_no_news() -> None:
    issues = (
        issue(1, confidential=True),
        issue(2),
        issue(3, description="x <!-- psdm:status:SOW-1/2026-W47 -->"),
        issue(4, description="<!-- psdm:raid:SOW-1 -->"),
        issue(5),
    )
    assert [each.iid for each in readable(issues, "9#2")] == ["5"]


def test_milestones_have_no_amounts() -> None:
    found = drafted(
        fixed_fee(),
        milestone("m1", "2026-12-15", 48_000_00, title="Wave A accepted", state="started"),
        milestone("m2", None, title="Wave B accepted"),
        milestone("m3", "2026-11-24", title="Kickoff", state="completed", updated_at=THURSDAY),
        milestone("m4", "2026-10-01", title="Old", state="completed", updated_at=BEFORE),
        task("t", title="No milestone"),
    )
    assert said(found.milestones) == [
        {"milestone": "Kickoff", "date": "2026-11-24", "state": "done"},
        {"milestone": "Wave A accepted", "date": "2026-12-15", "state": "in progress"},
        {"milestone": "Wave B accepted", "date": "–", "state": "planned"},
    ]


@pytest.mark.parametrize("kind", ["T&M", "Consulting Block", "Dedicated Engineer"])
def test_hours_of_what_is_sold_by_the_hour(kind: str) -> None:
    records = (
        workspace(type=kind),
        resource("r1", "PSE", "u1"),
        resource("r2", "TA", "u2"),
        hard("2026-11-24", hours=10),
        hard("2026-11-25", hours=4.5, of="r2"),
        soft("2026-11-26", hours=50),
        entry("2026-11-02", hours=7.5),
        entry("2026-11-03", hours=1, billable=False),
        entry("2026-11-03", hours=2, user_id="u2"),
    )
    assert said(drafted(*records).hours) == [
        {"role": "PSE", "planned": "17.5 h", "used": "7.5 h", "remaining": "10 h"},
        {"role": "TA", "planned": "6.5 h", "used": "2 h", "remaining": "4.5 h"},
        {"role": "Total", "planned": "24 h", "used": "9.5 h", "remaining": "14.5 h"},
    ]


def test_a_fixed_fee_customer_sees_no_hours() -> None:
    assert drafted(fixed_fee(), hard("2026-11-24", hours=10), entry("2026-11-02")).hours == ()
    assert drafted(workspace(), entry("2026-11-02"), refused=[Kind.TIME_ENTRIES]).hours == ()


def test_absences_are_first_names_and_days_of_who_is_booked() -> None:
    records = (
        resource("r1", "PSE", "u1"),
        booking("2026-11-24", "2027-01-29", 40),
        off("2026-12-03"),
        off("2026-12-04"),
        off("2026-12-07"),  # only a weekend between
        off("2026-12-10"),
        off("2026-11-20"),
        off("2027-01-15"),
        off("2026-12-03", user="u9"),
    )
    assert said(drafted(*records).absences) == [
        {"name": "Person", "from": "2026-12-03", "to": "2026-12-07"},
        {"name": "Person", "from": "2026-12-10", "to": "2026-12-10"},
    ]


def test_the_raid_and_its_decisions() -> None:
    raid = (
        RaidItem(RaidType.RISK, "Runners late", "Priya", "2026-12-01"),
        RaidItem(RaidType.DECISION, "Which region", None, None),
    )
    found = drafted(raid=raid)
    assert said(found.attention) == [{"type": "risk", "item": "Runners late", "owner": "Priya", "due": "2026-12-01"}]
    assert said(found.decisions_needed) == [{"decision": "Which region", "by": "–", "due": "–"}]


PLANTED = (
    "Margin is at 31 %",
    "Upside of the quarter",
    "48,000 USD to invoice",
    "Work exception asked for",
    "work-at-risk until signature",
    "internal temperature red",
    "bill rate 250",
    "see https://app.mavenlink.com/workspaces/1",
    "see https://git.example/groups/acme/ps/-/epics/3",
    "€ 12.500",
    "WE-scoping",
)


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_internal_in_any_source_is_left_out_and_told(planted: str) -> None:
    assessment = assess(
        workspace(title=f"SOW-1 Acme {planted}"),
        resource("r1", planted, "u1"),
        resource("r2", "TA", "u2"),
        milestone("m1", "2026-12-15", title=planted),
        milestone("m2", "2026-12-16", title="Wave A"),
        hard("2026-11-24", hours=10),
        hard("2026-11-24", hours=10, of="r2"),
        entry("2026-11-02"),
    )
    issues = (
        issue(1, planted, state="closed", closed_at=THURSDAY),
        issue(2, planted, labels=("Doing",)),
        issue(3, "Good news", labels=("Doing",)),
    )
    raid = (RaidItem(RaidType.RISK, planted), RaidItem(RaidType.DECISION, "x", planted), RaidItem(RaidType.RISK, "ok"))
    held = sieve()
    found = draft(assessment, assessment.engagements[0], Activity(issues, raid, "Doing"), WEEK, held)
    everything = repr(posted(found))
    assert not internal_in(everything, RULES)
    assert planted not in everything
    assert all(word in everything for word in ("Good news", "Wave A", "'ok'", "TA"))
    assert len(held.left_out) >= 6
    assert {sentence.partition(":")[0].partition(",")[0] for sentence in held.left_out} == {
        "a closed issue",
        "an open issue",
        "a Kantata milestone",
        "hours of a role",
        "a RAID item",
        "a decision",
    }


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("name", FIELDS)
def test_a_persons_internal_words_are_refused_in_every_field(name: str, planted: str) -> None:
    with pytest.raises(InternalTextError) as refused:
        written(name, planted.replace(";", ","), sieve())
    assert refused.value.found


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("accomplished", "Wave A; Wave B ;", ["Wave A", "Wave B"]),
        ("accomplished", ["One; two", "Three"], ["One; two", "Three"]),
        ("upcoming", "", []),
        ("upcoming", None, []),
        (
            "absences",
            "Priya | 2026-12-01 | 2026-12-02; Sam",
            [
                {"name": "Priya", "from": "2026-12-01", "to": "2026-12-02"},
                {"name": "Sam", "from": "–", "to": "–"},
            ],
        ),
        (
            "absences",
            [{"name": "Priya", "to": date(2026, 12, 2)}],
            [{"name": "Priya", "from": "–", "to": "2026-12-02"}],
        ),
        ("hours", [["PSE", 10, 4, 6]], [{"role": "PSE", "planned": "10", "used": "4", "remaining": "6"}]),
        ("decisions_needed", {"decision": "Region"}, [{"decision": "Region", "by": "–", "due": "–"}]),
    ],
)
def test_how_people_write_a_field(name: str, value: Any, found: list[Any]) -> None:
    assert said(written(name, value, sieve())) == found


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("overall", ["a", "b"], "one text"),
        ("accomplished", [["a"]], "a list of texts"),
        ("absences", "a | b | c | d", "name | from | to, not 4"),
        ("absences", [{"who": "x"}], "not who"),
    ],
)
def test_what_does_not_fit_a_field(name: str, value: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("|", r"\|")):
        written(name, value, sieve())


WORDS = st.text(st.characters(codec="utf-8", exclude_characters=";|\n\r", exclude_categories=["Cc", "Cs", "Zl", "Zp"]))
PLAIN = WORDS.map(lambda text: " ".join(text.split())).filter(lambda text: text and not internal_in(text, RULES))


@given(st.lists(PLAIN, max_size=4))
def test_what_is_shown_to_be_changed_reads_back_the_same(items: list[str]) -> None:
    for name in LISTS:
        value = written(name, items, sieve())
        assert written(name, as_written(name, value), sieve()) == value


def test_an_empty_status_says_that_somebody_looked() -> None:
    values = posted(Draft())
    assert set(values) == set(FIELDS) == {each.name for each in fields(Draft)}
    for name in COLUMNS:
        (row,) = values[name]
        assert all(row[column] for column in COLUMNS[name])
    assert values["decisions_needed"][0]["decision"] == "None"
    assert all(values[name] for name in FIELDS)


def test_every_text_of_a_draft_is_for_the_customer() -> None:
    found = drafted(issues=(issue(1, labels=("Doing",)),), raid=(RaidItem(RaidType.RISK, "Runners late"),))
    for text in (*found.upcoming, *found.attention[0].values(), found.overall):
        assert text is not None
        assert text.audience is Audience.CUSTOMER
