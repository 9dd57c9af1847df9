"""Waivers: what they do to a step, when they end, and that nobody forgets them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from psdm_cli.domain.findings import Finding, FindingState, State, Step
from psdm_cli.domain.waivers import Waiver, apply_waivers, returned, waiver

AS_OF = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def finding(number: int) -> Finding:
    return Finding(f"FP-01:{number}", "FP-01", f"SOW-{number}", "money not planned")


def step(*numbers: int, unseen: tuple[str, ...] = (), state: State = State.ATTENTION) -> Step:
    return Step("FP-01", "Funds", "PM", state, "money on 2 engagements", (), tuple(map(finding, numbers)), unseen)


def waived(number: int, until: date = date(2026, 11, 30), at: datetime = NOW, reason: str = "signed soon") -> Waiver:
    return Waiver(f"FP-01:{number}", reason, until, "Pat", at, f"SOW-{number}")


@pytest.mark.parametrize(
    ("steps", "waivers", "state", "count", "reason"),
    [
        pytest.param(step(1, 2), [], State.ATTENTION, 0, "money on 2 engagements", id="none"),
        pytest.param(
            step(1, 2), [waived(1)], State.ATTENTION, 1, "money on 2 engagements (1 finding waived)", id="one of two"
        ),
        pytest.param(step(1, 2), [waived(1), waived(2)], State.PASS, 2, "nothing open; 2 findings waived", id="all"),
        pytest.param(
            step(1, unseen=("the token lacks X",)),
            [waived(1)],
            State.UNVERIFIED,
            1,
            "the token lacks X; 1 finding waived",
            id="all that was seen, but not everything was",
        ),
        pytest.param(step(1), [waived(9)], State.ATTENTION, 0, "money on 2 engagements", id="another finding's"),
        pytest.param(step(1), [waived(1, AS_OF)], State.PASS, 1, "nothing open; 1 finding waived", id="the last day"),
        pytest.param(
            step(1), [waived(1, date(2026, 11, 22))], State.ATTENTION, 0, "money on 2 engagements", id="the day after"
        ),
        pytest.param(step(state=State.PASS), [waived(1)], State.PASS, 0, "money on 2 engagements", id="nothing found"),
    ],
)
def test_what_waivers_make_of_a_step(steps: Step, waivers: list[Waiver], state: State, count: int, reason: str) -> None:
    (found,) = apply_waivers((steps,), waivers, AS_OF)
    assert (found.state, found.waived, found.reason) == (state, count, reason)
    assert len(found.findings) == len(steps.findings)  # nothing is dropped


def test_a_waived_step_says_until_when_why_and_by_whom() -> None:
    (found,) = apply_waivers((step(1),), [waived(1)], AS_OF)
    assert found.evidence == ("SOW-1: waived until 2026-11-30 because signed soon (Pat)",)


def test_the_waiver_made_last_counts() -> None:
    longer = waived(1, date(2026, 12, 31), NOW - timedelta(days=3))
    shorter = waived(1, date(2026, 11, 20), NOW)
    assert apply_waivers((step(1),), [longer, shorter], AS_OF)[0].state is State.ATTENTION
    assert apply_waivers((step(1),), [shorter, longer], AS_OF)[0].state is State.ATTENTION


def test_applying_twice_is_applying_once() -> None:
    once = apply_waivers((step(1, 2),), [waived(1)], AS_OF)
    assert apply_waivers(once, [waived(1)], AS_OF) == once


def test_a_finding_whose_waiver_is_over_is_named_for_review() -> None:
    over = waived(1, date(2026, 11, 20))
    (back,) = returned((step(1, 2),), [over, waived(2)], AS_OF)
    assert back.finding.key == "FP-01:1"
    assert back.said == (
        "FP-01 SOW-1: was waived until 2026-11-20 because signed soon (Pat), and is open again: review it."
    )


def test_nothing_is_to_be_reviewed_when_the_finding_is_gone_or_waived_anew() -> None:
    over = waived(1, date(2026, 11, 20), NOW - timedelta(days=7))
    assert returned((step(2),), [over], AS_OF) == ()
    assert returned((step(1),), [over, waived(1)], AS_OF) == ()


def test_a_waiver_is_made_of_a_reason_on_one_line_and_a_day_to_come() -> None:
    made = waiver(finding(1), " signed \n on Friday ", AS_OF, "Pat", NOW, AS_OF)
    assert made == Waiver("FP-01:1", "signed on Friday", AS_OF, "Pat", NOW, "SOW-1")
    assert apply_waivers((step(1),), [made], AS_OF)[0].findings[0].state is FindingState.WAIVED


@pytest.mark.parametrize(
    ("reason", "until", "said"),
    [
        pytest.param("", AS_OF, "needs a reason", id="no reason"),
        pytest.param(" \n ", AS_OF, "needs a reason", id="a blank reason"),
        pytest.param("why", AS_OF - timedelta(days=1), "not in the past", id="yesterday"),
    ],
)
def test_a_waiver_without_reason_or_into_the_past_is_refused(reason: str, until: date, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        waiver(finding(1), reason, until, "Pat", NOW, AS_OF)
