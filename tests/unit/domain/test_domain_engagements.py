"""Engagements: rules.md 1 (scope by status, SOW number, type, roles, currency) and 4 (kickoff, end)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    assess,
    booking,
    d,
    engagement,
    hard,
    keys,
    maybe,
    member,
    milestone,
    resource,
    task,
    the_booking,
    workspace,
)

from psdm_cli.domain.assessment import Rules, Scope
from psdm_cli.domain.engagements import EngagementType, FieldNames, role_name
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.portfolio import StoredDates
from psdm_cli.domain.records import Allocation, Role
from psdm_cli.domain.warnings import warnings_of


@pytest.mark.parametrize(
    ("status", "archived", "expected"),
    [
        pytest.param("Active", False, True, id="active"),
        pytest.param("Active", True, False, id="archived"),
        pytest.param("Active", None, True, id="archived not told"),
        pytest.param("Estimate", False, False, id="estimate"),
        pytest.param("Completed", False, False, id="completed"),
        pytest.param("Cancelled", False, False, id="cancelled"),
        pytest.param(" cancelled ", False, False, id="any case, blanks around"),
        pytest.param("Closed", False, True, id="closed takes part"),
        pytest.param("On Hold", False, True, id="on hold"),
        pytest.param("Prospect", False, True, id="prospect"),
        pytest.param(None, False, True, id="status unknown"),
    ],
)
def test_scope(status: str | None, archived: bool | None, expected: bool) -> None:
    assert bool(assess(workspace(status=status, archived=archived)).engagements) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param((), ["SOW-1001", "SOW-1002"], id="all"),
        pytest.param(("on hold",), ["SOW-1002"], id="narrowed, any case"),
        pytest.param(("Active", "On Hold"), ["SOW-1001", "SOW-1002"], id="several"),
        pytest.param(("Completed",), [], id="a hidden status stays hidden"),
    ],
)
def test_status_narrows(wanted: tuple[str, ...], expected: list[str]) -> None:
    rows = (workspace("1"), workspace("2", status="On Hold"), workspace("3", status="Completed"))
    found = assess(*rows, scope=Scope("me", statuses=wanted)).engagements
    assert [e.name for e in found] == expected


def test_closed_takes_part_only_in_the_money_steps() -> None:
    assessment = assess(workspace("1"), workspace("2", status="closed"))
    assert [f.engagement.id for f in assessment.forecasts] == ["1", "2"]
    assert [f.engagement.id for f in assessment.delivering()] == ["1"]


@pytest.mark.parametrize(
    ("field", "title", "expected"),
    [
        pytest.param("SOW-77", "SOW-1 Acme", "SOW-77", id="the field wins"),
        pytest.param("see sow-77 / SOW-78", None, "SOW-77", id="first of two, shown upper case"),
        pytest.param("n/a", "Acme Sow-0042 migration", "SOW-0042", id="a field without a number: the title"),
        pytest.param(None, "Acme sow-5", "SOW-5", id="no field: the title"),
        pytest.param("  ", "SOW-6", "SOW-6", id="a blank field: the title"),
        pytest.param(None, "Acme SOW 5", None, id="no hyphen is no number"),
        pytest.param(None, "SOW- Acme", None, id="no digits"),
        pytest.param(None, None, None, id="nothing at all"),
    ],
)
def test_sow_number(field: str | None, title: str | None, expected: str | None) -> None:
    fields = (("SOW", field),) if field is not None else ()
    assert engagement(workspace(title=title, custom_fields=fields)).sow == expected


def test_the_sow_fields_name_is_a_setting_in_any_case() -> None:
    space = workspace(custom_fields=(("contract NO", "SOW-9"),), title="Acme")
    assert engagement(space, rules=Rules(fields=FieldNames(sow="Contract No"))).sow == "SOW-9"


def test_without_a_sow_number_the_title_is_shown_and_it_is_a_finding() -> None:
    assert engagement(workspace(title="Acme migration")).name == "Acme migration"
    assert keys("FP-03", workspace(title="Acme migration")) == ["no-sow:1"]


def test_without_a_title_the_id_is_shown() -> None:
    assert engagement(workspace(title=None)).name == "Project 1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("T&M", EngagementType.TIME_AND_MATERIALS, id="T&M"),
        pytest.param("time and materials", EngagementType.TIME_AND_MATERIALS, id="in words"),
        pytest.param(" t&m ", EngagementType.TIME_AND_MATERIALS, id="trimmed, any case"),
        pytest.param("Fixed Fee", EngagementType.FIXED_FEE, id="fixed fee"),
        pytest.param("FF", EngagementType.FIXED_FEE, id="FF"),
        pytest.param("fixed price", EngagementType.FIXED_FEE, id="fixed price"),
        pytest.param("fp", EngagementType.FIXED_FEE, id="FP"),
        pytest.param("Consulting Block", EngagementType.CONSULTING_BLOCK, id="consulting block"),
        pytest.param("DEDICATED ENGINEER", EngagementType.DEDICATED_ENGINEER, id="dedicated engineer"),
        pytest.param("Training", EngagementType.TRAINING, id="training"),
    ],
)
def test_type(text: str, expected: EngagementType) -> None:
    found = engagement(workspace(type=text, stories_are_fixed_fee_by_default=True))
    assert (found.type, found.type_warning) == (expected, None)


@pytest.mark.parametrize(
    ("text", "fixed", "expected", "said"),
    [
        pytest.param(None, True, EngagementType.FIXED_FEE, "is empty", id="absent, fixed fee by default"),
        pytest.param(None, False, EngagementType.TIME_AND_MATERIALS, "is empty", id="absent, not by default"),
        pytest.param(None, None, EngagementType.TIME_AND_MATERIALS, "is empty", id="absent, default not told"),
        pytest.param("Retainer", True, EngagementType.FIXED_FEE, "'Retainer'", id="unknown, fixed fee by default"),
        pytest.param("Retainer", False, EngagementType.TIME_AND_MATERIALS, "'Retainer'", id="unknown, otherwise"),
    ],
)
def test_an_unknown_type_is_guessed_with_a_warning_naming_the_value(
    text: str | None, fixed: bool | None, expected: EngagementType, said: str
) -> None:
    space = workspace(type=text, stories_are_fixed_fee_by_default=fixed)
    found = engagement(space)
    assert found.type is expected
    (warning,) = [text for text in warnings_of(assess(space)) if "Billing Type" in text]
    assert said in warning
    assert "SOW-1001" in warning


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Project Manager", "PM", id="project manager"),
        pytest.param("program manager", "PM", id="program manager, any case"),
        pytest.param("PM", "PM", id="PM"),
        pytest.param("Professional Services Engineer", "PSE", id="engineer"),
        pytest.param("pse", "PSE", id="PSE"),
        pytest.param("Technical Architect", "TA", id="architect"),
        pytest.param(" ta ", "TA", id="TA with blanks"),
        pytest.param("Trainer", "Trainer", id="others keep their name"),
        pytest.param("Senior Technical Architect", "Senior Technical Architect", id="a longer name is another role"),
        pytest.param("", "Other", id="blank"),
        pytest.param(None, "Other", id="none"),
    ],
)
def test_role_names(name: str | None, expected: str) -> None:
    assert role_name(name) == expected


@pytest.mark.parametrize(
    ("own", "default", "expected"),
    [
        pytest.param("Technical Architect", "PSE", "TA", id="the resource's role first"),
        pytest.param(None, "Program Manager", "PM", id="else the person's default role"),
        pytest.param(None, None, "Other", id="else Other"),
    ],
)
def test_role_of_a_booking(own: str | None, default: str | None, expected: str) -> None:
    rows = (resource(role=own), member(role=default), hard("2026-11-24"))
    assert the_booking(*rows).role == expected
    assert engagement(*rows).resource_roles == {"r1": expected}


def test_a_role_known_by_id_only_is_looked_up() -> None:
    slot = replace(resource(role=None), role_id="7")
    assert the_booking(slot, Role("7", "Project Manager"), member(role="PSE"), hard("2026-11-24")).role == "PM"


def test_the_role_of_an_unnamed_resource_without_one_is_other() -> None:
    assert the_booking(resource(role=None, user=None), member(role="PSE"), hard("2026-11-24")).role == "Other"


KICKOFF = task("k", due="2026-03-02", title="Customer kickoff")


@pytest.mark.parametrize(
    ("stored", "stories", "start", "expected"),
    [
        pytest.param("2026-05-01", [KICKOFF], "2026-01-05", "2026-05-01", id="the stored date wins"),
        pytest.param(None, [KICKOFF], "2026-01-05", "2026-03-02", id="else the kickoff story"),
        pytest.param(
            None,
            [KICKOFF, task("e", due="2026-02-02", title="Kick-Off call", state="completed")],
            "2026-01-05",
            "2026-02-02",
            id="the earliest, completed ones too",
        ),
        pytest.param(
            None,
            [task("k", due="2026-03-03", title="KICK OFF")],
            "2026-01-05",
            "2026-03-03",
            id="one between",
        ),
        pytest.param(
            None,
            [milestone("k", due="2026-03-04", title="Kickoff")],
            None,
            "2026-03-04",
            id="a milestone too",
        ),
        pytest.param(
            None, [task("k", due=None, title="Kickoff")], "2026-01-05", "2026-01-05", id="undated: the project's start"
        ),
        pytest.param(
            None,
            [task("k", due="2026-03-02", title="kick - off")],
            "2026-01-05",
            "2026-01-05",
            id="three between",
        ),
        pytest.param(None, [], "2026-01-05", "2026-01-05", id="no story: the project's start"),
        pytest.param(None, [task("k", due="2026-03-02", title=None)], None, None, id="nothing: unknown"),
    ],
)
def test_kickoff(stored: str | None, stories: list[object], start: str | None, expected: str | None) -> None:
    dates = {"1": StoredDates(kickoff=d(stored))} if stored else {}
    found = engagement(workspace(start_date=start), *stories, stored=dates)  # type: ignore[arg-type]
    assert found.kickoff == maybe(expected)


def test_an_unknown_kickoff_is_warned_of_once_for_all() -> None:
    rows = (workspace("1", start_date=None), workspace("2", start_date=None), workspace("3"))
    assert [w for w in warnings_of(assess(*rows)) if "kickoff" in w] == [
        "The kickoff of SOW-1001, SOW-1002 is unknown and treated as past."
    ]


@pytest.mark.parametrize(
    ("due", "effective", "expected"),
    [
        pytest.param("2026-12-31", "2027-02-01", "2026-12-31", id="due date first"),
        pytest.param(None, "2027-02-01", "2027-02-01", id="else the effective one"),
        pytest.param(None, None, None, id="none"),
    ],
)
def test_end(due: str | None, effective: str | None, expected: str | None) -> None:
    assert engagement(workspace(due_date=due, effective_due_date=effective)).end == maybe(expected)


def test_the_base_unit_is_a_hundred_when_not_told() -> None:
    found = engagement(workspace(currency_base_unit=None)).currency
    assert found is not None
    assert (found.code, found.base_unit) == ("USD", 100)


def test_no_currency_is_no_currency() -> None:
    assert engagement(workspace(currency=None)).currency is None


def test_a_booking_that_ends_before_it_starts_is_left_out_and_a_finding() -> None:
    rows = (hard("2026-11-24", id="good"), Allocation("bad", d("2026-12-02"), d("2026-12-01"), 60, True, "1", "r1"))
    assert [b.id for b in engagement(*rows).bookings] == ["good"]
    assert keys("FP-03", *rows) == ["malformed:workspace_allocations:bad"]


def test_hard_and_soft_bookings_are_told_apart() -> None:
    found = engagement(hard("2026-11-24", id="h"), booking("2026-11-25", is_hard=False, id="s"))
    assert ([b.id for b in found.hard], [b.id for b in found.soft]) == (["h"], ["s"])


def test_rows_of_other_workspaces_do_not_mix() -> None:
    rows = (
        workspace("1"),
        workspace("2"),
        resource("r1", ws="1"),
        resource("r2", ws="2", role="TA"),
        hard("2026-11-24", of="r1", ws="1", id="a"),
        hard("2026-11-24", of="r2", ws="2", id="b"),
        task("t1", workspace_id="1"),
        task("t2", workspace_id="2"),
        task("t3", workspace_id=None),
    )
    found = {
        e.id: ([b.id for b in e.bookings], [s.id for s in e.stories], [r.id for r in e.resources])
        for e in assess(*rows).engagements
    }
    assert found == {"1": (["a"], ["t1"], ["r1"]), "2": (["b"], ["t2"], ["r2"])}


def test_engagements_are_in_order_of_lead_then_name() -> None:
    rows = (
        workspace("3", lead_name="zoe"),
        workspace("2", lead_name="Abe"),
        workspace("1", lead_name="Abe"),
        workspace("4", lead_name=None),
    )
    assert [e.id for e in assess(*rows).engagements] == ["4", "1", "2", "3"]


def test_hidden_statuses_are_policy() -> None:
    rules = Rules(policy=Policy(hidden_statuses=("Active",)))
    assert assess(workspace(), rules=rules).engagements == ()
