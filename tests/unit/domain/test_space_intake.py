"""The nine intake steps, from the issue of the handbook, of the template, and of people who write as they like."""

from __future__ import annotations

import pytest

from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.space.intake import STEPS, Intake, is_intake, parse

HANDBOOK = """## Steps

- [x] Step 1: Customer Goal Summary - EM to provide
- [X] Step 2: EM/Sales defines the roles and personalities of all customer stakeholders
* [ ] Step 3: PSops works with PMO Manager on PM assignment
1. [ ] Step 4: PM confirms information & PSops Schedules PSE
- [ ] Step 5: Introductions - EM/AE
- [ ] Step 6: Collaboration approach & Onboarding Gathered by PM
- [ ] Step 7: Collaboration Space Preparation - PM
- [ ] Step 8: Conduct Stakeholder Meeting - PM
- [ ] Step 9: Step 9: Conduct Kickoff & Forecast Updates - PM
"""


def intake(text: str | None) -> Intake:
    return parse(Issue("1#2", "2", "1", "Scheduling Intake", "opened", description=text))


def test_the_handbooks_nine_steps_with_their_owners() -> None:
    found = intake(HANDBOOK)
    assert [step.ticked for step in found.steps] == [True, True, *[False] * 7]
    assert [step.owner for step in found.steps] == [owner for _, _, owner in STEPS]
    assert found.step(9).boxes[0].line == "- [ ] Step 9: Step 9: Conduct Kickoff & Forecast Updates - PM"
    assert found.gate_open is True
    assert found.gate_missing == ()


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("- [ ] Step 1: goals\n- [ ] Step 2: people", False),
        ("- [x] Step 1: goals\n- [ ] Step 2: people", False),
        ("- [ ] Step 1\n- [ ] Step 2\n\n## Step 1\nOne platform.\n\n## Step 2\nAda, sponsor, direct.", True),
        ("## Customer goal summary\n_TBD_\n## Roles and personalities\nAda", False),
        ("## Customer goal summary\nOne platform.\n## Roles and personalities\nAda", True),
        ("", None),
        (None, None),
        ("Step 1 is done, I promise", None),
    ],
)
def test_the_gate_is_open_when_steps_one_and_two_are_ticked_or_written(text: str | None, gate: bool | None) -> None:
    assert intake(text).gate_open is gate


@pytest.mark.parametrize(
    "section",
    ["", "_describe the goals_", "TBD", "- Goals:", "- Goals: TBD", "> What does the customer want?", "<!-- goals -->"],
)
def test_a_section_without_an_answer_is_not_filled(section: str) -> None:
    assert intake(f"### Step 1: Goals\n\n{section}\n\n### Step 2\nx").step(1).section is False


def test_boxes_in_code_and_comments_do_not_count() -> None:
    text = "```\n- [x] Step 1: no\n```\n<!--\n- [x] Step 1: no\n-->\n- [ ] Step 1: yes <!-- mine -->"
    step = intake(text).step(1)
    assert [box.line for box in step.boxes] == ["- [ ] Step 1: yes <!-- mine -->"]
    assert step.ticked is False


def test_boxes_below_a_heading_are_the_steps() -> None:
    step = intake("### Step 4: PM confirms\n- [x] dates\n- [ ] people\n### Other\n- [ ] no step").step(4)
    assert [box.checked for box in step.boxes] == [True, False]
    assert step.ticked is False


def test_a_box_that_names_the_step_stands_for_it_alone() -> None:
    text = "### Step 4: PM confirms\n- [ ] people\n\n## All steps\n- [x] Step 4: done"
    step = intake(text).step(4)
    assert [box.line for box in step.boxes] == ["- [x] Step 4: done"]


def test_a_step_without_a_box_is_unknown() -> None:
    found = intake("- [ ] Step 1: goals")
    assert found.step(5).ticked is None
    assert found.step(5).done is None


@pytest.mark.parametrize(
    ("title", "is_it"),
    [
        ("Scheduling Intake", True),
        ("Scheduling Intake - Acme - SOW-1", True),
        ("SchedulingIntakeQuestions", True),
        ("Intake", False),
    ],
)
def test_its_title(title: str, is_it: bool) -> None:
    assert is_intake(title) is is_it
