"""Upside by the rules: what may be added, when, what a change needs, what a review proposes. As of 23 November 2026."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import assess, fixed_fee, hard, milestone, resource, soft, workspace

from psdm_cli.domain import upside_words as words
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Kind, Record
from psdm_cli.domain.upside import Scenario, UpsideEntry, UpsideStatus
from psdm_cli.domain.upside_changes import Today, converted, differences, edited, lost, pushed
from psdm_cli.domain.upside_review import Desk, Review, Verdict, review
from psdm_cli.domain.upside_sources import NotUpsideError, issue_address
from psdm_cli.domain.upside_totals import Total, totals_of, whole
from psdm_cli.errors import NotAllowed, RefusedByRule, WrongUsage
from psdm_cli.workflows.upside_adding import Adding
from psdm_cli.workflows.upside_told import Maker, Told

AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
TODAY = Today(date(2026, 11, 23), 2)
EASTERN = ZoneInfo("America/New_York")
GITLAB = "https://gitlab.example.com/git"
CO = f"{GITLAB}/ps/ps-plan/-/issues/12"
SOFT = soft("2026-12-07", "2026-12-11", 40, id="71")
DONE = (("Sign Off Received", "2026-11-20"),)


class OneIssue:
    """A GitLab with one issue, or none."""

    def __init__(self, found: Issue | None) -> None:
        self.found = found

    def issue(self, project: str, iid: str) -> Issue | None:
        """The issue."""
        assert (project, iid) == ("ps/ps-plan", "12")
        return self.found


def issue(
    title: str = "Change Order 2 - Acme - SOW-1001", state: str = "opened", labels: tuple[str, ...] = ()
) -> Issue:
    return Issue("5#12", "12", "5", title, state, labels=labels)


def adding(*records: Record, found: Issue | None = None, **how: Any) -> Adding:
    """The engagement of these records, ready to be added to."""
    whole_ = assess(*(records or (workspace(), resource(), SOFT)), **how)
    return Adding(whole_, whole_.engagements[0], OneIssue(found) if found else None)  # type: ignore[arg-type]


def made(told: Told, ready: Adding | None = None) -> UpsideEntry:
    return (ready or adding()).make(told, Maker("Pat", AT)).entry


def told(scenario: Scenario, **more: Any) -> Told:
    return Told(scenario, **{"reason": "they decide on Friday", "probability": Decimal("0.5"), **more})


CHANGE_ORDER = told(
    Scenario.PENDING_CO,
    change_order=issue_address(CO, GITLAB),
    amount=Decimal("500.00"),
    currency="USD",
    quarter="FY27-Q4",
)


@pytest.mark.parametrize(
    ("reader", "text", "expected"),
    [
        (words.amount, "12000", "12000.00"),
        (words.amount, " 1,234,567.8 ", "1234567.80"),
        (words.amount, "0.010", "0.01"),
        (words.hours, "7.5", "7.50"),
        (words.currency, "usd", "USD"),
        (words.month, "2026-12", "2026-12"),
        (lambda text: words.quarter(text, 2).start.isoformat(), "fy27-q4", "2026-11-01"),
        (lambda text: words.quarter(text, 1).start.isoformat(), "FY27-Q1", "2027-01-01"),
        (lambda text: words.quarter(text, 2).name, "FY27Q4", "FY27-Q4"),
    ],
)
def test_what_people_write_is_understood(reader: Any, text: str, expected: str) -> None:
    assert str(reader(text)) == expected


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (words.amount, t)
        for t in ("-5", "0", "", "1.234", "1,23", "12.000,50", "1e5", "NaN", "٣", "12 000", "9" * 13, "$5")
    ]
    + [(words.currency, t) for t in ("", "US", "DOLLAR", "U$D")]
    + [(words.month, t) for t in ("2026-13", "12-2026", "2026-1", "Dec 2026")]
    + [(lambda text: words.quarter(text, 2), t) for t in ("Q4", "FY27-Q5", "FY2027-Q4", "2026-12")],
)
def test_what_nobody_can_mean_is_refused(reader: Any, text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        reader(text)


# adding


def test_a_soft_booking_brings_its_own_figures() -> None:
    entry = made(Told(Scenario.SOFT_BOOKING, reason="they decide on Friday"))
    assert (entry.source, entry.links, entry.what) == (
        "soft-booking:71",
        {"allocation": "71"},
        "soft booking of Person u1",
    )
    assert (entry.hours, entry.amount, entry.currency) == (Decimal("40.00"), Decimal("4000.00"), "USD")
    assert (entry.quarter, entry.month, entry.probability) == ("FY27-Q4", "2026-12", Decimal("0.40"))
    assert entry.weighted == Decimal("1600.00")


def test_what_is_told_beats_kantata() -> None:
    entry = made(
        told(Scenario.SOFT_BOOKING, hours=Decimal("10"), rate=Decimal("99.99"), currency="EUR", month="2027-01")
    )
    assert (entry.hours, entry.amount, entry.currency, entry.month) == (10, Decimal("999.90"), "EUR", "2027-01")
    (warning,) = adding().make(told(Scenario.OTHER, amount=Decimal(1), currency="EUR"), Maker("Pat", AT)).warnings
    assert "is in USD, this entry in EUR" in warning


REFUSED: Mapping[str, tuple[tuple[Record, ...], Told, str]] = {
    "none": ((workspace(),), told(Scenario.SOFT_BOOKING), "has no soft booking in FY27-Q4"),
    "hard": (
        (workspace(), resource(), hard("2026-12-07", id="71")),
        told(Scenario.SOFT_BOOKING, allocation="71"),
        "hard",
    ),
    "another quarter": (
        (workspace(), resource(), SOFT),
        told(Scenario.SOFT_BOOKING, allocation="71", quarter="FY28-Q1"),
        "no work",
    ),
    "past": (
        (workspace(), resource(), soft("2026-11-02", id="71")),
        told(Scenario.SOFT_BOOKING, allocation="71"),
        "no work",
    ),
    "unknown": ((workspace(), resource(), SOFT), told(Scenario.SOFT_BOOKING, allocation="99"), "no booking 99"),
    "ended quarter": (
        (),
        told(Scenario.OTHER, amount=Decimal(1), currency="USD", quarter="FY27-Q3"),
        "ended on 2026-10-31",
    ),
    "ended month": ((), told(Scenario.OTHER, amount=Decimal(1), currency="USD", month="2026-10"), "ended"),
    "no fixed fee": ((), told(Scenario.MILESTONE, milestone="m1"), "no fixed-fee engagement"),
    "confirmed": ((fixed_fee(), milestone(custom_fields=DONE)), told(Scenario.MILESTONE, milestone="m1"), "confirmed"),
    "completed": ((fixed_fee(), milestone(state="completed")), told(Scenario.MILESTONE, milestone="m1"), "completed"),
    "far away": (
        (fixed_fee(), milestone(due="2027-03-03")),
        told(Scenario.MILESTONE, milestone="m1"),
        "too long after FY27-Q4",
    ),
    "none open": ((fixed_fee(),), told(Scenario.MILESTONE), "no open milestone"),
    "later quarter": ((), replace(CHANGE_ORDER, quarter="FY28-Q1"), "ends in this fiscal quarter, FY27-Q4"),
    "ends later": ((), replace(CHANGE_ORDER, work_ends=date(2027, 2, 1)), "It ends on 2027-02-01"),
}


@pytest.mark.parametrize(("records", "wanted", "said"), REFUSED.values(), ids=REFUSED)
def test_what_a_rule_forbids(records: tuple[Record, ...], wanted: Told, said: str) -> None:
    with pytest.raises(RefusedByRule, match=said):
        made(wanted, adding(*records))


def test_no_soft_booking_names_the_way_to_one() -> None:
    with pytest.raises(RefusedByRule) as refusal:
        made(told(Scenario.SOFT_BOOKING), adding(workspace()))
    assert "psdm booking request SOW-1001 --role ROLE" in refusal.value.hint
    assert "--soft" in refusal.value.hint


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Told(reason="x"), "scenario"),
        (told(Scenario.OTHER, amount=Decimal(1)), "currency"),
        (told(Scenario.OTHER), "worth"),
        (told(Scenario.OTHER, hours=Decimal(1)), "--rate"),
        (told(Scenario.OTHER, rate=Decimal(1), currency="USD"), "--hours"),
        (told(Scenario.OTHER, amount=Decimal(1), rate=Decimal(1), hours=Decimal(1), currency="USD"), "two amounts"),
        (told(Scenario.OTHER, amount=Decimal(1), currency="USD", reason=None), "--reason"),
        (told(Scenario.OTHER, amount=Decimal(1), currency="USD", probability=None), "--probability"),
        (
            told(Scenario.OTHER, amount=Decimal(1), currency="USD", quarter="FY28-Q1", month="2026-12"),
            "lies in FY27-Q4",
        ),
        (told(Scenario.OTHER, allocation="71"), "--allocation belongs to"),
        (told(Scenario.PENDING_CO, amount=Decimal(1), currency="USD"), "--change-order"),
    ],
)
def test_what_is_missing_or_contradicts_itself(wanted: Told, said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        made(wanted)


def test_one_of_several_must_be_named() -> None:
    ready = adding(workspace(), resource(), SOFT, soft("2026-12-14", id="72"))
    with pytest.raises(WrongUsage, match=r"71 \(soft booking of Person u1: 40 h, 4,000.00 USD\); 72"):
        made(told(Scenario.SOFT_BOOKING), ready)


@pytest.mark.parametrize(("due", "month"), [("2026-12-15", "2026-12"), (None, "2027-01"), ("2027-02-10", "2027-01")])
def test_a_milestone_expected_in_the_quarter(due: str | None, month: str) -> None:
    done = adding(fixed_fee(), milestone(due=due)).make(told(Scenario.MILESTONE, milestone="m1"), Maker("Pat", AT))
    assert (done.entry.source, done.entry.month, done.entry.amount) == ("milestone:story:m1", month, Decimal("1000.00"))
    assert ["in the forecast too" in text for text in done.warnings] == ([True] if due == "2026-12-15" else [])


def test_a_pending_change_order_is_held_against_gitlab_and_kantata() -> None:
    entry = made(CHANGE_ORDER, adding(found=issue()))
    assert (entry.source, entry.links) == (f"pending-co:{CO}", {"change_order": CO})
    assert entry.what == "Change Order 2 - Acme - SOW-1001"
    with pytest.raises(RefusedByRule, match="is closed"):
        made(CHANGE_ORDER, adding(found=issue(state="closed")))
    shown = (fixed_fee(), milestone(title="CO-2: more teams"))
    with pytest.raises(RefusedByRule, match="in Kantata already, as milestone “CO-2: more teams”"):
        made(CHANGE_ORDER, adding(*shown, found=issue()))
    done = adding(found=issue("Change Order 2 - Acme")).make(CHANGE_ORDER, Maker("Pat", AT))
    assert done.warnings == ("“Change Order 2 - Acme” does not name SOW-1001.",)
    doubted = adding(found=issue("Retrospective - SOW-10012")).make(CHANGE_ORDER, Maker("Pat", AT)).warnings
    assert ["carries no label Change Order" in doubted[0], "does not name SOW-1001" in doubted[1]] == [True, True]
    assert (
        adding(found=issue("More - SOW-1001", labels=("change order",))).make(CHANGE_ORDER, Maker("P", AT)).warnings
        == ()
    )
    (unseen,) = adding().make(CHANGE_ORDER, Maker("Pat", AT)).warnings
    assert "not verified" in unseen


@pytest.mark.parametrize("text", ["12", "https://elsewhere.example/ps/plan/-/issues/1", f"{GITLAB}/ps/-/issues/x", ""])
def test_an_address_that_is_no_issue_of_ours(text: str) -> None:
    with pytest.raises(ValueError, match="expected the address of an issue"):
        issue_address(text, GITLAB)
    assert issue_address(f" {GITLAB}/ps/plan/-/work_items/3?x=1#note_4", GITLAB).url == f"{GITLAB}/ps/plan/-/issues/3"


def test_where_kantata_shows_too_little_no_rule_can_be_kept() -> None:
    with pytest.raises(NotAllowed):
        made(told(Scenario.SOFT_BOOKING), adding(workspace(), refused=(Kind.ALLOCATIONS,)))


def test_configured_probabilities_need_not_be_stated() -> None:
    assert Policy().other_probability is None
    ready = adding()
    rules = replace(ready.assessment.rules, policy=Policy(other_probability=Decimal("0.25")))
    ready = Adding(replace(ready.assessment, rules=rules), ready.engagement)
    wanted = Told(Scenario.OTHER, reason="x", amount=Decimal(8), currency="USD")
    assert made(wanted, ready).weighted == Decimal("2.00")


# changing


def stored(**changes: Any) -> UpsideEntry:
    return replace(made(told(Scenario.SOFT_BOOKING)), **{"id": "1", **changes})


def test_editing_moves_quarter_and_month_together() -> None:
    assert edited(stored(), {"month": "2027-02"}, TODAY).quarter == "FY28-Q1"
    later = edited(stored(), {"quarter": "FY28-Q1"}, TODAY)
    assert (later.quarter, later.month) == ("FY28-Q1", "2027-04")
    same = edited(stored(), {"amount": Decimal(5), "reason": "x", "quarter": "FY27-Q4"}, TODAY)
    assert differences(stored(), same) == {"amount": ("4000.00", "5"), "reason": ("they decide on Friday", "x")}
    with pytest.raises(NotUpsideError, match="FY27-Q3 ended"):
        edited(stored(), {"month": "2026-10"}, TODAY)
    with pytest.raises(ValueError, match="needs its currency"):
        edited(stored(amount=None, currency=None), {"amount": Decimal(5)}, TODAY)


@pytest.mark.parametrize("status", [UpsideStatus.CONVERTED, UpsideStatus.PUSHED, UpsideStatus.LOST])
def test_a_closed_entry_stays_closed(status: UpsideStatus) -> None:
    entry = stored(status=status)
    for change in (
        lambda: edited(entry, {"reason": "x"}, TODAY),
        lambda: converted(entry),
        lambda: lost(entry),
        lambda: pushed(entry, TODAY, None, None, who="Pat", at=AT),
    ):
        with pytest.raises(NotUpsideError, match=f"closed: {status.value}"):
            change()


def test_of_an_ended_quarter_an_entry_is_pushed_not_edited() -> None:
    after = Today(date(2027, 2, 3), 2)
    with pytest.raises(NotUpsideError, match="FY27-Q4 has ended"):
        edited(stored(), {"reason": "x"}, after)
    old, new = pushed(stored(), after, None, None, who="Kim", at=AT)
    assert old.status is UpsideStatus.PUSHED
    assert new is not None
    assert (new.quarter, new.month, new.status, new.who, new.id) == (
        "FY28-Q1",
        "2027-02",
        UpsideStatus.OPEN,
        "Kim",
        None,
    )
    assert new.links == {"allocation": "71", "pushed_from": "1"}
    within, none = pushed(stored(), TODAY, None, "2027-01", who="Kim", at=AT)
    assert (within.month, within.status, none) == ("2027-01", UpsideStatus.OPEN, None)
    with pytest.raises(ValueError, match="a later month than 2026-12"):
        pushed(stored(), TODAY, "FY27-Q4", "2026-11", who="Kim", at=AT)
    with pytest.raises(NotUpsideError, match="ended"):
        pushed(stored(), after, "FY27-Q4", None, who="Kim", at=AT)


def test_totals_keep_currencies_quarters_and_scenarios_apart_and_never_guess() -> None:
    other = stored(id="2", scenario=Scenario.OTHER, amount=Decimal("10.00"), probability=Decimal("0.125"))
    found = totals_of(
        [
            stored(),
            other,
            stored(id="3", status=UpsideStatus.LOST),
            stored(id="4", currency="EUR"),
            stored(currency=None, amount=None),
        ]
    )
    assert found["USD"]["FY27-Q4"] == {
        Scenario.SOFT_BOOKING: Total(Decimal("4000.00"), Decimal("2000.00")),
        Scenario.OTHER: Total(Decimal("10.00"), Decimal("1.25")),
    }
    assert whole(found["USD"]["FY27-Q4"]) == Total(Decimal("4010.00"), Decimal("2001.25"))
    assert list(found) == ["EUR", "USD"]
    assert totals_of([stored(), stored(amount=None)])["USD"]["FY27-Q4"][Scenario.SOFT_BOOKING] == Total(None, None)


# reviewing


def reviewed(entry: UpsideEntry, *records: Record, as_of: str = "2026-11-24", **more: Any):  # type: ignore[no-untyped-def]
    assessment = assess(*records, as_of=as_of)
    return review([entry], Desk(assessment, Today(date.fromisoformat(as_of), 2), EASTERN, 7, **more))


def ms(due: str | None = None) -> UpsideEntry:
    return replace(made(told(Scenario.MILESTONE, milestone="m1"), adding(fixed_fee(), milestone(due=due))), id="1")


def co() -> UpsideEntry:
    return replace(made(CHANGE_ORDER, adding(found=issue())), id="1")


BOOKED = (workspace(), resource())
ITSELF: Mapping[str, tuple[UpsideEntry, tuple[Record, ...], Issue | None, Verdict | None, str]] = {
    "still soft": (stored(), (*BOOKED, SOFT), None, None, ""),
    "hard now": (stored(), (*BOOKED, hard("2026-12-07", "2026-12-11", 40, id="71")), None, Verdict.CONVERT, "hard now"),
    "covered": (stored(), (*BOOKED, hard("2026-12-07", "2026-12-11", 40)), None, Verdict.CONVERT, "cover its hours"),
    "less": (stored(), (*BOOKED, hard("2026-12-07", "2026-12-11", 39)), None, Verdict.LOST, "gone"),
    "gone": (stored(), BOOKED, None, Verdict.LOST, "gone"),
    "open milestone": (ms(), (fixed_fee(), milestone(due=None)), None, None, ""),
    "dated now": (ms(), (fixed_fee(), milestone(due="2026-12-15")), None, Verdict.CONVERT, "in the forecast"),
    "was dated": (ms("2026-12-15"), (fixed_fee(), milestone(due="2026-12-16")), None, None, ""),
    "signed off": (
        ms("2026-12-15"),
        (fixed_fee(), milestone(custom_fields=DONE)),
        None,
        Verdict.CONVERT,
        "sign-off came back",
    ),
    "done": (ms(), (fixed_fee(), milestone(state="completed")), None, Verdict.CONVERT, "completed"),
    "no milestone": (ms(), (fixed_fee(),), None, Verdict.LOST, "gone"),
    "pending": (co(), BOOKED, issue(), None, ""),
    "closed": (co(), BOOKED, issue(state="closed"), Verdict.CONVERT, "is closed"),
    "labelled": (co(), BOOKED, issue(labels=("CO::Signed",)), Verdict.CONVERT, "carries CO::Signed"),
    "in Kantata": (co(), (fixed_fee(), milestone(title="Change Order 2")), issue(), Verdict.CONVERT, "in Kantata now"),
    "another in Kantata": (co(), (fixed_fee(), milestone(title="Change Order 12")), issue(), None, ""),
    "not yet": (co(), BOOKED, issue(labels=("CO::Not signed", "Unsigned")), None, ""),
    "rejected": (co(), BOOKED, issue(state="closed", labels=("CO::Rejected",)), Verdict.LOST, "not agreed"),
}


@pytest.mark.parametrize(("entry", "records", "found", "verdict", "said"), ITSELF.values(), ids=ITSELF)
def test_what_changed_by_itself_is_proposed(
    entry: UpsideEntry, records: tuple[Record, ...], found: Issue | None, verdict: Verdict | None, said: str
) -> None:
    result = reviewed(entry, *records, issues={} if found is None else {CO: found})
    assert [each.verdict for each in result.proposals] == ([verdict] if verdict else [])
    assert all(said in each.reason and each.review is Review.ITSELF for each in result.proposals)
    assert result.unseen == ()


@pytest.mark.parametrize(
    ("as_of", "expected", "verdict", "keys"),
    [
        ("2026-11-29", None, None, 0),
        ("2026-11-30", Review.WEEKLY, Verdict.KEEP, 4),
        ("2027-01-04", Review.MONTHLY, Verdict.PUSH, 3),
        ("2027-02-01", Review.QUARTERLY, Verdict.PUSH, 3),
    ],
)
def test_each_review_asks_in_its_time(as_of: str, expected: Review | None, verdict: Verdict, keys: int) -> None:
    result = reviewed(stored(), *BOOKED, SOFT, as_of=as_of)
    assert [(p.review, p.verdict, len(p.choices)) for p in result.proposals] == (
        [(expected, verdict, keys)] if expected else []
    )
    if expected:
        assert result.accepted("1:push") == (result.proposals[0], Verdict.PUSH)
        assert result.accepted("2:push") is result.accepted("1:frobnicate") is None


def test_what_cannot_be_looked_at_is_said_and_closed_entries_are_left_alone() -> None:
    assert "not among the engagements" in reviewed(stored(), workspace("2")).unseen[0]
    assert "no token" in reviewed(co(), *BOOKED, why_not="no token").unseen[0]
    assert "not visible" in reviewed(co(), *BOOKED, issues={CO: None}).unseen[0]
    assert reviewed(stored(status=UpsideStatus.LOST), *BOOKED).proposals == ()
