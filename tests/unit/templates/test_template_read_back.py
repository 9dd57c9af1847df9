"""What psdm reads out of an issue is what its own template put into it."""

from __future__ import annotations

from datetime import date

import pytest
from template_samples import needed

from psdm_cli.domain.engagements import EngagementType
from psdm_cli.domain.gitlab import Issue
from psdm_cli.domain.space import intake, scoping
from psdm_cli.domain.space.raid import headings_of_raid
from psdm_cli.domain.text_templates import TemplateInfo
from psdm_cli.templates import render, template_catalog

BASE = {"sow": "SOW-1234", "customer": "Acme"}


def issue(name: str, **values: object) -> Issue:
    """An issue as it stands after our template made it."""
    text = render(name, BASE | values)
    return Issue(id="1", iid="1", project_id="2", title=name, description=text, state="opened")


def test_an_empty_intake_has_nine_open_steps_and_a_closed_gate() -> None:
    found = intake.parse(issue("scheduling-intake"))
    assert [step.ticked for step in found.steps] == [False] * 9
    assert [len(step.boxes) for step in found.steps] == [1] * 9
    assert found.gate_open is False


def test_steps_one_and_two_filled_open_the_gate() -> None:
    people = [{"name": "Ana Lima", "role": "Sponsor", "personality": "direct"}]
    found = intake.parse(issue("scheduling-intake", goals="Move 400 projects\nby March", stakeholders=people))
    assert found.gate_open is True


def test_the_scoping_issue_says_type_dates_skills_and_activities() -> None:
    found = scoping.parse(
        issue(
            "scoping-issue",
            engagement_type="fixed fee",
            start=date(2026, 12, 7),
            end=date(2027, 3, 26),
            skills=["CI/CD", "Kubernetes"],
        )
    )
    assert (found.type, found.start, found.end) == (EngagementType.FIXED_FEE, date(2026, 12, 7), date(2027, 3, 26))
    assert found.skills == ("CI/CD", "Kubernetes")
    assert found.unread == ()


def test_an_empty_scoping_issue_says_nothing() -> None:
    assert scoping.parse(issue("scoping-issue")).unread == ("type", "timing", "skills")


@pytest.mark.parametrize("info", template_catalog().values(), ids=template_catalog())
def test_the_log_and_nothing_else_is_recognised_by_its_headings(info: TemplateInfo) -> None:
    text = render(info.name, needed(info))
    found = Issue(id="1", iid="1", project_id="2", title="Untitled", description=text, state="opened")
    assert headings_of_raid(found) is (info.name == "raid")
