"""What a PM decides of a health report: options, what is still missing, the words that Kantata gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from psdm_cli.domain.health.deciding import (
    Decision,
    Verdict,
    Wishes,
    colour_of,
    completed,
    decision_of,
    description_of,
    details_of,
    doubts,
    missing,
    verdict_of,
)
from psdm_cli.domain.health.dimensions import Dimension, Health, Judged
from psdm_cli.domain.health.suggesting import Suggested

G, Y, R = Health.GREEN, Health.YELLOW, Health.RED
SUGGESTED = Suggested(
    (
        Judged(Dimension.SCHEDULE, G, ("on plan",)),
        Judged(Dimension.BUDGET, Y, ("EAC is 105 % of the price",)),
        Judged(Dimension.SCOPE, G, ("no change of scope is open",)),
        Judged(Dimension.RISK, None, ("GitLab was not asked",)),
        Judged(Dimension.CLIENT, None, ("ask",)),
    )
)
WHOLE = Wishes({each: Verdict(G) for each in Dimension}, G, "All is well.")


@pytest.mark.parametrize(("text", "color"), [("green", G), ("Y", Y), (" RED ", R), ("r", R)])
def test_a_colour_by_name_or_letter(text: str, color: Health) -> None:
    assert colour_of(text) is color


@pytest.mark.parametrize("text", ["", "amber", "gre", "greenish"])
def test_what_is_no_colour(text: str) -> None:
    with pytest.raises(ValueError, match="expected green, yellow or red"):
        colour_of(text)


@pytest.mark.parametrize(
    ("dimension", "text", "verdict"),
    [
        (Dimension.BUDGET, "yellow: wave B: slips", Verdict(Y, "wave B: slips")),
        (Dimension.SCOPE, "green", Verdict(G)),
        (Dimension.CLIENT, "Mildly-Frustrated : slow answers", Verdict(Y, "slow answers", "mildly frustrated")),
        (Dimension.CLIENT, "red", Verdict(R)),
    ],
)
def test_a_verdict_from_an_option(dimension: Dimension, text: str, verdict: Verdict) -> None:
    assert verdict_of(dimension, text) == verdict


def test_the_suggestion_is_taken_only_when_asked_and_never_for_what_nobody_knows() -> None:
    assert missing(completed(Wishes(overall=Y, text="x"), SUGGESTED)) == tuple(f"--{each}" for each in Dimension)
    taken = completed(Wishes(overall=Y, text="x", as_suggested=True), SUGGESTED)
    assert missing(taken) == ("--risk", "--client")
    assert taken.verdicts[Dimension.BUDGET] == Verdict(Y, "EAC is 105 % of the price")


def test_a_colour_against_the_data_says_so() -> None:
    found = completed(replace(WHOLE, verdicts={Dimension.BUDGET: Verdict(G)}), SUGGESTED)
    assert found.verdicts[Dimension.BUDGET].why == (
        "the PM's judgement; data suggests yellow: EAC is 105 % of the price"
    )
    said = completed(replace(WHOLE, verdicts={Dimension.BUDGET: Verdict(G, "CO signed")}), SUGGESTED)
    assert said.verdicts[Dimension.BUDGET].why == "CO signed"


@pytest.mark.parametrize(
    ("wishes", "lacking"),
    [
        (WHOLE, ()),
        (replace(WHOLE, overall=None), ("--overall",)),
        (replace(WHOLE, text=" "), ("--text",)),
        (replace(WHOLE, overall=R), ("--raid", "--action", "--by")),
        (replace(WHOLE, verdicts={**WHOLE.verdicts, Dimension.RISK: Verdict(R)}), ("--raid", "--action", "--by")),
        (replace(WHOLE, overall=R, raid="R-1", action="Call"), ("--by",)),
        (replace(WHOLE, overall=R, raid="R-1", action="Call", by=date(2026, 12, 4)), ()),
        (replace(WHOLE, escalate=True), ("--escalate-to",)),
        (replace(WHOLE, raid="R-1"), ("--action", "--by")),
    ],
)
def test_what_is_still_to_be_said(wishes: Wishes, lacking: tuple[str, ...]) -> None:
    assert missing(wishes) == lacking
    if lacking:
        with pytest.raises(ValueError, match=lacking[0]):
            decision_of(wishes)
    else:
        assert decision_of(wishes).overall is wishes.overall


def test_silence_is_no_decision() -> None:
    assert Wishes().is_silent
    assert not Wishes(as_suggested=True).is_silent


def decision() -> Decision:
    verdicts = {**WHOLE.verdicts, Dimension.CLIENT: Verdict(R, "cutover", "frustrated"), Dimension.RISK: Verdict(Y)}
    wishes = replace(
        WHOLE,
        verdicts=verdicts,
        overall=R,
        text="Two lines\nof text.",
        raid=" R-1 ",
        action="Call.",
        by=date(2026, 12, 4),
    )
    return decision_of(wishes)


def test_kantata_gets_all_four_categories_and_risk_in_the_description() -> None:
    found = details_of(decision())
    assert [row["category"] for row in found] == ["Scope", "Budget", "Schedule", "Client"]
    assert found[0] == {"category": "Scope", "color": "green", "description": "Within the SOW's scope: yes"}
    assert found[3] == {"category": "Client", "color": "red", "description": "Frustrated (cutover)"}
    assert description_of(decision()) == "Two lines\nof text.\nRisk: yellow\nRAID: R-1; action: Call, by 2026-12-04"


def test_nobody_is_escalated_to_unless_that_was_wished() -> None:
    told = replace(WHOLE, escalate_to="Director", escalate=False)
    assert decision_of(told).escalate_to is None
    assert decision_of(replace(told, escalate=True)).escalate_to == "Director"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ()),
        ({"overall": Y}, ("yellow wants an entry",)),
        ({"verdicts": {**WHOLE.verdicts, Dimension.RISK: Verdict(Y)}}, ("overall is green, and the dimensions",)),
        ({"overall": R, "raid": "R-1", "action": "Call", "by": date(2026, 12, 4)}, ("red is escalated as a rule",)),
    ],
)
def test_what_a_reader_would_ask(changes: dict[str, Any], said: tuple[str, ...]) -> None:
    found = doubts(decision_of(replace(WHOLE, **changes)))
    assert len(found) == len(said)
    assert all(sentence.startswith(beginning) for sentence, beginning in zip(found, said, strict=True))
