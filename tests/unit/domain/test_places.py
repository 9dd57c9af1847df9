"""Who may read a place, by ids and ancestry: a table of trees; wrong configurations."""

from __future__ import annotations

import pytest

from psdm_cli.domain.audience import Audience
from psdm_cli.domain.gitlab import Group, Project
from psdm_cli.domain.places import Places, audience_of, group_audience, project_audience, wrong_config

ROOT, EPICS, OURS, PARTNER, PLAN = "1", "2", "30", "31", "500"
PLACES = Places(EPICS, frozenset({OURS, PARTNER}), PLAN)
UNKNOWN = Places(EPICS, frozenset({OURS}), PLAN, delivery_known=False)
IN, OUT = Audience.INTERNAL, Audience.CUSTOMER


@pytest.mark.parametrize(
    ("visibility", "ancestors", "own", "project", "places", "expected"),
    [
        pytest.param("private", ("1",), EPICS, False, PLACES, IN, id="the group of the epics itself"),
        pytest.param("internal", ("1",), EPICS, False, PLACES, IN, id="seen by everybody signed in is not public"),
        pytest.param("public", ("1",), EPICS, False, PLACES, OUT, id="public"),
        pytest.param("private", ("1", EPICS), "9", False, PLACES, IN, id="below it"),
        pytest.param("private", ("1", EPICS, "9"), "77", True, PLACES, IN, id="a project below it"),
        pytest.param("public", ("1", EPICS, "9"), PLAN, True, PLACES, OUT, id="a public ps_plan"),
        pytest.param("private", ("1", EPICS, "9"), PLAN, True, PLACES, IN, id="ps_plan"),
        pytest.param("private", ("1", "8"), PLAN, True, PLACES, IN, id="ps_plan outside the epics' group"),
        pytest.param("private", ("1", "8"), PLAN, False, PLACES, OUT, id="a group with ps_plan's number"),
        pytest.param("private", ("1", EPICS), OURS, False, PLACES, OUT, id="a delivery group itself"),
        pytest.param("private", ("1", EPICS, OURS), "40", False, PLACES, OUT, id="a customer's subgroup"),
        pytest.param("private", ("1", EPICS, PARTNER, "40"), "600", True, PLACES, OUT, id="a partner's project"),
        pytest.param("private", ("1", OURS, EPICS), "9", False, PLACES, IN, id="the nearest ancestor decides"),
        pytest.param("private", (), "1", False, PLACES, OUT, id="the root"),
        pytest.param("private", ("7",), "8", False, PLACES, OUT, id="elsewhere"),
        pytest.param("private", ("1", EPICS), "600", True, UNKNOWN, OUT, id="below, delivery trees not known"),
        pytest.param("private", ("1",), EPICS, False, UNKNOWN, IN, id="itself, delivery trees not known"),
        pytest.param("private", ("1", EPICS), PLAN, True, UNKNOWN, IN, id="ps_plan, delivery trees not known"),
        pytest.param("private", ("1", EPICS), "9", False, Places(None, frozenset()), OUT, id="nothing configured"),
    ],
)
def test_who_may_read(
    visibility: str, ancestors: tuple[str, ...], own: str, project: bool, places: Places, expected: Audience
) -> None:
    assert audience_of(visibility, ancestors, own, places, project=project) is expected


def group(ident: str, *ancestors: str, visibility: str = "private") -> Group:
    return Group(ident, f"g{ident}", f"g{ident}", f"g{ident}", visibility, ancestors=ancestors)


def project(ident: str, *ancestors: str, visibility: str = "private") -> Project:
    return Project(ident, "p", "p", f"p{ident}", visibility, ancestors=ancestors)


def test_records_say_the_same() -> None:
    assert group_audience(group("9", "1", EPICS), PLACES) is IN
    assert project_audience(project("9", "1", EPICS, OURS), PLACES) is OUT


@pytest.mark.parametrize(
    ("internal", "groups", "wrong"),
    [
        pytest.param((group(EPICS, "1"), project(PLAN, "1", EPICS)), (group("1"), group(EPICS, "1")), None, id="right"),
        pytest.param((group(EPICS, "1", OURS),), (group(OURS, "1"),), "g2 is configured as internal and lies in g30"),
        pytest.param((project(PLAN, "1", PARTNER, "40"),), (), "p500 is configured as internal and lies in group 31"),
        pytest.param((group(OURS, "1"),), (group(OURS),), "g30 is configured as internal and lies in g30", id="both"),
        pytest.param((group(EPICS, "1", visibility="public"),), (), "g2 is configured as internal and is public"),
        pytest.param((project(PLAN, "1"),), (group("1", visibility="public"),), "lies in g1, which is public"),
    ],
)
def test_a_configuration_that_lets_customers_read_along(
    internal: tuple[Group | Project, ...], groups: tuple[Group, ...], wrong: str | None
) -> None:
    found = list(wrong_config(PLACES, internal, groups))
    assert (wrong is None and not found) or (wrong is not None and wrong in found[0])
