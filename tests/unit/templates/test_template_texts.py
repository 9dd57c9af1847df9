"""Every template: as the catalogue says, complete with its required fields alone, harmless with anybody's text."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, meta, nodes
from template_samples import NAMES, everywhere, needed
from tests.hostile import HOSTILE, assert_safe_text, assert_table_is_whole

from psdm_cli import templates
from psdm_cli.domain.internal_words import InternalRules, internal_in
from psdm_cli.domain.issue_templates import headings
from psdm_cli.domain.markers import markers_in
from psdm_cli.domain.quick_actions import Fields, parse
from psdm_cli.domain.text_templates import FieldType, TemplateInfo
from psdm_cli.templates import render, template_catalog

CATALOG = template_catalog()
EVERY = pytest.mark.parametrize("info", CATALOG.values(), ids=CATALOG)
BLANK = "_to be filled_"
WANTED = (
    "scheduling-intake scoping-issue sales-to-delivery-transition engagement-charter communication-plan "
    "kickoff-agenda stakeholder-list working-agreements raid internal-retrospective "
    "activity-epic customer-epic-links issue-template-work-item issue-template-risk issue-template-action "
    "issue-template-decision issue-template-status welcome-mail written-confirmation-mail sign-off-mail "
    "owner-request kantata-link-request support-note after-action-report weekly-status booking_request "
    "booking_change time_missing time_unapproved "
)
#: what domain.md 8 lists for each
SECTIONS: dict[str, str] = {
    "scheduling-intake": "the nine steps; opportunity and paper; step 1: customer goal summary; step 2: roles and"
    " personalities of all customer stakeholders; work; where and when; people of ours; how we work together;"
    " description of work",
    "sales-to-delivery-transition": "why: business drivers; goals; the sow, line by line; technical requirements;"
    " prerequisites of the customer; timeline; initial resource plan; risks and dependencies; stakeholders of the"
    " customer; growth potential; governance; next",
    "engagement-charter": "purpose; objectives; how we tell that it succeeded; scope; team; timeline; communication"
    " plan; where things are; acceptance; working agreements",
    "communication-plan": "who hears what; tools; escalation; iteration calendar",
    "kickoff-agenda": "objectives (10 min); what success looks like (10 min); team and roles (10 min); approach"
    " (10 min); roadmap (10 min); communication (5 min); raid: what we know today (10 min);"
    " burndown (5 min); next steps (10 min)",
    "working-agreements": "availability; every day; answers; async first; commitments",
    "raid": "risks; actions; issues; decisions",
    "internal-retrospective": "project; summary; wins; thanks; lessons learned; what could be better; questions; assets"
    " and delivery kits; customer story; scoping accuracy; closing meeting",
    "weekly-status": "overall; done; next; milestones; hours; from the raid log; decisions needed; absences",
    "after-action-report": "participants; goals; outcomes; next steps",
}


def syntax(info: TemplateInfo) -> nodes.Template:
    environment = Environment(trim_blocks=True)
    environment.filters |= dict.fromkeys(("line", "commas", "link", "marker", "tick"), str)
    return environment.parse(templates.source_of(info.name))


def test_the_catalogue_and_the_folder_name_the_same_templates() -> None:
    files = {file.stem for file in Path(templates.__file__).parent.glob("*.j2")}
    assert set(CATALOG) == files
    assert set(WANTED.split()) <= files


@EVERY
def test_every_variable_is_listed_and_every_listed_one_is_used(info: TemplateInfo) -> None:
    assert meta.find_undeclared_variables(syntax(info)) == {field.name for field in info.fields}


@EVERY
def test_the_columns_are_those_that_the_template_prints(info: TemplateInfo) -> None:
    tree = syntax(info)
    rows = {field.name: set(field.columns) for field in info.fields if field.type is FieldType.ROWS}
    used: dict[str, set[str]] = {name: set() for name in rows}
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.iter, nodes.Name) and loop.iter.name in rows and isinstance(loop.target, nodes.Name):
            attributes = loop.find_all(nodes.Getattr)
            used[loop.iter.name] |= {
                each.attr for each in attributes if each.node == nodes.Name(loop.target.name, "load")
            }
    assert used == rows


@EVERY
def test_a_template_says_what_it_is_and_where_it_goes(info: TemplateInfo) -> None:
    assert info.title
    assert info.place
    for field in info.fields:
        assert field.meaning, field.name
        assert field.source, field.name
    assert len({field.name for field in info.fields}) == len(info.fields)


@EVERY
def test_the_required_fields_are_enough_and_the_rest_are_blanks(info: TemplateInfo) -> None:
    text = render(info.name, needed(info))
    assert "None" not in text
    assert "[]" not in text
    assert "\n\n\n" not in text
    optional = [field for field in info.fields if not field.required and field.type is not FieldType.LABELS]
    if optional and info.name not in ("raid", "booking_request"):  # an empty log is empty; an open role is not named
        assert BLANK in text
    assert render(info.name, dict.fromkeys(info.by_name) | needed(info)) == text


@EVERY
@pytest.mark.parametrize("text", NAMES.values(), ids=NAMES)
def test_awkward_names_stay_text(info: TemplateInfo, text: str) -> None:
    assert_harmless(info, text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_hostile_corpus_stays_text(text: str) -> None:
    for name in ("engagement-charter", "raid", "scheduling-intake", "sign-off-mail", "owner-request"):
        assert_harmless(CATALOG[name], text.strip() or "-")


@cache
def rendered_plainly(name: str) -> str:
    """A template with a harmless text everywhere."""
    return render(name, everywhere(CATALOG[name], "Acme"))


def assert_harmless(info: TemplateInfo, text: str) -> None:
    """The text everywhere in a template changes nothing but what stands there."""
    values = everywhere(info, text)
    found = render(info.name, values)
    plain = rendered_plainly(info.name)
    assert_safe_text(found.replace("\n", ""))
    assert "49" not in found.replace("49", "", NAMES["255"].count("49"))
    if not info.is_markdown:
        return
    assert_table_is_whole(found)
    assert markers_in(found) == markers_in(plain)
    assert headings(found) == headings_with(plain, found)
    assert not re.search(r"(?<![A-Za-z0-9_])@[\w.-]", outside_labels(found))
    assert not re.search(r"<(?!!-- (?:psdm:|An? ))[A-Za-z/!?]", outside_labels(found))
    ours, theirs = parse(plain), parse(found)
    assert len(theirs.fields.labels) == len(ours.fields.labels)
    assert theirs.fields == Fields(labels=theirs.fields.labels)
    assert theirs.unknown == ()


def outside_labels(text: str) -> str:
    """A text without its own quick action, in which a label's name stands as it is."""
    return re.sub(r"^/label .*$", "", text, flags=re.MULTILINE)


def headings_with(plain: str, found: str) -> tuple[str, ...]:
    """The headings of the plain rendering, those that carry a value as they are in the other one."""
    mine, others = headings(plain), headings(found)
    assert len(mine) == len(others), (mine, others)
    return tuple(theirs if "acme" in own else own for own, theirs in zip(mine, others, strict=True))


@pytest.mark.parametrize("name", SECTIONS)
def test_the_sections_are_those_of_the_fact_sheet(name: str) -> None:
    lines = [
        line.lstrip("# ").casefold() for line in render(name, needed(CATALOG[name])).splitlines() if line[:1] == "#"
    ]
    plain = [re.sub(r"^\d+\. ", "", line) for line in lines]
    for section in SECTIONS[name].split("; "):
        assert section in plain


@pytest.mark.parametrize(
    "info", [each for each in CATALOG.values() if each.audience == "customer"], ids=lambda e: e.name
)
def test_what_customers_may_read_says_nothing_internal(info: TemplateInfo) -> None:
    assert internal_in(render(info.name, everywhere(info, "Acme")), InternalRules()) == ()


def test_markers_are_those_by_which_psdm_finds_its_objects() -> None:
    found = {info.name: markers_in(render(info.name, everywhere(info, "Acme"))) for info in CATALOG.values()}
    assert {name: marks for name, marks in found.items() if marks} == {
        "scheduling-intake": (("intake", "SOW-1234"),),
        "scoping-issue": (("scoping", "SOW-1234"),),
        "sales-to-delivery-transition": (("transition", "SOW-1234"),),
        "engagement-charter": (("charter", "SOW-1234"),),
        "raid": (("raid", "SOW-1234"),),
        "internal-retrospective": (("retro", "SOW-1234"),),
        "activity-epic": (("activity", "SOW-1234/migrate"),),
        "customer-epic-links": (("links", "SOW-1234"),),
        "weekly-status": (("status", "SOW-1234/2026-W48"),),
    }


def test_issue_templates_of_the_space_label_what_is_made_with_them() -> None:
    text = render("issue-template-risk", {"sow": "SOW-1234", "labels": ["PS RAID Log", "PS Risk", 'a"b\n/close']})
    assert text.endswith('/label ~"PS RAID Log" ~"PS Risk" ~"a b /close"')
    assert "/label" not in render("issue-template-risk", {"sow": "SOW-1234"})


def test_the_example_of_a_team_is_that_of_the_guide_and_uses_our_fields() -> None:
    docs = Path(__file__).parents[3] / "docs"
    found = re.search(
        r"<!-- file: (\S+) -->\n```jinja\n(.*?)```", (docs / "templates.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert found is not None
    file = docs / found[1]
    assert file.read_text(encoding="utf-8") == found[2]
    info = CATALOG["written-confirmation-mail"]
    assert render(info.name, needed(info), file.parent) != render(info.name, needed(info))
    assert meta.find_undeclared_variables(Environment().parse(found[2])) <= set(info.by_name)


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "/close",
                "/label ~x",
                "\n",
                "\n\n",
                "\r",
                "```",
                "~~~",
                ">>>",
                "> ",
                "- ",
                "1. ",
                "    ",
                "# ",
                "\n---\n",
            ),
            *(
                "<div>",
                "<!--",
                "-->",
                "@all",
                "`",
                "text",
                "\\",
                "\u200b",
                "|",
                "&#64;",
                "[ ] ",
                "[x](",
                ")",
                "**",
                "\n==",
            ),
        ]
    ),
    min_size=1,
    max_size=12,
).map("".join)


@settings(max_examples=25, deadline=None)
@given(PIECES, st.sampled_from(["engagement-charter", "raid", "scheduling-intake", "weekly-status", "activity-epic"]))
def test_no_text_becomes_an_action_a_heading_a_marker_or_a_cell(text: str, name: str) -> None:
    assert_harmless(CATALOG[name], f"x{text}x")
    assert_harmless(CATALOG[name], text if text.strip() else "x")
