"""Fixed fee: rules.md 3, second bullet, clause by clause, and the foreign billing milestone of rules.md 1.

As-of is Monday 23 November 2026: months 2026-11 to 2027-02.
"""

from __future__ import annotations

from typing import Any

import pytest
from builders import billing, findings, fixed_fee, forecast, hard, keys, member, milestone, nonzero, task

from psdm_cli.domain.milestones import Oddity, Source, is_answered_yes
from psdm_cli.domain.records import Record

FF = fixed_fee()


def shown(*records: Record) -> list[tuple[str, str | None, int, str]]:
    """The open milestones: id, date, cents, source."""
    found = forecast(FF, *records).milestones
    assert found is not None
    return [(m.id, m.date.isoformat() if m.date else None, m.cents, m.source.value) for m in found.open]


def odd(*records: Record) -> list[tuple[str, str]]:
    """The odd milestones: what and which."""
    found = forecast(FF, *records).milestones
    assert found is not None
    return [(o.oddity.value, o.id) for o in found.odd]


M1 = ("m1", "2026-12-15", 1_000_00, "story")


@pytest.mark.parametrize(
    ("story", "counts"),
    [
        pytest.param(milestone(), True, id="open fixed-fee milestone"),
        pytest.param(milestone(state="started"), True, id="started"),
        pytest.param(milestone(state=None), True, id="state not told is not completed"),
        pytest.param(milestone(state="completed"), False, id="completed"),
        pytest.param(milestone(state="Completed"), False, id="completed, any case"),
        pytest.param(milestone(fixed_fee=False), False, id="not fixed fee"),
        pytest.param(milestone(fixed_fee=None), False, id="fixed fee not told"),
        pytest.param(milestone(story_type="task"), False, id="a fixed-fee task"),
        pytest.param(milestone(story_type="deliverable"), False, id="a deliverable"),
    ],
)
def test_which_stories_are_milestones(story: Record, counts: bool) -> None:
    assert shown(story) == ([M1] if counts else [])


@pytest.mark.parametrize(
    ("above", "child", "counts"),
    [
        pytest.param([milestone("p", fixed_fee=False)], {"ancestor_ids": ("p",)}, False, id="under a milestone"),
        pytest.param(
            [milestone("p", fixed_fee=False, state="completed")], {"ancestor_ids": ("p",)}, False, id="a completed one"
        ),
        pytest.param([task("p")], {"ancestor_ids": ("p",)}, True, id="under a task"),
        pytest.param([], {"ancestor_ids": ("gone",)}, True, id="under an archived or deleted one: not in the list"),
        pytest.param(
            [milestone("g", fixed_fee=False), task("p", parent_id="g")],
            {"ancestor_ids": ("g", "p")},
            False,
            id="deep: a milestone two levels up",
        ),
        pytest.param(
            [milestone("g", fixed_fee=False)],
            {"ancestor_ids": ("g", "gone")},
            False,
            id="deep, one between archived",
        ),
        pytest.param(
            [milestone("g", fixed_fee=False), task("p", parent_id="g")],
            {"parent_id": "p"},
            False,
            id="by parents where ancestors are not told",
        ),
        pytest.param([task("p", parent_id="m1")], {"parent_id": "p"}, True, id="a circle of parents ends"),
        pytest.param([], {"ancestor_ids": ()}, True, id="no ancestors"),
    ],
)
def test_a_milestone_under_a_milestone_does_not_count(above: list[Record], child: dict[str, Any], counts: bool) -> None:
    assert (M1 in shown(*above, milestone(**child))) is counts


def test_a_milestone_above_counts_itself() -> None:
    assert shown(milestone("p"), milestone("c", ancestor_ids=("p",))) == [("p", "2026-12-15", 1_000_00, "story")]


@pytest.mark.parametrize(
    ("billings", "expected"),
    [
        pytest.param(
            [billing("b1", 400_00, "2027-01-10")],
            [("b1", "2027-01-10", 400_00, "billing_milestone")],
            id="one replaces value and date",
        ),
        pytest.param(
            [billing("b1", 400_00)],
            [("b1", "2026-12-15", 400_00, "billing_milestone")],
            id="without a date: the story's due date",
        ),
        pytest.param(
            [billing("b1", 400_00, "2026-12-01"), billing("b2", 500_00, "2027-02-01")],
            [("b1", "2026-12-01", 400_00, "billing_milestone"), ("b2", "2027-02-01", 500_00, "billing_milestone")],
            id="several: each in its own month",
        ),
        pytest.param(
            [billing("b1", 400_00, invoiced=True), billing("b2", 500_00, "2027-02-01")],
            [("b2", "2027-02-01", 500_00, "billing_milestone")],
            id="the uninvoiced ones only",
        ),
        pytest.param([billing("b1", 400_00, invoiced=True)], [], id="all invoiced: not open"),
        pytest.param(
            [billing("b1", -100_00), billing("b2", 500_00)],
            [("b1", "2026-12-15", -100_00, "billing_milestone"), ("b2", "2026-12-15", 500_00, "billing_milestone")],
            id="a negative one linked",
        ),
        pytest.param(
            [billing("b1", 0)], [("b1", "2026-12-15", 0, "billing_milestone")], id="an amount of zero is an amount"
        ),
    ],
)
def test_billing_milestones_linked_to_a_milestone(
    billings: list[Record], expected: list[tuple[str, str | None, int, str]]
) -> None:
    assert shown(milestone(), *billings) == expected
    assert odd(milestone(), *billings) == []


def test_a_linked_billing_milestone_without_any_date_is_undated() -> None:
    assert shown(milestone(due=None), billing("b1", 400_00)) == [("b1", None, 400_00, "billing_milestone")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(
            billing("b1", 400_00, "2027-01-10", story=None),
            [("b1", "2027-01-10", 400_00, "billing_milestone")],
            id="uninvoiced",
        ),
        pytest.param(
            billing("b1", -400_00, "2027-01-10", story=None),
            [("b1", "2027-01-10", -400_00, "billing_milestone")],
            id="negative ones too",
        ),
        pytest.param(
            billing("b1", 400_00, story=None), [("b1", None, 400_00, "billing_milestone")], id="without a date: undated"
        ),
        pytest.param(billing("b1", 400_00, "2027-01-10", story=None, invoiced=True), [], id="invoiced"),
    ],
)
def test_billing_milestones_that_stand_alone(line: Record, expected: list[tuple[str, str | None, int, str]]) -> None:
    assert shown(line) == expected
    assert odd(line) == []


@pytest.mark.parametrize(
    ("stories", "said"),
    [
        pytest.param([milestone(state="completed")], "which is completed", id="to a completed milestone"),
        pytest.param([milestone(fixed_fee=False)], "no fixed-fee milestone", id="to one that is not fixed fee"),
        pytest.param([task("m1", fixed_fee=True)], "no fixed-fee milestone", id="to a task"),
        pytest.param(
            [milestone("p", fixed_fee=False), milestone(ancestor_ids=("p",))],
            "under another milestone",
            id="to one under a milestone",
        ),
        pytest.param([], "archived, deleted or not visible", id="to a story that is not in the list"),
    ],
)
def test_an_uninvoiced_billing_milestone_linked_elsewhere_is_a_finding_and_not_counted(
    stories: list[Record], said: str
) -> None:
    rows = [*stories, billing("b1", 400_00, "2027-01-10")]
    assert shown(*rows) == []
    assert odd(*rows) == [("linked-elsewhere", "b1")]
    (finding,) = findings("FP-03", FF, *rows)
    assert said in finding.message
    assert "not counted" in finding.message
    assert str(finding.amount) == "400.00"
    invoiced = [*stories, billing("b1", 400_00, "2027-01-10", invoiced=True)]
    assert odd(*invoiced) == []


@pytest.mark.parametrize(
    ("line", "left"),
    [
        pytest.param(billing("b1", 400_00, currency="EUR"), [], id="linked: it replaces the story, and is not added"),
        pytest.param(billing("b1", 400_00, currency="EUR", story=None), [M1], id="alone"),
    ],
)
def test_a_billing_milestone_in_another_currency_is_a_finding_and_not_added(
    line: Record, left: list[tuple[str, str | None, int, str]]
) -> None:
    assert shown(milestone(), line) == left
    assert odd(milestone(), line) == [("other-currency", "b1")]
    (finding,) = findings("FP-03", FF, milestone(), line)
    assert "EUR" in finding.message
    assert finding.amount is None


def test_a_billing_milestone_whose_currency_is_not_told_is_in_the_engagements() -> None:
    assert odd(billing("b1", currency=None, story=None)) == []


@pytest.mark.parametrize(
    ("rows", "expected", "which"),
    [
        pytest.param([milestone(cents=None)], [("m1", "2026-12-15", 0, "story")], ["no-amount:story:m1"], id="a story"),
        pytest.param(
            [milestone(), billing("b1", None)],
            [("b1", "2026-12-15", 0, "billing_milestone")],
            ["no-amount:billing_milestone:b1"],
            id="a billing milestone",
        ),
        pytest.param([milestone(cents=0)], [("m1", "2026-12-15", 0, "story")], [], id="zero is an amount"),
    ],
)
def test_a_milestone_without_an_amount_counts_zero_and_is_a_finding(
    rows: list[Record], expected: list[tuple[str, str | None, int, str]], which: list[str]
) -> None:
    assert shown(*rows) == expected
    assert keys("FP-03", FF, *rows) == which


def test_the_storys_missing_amount_does_not_matter_when_billing_milestones_replace_it() -> None:
    assert odd(milestone(cents=None), billing("b1", 400_00)) == []


SENT = (("Sign Off Received", "2026-11-10"),)


@pytest.mark.parametrize(
    ("rows", "is_odd"),
    [
        pytest.param([milestone(custom_fields=SENT)], True, id="received but open"),
        pytest.param([milestone(custom_fields=SENT, state="completed")], False, id="received and completed"),
        pytest.param([milestone(custom_fields=(("Sign Off Received", "No"),))], False, id="no"),
        pytest.param([milestone(custom_fields=(("Sign Off Received", " "),))], False, id="blank"),
        pytest.param([milestone(custom_fields=(("Sign Off Sent", "Yes"),))], False, id="only sent"),
        pytest.param([milestone(custom_fields=None)], False, id="fields not told"),
        pytest.param([milestone(custom_fields=SENT), billing("b1")], True, id="its billing milestone is open"),
        pytest.param([milestone(custom_fields=SENT), billing("b1", invoiced=True)], False, id="all invoiced: not open"),
    ],
)
def test_a_sign_off_received_for_an_open_milestone_is_a_finding_and_still_counts(
    rows: list[Record], is_odd: bool
) -> None:
    assert odd(*rows) == ([("signed-off-but-open", "m1")] if is_odd else [])
    assert keys("FP-03", FF, *rows) == (["signed-off-but-open:story:m1"] if is_odd else [])
    if is_odd:
        assert len(shown(*rows)) == 1


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        pytest.param("2026-11-10", True, id="a date"),
        pytest.param("Yes", True, id="yes"),
        pytest.param("true", True, id="true"),
        pytest.param("no", False, id="no"),
        pytest.param(" FALSE ", False, id="false, any case, blanks"),
        pytest.param("0", False, id="0"),
        pytest.param("", False, id="blank"),
        pytest.param(None, False, id="absent"),
    ],
)
def test_a_sign_off_field_says_yes_with_a_date_or_any_word_but_no(text: str | None, yes: bool) -> None:
    assert is_answered_yes(text) is yes


@pytest.mark.parametrize(
    ("due", "months", "beyond", "overdue", "undated", "to_forecast"),
    [
        pytest.param("2026-11-22", {}, 0, 1_000_00, 0, 100_000_00, id="the day before as-of: overdue"),
        pytest.param("2026-11-23", {"2026-11": 1_000_00}, 0, 0, 0, 99_000_00, id="on as-of: to come"),
        pytest.param("2026-11-30", {"2026-11": 1_000_00}, 0, 0, 0, 99_000_00, id="in the as-of month"),
        pytest.param("2027-02-28", {"2027-02": 1_000_00}, 0, 0, 0, 99_000_00, id="last day of the fourth month"),
        pytest.param("2027-03-01", {}, 1_000_00, 0, 0, 99_000_00, id="beyond, and planned all the same"),
        pytest.param("2020-01-01", {}, 0, 1_000_00, 0, 100_000_00, id="long overdue"),
        pytest.param(None, {}, 0, 0, 1_000_00, 100_000_00, id="undated"),
    ],
)
def test_where_a_milestone_counts(
    due: str | None, months: dict[str, int], beyond: int, overdue: int, undated: int, to_forecast: int
) -> None:
    found = forecast(FF, milestone(due=due))
    assert (nonzero(found.forecast), found.beyond) == (months, beyond)
    assert (found.overdue, found.undated) == (overdue, undated)
    assert found.to_forecast == to_forecast
    assert dict(found.month_total) == dict(found.forecast)
    assert set(found.worked.values()) == {0}


def test_one_milestone_may_be_overdue_undated_and_to_come_in_parts() -> None:
    rows: list[Record] = [
        milestone(due=None),
        billing("b1", 100_00, "2026-11-01"),
        billing("b2", 200_00),
        billing("b3", 300_00, "2027-01-31"),
        billing("b4", -50_00, "2027-01-01", story=None),
    ]
    found = forecast(FF, *rows)
    assert (found.overdue, found.undated, nonzero(found.forecast)) == (100_00, 200_00, {"2027-01": 250_00})
    # remaining 100,000.00 less what is dated from as-of on: 300.00 - 50.00
    assert found.to_forecast == 100_000_00 - 250_00
    assert found.open_dated == 250_00


def test_bookings_are_not_subtracted_from_fixed_fee_funds() -> None:
    found = forecast(FF, member(), hard("2026-11-24"), milestone())
    assert (found.hard_booked, found.to_forecast) == (800_00, 99_000_00)
    assert nonzero(found.forecast) == {"2026-12": 1_000_00}


def test_milestones_of_other_types_are_not_forecast() -> None:
    found = forecast(milestone())
    assert found.milestones is None
    assert nonzero(found.forecast) == {}


def test_sources_and_oddities_have_stable_names() -> None:
    assert {source.value for source in Source} == {"story", "billing_milestone"}
    assert {oddity.value for oddity in Oddity} == {
        "no-amount",
        "other-currency",
        "linked-elsewhere",
        "signed-off-but-open",
    }
