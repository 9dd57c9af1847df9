"""A team's issue template: filled where headings match, otherwise as the team wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hostile import HOSTILE

from psdm_cli.domain.foreign import Own
from psdm_cli.domain.issue_templates import filled, headings, plain_heading
from psdm_cli.domain.quick_actions import Fields, parse

TEAM = """# Scheduling intake

<!-- EM: fill steps 1 and 2 first -->

## 🎯 1. Customer Goal Summary:

<!-- One paragraph. -->
_TBD_

## Stakeholders & Roles

| Name | Role |
| --- | --- |
| | |

**Project type**

- [ ] T&M
- [ ] FF

Target start
------------

## Notes

Please keep it short.

```
## Customer
```

- **Customer:**
- SOW number:

/label ~"Scheduling Intake"
"""


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        ("🎯 1. Customer Goal Summary:", "customer goal summary"),
        (":dart: Customer goal(s)", "customer goals"),
        ("_Risks_ & **Actions**", "risks and actions"),
        ("Customer's PM", "customers pm"),
        ("2.3) Ｓcope — in / out", "scope in out"),
        ("Ziele <!-- goals -->", "ziele"),
        ("מטרות הלקוח", "מטרות הלקוח"),
        ("!!!", ""),
    ],
)
def test_headings_are_compared_without_case_emoji_and_signs(heading: str, plain: str) -> None:
    assert plain_heading(heading) == plain


def test_values_go_under_their_headings_and_the_rest_stays() -> None:
    found = filled(
        TEAM,
        {
            "customer goal summary": "Move 400 projects\nby March",
            ("Customer stakeholders", "Stakeholders and roles"): "See the list",
            "Project type": "FF",
            "target start": "2026-12-07",
            "Customer": "Acme | Co",
            "SOW Number": "SOW-1234",
            "Budget": "1",
            "Notes": "  ",
        },
    )
    assert found.used == (
        "customer goal summary",
        "Customer stakeholders",
        "Project type",
        "target start",
        "Customer",
        "SOW Number",
    )
    assert found.left == ("Budget",)
    assert (
        found.text
        == """# Scheduling intake

<!-- EM: fill steps 1 and 2 first -->

## 🎯 1. Customer Goal Summary:

<!-- One paragraph. -->

Move 400 projects
by March

## Stakeholders & Roles

| Name | Role |
| --- | --- |
| | |

See the list

**Project type**

- [ ] T&M
- [ ] FF

FF

Target start
------------

2026-12-07

## Notes

Please keep it short.

```
## Customer
```

- **Customer:** Acme | Co
- SOW number: SOW-1234

/label ~"Scheduling Intake"
"""
    )


def test_the_last_section_keeps_its_quick_actions_below() -> None:
    found = filled("## Summary\n\n/label ~a\n/assign @b\n", {"Summary": "Text"})
    assert found.text == "## Summary\n\nText\n\n/label ~a\n/assign @b\n"
    assert parse(found.text).fields == Fields(labels=("a",), assignees=("b",))


def test_the_first_of_two_headings_is_filled_and_subsections_stay_below() -> None:
    found = filled("## Scope\n### In\n### Out\n## Scope\n", {"Scope": "All", "In": "A"})
    assert found.text == "## Scope\n\nAll\n\n### In\n\nA\n\n### Out\n## Scope\n"


def test_values_of_ours_are_left_as_they_are_and_foreign_ones_do_nothing() -> None:
    team = "## A\n\n## B\n"
    found = filled(team, {"A": "/close\n@all\n<!-- psdm:raid:SOW-1 -->", "B": Own("[link](https://x.example)\n- @pm")})
    assert "\\/close\n@ all\n&lt;!-- psdm:raid:SOW-1 -->" in found.text
    assert "[link](https://x.example)\n- @pm" in found.text


def test_carriage_returns_do_not_hide_headings() -> None:
    assert filled("## A\r\n\r\n## B\r\n", {"a": "x"}).text == "## A\n\nx\n\n## B\n"


def test_a_template_is_recognised_by_its_headings() -> None:
    assert headings(TEAM) == (
        "scheduling intake",
        "customer goal summary",
        "stakeholders and roles",
        "project type",
        "target start",
        "notes",
    )


def test_a_table_or_list_above_a_rule_is_no_heading() -> None:
    assert headings("a | b\n--- | ---\n\n- x\n---\n\none\ntwo\n---\n\n---\n") == ()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_a_template_without_values_stays_as_it_is(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert filled(text, {"Customer": ""}).text == plain
    assert filled(text, {}).text == plain


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_no_value_becomes_a_quick_action_or_a_heading_of_the_template(value: str) -> None:
    found = filled("## Customer\n\n## Goal\n\n/label ~ours\n", {"Customer": value, "Goal": value})
    assert parse(found.text).fields == Fields(labels=("ours",))
    assert parse(found.text).unknown == ()
    assert found.left == ()


@pytest.mark.parametrize(
    ("line", "gives_way"),
    [
        ("_TBD_", True),
        ("- N/A", True),
        ("_to be filled_", True),
        ("[enter the customer's name]", True),
        ("<insert link>", True),
        ("...", True),
        ("Describe it in one paragraph", False),
        ("- [ ] checked", False),
        ("x", False),
        ("Tbd by Ana", False),
        ("> quoted", False),
    ],
)
def test_only_placeholders_give_way(line: str, gives_way: bool) -> None:
    text = filled(f"## A\n\n{line}\n", {"A": "value"}).text
    assert (line not in text) is gives_way
    assert "value" in text


def test_a_fence_that_the_team_left_open_does_not_let_a_value_run() -> None:
    text = filled("```\nnever closed\n\n## Goal\n", {"Goal": "```\n/close\n```"}).text
    assert parse(text).unknown == ()
    assert "\\/close" in text
