"""What a person is asked about a space, once, and what is taken where nobody can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from tests.unit.kickoff.kickoff_fake import EPIC, INTERNAL, PARTNER, ROOT, SETTINGS, FakeGitLab, kantata, seen_by

from psdm_cli.domain.gitlab import GitLabUser, Group, Issue
from psdm_cli.domain.space.wanted import Wanted, from_text
from psdm_cli.errors import WrongUsage
from psdm_cli.prompting import ScriptedPrompter
from psdm_cli.systems.ports import Me
from psdm_cli.workflows.kickoff_deciding import Deciding, staffing_hint
from psdm_cli.workflows.kickoff_finding import Found

SCOPING = Issue(
    "40#2", "2", "40", "Scope Engagement", "opened", description="## Scope breakdown\n- Discovery\n- Rollout"
)
ACME = Group("21", "Acme", "acme", "ps/internal/acme", "private", parent_id="20", ancestors=("10", "20"))
RIVAL = replace(ACME, name="Acme of Ohio")


def decided(
    gitlab: FakeGitLab, told: Mapping[str, str] | None = None, answers: list[str] | None = None, **known: object
) -> tuple[Found, Wanted, Deciding, ScriptedPrompter | None]:
    person = None if answers is None else ScriptedPrompter(answers)

    def again(found: Found, facts: Mapping[str, str]) -> Found:
        return Found(seen_by(gitlab, {**found.space.told, **facts}, **known), found.me)

    deciding = Deciding(SETTINGS, again, person)
    found, wanted = deciding.decide(Found(seen_by(gitlab, told, **known), Me("1", "Ada")))
    if person is not None:
        assert not person.answers, "not every answer was asked for"
    return found, wanted, deciding, person


def test_at_a_terminal_a_person_decides_and_proposals_are_the_defaults() -> None:
    gitlab = FakeGitLab(attached={EPIC.id: [SCOPING]})
    _, wanted, deciding, person = decided(gitlab, answers=["", "", "yes", "2026-12-14"])
    assert person is not None
    assert person.asked[0].startswith("Customer's name")
    assert (wanted.customer, wanted.staffing, wanted.kickoff) == ("Acme", "internal", date(2026, 12, 14))
    assert [each.title for each in wanted.activities] == ["Discovery", "Rollout"]
    assert deciding.facts["customer"] == "Acme"
    assert deciding.facts["kickoff"] == "2026-12-14"
    assert [each.title for each in from_text(deciding.facts["activities"])] == ["Discovery", "Rollout"]


def test_nobody_types_twice() -> None:
    told = {"customer": "Acme", "staffing": "mixed", "kickoff": "2026-12-14", "activities": '[{"title": "Build"}]'}
    _, wanted, deciding, person = decided(FakeGitLab(), told, answers=[])
    assert person is not None
    assert person.asked == []
    assert (wanted.staffing, [each.title for each in wanted.activities]) == ("mixed", ["Build"])
    assert deciding.facts == {}


def test_other_activities_than_those_proposed() -> None:
    gitlab = FakeGitLab(attached={EPIC.id: [SCOPING]})
    _, wanted, _, _ = decided(gitlab, answers=["Acme Inc.", "partner", "no", "Build; Run ; build", "later"])
    assert wanted.customer == "Acme Inc."
    assert [each.title for each in wanted.activities] == ["Build", "Run"]
    assert wanted.kickoff is None


def test_without_a_person_proposals_are_taken_and_said() -> None:
    _, wanted, deciding, _ = decided(FakeGitLab(attached={EPIC.id: [SCOPING]}))
    assert (wanted.customer, wanted.staffing) == ("Acme", "internal")
    assert [each.title for each in wanted.activities] == ["Discovery", "Rollout"]
    assert any("--staffing" in sentence for sentence in deciding.assumed)
    assert any("--activity" in sentence for sentence in deciding.assumed)
    assert deciding.facts == {}  # nobody said it


def test_no_activity_is_known_and_none_is_invented() -> None:
    _, wanted, deciding, _ = decided(FakeGitLab())
    assert wanted.activities == ()
    assert any(sentence.startswith("No activity") for sentence in deciding.assumed)


def test_without_a_person_an_unknown_customer_ends_it() -> None:
    with pytest.raises(WrongUsage, match="Nobody knows the customer") as wrong:
        decided(FakeGitLab(epics_=[]), part=kantata(customer=None))
    assert "--customer" in wrong.value.hint


def test_a_known_group_needs_no_customers_name() -> None:
    gitlab = FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, ACME])
    found, wanted, _, person = decided(gitlab, answers=["Build", "later"])
    assert person is not None
    assert person.asked[0].startswith("Activities")
    assert (wanted.customer, wanted.staffing) == ("Acme", "internal")
    assert found.space.tree == "internal"


def test_several_customer_epics_are_a_persons_choice() -> None:
    twins = FakeGitLab(epics_=[EPIC, replace(EPIC, id="10&6", iid="6", title="SOW-1234 Acme again")])
    with pytest.raises(WrongUsage, match="Several epics") as wrong:
        decided(twins)
    assert "SOW-1234 Acme again" in wrong.value.message
    found, _, deciding, _ = decided(twins, answers=["0", "2", "", "", "", "later"])
    assert deciding.facts["gitlab_customer_epic"] == "10&6"
    assert found.space.several_epics == ()


def test_a_group_in_the_way_is_shown_with_both_names() -> None:
    gitlab = FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, RIVAL])
    with pytest.raises(WrongUsage, match=r"'Acme' would get the path of another group: 'Acme of Ohio'") as wrong:
        decided(gitlab)
    assert "--customer" in wrong.value.hint


def test_a_group_in_the_way_may_be_the_customers_own() -> None:
    gitlab = FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, RIVAL])
    found, _, deciding, person = decided(gitlab, answers=["", "", "same", "", "later"])
    assert person is not None
    assert any("Acme of Ohio" in line for line in person.told)
    assert deciding.facts["gitlab_group"] == "21"
    assert found.space.rivals == ()


def test_another_name_tells_two_customers_apart() -> None:
    gitlab = FakeGitLab(groups=[ROOT, INTERNAL, PARTNER, RIVAL])
    _, wanted, deciding, _ = decided(gitlab, answers=["", "", "another", "Acme (Texas)", "", "later"])
    assert (wanted.customer, wanted.path) == ("Acme (Texas)", "acme-texas")
    assert deciding.facts["customer"] == "Acme (Texas)"


def test_a_bot_is_no_pm() -> None:
    class OfABot(FakeGitLab):
        def me(self) -> GitLabUser:
            return GitLabUser("9", "group_1_bot", "psdm", bot=True)

    with pytest.raises(WrongUsage, match="a bot's") as wrong:
        decided(OfABot(), {"staffing": "internal"})
    assert "pm.label" in wrong.value.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("- **Staffing:** partner", "partner"),
        ("| Partner staffing | yes |", "partner"),
        ("Staffing: internal only", "internal"),
        ("Staffing: mixed, partner and ours", "mixed"),
        ("Partner staffing: no", None),
        ("We like partners", None),
        ("Staffing:", None),
    ],
)
def test_what_the_intake_says_about_staffing(text: str, hint: str | None) -> None:
    issue = Issue("40#1", "1", "40", "Scheduling Intake", "opened", description=text)
    assert staffing_hint(seen_by(FakeGitLab(attached={EPIC.id: [issue]}))) == hint
