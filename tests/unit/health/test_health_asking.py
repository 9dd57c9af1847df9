"""Asking a PM for a health report, and for a customer's status: suggestions as defaults, red wants more."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from psdm_cli.domain.audience import for_customer
from psdm_cli.domain.customer_status.fields import Draft, Sieve
from psdm_cli.domain.health.deciding import Verdict, Wishes, decision_of
from psdm_cli.domain.health.dimensions import Dimension, Health, Judged
from psdm_cli.domain.health.suggesting import Suggested
from psdm_cli.domain.internal_words import InternalRules
from psdm_cli.errors import Interrupted, RefusedByRule, WrongUsage
from psdm_cli.prompting import ScriptedPrompter
from psdm_cli.workflows.customer_status_editing import edited, told
from psdm_cli.workflows.health_asking import asked

G, Y, R = Health.GREEN, Health.YELLOW, Health.RED


def suggested(risk: Health | None = G) -> Suggested:
    return Suggested(
        (
            Judged(Dimension.SCHEDULE, G, ("on plan",)),
            Judged(Dimension.BUDGET, Y, ("EAC is 105 % of the price",)),
            Judged(Dimension.SCOPE, G, ("none open",)),
            Judged(Dimension.RISK, risk, ("GitLab was not asked",)),
            Judged(Dimension.CLIENT, None, ("ask",)),
        )
    )


def test_enter_takes_what_is_suggested_and_the_client_is_asked() -> None:
    person = ScriptedPrompter(["", "", "", "", "happy", "", "Wave A is live.", ""])
    found = decision_of(asked(person, suggested(), Wishes()))
    assert {each: verdict.color for each, verdict in found.verdicts.items()} == {
        Dimension.SCHEDULE: G,
        Dimension.BUDGET: Y,
        Dimension.SCOPE: G,
        Dimension.RISK: G,
        Dimension.CLIENT: G,
    }
    assert (found.overall, found.text, found.remedy) == (Y, "Wave A is live.", None)
    assert found.verdicts[Dimension.BUDGET].why == "EAC is 105 % of the price"
    assert "Budget: suggested yellow: EAC is 105 % of the price" in person.told


def test_a_colour_of_ones_own_asks_why_and_red_asks_for_entry_action_and_date() -> None:
    script = ["red", "Wave B slips", "", "", "", "frustrated", "red", "Bad week."]
    script += ["", "R-001", "Vendor call", "soon", "2026-12-04", "y", "Director PS"]
    person = ScriptedPrompter(script)
    found = decision_of(asked(person, suggested(), Wishes()))
    assert found.verdicts[Dimension.SCHEDULE] == Verdict(R, "Wave B slips")
    assert found.remedy is not None
    assert (found.remedy.raid, found.remedy.by, found.escalate_to) == ("R-001", date(2026, 12, 4), "Director PS")
    assert not person.answers


def test_yellow_may_have_entry_action_and_date_too() -> None:
    given = {each: Verdict(G) for each in Dimension}
    person = ScriptedPrompter(["R-003", "", "Change order", "2026-12-04"])
    remedy = decision_of(asked(person, suggested(), Wishes(given, Y, "Not paid for."))).remedy
    assert remedy is not None
    assert (remedy.raid, remedy.action, remedy.by) == ("R-003", "Change order", date(2026, 12, 4))


def test_what_options_said_is_not_asked_again() -> None:
    given = {each: Verdict(G, "said") for each in Dimension if each is not Dimension.CLIENT}
    person = ScriptedPrompter(["engaged"])
    found = asked(person, suggested(), Wishes(given, G, "Fine."))
    assert [question.partition(" [")[0] for question in person.asked] == ["The client is"]
    assert decision_of(found).overall is G


def test_what_nobody_can_suggest_has_no_default() -> None:
    person = ScriptedPrompter(["", "", "", "", "g", "seen in the call", "happy", "", "x", ""])
    found = decision_of(asked(person, suggested(None), Wishes()))
    assert found.verdicts[Dimension.RISK] == Verdict(G, "seen in the call")


def test_escalating_can_be_declined() -> None:
    given = {each: Verdict(G) for each in Dimension}
    wishes = Wishes(given, R, "Bad.", "R-1", "Call", date(2026, 12, 4))
    assert decision_of(asked(ScriptedPrompter(["n"]), suggested(), wishes)).escalate_to is None


def test_an_interruption_decides_nothing() -> None:
    with pytest.raises(Interrupted):
        asked(ScriptedPrompter(["", KeyboardInterrupt()]), suggested(), Wishes())


# the customer's status


def sieve(*left_out: str) -> Sieve:
    return Sieve(InternalRules(), list(left_out))


def test_fields_are_changed_until_the_person_is_ready() -> None:
    draft = Draft(overall=for_customer("As planned."), upcoming=(for_customer("Wave B"),))
    script = ["accomplished", "Wave A; Training", "overall", "The margin is fine", "All is well.", "upcoming", "", ""]
    person = ScriptedPrompter(script)
    found = edited(person, draft, sieve("a closed issue, #3: it says word “upside”"))
    assert [each.value for each in found.accomplished] == ["Wave A", "Training"]
    assert (found.overall, found.upcoming) == (for_customer("All is well."), ())
    said = "\n".join(person.told)
    assert "the customer reads this, and it says word “margin”" in said
    assert "Left out, a closed issue, #3" in said
    assert "upcoming: Wave B" in said


def test_ready_at_once_changes_nothing() -> None:
    draft = Draft(overall=for_customer("As planned."))
    assert edited(ScriptedPrompter([""]), draft, sieve()) == draft


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"overall": "Margin 12 %"}, RefusedByRule, "overall: the customer reads this, and it says word “margin”"),
        ({"absences": "a | b | c | 12,000 USD"}, WrongUsage, "columns name"),
        ({"absences": "a | 12,000 USD"}, RefusedByRule, "amount “… USD”"),
        ({"accomplished": {"x": 1}}, WrongUsage, "a list of texts"),
    ],
)
def test_words_that_do_not_do_are_refused(given: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        told(Draft(), given, sieve())
