"""A new issue's description: the team's own issue template where there is one, its quick actions as fields."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from template_samples import NAMES

from psdm_cli.domain.audience import Audience
from psdm_cli.domain.markers import markers_in
from psdm_cli.domain.quick_actions import Fields, parse
from psdm_cli.errors import WrongUsage
from psdm_cli.templates import render
from psdm_cli.templates.bodies import body, sections, template_named

RETRO = {"sow": "SOW-1234", "customer": "Acme"}
TEAM = """<!-- Copy into the epic -->
# Project retrospective

**Customer Name:**
**SOW/PO#:**

## 🏆 Project Wins

_TBD_

## Lessons Learned

## Customer Story

Ask marketing first.

## Thanks

/label ~"ProjectWin" ~Retro
/assign me
/confidential
/epic &65
/due 2027-01-29
/close
"""


def test_the_teams_template_wins_and_is_filled_where_headings_match() -> None:
    found = body(
        "internal-retrospective",
        RETRO
        | {
            "wins": [("2026-11-20", "Ana", "Pilot done | early")],
            "story": "First line\n/close\n# Big",
            "pm": "Robin",
            "start": date(2026, 11, 2),
            "quote_allowed": True,
        },
        team_text=TEAM,
    )
    assert found.from_team
    assert found.audience is Audience.INTERNAL
    assert found.fields == Fields(
        labels=("ProjectWin", "Retro"), assignees=("me",), confidential=True, epic="&65", due=date(2027, 1, 29)
    )
    assert found.unknown == ("/close",)
    assert found.left == ("pm", "start", "quote allowed")
    assert (
        found.text
        == """<!-- Copy into the epic -->
# Project retrospective

**Customer Name:** Acme
**SOW/PO#:** SOW-1234

## 🏆 Project Wins

| Date | Who | Win |
| --- | --- | --- |
| 2026-11-20 | Ana | Pilot done \\| early |

## Lessons Learned

## Customer Story

Ask marketing first.

First line
\\/close
\\# Big

## Thanks

<!-- psdm:retro:SOW-1234 -->"""
    )


@pytest.mark.parametrize("team", [None, "", " \n"])
def test_without_a_teams_template_it_is_ours(team: str | None) -> None:
    found = body("internal-retrospective", RETRO, team_text=team)
    assert found.text == render("internal-retrospective", RETRO)
    assert (found.from_team, found.fields, found.unknown, found.left) == (False, Fields(), (), ())


def test_quick_actions_of_a_teams_own_file_are_fields_as_well_and_never_text(tmp_path: Path) -> None:
    (tmp_path / "raid.j2").write_text("Log of {{ customer }}\n\n/label ~Ours\n/lock\n", encoding="utf-8")
    found = body("raid", RETRO, tmp_path)
    assert (found.text, found.fields, found.unknown) == ("Log of Acme", Fields(labels=("Ours",)), ("/lock",))
    assert render("raid", RETRO, tmp_path) == "Log of Acme"


@pytest.mark.parametrize("text", NAMES.values(), ids=NAMES)
def test_values_stay_values_in_a_teams_template(text: str) -> None:
    values = RETRO | {"customer": text, "story": text, "wins": [(text, text, text)], "improvements": [text]}
    found = body("internal-retrospective", values, team_text=TEAM)
    assert parse(found.text).fields == Fields()
    assert parse(found.text).unknown == ()
    assert markers_in(found.text) == (("retro", "SOW-1234"),)
    assert found.fields.labels == ("ProjectWin", "Retro")


def test_a_heading_of_the_handbooks_intake_is_recognised() -> None:
    team = "## Step 1: Customer Goal Summary\n\n## Step 2. Roles and Personalities of all customer stakeholders\n"
    values = RETRO | {"goals": "Move 400 projects", "stakeholders": [{"name": "Ana", "role": "Sponsor"}]}
    found = body("scheduling-intake", values, team_text=team)
    assert "Summary\n\nMove 400 projects\n" in found.text
    assert "| Ana | Sponsor | _to be filled_ |" in found.text
    assert found.left == ("sow", "customer")


def test_sections_hold_what_is_known_and_nothing_else() -> None:
    known = sections(template_named("scheduling-intake"), RETRO | {"skills": ["CI", "K8s"], "quote": "no", "start": ""})
    assert {names[0]: text for names, text in known.items()} == {
        "sow": "SOW-1234",
        "customer": "Acme",
        "skills": "- CI\n- K8s",
        "quote": "no",
    }


def test_only_issues_have_a_body() -> None:
    with pytest.raises(WrongUsage, match="is a mail"):
        body("welcome-mail", RETRO)


def test_a_fence_left_open_in_a_teams_file_does_not_let_a_value_run(tmp_path: Path) -> None:
    (tmp_path / "scoping-issue.j2").write_text("```\nopen\n\n{{ goals }}\n", encoding="utf-8")
    found = body("scoping-issue", RETRO | {"goals": "x\n```\n/label ~x\n/close\n```"}, tmp_path)
    assert (found.fields, found.unknown) == (Fields(), ())
    assert "\\/close" in found.text
